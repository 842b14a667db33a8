import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LoadedRoute, Matcher } from '../model/route.ts'
import { deliveriesOf, deliveryOf, routesTo } from './delivery.ts'
import { matches, parseMatchers } from './route-matchers.ts'
import { promisedRoute, routesFor } from './tree.ts'

function node(receiver: string, matchers: string[], below: LoadedRoute[] = [], more: Partial<LoadedRoute> = {}): LoadedRoute {
  return {
    receiver,
    matchers: matchers.flatMap((text) => parseMatchers(text).matchers),
    continues: false,
    groupBy: ['alertname'],
    groupWaitMs: 30_000,
    groupIntervalMs: 300_000,
    repeatIntervalMs: 14_400_000,
    routes: below,
    ...more,
  }
}

const TREE = node(
  'default',
  [],
  [
    node('chat', [], [], { continues: true, groupWaitMs: 90_000 }),
    node(
      'critical',
      ['severity="critical"'],
      [node('storage', ['job=~"redis|mysql.*"'], [], { groupWaitMs: 5_000 }), node('critical-elsewhere', ['job!="", job!~"rate-.*"'])],
    ),
    node('team', ['team="db"']),
  ],
)

const alerts: { story: string; labels: Record<string, string>; ends: string[] }[] = [
  { story: 'nothing but the route that goes on', labels: {}, ends: ['chat'] },
  { story: 'a child of a child, by pattern', labels: { severity: 'critical', job: 'redis' }, ends: ['chat', 'storage'] },
  {
    story: 'a pattern is anchored at both ends',
    labels: { severity: 'critical', job: 'redis-exporter' },
    ends: ['chat', 'critical-elsewhere'],
  },
  { story: 'none of the children takes it', labels: { severity: 'critical', job: 'rate-limiter' }, ends: ['chat', 'critical'] },
  { story: 'a label that it lacks is empty', labels: { severity: 'critical' }, ends: ['chat', 'critical'] },
  {
    story: 'the first that matches ends the search',
    labels: { severity: 'critical', job: 'rate-limiter', team: 'db' },
    ends: ['chat', 'critical'],
  },
  { story: 'a later sibling', labels: { severity: 'warning', team: 'db' }, ends: ['chat', 'team'] },
]
for (const { story, labels, ends } of alerts)
  test(`routes: ${story}`, () =>
    assert.deepEqual(
      routesFor(TREE, labels).map(({ receiver }) => receiver),
      ends,
    ))

test('an alert that no child takes ends at the root, which matches everything', () => {
  assert.deepEqual(
    routesFor(node('default', [], [node('critical', ['severity="critical"'])]), { severity: 'info' }).map(({ receiver }) => receiver),
    ['default'],
  )
})

test('a route with a matcher that cannot be read takes nothing', () => {
  assert.deepEqual(
    routesFor(node('default', [], [node('odd', [], [], { broken: ['==x'] })]), {}).map(({ receiver }) => receiver),
    ['default'],
  )
})

test('with a label that may be there, every route that it could end in', () => {
  const tree = node('default', [], [node('team', ['team="db"'], [], { groupWaitMs: 1_000 }), node('critical', ['severity="critical"'])])
  assert.deepEqual(
    routesFor(tree, { severity: 'critical' }, (label) => label === 'team').map(({ receiver }) => receiver),
    ['team', 'critical'],
  )
  assert.deepEqual(
    routesFor(tree, { severity: 'info' }, () => true).map(({ receiver }) => receiver),
    ['team', 'default'],
  )
  assert.deepEqual(
    routesFor(tree, { severity: 'info', team: 'db' }, () => true).map(({ receiver }) => receiver),
    ['team'],
  )
})

const label = fc.constantFrom('a', 'b')
const value = fc.constantFrom('', 'x', 'y')
const matcher: fc.Arbitrary<Matcher> = fc.record({
  label,
  op: fc.constantFrom('=', '!=', '=~', '!~'),
  value: fc.constantFrom('x', 'y', 'x|y', '.+'),
})
const { tree: anyTree } = fc.letrec<{ tree: LoadedRoute }>((tie) => ({
  tree: fc.record({
    receiver: fc.constantFrom('p', 'q', 'r'),
    matchers: fc.array(matcher, { maxLength: 2 }),
    continues: fc.boolean(),
    groupBy: fc.constant([]),
    groupWaitMs: fc.nat(),
    groupIntervalMs: fc.nat(),
    repeatIntervalMs: fc.nat(),
    routes: fc.oneof({ maxDepth: 3 }, fc.constant<LoadedRoute[]>([]), fc.array(tie('tree'), { maxLength: 3 })),
  }),
}))

test('what may happen holds for any value of the unstated label, and is no more than that when everything is stated', () => {
  fc.assert(
    fc.property(anyTree, value, value, (below, a, b) => {
      const root: LoadedRoute = { ...below, matchers: [] }
      const possible = routesFor(root, { a }, (name) => name === 'b')
      for (const route of routesFor(root, { a, b })) assert.ok(possible.includes(route))
      assert.deepEqual(
        routesFor(root, { a, b }, () => true),
        routesFor(root, { a, b }),
      )
      assert.ok(routesFor(root, { a, b }).length > 0, 'the root takes what no other route does')
    }),
    { numRuns: 2_000 },
  )
})

test('the clocks are those of the route to the receiver that is asked about', () => {
  const timing = {
    scrapeIntervalMs: 1,
    scrapeTimeoutMs: 1,
    evaluationIntervalMs: 1,
    resendDelayMs: 1,
    groupWaitMs: 7,
    groupIntervalMs: 8,
    repeatIntervalMs: 9,
    jobs: {},
  }
  const loaded = { ...timing, route: TREE, externalLabels: { severity: 'critical', job: 'redis' } }
  assert.equal(deliveryOf(loaded, {}, 'storage').groupWaitMs, 5_000, 'labels that Prometheus adds count')
  assert.equal(
    deliveryOf(loaded, { job: 'api' }, 'storage').groupWaitMs,
    90_000,
    'those of the alert win; one that goes elsewhere has the clocks of where it goes first',
  )
  assert.equal(deliveryOf(loaded, {}, 'chat').groupWaitMs, 90_000)
  assert.equal(deliveryOf(timing, {}, 'chat').groupWaitMs, 7, 'an older plan knows the root only')
  assert.deepEqual(deliveriesOf(loaded, { job: 'api', severity: 'info' }, 'team', (name) => name === 'team').length, 1)
  assert.deepEqual(
    routesTo(TREE, { severity: 'info' }, 'nobody').map(({ receiver }) => receiver),
    ['chat'],
  )
})

test('the clocks are those of the route that the relabelled alert takes', () => {
  const timing = {
    scrapeIntervalMs: 1,
    scrapeTimeoutMs: 1,
    evaluationIntervalMs: 1,
    resendDelayMs: 1,
    groupWaitMs: 7,
    groupIntervalMs: 8,
    repeatIntervalMs: 9,
    jobs: {},
    route: node('default', [], [node('pager', ['severity="page"'], [], { groupWaitMs: 1_000 })]),
  }
  const page = {
    action: 'replace',
    sourceLabels: ['severity'],
    separator: ';',
    regex: 'critical',
    modulus: '0',
    targetLabel: 'severity',
    replacement: 'page',
  }
  const drop = { ...page, action: 'drop', regex: 'page', replacement: '$1' }
  assert.equal(deliveryOf({ ...timing, alertRelabelling: { all: [page], each: [] } }, { severity: 'critical' }, 'pager').groupWaitMs, 1_000)
  assert.equal(
    deliveryOf({ ...timing, alertRelabelling: { all: [], each: [[page], []] } }, { severity: 'critical' }, 'pager').groupWaitMs,
    1_000,
    'for one of two Alertmanagers',
  )
  assert.equal(
    deliveryOf({ ...timing, alertRelabelling: { all: [page, drop], each: [] } }, { severity: 'critical' }, 'pager').groupWaitMs,
    30_000,
    'dropped: as it would go without',
  )
  assert.equal(
    deliveriesOf(
      { ...timing, alertRelabelling: { all: [{ ...page, sourceLabels: ['severity', 'job'], regex: 'critical;x' }], each: [] } },
      { severity: 'critical' },
      'nobody',
      (label) => label === 'job',
    ).length,
    2,
    'what the label makes of it is not known',
  )
})

test('the promised routing is a tree whose root is its default', () => {
  const tree = promisedRoute({
    because: '',
    groupBy: ['job'],
    groupWaitMs: 1,
    groupIntervalMs: 2,
    repeatIntervalMs: 3,
    receivers: [],
    routes: [
      { match: { severity: 'critical' }, receiver: 'critical' },
      { match: {}, receiver: 'default' },
    ],
    inhibitions: [],
  })
  assert.deepEqual(
    routesFor(tree, { severity: 'critical' }).map(({ receiver }) => receiver),
    ['critical'],
  )
  assert.deepEqual(
    routesFor(tree, { severity: 'info' }).map(({ receiver }) => receiver),
    ['default'],
  )
})

const texts: { text: string; matchers?: Matcher[]; broken?: string[] }[] = [
  { text: 'severity = critical', matchers: [{ label: 'severity', op: '=', value: 'critical' }] },
  {
    text: '{a="x",b!~"y,z"}',
    matchers: [
      { label: 'a', op: '=', value: 'x' },
      { label: 'b', op: '!~', value: 'y,z' },
    ],
  },
  { text: '"quoted label"="a \\" b"', matchers: [{ label: 'quoted label', op: '=', value: 'a " b' }] },
  { text: 'severity', broken: ['severity'] },
  { text: '{}', matchers: [] },
]
for (const { text, matchers = [], broken = [] } of texts)
  test(`matchers ${text}`, () => assert.deepEqual(parseMatchers(text), { matchers, broken }))

test('a broken pattern matches nothing, and its opposite everything', () => {
  assert.equal(matches({ label: 'a', op: '=~', value: '(' }, { a: '(' }), false)
  assert.equal(matches({ label: 'a', op: '!~', value: '(' }, { a: '(' }), true)
})
