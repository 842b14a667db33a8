import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FiredrillError } from '../model/error.ts'
import { loadSpec } from '../spec/load.ts'
import { select } from './select.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)
const ids = (only: string[], skip: string[] = []): string[] =>
  select(spec, only, skip)
    .experiments.map(({ experiment }) => experiment.id)
    .sort()

const cases: { says: string; only: string[]; skip?: string[]; selects: string[] }[] = [
  { says: 'an alert in its own spelling', only: ['HighErrorRate'], selects: ['error-burst', 'mysql-killed'] },
  { says: 'an alert in kebab-case', only: ['redis-high-memory'], selects: ['redis-memory-filled'] },
  { says: 'an alert in lower case', only: ['mysqlslowqueries'], selects: ['slow-queries'] },
  { says: 'an experiment', only: ['redis-hung'], selects: ['redis-hung'] },
  { says: 'an alert without one of its experiments', only: ['HighErrorRate'], skip: ['mysql-killed'], selects: ['error-burst'] },
  { says: 'both kinds of names together', only: ['redis-hung', 'HighLatency'], selects: ['latency-burst', 'redis-hung'] },
]
for (const { says, only, skip, selects } of cases) test(`selects ${says}`, () => assert.deepEqual(ids(only, skip), selects))

const every = spec.rules.flatMap(({ experiments }) => experiments)
const always = every.filter(({ inTurnWith }) => inTurnWith === undefined).map(({ id }) => id)

test('without a choice everything is drilled that takes no turns', () => assert.deepEqual(ids([]), [...always].sort()))

test('one that takes turns is drilled when it is called by its id, beside those that it replaces', () => {
  assert.deepEqual(ids(['heap-pressure-fluxpay']), ['heap-pressure-fluxpay'])
  assert.deepEqual(ids(['heap-pressure-fluxpay', 'heap-pressure']), ['heap-pressure', 'heap-pressure-fluxpay'])
})

test('in its turn one replaces what it names; of a rule that is called by its name, and of what is not skipped', () => {
  const chosen = (only: string[], seed: number, skip: string[] = []): string[] =>
    select(spec, only, skip, { by: 'seed', seed })
      .experiments.map(({ experiment }) => experiment.id)
      .sort()
  for (const [index, { id, inTurnWith = [] }] of every.filter(({ inTurnWith }) => inTurnWith !== undefined).entries())
    assert.deepEqual(chosen([], index + 1), [...always.filter((each) => !inTurnWith.includes(each)), id].sort())
  const heap = every.filter(({ inTurnWith }) => inTurnWith !== undefined).findIndex(({ id }) => id === 'heap-pressure-fluxpay') + 1
  assert.deepEqual(chosen(['JVMHeapHigh'], heap), ['heap-pressure-fluxpay'])
  assert.deepEqual(chosen(['JVMHeapHigh'], heap + 1), ['heap-pressure'])
  assert.deepEqual(chosen(['JVMHeapHigh'], heap, ['heap-pressure-fluxpay']), ['heap-pressure'])
})

test('without a seed what is named is the same every night', () => {
  for (let day = 0; day < 7; day += 1) {
    const { experiments, turn } = select(spec, ['JVMHeapHigh'], [], { by: 'history', runs: [], nowMs: day * 86_400_000 })
    assert.deepEqual([experiments.map(({ experiment }) => experiment.id), turn.chosen], [['heap-pressure'], []])
  }
})

test('a thorough drill leaves out only what another fires as well', () => {
  const { experiments, turn } = select(spec, [], [], { by: 'thorough' })
  const drilled = experiments.map(({ experiment }) => experiment.id)
  const left = every.filter(({ id }) => !drilled.includes(id))
  assert.deepEqual(
    left.map(({ id }) => id),
    ['mysql-killed', 'latency-burst-moalog'],
  )
  assert.deepEqual(
    left.filter(({ quiet }) => quiet !== undefined),
    [],
  )
  assert.deepEqual(
    turn.chosen,
    every.filter(({ id, inTurnWith }) => inTurnWith !== undefined && drilled.includes(id)).map(({ id }) => id),
  )
})

test('an unknown name is refused with the name it may have meant', () => {
  for (const [only, skip] of [
    [['RedisHihgMemory'], []],
    [[], ['redis-high-memry']],
  ] as const) {
    assert.throws(
      () => select(spec, only, skip),
      (error) =>
        error instanceof FiredrillError &&
        error.code === 'UNKNOWN_SELECTION' &&
        error.exitCode === 2 &&
        /redis-high-memory/.test(error.next ?? ''),
    )
  }
})

test('a selection that leaves nothing is refused', () => {
  assert.throws(() => select(spec, ['redis-hung'], ['ServiceDown']), { code: 'NOTHING_SELECTED' })
})

test('a trace path or a log stream can be drilled alone, or beside one rule', () => {
  const { turn: _, ...selected } = select(spec, ['path-moalog'])
  assert.deepEqual(selected, { experiments: [], traces: ['path-moalog'], logs: [], outages: [] })
  const beside = select(spec, ['redis-killed', 'moalog-server'])
  assert.deepEqual(
    [beside.experiments.map(({ experiment }) => experiment.id), beside.traces, beside.logs],
    [['redis-killed'], [], ['moalog-server']],
  )
})

test('traces and logs come along with a rule, and can be left out', () => {
  const { traces, logs } = select(spec, ['redis-killed'], ['path-moalog'])
  assert.deepEqual(
    traces,
    spec.traces.map(({ id }) => id).filter((id) => id !== 'path-moalog'),
  )
  assert.equal(logs.length, spec.logs.length)
})

test('an outage beside an experiment comes along with it, one with a fault of its own only when named or when all is drilled', () => {
  assert.deepEqual(select(spec, ['collector-killed']).outages, ['collector-stopped'])
  const alone = select(spec, ['jaeger-stopped'])
  assert.deepEqual([alone.experiments.length, alone.traces, alone.outages], [0, [], ['jaeger-stopped']])
  const named = select(spec, ['collector-stopped'])
  assert.deepEqual(
    [named.experiments.map(({ experiment }) => experiment.id), named.traces, named.outages],
    [['collector-killed'], [], ['collector-stopped']],
  )
  assert.equal(select(spec, []).outages.length, spec.outages?.length)
  assert.ok(!select(spec, [], ['loki-stopped']).outages.includes('loki-stopped'))
  assert.ok(!select(spec, [], ['collector-killed']).outages.includes('collector-stopped'))
})
