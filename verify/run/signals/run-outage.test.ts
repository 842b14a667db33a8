import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry } from '../../model/journal.ts'
import type { PlannedOutage } from '../../model/plan.ts'
import type { LogSpec, OutageSpec } from '../../model/spec.ts'
import { runOutage } from './run-outage.ts'
import type { DrillOptions } from '../options.ts'
import { fakeWorld } from '../../../testing/virtual/fake-ports.ts'
import { OUTAGE_SPEC } from '../../../testing/journals/honest-run.ts'

const outage: OutageSpec = { ...OUTAGE_SPEC, fault: { id: 'kill-process', target: 'loki', params: {} } }
const planned: PlannedOutage = {
  id: 'store-stopped',
  title: 'the store is stopped',
  startMs: 0,
  durationMs: 20_000,
  holdMs: 6_000,
  after: [],
  ...(outage.fault === undefined ? {} : { fault: outage.fault }),
}
const options = (signal: AbortSignal = new AbortController().signal): DrillOptions => ({
  runId: 'r',
  tool: 't',
  target: 'lab',
  components: {},
  signal,
  steadyDeadlineMs: 1,
  derivedFields: null,
})

/** A shop whose lines and spans are in the stores a second after the request; the log store refuses while it is harmed. */
function shop(): ReturnType<typeof fakeWorld> & { harmed: () => boolean; stamps: { stamp: string; traceId: string; atMs: number }[] } {
  const world = fakeWorld()
  const stamps: { stamp: string; traceId: string; atMs: number }[] = []
  let harmed = false
  const { inject } = world.chaos
  world.chaos.inject = async (use, id) => {
    const fault = await inject(use, id)
    harmed = true
    return {
      ...fault,
      undo: () => {
        harmed = false
        return fault.undo()
      },
    }
  }
  world.probes.send = (_, { stamp, traceId }) => {
    stamps.push({ stamp, traceId: traceId ?? '', atMs: world.clock.now() })
    return Promise.resolve({ status: 200 })
  }
  const stored = (): typeof stamps => stamps.filter(({ atMs }) => world.clock.now() - atMs >= 1_000)
  world.loki.queryRange = (_, fromMs) =>
    harmed
      ? Promise.reject(new Error('connection refused'))
      : Promise.resolve(
          stored()
            .filter(({ atMs }) => atMs >= fromMs)
            .map(({ stamp, atMs }) => ({ timeNs: `${atMs}000000`, line: `GET /health?${stamp}`, labels: {} })),
        )
  world.jaeger.known = (ids) =>
    Promise.resolve(
      stored()
        .map(({ traceId }) => traceId)
        .filter((id) => ids.includes(id)),
    )
  return Object.assign(world, { harmed: () => harmed, stamps })
}

const outageEntry = (entries: readonly JournalEntry[]): Extract<JournalEntry, { kind: 'outage' }> => {
  const entry = entries.find((each) => each.kind === 'outage')
  assert.ok(entry?.kind === 'outage')
  return entry
}

test('requests go on before, during and after the fault, and each is accounted for', async () => {
  const world = shop()
  await world.clock.drive(runOutage(planned, outage, [], undefined, world, options()))
  const faults = world.entries.filter((entry) => entry.kind === 'fault')
  assert.deepEqual(
    faults.map(({ experiment, phase, ok }) => [experiment, phase, ok]),
    [
      ['store-stopped', 'inject', true],
      ['store-stopped', 'undo', true],
    ],
  )
  const { rows, stores, startedMs } = outageEntry(world.entries)
  const on = (faults[0]?.effectiveMs ?? 0) - startedMs
  const off = (faults[1]?.effectiveMs ?? 0) - startedMs
  assert.equal(off - on, 6_000)
  for (const [from, until] of [
    [0, on],
    [on, off],
    [off, off + 3_000],
  ] as const)
    assert.ok(rows.filter(([sentMs]) => sentMs >= from && sentMs < until).length >= (until - from) / 200 - 1)
  assert.ok(rows.every(([, , status, spanMs, lineMs, copies]) => status === 200 && spanMs > 0 && lineMs > 0 && copies === 1))
  // Spans came as ever, lines sent meanwhile only afterwards; the store said nothing between.
  const [, , , spanMs, lineMs] = rows.find(([sentMs]) => sentMs > on + 500) ?? []
  assert.ok(spanMs !== undefined && lineMs !== undefined && spanMs < off && lineMs >= off)
  assert.ok((stores.loki?.failedMs ?? []).every((ms) => ms >= on && ms <= off) && (stores.loki?.failedMs.length ?? 0) > 5)
  assert.deepEqual(stores.jaeger?.failedMs, [])
})

test('what never comes is waited for until the deadline and no longer', async () => {
  const world = shop()
  world.jaeger.known = () => Promise.resolve([])
  const before = world.clock.now()
  await world.clock.drive(runOutage(planned, outage, [], undefined, world, options()))
  assert.ok(outageEntry(world.entries).rows.every(([, , , spanMs]) => spanMs === -1))
  assert.ok(world.clock.now() - before < 3_000 + 6_000 + 3_000 + 10_000 + 4_000)
})

test('beside an experiment the requests go on until its fault is undone', async () => {
  const world = shop()
  const { fault: _, ...beside } = planned
  const undone = Promise.withResolvers<undefined>()
  const running = runOutage({ ...beside, during: 'service-down' }, outage, [], undone.promise, world, options())
  void world.clock.sleep(20_000).then(() => {
    undone.resolve(undefined)
  })
  await world.clock.drive(running)
  const { rows } = outageEntry(world.entries)
  assert.ok(Math.abs((rows.at(-1)?.[0] ?? 0) - 23_000) <= 200)
  assert.equal(
    world.entries.some(({ kind }) => kind === 'fault'),
    false,
  )
})

test('an interruption undoes the fault and ends at once', async () => {
  const world = shop()
  const stop = new AbortController()
  const running = runOutage(planned, outage, [], undefined, world, options(stop.signal))
  void world.clock.sleep(5_000).then(() => {
    stop.abort(new Error('interrupted'))
  })
  await assert.rejects(world.clock.drive(running), /interrupted/)
  assert.equal(world.harmed(), false)
  assert.deepEqual(
    world.calls.filter((call) => /ject|undo/.test(call)),
    ['inject kill-process store-stopped', 'undo kill-process store-stopped'],
  )
})

test('a fault that the target does not allow is written down as refused', async () => {
  const world = shop()
  world.chaos.inject = () =>
    Promise.reject(Object.assign(new Error('target x does not list the part "loki"'), { code: 'FAULT_NOT_ALLOWED' }))
  await world.clock.drive(runOutage(planned, outage, [], undefined, world, options()))
  const fault = world.entries.find((entry) => entry.kind === 'fault')
  assert.ok(fault?.kind === 'fault' && !fault.ok && fault.refused === true)
})

test('requests go on until one sent after the undo has come through, as long as that may take', async () => {
  const world = shop()
  const undoneMs = (): number =>
    world.entries.flatMap((entry) => (entry.kind === 'fault' && entry.phase === 'undo' ? [entry.effectiveMs] : []))[0] ?? Infinity
  const { known } = world.jaeger
  // Reconnects seven seconds after the undo; what was sent before is gone.
  world.jaeger.known = async (ids) =>
    (await known(ids)).filter((id) => world.stamps.some(({ traceId, atMs }) => traceId === id && atMs >= undoneMs() + 7_000))
  await world.clock.drive(runOutage(planned, outage, [], undefined, world, options()))
  const { rows, startedMs } = outageEntry(world.entries)
  const late = rows.filter(([sentMs]) => sentMs >= undoneMs() - startedMs + 7_000)
  assert.ok(late.length > 0 && late.every(([, , , spanMs]) => spanMs !== -1), JSON.stringify(rows.slice(-5)))
  assert.ok((late.at(-1)?.[0] ?? Infinity) <= undoneMs() - startedMs + 10_000)
})

test('lines are asked for by the label that the specification promises of them', async () => {
  const world = shop()
  const asked = new Set<string>()
  const { queryRange } = world.loki
  world.loki.queryRange = (query, ...rest) => {
    asked.add(query)
    return queryRange(query, ...rest)
  }
  const log = { service: 'shop', labels: { app: 'shop', namespace: 'prod' } } as unknown as LogSpec
  await world.clock.drive(runOutage(planned, outage, [log], undefined, world, options()))
  assert.deepEqual([...asked], ['{app="shop"} |= "r-outage-store-stopped-"'])
})
