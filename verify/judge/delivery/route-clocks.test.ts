import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../model/journal.ts'
import type { LoadedRoute } from '../../model/route.ts'
import type { Labels } from '../../model/spec.ts'
import type { Verdict } from '../../model/verdict.ts'
import { exercisedJournal, ROUTING, type VirtualConfig } from '../../../testing/virtual/virtual-alertmanager.ts'
import { planOf } from '../../../testing/virtual/fake-ports.ts'
import { promisedRoute } from '../../routing/tree.ts'
import { judge } from '../judge.ts'
import { seeded } from '../../../testing/random/seeded-random.ts'
import { randomWorld, simulate } from '../../../testing/virtual/virtual-journal.ts'
import { alter, run, verdictOf } from '../../../testing/journals/honest-run.ts'

/** A tree whose root is far from what the alert meets, and whose only other way is a child of a child. */
function nested(matcher: string, own: Partial<LoadedRoute>): LoadedRoute {
  const root: LoadedRoute = {
    receiver: 'default',
    matchers: [],
    continues: false,
    groupBy: ['alertname', 'job'],
    groupWaitMs: 400_000,
    groupIntervalMs: 1_000_000,
    repeatIntervalMs: 1,
    routes: [],
  }
  const leaf: LoadedRoute = { ...root, receiver: 'critical', matchers: [{ label: 'job', op: '=~', value: matcher }], ...own }
  const other: LoadedRoute = { ...root, receiver: 'critical', matchers: [{ label: 'job', op: '!~', value: '.+' }] }
  return {
    ...root,
    routes: [{ ...root, receiver: 'critical', matchers: [{ label: 'severity', op: '=', value: 'critical' }], routes: [other, leaf] }],
  }
}

function withRoute(journal: Journal, route: LoadedRoute): Journal {
  const { groupWaitMs, groupIntervalMs, repeatIntervalMs } = route
  return alter(journal, 'header', (entry) => ({
    ...entry,
    plan: { ...entry.plan, timing: { ...entry.plan.timing, groupWaitMs, groupIntervalMs, repeatIntervalMs, route } },
  }))
}

test('in random runs whose route is nested, its clocks are the ones that count: no false alarm', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed)
    const world = randomWorld(random)
    const journal = withRoute(
      simulate(world, random),
      nested('prob.*', { groupWaitMs: world.groupWaitMs, groupIntervalMs: world.groupIntervalMs }),
    )
    assert.deepEqual(
      judge(journal)
        .filter(({ status }) => status === 'fail')
        .map(({ check, expected, observed }) => `${check}: ${expected} / ${observed}`),
      [],
      `seed ${seed}`,
    )
  }
})

test('a message that comes by the clocks of another route is too early or too late', () => {
  // `for` outlasts what a group leaves behind, so that the group is surely new and group_wait is exact.
  const slow = run({ world: { forMs: 40_000, groupWaitMs: 5_000 } })
  assert.equal(
    verdictOf(withRoute(slow, nested('probed', { groupWaitMs: 5_000, groupIntervalMs: 4_000 })), 'notification-delivered').status,
    'pass',
  )
  const early = verdictOf(withRoute(slow, nested('probed', { groupWaitMs: 9_000, groupIntervalMs: 4_000 })), 'notification-delivered')
  assert.equal(early.status, 'fail')
  assert.match(early.observed, /too early/)
  assert.match(
    verdictOf(withRoute(slow, nested('probed', { groupWaitMs: 1_000, groupIntervalMs: 4_000 })), 'notification-delivered').observed,
    /too late/,
  )
  assert.match(
    verdictOf(
      withRoute(run({ world: { groupIntervalMs: 30_000 } }), nested('probed', { groupWaitMs: 1_000, groupIntervalMs: 4_000 })),
      'resolved-notified',
    ).observed,
    /too late/,
  )
})

const CLOCKS = { groupWaitMs: 4_000, groupIntervalMs: 9_000, repeatIntervalMs: 20_000 }
const critical = (labels: Labels): boolean => labels['severity'] === 'critical'

/** An exercise on an Alertmanager whose routes have clocks of their own; `own` says which alerts take them. */
async function exercised(
  own: (labels: Labels) => boolean,
  route: LoadedRoute | undefined,
  wrong: Partial<VirtualConfig> = {},
): Promise<Verdict[]> {
  const { timing } = planOf([])
  const journal = await exercisedJournal(
    { clocks: (labels) => (own(labels) ? CLOCKS : {}), ...wrong },
    { planned: { timing: { ...timing, ...(route === undefined ? {} : { route }) } } },
  )
  return judge(journal).filter(({ check }) => /^(inhibition|silence|grouping|repeat|send-resolved)-works$/.test(check))
}

const { timing } = planOf([])
const ROOT = promisedRoute({
  ...ROUTING,
  groupWaitMs: timing.groupWaitMs,
  groupIntervalMs: timing.groupIntervalMs,
  repeatIntervalMs: timing.repeatIntervalMs,
})

test('the exercise waits and is judged by the clocks of the route of each synthetic alert', async () => {
  const route = { ...ROOT, routes: ROOT.routes.map((child) => ({ ...child, ...CLOCKS })) }
  const verdicts = await exercised(critical, route)
  assert.deepEqual(
    verdicts.filter(({ status }) => status === 'fail').map(({ check, observed }) => `${check}: ${observed}`),
    [],
  )
  assert.equal(verdicts.find(({ check }) => check === 'inhibition-works')?.status, 'pass')
  assert.match(verdicts.find(({ check }) => check === 'send-resolved-works')?.expected ?? '', /within 9 s/)
})

test('the same Alertmanager beside a plan that takes every route for the root fails', async () => {
  const failed = (await exercised(critical, ROOT)).filter(({ status }) => status === 'fail').map(({ check }) => check)
  assert.ok(failed.includes('inhibition-works') && failed.includes('send-resolved-works'), failed.join())
})

test('a child of the default route that repeats sooner is waited for and judged so', async () => {
  const repeated = (labels: Labels): boolean => labels['alertname'] === 'FiredrillRepeated'
  const route = {
    ...ROOT,
    routes: [
      ...ROOT.routes,
      { ...ROOT, ...CLOCKS, matchers: [{ label: 'alertname', op: '=' as const, value: 'FiredrillRepeated' }], routes: [] },
    ],
  }
  const verdict = (await exercised(repeated, route)).find(({ check }) => check === 'repeat-works')
  assert.equal(verdict?.status, 'pass', verdict?.observed)
  assert.match(verdict?.observed ?? '', /notified 2 times, the second 27/)
  const never = (
    await exercised(repeated, route, { clocks: (labels) => (repeated(labels) ? { ...CLOCKS, repeatIntervalMs: 1_000_000 } : {}) })
  ).find(({ check }) => check === 'repeat-works')
  assert.equal(never?.status, 'fail')
})

test('synthetic alerts carry what Prometheus adds to each alert, for a route that asks for it', async () => {
  const journal = await exercisedJournal({}, { planned: { timing: { ...timing, externalLabels: { cluster: 'eu', severity: 'page' } } } })
  const posted = journal.entries.flatMap((entry) => (entry.kind === 'delivery-probe' ? entry.alerts : []))
  assert.ok(posted.length > 0 && posted.every(({ labels }) => labels['cluster'] === 'eu'))
  assert.ok(
    posted.some(({ labels }) => labels['severity'] === 'critical'),
    'what it has is not overwritten',
  )
  assert.deepEqual(
    judge(journal)
      .filter(({ check, status }) => status === 'fail' && /-works$/.test(check))
      .map(({ observed }) => observed),
    [],
  )
})
