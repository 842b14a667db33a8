import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PastDrill } from '../model/past-runs.ts'
import type { Rung } from '../model/rung.ts'
import type { JournalEntry } from '../model/journal.ts'
import { runDrill } from './run.ts'
import type { DrillOptions } from './options.ts'
import type { CpuWaits } from './ports.ts'
import { emptySpec, fakeWorld, plannedExperiment, plannedLeg, planOf } from '../../testing/virtual/fake-ports.ts'

function options(more: Partial<DrillOptions> = {}): DrillOptions {
  return {
    runId: 'r1',
    tool: 'test',
    target: 'fake',
    components: {},
    signal: new AbortController().signal,
    steadyDeadlineMs: 10_000,
    derivedFields: null,
    ...more,
  }
}

function ofKind<K extends JournalEntry['kind']>(entries: JournalEntry[], kind: K): Extract<JournalEntry, { kind: K }>[] {
  return entries.filter((entry): entry is Extract<JournalEntry, { kind: K }> => entry.kind === kind)
}

/** When the first leg began: the steady state takes its own time before. */
function legsFrom(entries: JournalEntry[]): number {
  return ofKind(entries, 'leg')[0]?.atMs ?? Number.NaN
}

test('a leg ends when what it waited for has arrived, and its fault is undone before it ends', async () => {
  const world = fakeWorld({ noticedMs: 3_000 })
  const ended = await world.clock.drive(runDrill(planOf([plannedExperiment('redis-killed')]), emptySpec, world, options()))
  assert.equal(ended, 'completed')
  const legs = ofKind(world.entries, 'leg').map(
    ({ leg, phase, ended: how, atMs }) => `${leg} ${phase} ${how ?? ''} ${atMs - legsFrom(world.entries)}`,
  )
  assert.deepEqual(legs, [
    'before begin  0',
    'before end held 1000',
    'fire begin  1000',
    'fire end arrived 4000',
    'clear begin  4000',
    'clear end arrived 7000',
  ])
  const faults = ofKind(world.entries, 'fault').map(({ phase }) => phase)
  assert.deepEqual(faults, ['inject', 'undo'])
  const undoSeq = ofKind(world.entries, 'fault')[1]!.seq
  assert.ok(undoSeq < ofKind(world.entries, 'leg').find(({ leg, phase }) => leg === 'fire' && phase === 'end')!.seq)
  assert.deepEqual(
    world.entries.map(({ seq }) => seq),
    world.entries.map((_, index) => index),
  )
  assert.equal(ofKind(world.entries, 'footer')[0]?.ended, 'completed')
})

test('an alert that resolves while its fault is still being undone is awaited no longer', async () => {
  const world = fakeWorld({ noticedMs: 2_000 })
  const { inject } = world.chaos
  // A part that needs 5 s to start again; its alert resolves 2 s after the begin.
  world.chaos.inject = async (use, experiment) => {
    const injected = await inject(use, experiment)
    const undo = async (): Promise<Awaited<ReturnType<typeof injected.undo>>> => {
      const undone = await injected.undo()
      await world.clock.sleep(5_000)
      return { ...undone, effectiveMs: world.clock.now() }
    }
    return { ...injected, undo }
  }
  await world.clock.drive(runDrill(planOf([plannedExperiment('redis-killed')]), emptySpec, world, options()))
  const legs = ofKind(world.entries, 'leg').map(
    ({ leg, phase, ended: how, atMs }) => `${leg} ${phase} ${how ?? ''} ${atMs - legsFrom(world.entries)}`,
  )
  assert.deepEqual(legs.slice(2), ['fire begin  1000', 'fire end arrived 8000', 'clear begin  8000', 'clear end arrived 8000'])
})

test('what does not arrive ends the leg at its deadline, not later', async () => {
  const world = fakeWorld({ noticedMs: 1_000_000 })
  await world.clock.drive(runDrill(planOf([plannedExperiment('redis-killed')]), emptySpec, world, options()))
  const fire = ofKind(world.entries, 'leg').filter(({ leg }) => leg === 'fire')
  assert.deepEqual(
    fire.map(({ ended, atMs }) => [ended, atMs - fire[0]!.atMs]),
    [
      [undefined, 0],
      ['deadline', 10_000],
    ],
  )
})

test('at the deadline of a fire leg Alertmanager is asked what it has, before the undo changes it', async () => {
  const world = fakeWorld({ noticedMs: 1_000_000 })
  const held = [{ labels: { alertname: 'RedisConnectionFailed' }, status: { silencedBy: ['s1'] } }]
  world.alertmanager.alerts = () => {
    world.calls.push('ask Alertmanager')
    return Promise.resolve(held)
  }
  await world.clock.drive(runDrill(planOf([plannedExperiment('redis-killed')]), emptySpec, world, options()))
  assert.ok(
    world.calls.lastIndexOf('ask Alertmanager', world.calls.indexOf('undo kill-process redis-killed')) >
      world.calls.indexOf('inject kill-process redis-killed'),
  )
  const end = ofKind(world.entries, 'leg').find(({ leg, phase }) => leg === 'fire' && phase === 'end')!
  const asked = ofKind(world.entries, 'alertmanager').filter(
    ({ what, seq }) => what === 'alerts' && seq < end.seq && seq > ofKind(world.entries, 'fault')[0]!.seq,
  )
  assert.deepEqual(
    asked.map(({ body }) => body),
    [held],
  )
})

test('an interruption in the middle of a fault undoes it and ends as interrupted', async () => {
  const world = fakeWorld({ noticedMs: 1_000_000 })
  const interrupt = new AbortController()
  void world.clock.sleep(8_000).then(() => {
    interrupt.abort(new Error('Ctrl-C'))
  })
  const ended = await world.clock.drive(
    runDrill(planOf([plannedExperiment('redis-killed')]), emptySpec, world, options({ signal: interrupt.signal })),
  )
  assert.equal(ended, 'interrupted')
  assert.deepEqual(world.calls, ['inject kill-process redis-killed', 'undo kill-process redis-killed', 'undo all'])
  assert.deepEqual(ofKind(world.entries, 'leg').at(-1)?.ended, 'interrupted')
})

test('experiments that conflict never overlap, the others run side by side', async () => {
  const world = fakeWorld({ noticedMs: 2_000 })
  const experiments = [plannedExperiment('a'), plannedExperiment('b', { startMs: 10 }), plannedExperiment('c', { startMs: 5 })]
  const plan = planOf(experiments, { conflicts: [{ a: 'a', b: 'b', because: 'same Redis' }] })
  await world.clock.drive(runDrill(plan, emptySpec, world, options()))
  const span = (id: string): [number, number] => {
    const legs = ofKind(world.entries, 'leg').filter(({ experiment }) => experiment === id)
    return [legs[0]!.atMs, legs.at(-1)!.atMs]
  }
  assert.ok(span('b')[0] >= span('a')[1], 'b waits for a')
  assert.equal(span('c')[0], span('a')[0], 'c starts with a')
})

test('serial runs one at a time', async () => {
  const world = fakeWorld({ noticedMs: 2_000 })
  await world.clock.drive(
    runDrill(planOf([plannedExperiment('a'), plannedExperiment('b', { startMs: 1 })], { serial: true }), emptySpec, world, options()),
  )
  const legs = ofKind(world.entries, 'leg')
  assert.ok(legs.find(({ experiment }) => experiment === 'b')!.seq > legs.findLast(({ experiment }) => experiment === 'a')!.seq)
})

test('a system that is not steady gets no fault', async () => {
  const world = fakeWorld()
  world.prometheus.alerts = () =>
    Promise.resolve([
      { labels: { alertname: 'RedisConnectionFailed', job: 'x' }, annotations: {}, state: 'firing', activeAtMs: 0, value: '1' },
    ])
  const ended = await world.clock.drive(runDrill(planOf([plannedExperiment('redis-killed')]), emptySpec, world, options()))
  assert.equal(ended, 'unhealthy-before')
  assert.deepEqual(world.calls, ['undo all'])
  assert.match(ofKind(world.entries, 'footer')[0]?.detail ?? '', /RedisConnectionFailed\{job=x\} firing/)
})

test("an alert that the specification does not know, and a target of a job that it does not, are somebody else's", async () => {
  const world = fakeWorld()
  const [target] = await world.prometheus.targets()
  world.prometheus.alerts = () =>
    Promise.resolve([{ labels: { alertname: 'Watchdog' }, annotations: {}, state: 'firing', activeAtMs: 0, value: '1' }])
  world.prometheus.targets = () => Promise.resolve([target!, { ...target!, job: 'elsewhere', health: 'down' }])
  const spec = { ...emptySpec, platform: { ...emptySpec.platform, targets: [{ job: 'redis-exporter', address: '127.0.0.1:9121' }] } }
  assert.equal(await world.clock.drive(runDrill(planOf([plannedExperiment('redis-killed')]), spec, world, options())), 'completed')
})

test('a fault that cannot be applied is recorded and nobody waits for its alert', async () => {
  const world = fakeWorld()
  world.chaos.inject = () => Promise.reject(new Error('no such process'))
  await world.clock.drive(
    runDrill(
      planOf([
        plannedExperiment('x', { legs: [plannedLeg('fire', 10_000, { fault: { id: 'kill-process', target: 'redis', params: {} } })] }),
      ]),
      emptySpec,
      world,
      options(),
    ),
  )
  const fault = ofKind(world.entries, 'fault')[0]
  assert.deepEqual([fault?.ok, fault?.detail], [false, 'no such process'])
  const legs = ofKind(world.entries, 'leg')
  assert.deepEqual([legs[1]!.ended, legs[1]!.atMs - legs[0]!.atMs], ['failed', 0])
})

test('a fault that the target does not allow ends its experiment: no later leg waits', async () => {
  const world = fakeWorld()
  world.chaos.inject = () => Promise.reject(Object.assign(new Error('offers no jvm'), { code: 'FAULT_NOT_ALLOWED' }))
  await world.clock.drive(runDrill(planOf([plannedExperiment('x')]), emptySpec, world, options()))
  assert.deepEqual(
    ofKind(world.entries, 'leg').flatMap(({ leg, phase, ended, detail }) => (phase === 'end' ? [[leg, ended, detail]] : [])),
    [
      ['before', 'held', undefined],
      ['fire', 'failed', 'offers no jvm'],
    ],
  )
  assert.equal(ofKind(world.entries, 'fault')[0]?.refused, true)
})

test('a reason that does not pass by itself is written down as one, also when it is the cause of another', async () => {
  const refusedWith = async (error: Error): Promise<true | undefined> => {
    const world = fakeWorld()
    world.chaos.inject = () => Promise.reject(error)
    await world.clock.drive(runDrill(planOf([plannedExperiment('x')]), emptySpec, world, options()))
    return ofKind(world.entries, 'fault')[0]?.lasting
  }
  const of = (code: string): Error => Object.assign(new Error(code), { code })
  assert.equal(await refusedWith(of('FAULT_NOT_POSSIBLE')), true)
  assert.equal(await refusedWith(of('FAULT_FORBIDDEN')), true)
  const wrapped = new Error('could not be applied', { cause: of('POLICY_NOT_ENFORCED') })
  assert.equal(await refusedWith(Object.assign(wrapped, { code: 'FAULT_NOT_APPLIED' })), true)
  assert.equal(await refusedWith(of('FAULT_NOT_STEADY')), undefined)
  assert.equal(await refusedWith(new Error('socket hang up')), undefined)
})

test('an alert that the longest range still remembers may take that long to end; a target that is down may not', async () => {
  const rule = { name: 'RedisConnectionFailed', type: 'alerting', query: 'rate(errors_total[5m]) > 1', forMs: 0, keepFiringForMs: 0 }
  const rules = [{ ...rule, labels: {}, annotations: {}, health: 'ok', lastError: '' }]
  const active = { labels: { alertname: rule.name }, annotations: {}, state: 'pending', activeAtMs: 0, value: '1' }
  const drilled = async (endsAfterMs: number, down = false): Promise<string> => {
    const world = fakeWorld()
    const beganMs = world.clock.now()
    world.prometheus.rules = () => Promise.resolve([{ name: 'g', file: 'f', intervalMs: 1_000, rules }])
    world.prometheus.alerts = () => Promise.resolve(world.clock.now() - beganMs < endsAfterMs ? [active] : [])
    const [target] = await world.prometheus.targets()
    if (down) world.prometheus.targets = () => Promise.resolve([{ ...target!, health: 'down' }])
    const ended = await world.clock.drive(runDrill(planOf([plannedExperiment('x')]), emptySpec, world, options()))
    return `${ended} ${ofKind(world.entries, 'footer')[0]?.detail ?? ''}`
  }
  assert.equal(await drilled(290_000), 'completed ')
  assert.match(await drilled(Number.POSITIVE_INFINITY), /^unhealthy-before not steady after 314 s: alerts active: RedisConnectionFailed/)
  assert.match(await drilled(0, true), /^unhealthy-before not steady after 10 s: targets not up/)
})

test('a source that cannot be read is an entry of its own and the rest is still collected', async () => {
  const world = fakeWorld()
  world.alertmanager.status = () => Promise.reject(new Error('[GET] "http://127.0.0.1:9095/api/v2/status": ECONNREFUSED'))
  const ended = await world.clock.drive(runDrill(planOf([]), emptySpec, world, options()))
  assert.equal(ended, 'completed')
  assert.ok(
    ofKind(world.entries, 'source-error').some(({ source, message }) => source === 'alertmanager' && message.includes('ECONNREFUSED')),
  )
  assert.equal(ofKind(world.entries, 'alerts-series').length, 2)
})

test('a load goes with its leg and is stopped with it', async () => {
  const world = fakeWorld({ noticedMs: 1_000 })
  const legs = [plannedLeg('quiet', 2_000, { load: { scenario: 'error-burst', params: { ratePerS: 20 } } })]
  await world.clock.drive(runDrill(planOf([plannedExperiment('e', { legs })]), emptySpec, world, options()))
  assert.deepEqual(world.calls, ['load error-burst e quiet', 'stop error-burst e quiet', 'undo all'])
  assert.deepEqual(
    ofKind(world.entries, 'load').map(({ phase }) => phase),
    ['begin', 'end'],
  )
})

test('steady is what stays steady: a pending alert between two looks starts the wait anew', async () => {
  const world = fakeWorld()
  let looks = 0
  world.prometheus.alerts = () => {
    looks += 1
    return Promise.resolve(
      looks === 3 ? [{ labels: { alertname: 'RedisConnectionFailed' }, annotations: {}, state: 'pending', activeAtMs: 0, value: '1' }] : [],
    )
  }
  const begin = world.clock.now()
  await world.clock.drive(runDrill(planOf([plannedExperiment('x', { legs: [] })]), emptySpec, world, options()))
  // Two good looks, a bad one at 1 s, then four good seconds (twice scrape and evaluation interval) from 1.5 s on.
  const snapshot = ofKind(world.entries, 'targets')[0]!
  assert.equal(snapshot.atMs - begin, 5_500)
})

test('a condition that holds without any alert keeps the drill from starting', async () => {
  const world = fakeWorld()
  world.prometheus.query = (expr) => Promise.resolve(expr === 'redis_up == 0' ? [{ metric: {}, values: [[1, '0']] }] : [])
  const ended = await world.clock.drive(runDrill(planOf([plannedExperiment('x')]), emptySpec, world, options()))
  assert.equal(ended, 'unhealthy-before')
  assert.match(ofKind(world.entries, 'footer')[0]?.detail ?? '', /the condition of RedisConnectionFailed is true/)
})

test('what is asked for again is walked again in the same journal, after the groups were swept and a new steady state', async () => {
  const world = fakeWorld({ noticedMs: 2_000 })
  const plan = planOf([plannedExperiment('a'), plannedExperiment('b')])
  const wanted = [{ plan: planOf([plan.experiments[1]!]), because: { b: 'load-short: 3 of 20 requests/s' } }, null]
  const seen: (string | undefined)[] = []
  const ended = await world.clock.drive(
    runDrill(
      plan,
      emptySpec,
      world,
      options({
        warmUp: { scenario: 'warm-up', params: {} },
        background: { scenario: 'steady', params: { ratePerS: 6 } },
        again: () => {
          seen.push(world.entries.at(-1)?.kind)
          return Promise.resolve(wanted.shift() ?? null)
        },
      }),
    ),
  )
  assert.equal(ended, 'completed')
  assert.deepEqual(seen, ['footer', 'footer'], 'the journal is whole whenever somebody may judge it')
  const begins = ofKind(world.entries, 'leg').filter(({ leg, phase }) => leg === 'before' && phase === 'begin')
  assert.deepEqual(begins.map(({ experiment }) => experiment).sort(), ['a', 'b', 'b'])
  const footers = ofKind(world.entries, 'footer')
  assert.ok(begins.at(-1)!.atMs - footers[0]!.atMs >= 30_000)
  const note = ofKind(world.entries, 'note')[0]!
  assert.deepEqual([note.experiment, note.message], ['b', 'attempt 2, because of the one before: load-short: 3 of 20 requests/s'])
  assert.ok(note.seq > footers[0]!.seq && note.seq < begins.at(-1)!.seq)
  assert.equal(ofKind(world.entries, 'header').length, 1)
  assert.equal(world.calls.filter((call) => call === 'load warm-up drill warm-up').length, 1)
  assert.equal(world.calls.filter((call) => call === 'load steady drill background').length, 2)
})

test('the header has what lint and simulate said of the deployed files, and nothing where they did not run', async () => {
  const rungs: Rung[] = [{ rung: 'lint', files: ['monitoring'], findings: [], untested: [], problems: [] }]
  for (const known of [{ rungs }, {}]) {
    const world = fakeWorld({ noticedMs: 2_000 })
    await world.clock.drive(runDrill(planOf([plannedExperiment('a')]), emptySpec, world, options(known)))
    assert.deepEqual(ofKind(world.entries, 'header')[0]?.rungs, known.rungs)
  }
})

test('the header has what fired in earlier runs, and nothing where that is not known', async () => {
  const lastFired = [{ alert: 'A', labels: { job: 'one' }, atMs: 5, runId: 'before' }]
  const past: PastDrill[] = [{ runId: 'before', startedMs: 4, outcome: 'pass', results: [] }]
  for (const [known, expected] of [
    [{ lastFired, past }, lastFired],
    [{}, undefined],
  ] as const) {
    const world = fakeWorld({ noticedMs: 2_000 })
    await world.clock.drive(runDrill(planOf([plannedExperiment('a')]), emptySpec, world, options(known)))
    assert.deepEqual(ofKind(world.entries, 'header')[0]?.lastFired, expected)
    assert.deepEqual(ofKind(world.entries, 'header')[0]?.past, expected === undefined ? undefined : past)
  }
})

test('an interrupted drill is not tried again, and an interruption of the second attempt ends the drill', async () => {
  const plan = planOf([plannedExperiment('a')])
  for (const [atMs, asked] of [
    [6_000, 0],
    [50_000, 1],
  ] as const) {
    const world = fakeWorld({ noticedMs: 2_000 })
    const interrupt = new AbortController()
    void world.clock.sleep(atMs).then(() => {
      interrupt.abort(new Error('Ctrl-C'))
    })
    let count = 0
    const ended = await world.clock.drive(
      runDrill(
        plan,
        emptySpec,
        world,
        options({
          signal: interrupt.signal,
          again: () => {
            count += 1
            return Promise.resolve({ plan, because: {} })
          },
        }),
      ),
    )
    assert.deepEqual([ended, count], ['interrupted', asked])
    assert.equal(ofKind(world.entries, 'footer').at(-1)?.ended, 'interrupted')
    assert.deepEqual(
      world.calls.filter((call) => call.startsWith('undo kill-process')).length,
      world.calls.filter((call) => call.startsWith('inject')).length,
    )
  }
})

test('a standstill of the drill itself is in the journal', async () => {
  const world = fakeWorld({ noticedMs: 2_000 })
  const sleep = world.clock.sleep
  let stalled = false
  world.clock.sleep = async (ms, signal) => {
    const stall = ms === 250 && !stalled && world.clock.now() > 1_700_000_006_000
    stalled ||= stall
    await sleep(stall ? ms + 2_000 : ms, signal)
  }
  await world.clock.drive(runDrill(planOf([plannedExperiment('a')]), emptySpec, world, options()))
  assert.deepEqual(
    ofKind(world.entries, 'health')
      .filter(({ metric }) => metric === 'firedrill_stall_seconds')
      .map(({ series }) => series[0]?.values[0]?.[1]),
    ['2'],
  )
})

test('how long parts waited for a CPU is in the journal before the footer, of each attempt; where it is not known a note says why', async () => {
  const world = fakeWorld({ noticedMs: 2_000 })
  const plan = planOf([plannedExperiment('a')])
  let begun = 0
  world.machine.watch = () => {
    begun += 1
    const seen: CpuWaits = {
      seconds: [[1_000, 2_000, 0.5, 0.9]],
      waits: { redis: [[0, begun]] },
      ...(begun === 2 ? { unobserved: 'it ended' } : {}),
    }
    return { stop: () => Promise.resolve(seen) }
  }
  const again = [{ plan, because: {} }, null]
  await world.clock.drive(runDrill(plan, emptySpec, world, options({ again: () => Promise.resolve(again.shift() ?? null) })))
  const kinds = world.entries.flatMap((entry) =>
    entry.kind === 'cpu-waits' ? [String(entry.waits['redis']?.[0]?.[1])] : entry.kind === 'footer' ? ['footer'] : [],
  )
  assert.deepEqual(kinds, ['1', 'footer', '2', 'footer'])
  assert.deepEqual(
    ofKind(world.entries, 'note')
      .map(({ message }) => message)
      .filter((message) => message.includes('CPU')),
    ['how long parts waited for a CPU was not observed: it ended'],
  )
})

test('the delivery exercise runs beside the experiments, once, and is over before the footer', async () => {
  const world = fakeWorld({ noticedMs: 3_000 })
  const posted: string[] = []
  world.alertmanager.post = (alerts) => {
    posted.push(...alerts.map(({ labels }) => labels['alertname'] ?? ''))
    return Promise.resolve()
  }
  const routing = {
    ...emptySpec.routing,
    groupBy: ['alertname'],
    receivers: [{ name: 'default', kind: 'webhook' as const, sendResolved: true, optional: false }],
    routes: [{ match: {}, receiver: 'default' }],
  }
  await world.clock.drive(
    runDrill(planOf([plannedExperiment('redis-killed')]), { ...emptySpec, routing }, world, options({ deliveryProbes: true })),
  )
  const steps = ofKind(world.entries, 'delivery-probe')
  assert.deepEqual(
    steps
      .filter(({ action }) => action === 'over')
      .map(({ probe, ok }) => [probe, ok])
      .sort(),
    [
      ['grouping', true],
      ['repeat', true],
      ['silence', true],
    ],
  )
  assert.ok(posted.length > 0)
  const seqOf = (kind: JournalEntry['kind']): number => ofKind(world.entries, kind).at(-1)!.seq
  assert.ok(seqOf('delivery-probe') < seqOf('footer'))
  assert.ok(steps[0]!.seq < ofKind(world.entries, 'leg').at(-1)!.seq, 'it began while the experiment ran')
})

test('no leg takes a synthetic alert for the one that it waits for', async () => {
  const world = fakeWorld({ noticedMs: 1_000_000 })
  void world.clock.sleep(8_000).then(() => {
    world.notify({ alertname: 'RedisConnectionFailed', job: 'redis-killed', firedrill: 'r1' }, 'firing')
  })
  await world.clock.drive(runDrill(planOf([plannedExperiment('redis-killed')]), emptySpec, world, options()))
  assert.equal(ofKind(world.entries, 'leg').find(({ leg, phase }) => leg === 'fire' && phase === 'end')?.ended, 'deadline')
})

test('no leg takes another step of the same ladder for the one that it waits for', async () => {
  const world = fakeWorld({ noticedMs: 1_000_000 })
  void world.clock.sleep(8_000).then(() => {
    world.notify({ alertname: 'RedisConnectionFailed', job: 'redis-killed', severity: 'warning' }, 'firing')
  })
  await world.clock.drive(runDrill(planOf([plannedExperiment('redis-killed')]), emptySpec, world, options()))
  assert.equal(ofKind(world.entries, 'leg').find(({ leg, phase }) => leg === 'fire' && phase === 'end')?.ended, 'deadline')
})

test('an outage waits until the probes are read, goes on beside the experiments, and one beside an experiment covers its fault', async () => {
  const world = fakeWorld()
  const beside = {
    id: 'collector-stopped',
    title: '',
    because: '',
    request: { service: 'shop', method: 'GET', path: '/{stamp}', headers: {}, expectStatus: 200 },
    ratePerS: 5,
    answers: true,
    lines: 'kept' as const,
    service: 'shop',
    recoversWithinMs: 4_000,
    named: 'collector' as const,
    effects: [],
    observes: [],
  }
  const own = { ...beside, id: 'loki-stopped', fault: { id: 'kill-process', target: 'loki', params: {} }, holdMs: 2_000 }
  const plan = planOf([plannedExperiment('redis-killed')], {
    outages: [
      { id: 'collector-stopped', title: '', startMs: 0, durationMs: 30_000, holdMs: 0, during: 'redis-killed', after: [] },
      {
        id: 'loki-stopped',
        title: '',
        startMs: 0,
        durationMs: 20_000,
        holdMs: 2_000,
        fault: own.fault,
        after: [{ experiment: 'probes', until: 'ended' }],
      },
    ],
  })
  const ended = await world.clock.drive(runDrill(plan, { ...emptySpec, outages: [beside, own] }, world, options()))
  assert.equal(ended, 'completed')
  const outages = ofKind(world.entries, 'outage')
  assert.deepEqual(outages.map(({ outage }) => outage).sort(), ['collector-stopped', 'loki-stopped'])
  const fire = ofKind(world.entries, 'fault').filter(({ experiment }) => experiment === 'redis-killed')
  const sent = outages.find(({ outage }) => outage === 'collector-stopped')
  const lastMs = (sent?.startedMs ?? 0) + (sent?.rows.at(-1)?.[0] ?? 0)
  assert.ok((sent?.startedMs ?? Infinity) < (fire[0]?.startedMs ?? 0) && lastMs > (fire[1]?.effectiveMs ?? Infinity))
  assert.deepEqual(
    ofKind(world.entries, 'fault')
      .filter(({ experiment }) => experiment === 'loki-stopped')
      .map(({ phase, ok }) => [phase, ok]),
    [
      ['inject', true],
      ['undo', true],
    ],
  )
})

test('traces and lines alone need targets that are up, and no silence of the alerts', async () => {
  const world = fakeWorld()
  world.prometheus.alerts = () =>
    Promise.resolve([
      { labels: { alertname: 'RedisConnectionFailed', job: 'x' }, annotations: {}, state: 'pending', activeAtMs: 0, value: '1' },
    ])
  const journeys: [Parameters<typeof planOf>[0], string][] = [
    [[], 'completed'],
    [[plannedExperiment('a')], 'unhealthy-before'],
  ]
  for (const [experiments, ended] of journeys)
    assert.equal(await world.clock.drive(runDrill(planOf(experiments), emptySpec, world, options())), ended)
})

test('what waits for an outage beside an experiment waits until it is read, and not at all when the experiment never begins', async () => {
  const beside = {
    id: 'service-restarted',
    title: '',
    because: '',
    request: { service: 'shop', method: 'GET', path: '/{stamp}', headers: {}, expectStatus: 200 },
    ratePerS: 5,
    answers: false,
    lines: 'kept' as const,
    service: 'shop',
    recoversWithinMs: 4_000,
    named: 'service' as const,
    effects: [],
    observes: [],
  }
  const own = { ...beside, id: 'loki-stopped', fault: { id: 'kill-process', target: 'loki', params: {} }, holdMs: 2_000 }
  const plan = planOf(
    [
      plannedExperiment('redis-killed'),
      plannedExperiment('service-down', { startMs: 1, after: [{ experiment: 'redis-killed', until: 'ended' }] }),
    ],
    {
      outages: [
        { id: 'service-restarted', title: '', startMs: 0, durationMs: 30_000, holdMs: 0, during: 'service-down', after: [] },
        {
          id: 'loki-stopped',
          title: '',
          startMs: 0,
          durationMs: 20_000,
          holdMs: 2_000,
          fault: own.fault,
          after: [{ experiment: 'service-restarted', until: 'ended' }],
        },
      ],
    },
  )
  const world = fakeWorld()
  assert.equal(await world.clock.drive(runDrill(plan, { ...emptySpec, outages: [beside, own] }, world, options())), 'completed')
  const [first, second] = ofKind(world.entries, 'outage')
  assert.ok(first?.outage === 'service-restarted' && (second?.startedMs ?? 0) >= first.atMs)

  const cut = fakeWorld()
  const stop = new AbortController()
  const running = runDrill(plan, { ...emptySpec, outages: [beside, own] }, cut, options({ signal: stop.signal }))
  // While the first experiment is under way.
  void (async () => {
    while (!cut.calls.some((call) => call === 'inject kill-process redis-killed')) await cut.clock.sleep(100)
    stop.abort(new Error('interrupted'))
  })()
  assert.equal(await cut.clock.drive(running), 'interrupted')
  assert.deepEqual(ofKind(cut.entries, 'outage'), [])
})
