import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry } from '../../model/journal.ts'
import { PROBE_LABEL } from '../../model/probe.ts'
import { deliveryProbes } from './probe-cases.ts'
import { exerciseDelivery, exerciseMs } from './probe-alerts.ts'
import { exerciseWorld, ROUTING } from '../../../testing/virtual/virtual-alertmanager.ts'
import { planOf } from '../../../testing/virtual/fake-ports.ts'

type Step = Extract<JournalEntry, { kind: 'delivery-probe' }>

function steps(entries: JournalEntry[], probe: string): string[] {
  return entries
    .filter((entry): entry is Step => entry.kind === 'delivery-probe')
    .filter((entry) => entry.probe === probe)
    .map(
      ({ action, alerts, ok }) =>
        `${action}${alerts.length > 0 ? ` ${alerts.map(({ role }) => role).join('+')}` : ''}${ok ? '' : ' failed'}`,
    )
}

test('every case is tried, in its order, and nothing stays behind', async () => {
  const { world, alertmanager, spec, plan } = exerciseWorld()
  const beganMs = world.clock.now()
  await world.clock.drive(exerciseDelivery(plan, spec, world, { runId: 'r1', deliveryProbes: true, signal: new AbortController().signal }))
  assert.deepEqual(steps(world.entries, 'inhibition-1'), [
    'post source',
    'post target+target+neighbour',
    'resolve source',
    'resolve target+target+neighbour',
    'over',
  ])
  assert.deepEqual(steps(world.entries, 'silence'), [
    'silence silenced',
    'post silenced+audible',
    'unsilence silenced',
    'resolve silenced+audible',
    'over',
  ])
  assert.deepEqual(steps(world.entries, 'grouping'), ['post member+member+other+other', 'resolve member+member+other+other', 'over'])
  assert.deepEqual(steps(world.entries, 'repeat'), ['post repeated', 'resolve repeated', 'over'])
  assert.deepEqual(alertmanager.active(), [])
  assert.equal(alertmanager.silences.size, 0)
  assert.ok(world.clock.now() - beganMs < 15_000, `it took ${world.clock.now() - beganMs} ms`)
})

test('an interruption ends its alerts and removes its silence', async () => {
  const { world, alertmanager, spec, plan } = exerciseWorld()
  const interrupt = new AbortController()
  void world.clock.sleep(1_200).then(() => {
    interrupt.abort(new Error('Ctrl-C'))
  })
  await world.clock.drive(exerciseDelivery(plan, spec, world, { runId: 'r1', deliveryProbes: true, signal: interrupt.signal }))
  assert.deepEqual(alertmanager.active(), [])
  assert.equal(alertmanager.silences.size, 0)
  assert.deepEqual(steps(world.entries, 'silence'), [
    'silence silenced',
    'post silenced+audible',
    'unsilence silenced',
    'resolve silenced+audible',
    'over failed',
  ])
})

test('an Alertmanager that does not answer is an entry, not an exception', async () => {
  const { world, spec, plan } = exerciseWorld()
  world.alertmanager.post = () => Promise.reject(new Error('ECONNREFUSED'))
  await world.clock.drive(exerciseDelivery(plan, spec, world, { runId: 'r1', deliveryProbes: true, signal: new AbortController().signal }))
  assert.deepEqual(steps(world.entries, 'grouping'), [
    'post member+member+other+other failed',
    'resolve member+member+other+other failed',
    'over failed',
  ])
})

test('every alert and silence ends by itself should nobody be left to end it', async () => {
  const { world, alertmanager, spec, plan } = exerciseWorld()
  const ends: number[] = []
  const { post, silence } = world.alertmanager
  world.alertmanager.post = (alerts) => {
    ends.push(...alerts.map(({ endsAtMs }) => endsAtMs))
    return post(alerts)
  }
  world.alertmanager.silence = (labels, options) => {
    ends.push(options.endsAtMs)
    return silence(labels, options)
  }
  const beganMs = world.clock.now()
  await world.clock.drive(exerciseDelivery(plan, spec, world, { runId: 'r1', deliveryProbes: true, signal: new AbortController().signal }))
  assert.ok(ends.length > 10 && ends.every((atMs) => atMs - beganMs < plan.makespanMs + 120_000), 'bounded')
  assert.equal(alertmanager.silences.size, 0)
})

test('the probes are grouped by what the route that they take is promised to group by', () => {
  const routing = {
    ...ROUTING,
    routes: [
      { match: { severity: 'critical' }, receiver: 'critical', groupBy: ['cluster'] },
      { match: {}, receiver: 'default' },
    ],
  }
  const [inhibition] = deliveryProbes(routing, 'r1')
  const of = (role: string): Record<string, string> => inhibition?.alerts.find((alert) => alert.role === role)?.labels ?? {}
  assert.equal(of('source')['cluster'], 'firedrill-inhibition-1-source-r1')
  assert.equal(of('target')['cluster'], undefined)
  // Grouped by nothing of its own, a probe would share its message with a real alert.
  assert.match(
    deliveryProbes({ ...routing, routes: [{ match: {}, receiver: 'default', groupBy: [] }] }, 'r1').find((probe) => probe.case === 'repeat')
      ?.impossible ?? 'it is tried',
    /^grouped by nothing/,
  )
})

test('where nobody asked for it, and in a drill shorter than it, nothing is posted and the reason is kept', async () => {
  for (const [more, deliveryProbes_, reason] of [
    [{}, false, /deliveryProbes: true/],
    [{ makespanMs: 5_000 }, true, /longer than the experiments \(5 s\)/],
  ] as const) {
    const { world, spec } = exerciseWorld()
    let posted = 0
    world.alertmanager.post = () => {
      posted += 1
      return Promise.resolve()
    }
    await world.clock.drive(
      exerciseDelivery(planOf([], more), spec, world, {
        runId: 'r1',
        deliveryProbes: deliveryProbes_,
        signal: new AbortController().signal,
      }),
    )
    assert.equal(posted, 0)
    const skipped = world.entries.filter((entry): entry is Step => entry.kind === 'delivery-probe')
    assert.deepEqual(
      skipped.map(({ action }) => action),
      ['skip', 'skip', 'skip', 'skip'],
    )
    for (const { detail } of skipped) assert.match(detail, reason)
  }
})

test('the exercise is bounded by its own waits', () => {
  assert.ok(exerciseMs(planOf([]).timing) < 40_000)
})

test("synthetic alerts carry the run's id, and their groups and silenced labels are their own", () => {
  const probes = deliveryProbes(ROUTING, 'r1')
  assert.deepEqual(
    probes.map(({ id, impossible }) => [id, impossible]),
    [
      ['inhibition-1', undefined],
      ['silence', undefined],
      ['grouping', undefined],
      ['repeat', undefined],
    ],
  )
  for (const { labels } of probes.flatMap(({ alerts }) => alerts)) {
    assert.equal(labels[PROBE_LABEL], 'r1')
    assert.match(labels['job'] ?? '', /^firedrill-.*r1$/)
  }
  const inhibition = probes[0]?.alerts ?? []
  assert.deepEqual(
    inhibition.map(({ role, labels }) => [role, labels['severity'], labels['job'] === inhibition[0]?.labels['job']]),
    [
      ['source', 'critical', true],
      ['target', 'warning', true],
      ['target', 'info', true],
      ['neighbour', 'warning', false],
    ],
  )
})

test('what would share a group with real alerts, or cannot be told apart, is not tried', () => {
  const impossible = (more: Partial<typeof ROUTING>): (string | undefined)[] =>
    deliveryProbes({ ...ROUTING, ...more }, 'r1').map((probe) => probe.impossible)
  assert.match(impossible({ groupBy: ['severity'] }).join(), /share its message with real alerts/)
  assert.match(impossible({ groupBy: [] })[1] ?? '', /grouped by nothing/)
  // ServiceDown of the exercise and a real ServiceDown would be one message; the others have names of their own.
  assert.deepEqual(
    impossible({ groupBy: ['alertname'] }).map((each) => each !== undefined),
    [true, false, false, false],
  )
  assert.deepEqual(
    impossible({ groupBy: ['...'] }).map((each) => each !== undefined),
    [false, false, false, false],
  )
  assert.match(impossible({ receivers: ROUTING.receivers.map((receiver) => ({ ...receiver, kind: 'slack' })) })[1] ?? '', /slack receiver/)
  assert.match(
    impossible({
      inhibitions: [{ because: '', source: { severity: 'critical' }, target: { severity: ['warning'] }, equal: ['severity'] }],
    })[0] ?? '',
    /severity has to be equal/,
  )
})
