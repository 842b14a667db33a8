import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExperimentSpec, RoutingSpec, RuleSpec } from '../model/spec.ts'
import { conflictsOf, sharedGroups } from './conflicts.ts'
import type { Extent } from './conflicts.ts'

const routing: RoutingSpec = {
  because: 'b',
  groupBy: ['alertname', 'job'],
  groupWaitMs: 1,
  groupIntervalMs: 1,
  repeatIntervalMs: 1,
  receivers: [],
  routes: [],
  inhibitions: [{ because: 'b', source: { alertname: 'Down' }, target: { severity: ['warning'] }, equal: ['job'] }],
}

function extent(
  alert: string,
  id: string,
  experiment: Partial<ExperimentSpec> = {},
  labels: Record<string, string> = { severity: 'critical' },
): Extent {
  const full: ExperimentSpec = {
    id,
    title: id,
    because: 'b',
    subject: { job: id },
    fire: { kind: 'level', level: 1 },
    injection: { expr: 'x', comparator: '>', threshold: 0, title: 't' },
    alsoMust: [],
    may: [],
    effects: [],
    observes: [],
    ...experiment,
  }
  const rule: RuleSpec = {
    alert,
    because: 'b',
    condition: { kind: 'gauge', expr: 'x', value: 'x', threshold: 0, comparator: '>' },
    forMs: 0,
    keepFiringForMs: 0,
    labels,
    annotations: {},
    holdsFor: {},
    experiments: [full],
  }
  return { rule, experiment: full, durationMs: 100, undoneMs: 40, fireMs: 20 }
}

const pairs: {
  story: string
  a: Extent
  b: Extent
  serial?: boolean
  aThenB?: 'ended' | 'undone'
  bThenA?: 'ended' | 'undone'
  because?: RegExp
}[] = [
  {
    story: 'nothing in common',
    a: extent('A', 'a', { effects: ['redis'], observes: ['redis'] }),
    b: extent('B', 'b', { effects: ['mysql'], observes: ['mysql'] }),
  },
  {
    story: 'two aspects of one part',
    a: extent('A', 'a', { effects: ['api:latency'], observes: ['api:latency'] }),
    b: extent('B', 'b', { effects: ['api:errors'], observes: ['api:errors'] }),
  },
  {
    story: 'names that only begin alike',
    a: extent('A', 'a', { effects: ['redis'] }),
    b: extent('B', 'b', { observes: ['redis-exporter'] }),
  },
  { story: 'two that watch the same', a: extent('A', 'a', { observes: ['redis'] }), b: extent('B', 'b', { observes: ['redis'] }) },
  {
    story: 'two that merely may fire the same alert',
    a: extent('A', 'a', { may: [{ alert: 'X', labels: { job: 'x' }, because: 'b' }] }),
    b: extent('B', 'b', { may: [{ alert: 'X', labels: { job: 'x' }, because: 'b' }] }),
  },
  {
    story: 'an inhibition of another job',
    a: extent('Down', 'a', { subject: { job: 'x' } }),
    b: extent('B', 'b', { subject: { job: 'y' } }, { severity: 'warning' }),
  },
  {
    story: 'a part disturbed and one aspect of it watched',
    a: extent('A', 'a', { effects: ['redis'] }),
    b: extent('B', 'b', { observes: ['redis:memory'] }),
    aThenB: 'ended',
    bThenA: 'ended',
    because: /disturbs redis/,
  },
  {
    story: 'a disturbance that is over with the undo',
    a: extent('A', 'a', { effects: ['redis'], endsWithUndo: ['redis'] }),
    b: extent('B', 'b', { observes: ['redis:commands'] }),
    aThenB: 'undone',
    bThenA: 'ended',
    because: /disturbs redis/,
  },
  {
    story: 'two disturbances, one of them lasting',
    a: extent('A', 'a', { effects: ['redis', 'api:errors'], endsWithUndo: ['redis'] }),
    b: extent('B', 'b', { observes: ['redis', 'api:errors'] }),
    aThenB: 'ended',
    bThenA: 'ended',
  },
  {
    story: 'two faults in one part, nothing else',
    a: extent('A', 'a', { fire: { kind: 'level', level: 1, fault: { id: 'f', target: 'redis', params: {} } } }),
    b: extent('B', 'b', { fire: { kind: 'level', level: 1, fault: { id: 'g', target: 'redis', params: {} } } }),
    aThenB: 'undone',
    bThenA: 'undone',
    because: /both have a fault in redis/,
  },
  {
    story: 'the same alert group',
    a: extent('A', 'a', { subject: { job: 'x' } }),
    b: extent('A', 'b', { subject: { job: 'x' } }),
    aThenB: 'ended',
    bThenA: 'ended',
    because: /same alert group A\{job=x\}/,
  },
  {
    story: 'an alert that must fire here and may fire there',
    a: extent('A', 'a', { subject: { job: 'x' } }),
    b: extent('B', 'b', { may: [{ alert: 'A', labels: { job: 'x' }, because: 'b' }] }),
    aThenB: 'ended',
    bThenA: 'ended',
    because: /same alert group/,
  },
  {
    story: 'an alert that may fire for whatever job',
    a: extent('A', 'a', { subject: { job: 'x' } }),
    b: extent('B', 'b', { may: [{ alert: 'A', labels: {}, because: 'b' }] }),
    aThenB: 'ended',
    bThenA: 'ended',
  },
  {
    story: 'an inhibition of the same job',
    a: extent('Down', 'a', { subject: { job: 'x' } }),
    b: extent('B', 'b', { subject: { job: 'x' } }, { severity: 'warning' }),
    aThenB: 'ended',
    bThenA: 'ended',
    because: /inhibits/,
  },
  {
    story: 'nothing in common, in a serial drill',
    a: extent('A', 'a'),
    b: extent('B', 'b'),
    serial: true,
    aThenB: 'ended',
    bThenA: 'ended',
    because: /serial/,
  },
]
for (const { story, a, b, serial = false, aThenB, bThenA, because = /./ } of pairs) {
  test(`${story}: ${aThenB === undefined ? 'at the same time' : 'one after the other'}`, () => {
    const [clash] = conflictsOf([a, b], routing, serial)
    assert.equal(clash?.aThenB, aThenB)
    assert.equal(clash?.bThenA, bThenA)
    if (clash === undefined) return
    assert.match(clash.because, because)
    assert.equal(clash.aThenBMs, aThenB === 'ended' ? 100 : 40)
    assert.equal(clash.bThenAMs, bThenA === 'ended' ? 100 : 40)
  })
}

const groupings: { story: string; groupBy: string[]; b: Extent; shared: boolean }[] = [
  { story: 'without group_by labels everything of one route is one group', groupBy: [], b: extent('B', 'b'), shared: true },
  { story: 'another route is another group', groupBy: [], b: extent('B', 'b', {}, { severity: 'info' }), shared: false },
  { story: 'grouped by alert, two jobs share a group', groupBy: ['alertname'], b: extent('A', 'b'), shared: true },
  { story: 'grouped by all labels, two jobs do not', groupBy: ['...'], b: extent('A', 'b'), shared: false },
]
for (const { story, groupBy, b, shared } of groupings) {
  test(story, () => {
    const grouped = {
      ...routing,
      groupBy,
      routes: [
        { match: { severity: 'critical' }, receiver: 'critical' },
        { match: {}, receiver: 'default' },
      ],
    }
    assert.equal(sharedGroups(grouped)(extent('A', 'a'), b) !== undefined, shared)
  })
}

test('a promise to keep answering waits for a fault that would leave none of its requests; one that is shorter leaves some', () => {
  const request = { service: 'shop', method: 'GET', path: '/', headers: {}, expectStatus: 200 }
  const promise = [{ request, withinMs: 1_000, share: 1, because: 'b' }]
  const promises = (more: Partial<ExperimentSpec> = {}): Extent =>
    extent('A', 'promises', { effects: ['a'], observes: ['a'], keepsAnswering: promise, ...more })
  const kills = (more: Partial<ExperimentSpec> = {}): Extent =>
    extent('B', 'kills', { effects: ['shop'], observes: ['shop:up'], inTurnWith: ['other'], ...more })
  const because = (...all: Extent[]): string[] =>
    conflictsOf(all, routing, false).map((clash) => `${clash.because}, ${clash.aThenB}, ${clash.bThenA}`)
  assert.deepEqual(because(promises(), kills()), ['kills disturbs shop:answers, which promises promises, undone, undone'])
  assert.deepEqual(because(kills(), promises()), ['kills disturbs shop:answers, which promises promises, undone, undone'])
  assert.deepEqual(because(promises(), { ...kills(), fireMs: 10 }), [])
  assert.deepEqual(because(promises({ keepsAnswering: [] }), kills()), [])
  assert.deepEqual(because(promises(), kills({ effects: ['till'] })), [])
  // Of two that every drill has only where another has its turn.
  const { inTurnWith: _, ...always } = kills().experiment
  assert.deepEqual(because(promises(), { ...kills(), experiment: always }), [])
  const turn = extent('C', 'turn', { effects: ['c'], observes: ['c'], inTurnWith: ['x'] })
  assert.deepEqual(because(promises(), { ...kills(), experiment: always }, turn), [
    'kills disturbs shop:answers, which promises promises, undone, undone',
  ])
})
