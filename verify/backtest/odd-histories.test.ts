import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordedWorld } from '../../testing/backtest/recorded-world.ts'
import { loadedGroup, selfSeries, simulate } from '../../testing/backtest/simulated-rule.ts'
import type { SimulatedRule } from '../../testing/backtest/simulated-rule.ts'
import type { LoadedGroup } from '../model/journal.ts'
import { backtest, exitCodeOfBacktest } from './backtest.ts'
import type { BacktestOptions, BacktestResult } from './backtest.ts'
import { backtestMarkdown, backtestText } from './backtest-text.ts'
import { loadedCandidates } from './candidate.ts'
import { HistoryError } from './history-port.ts'
import type { Answer, History } from './history-port.ts'
import { parseTry } from './tries.ts'

const FROM = 1_795_700_000_000
const UNTIL = FROM + 2 * 3_600_000
const at = (minutes: number): number => FROM + minutes * 60_000

/** A signal above the threshold from minute 20 to 40 and from 60 to 61; `for` is two minutes. */
const RULE: SimulatedRule = {
  index: 1,
  forMs: 120_000,
  keepFiringForMs: 0,
  really: { forMs: 120_000, threshold: 10, keepFiringForMs: 0 },
  stepMs: 15_000,
  phaseMs: 4_321,
  scrapeMs: 15_000,
  scrapePhaseMs: 1_000,
  steps: [
    { fromMs: FROM, value: 3 },
    { fromMs: at(20), value: 12 },
    { fromMs: at(40), value: 9 },
    { fromMs: at(60), value: 15 },
    { fromMs: at(61), value: 2 },
  ],
  scrapeTakesMs: () => 20,
  missed: new Set(),
  down: [],
  unwritten: new Set(),
}

interface Made {
  rule?: Partial<SimulatedRule>
  groups?: LoadedGroup[]
  options?: Partial<BacktestOptions>
  change?: (world: RecordedWorld) => void
  self?: boolean
}

async function lookedBack({
  rule = {},
  groups = [loadedGroup({ ...RULE, ...rule })],
  options = {},
  change,
  self = true,
}: Made): Promise<BacktestResult> {
  const whole = { ...RULE, ...rule }
  const world = new RecordedWorld([...simulate(whole, FROM, UNTIL).series, ...(self ? selfSeries(whole.down, FROM, UNTIL) : [])], groups)
  change?.(world)
  return backtest(world, {
    fromMs: FROM,
    untilMs: UNTIL,
    prometheus: 'recorded',
    groups,
    rules: loadedCandidates(groups),
    tries: [],
    ignoreLabels: [],
    concurrency: 2,
    progress: () => undefined,
    signal: new AbortController().signal,
    ...options,
  })
}

function outcomeOf({ rules }: BacktestResult): [string | undefined, string] {
  const [rule] = rules
  return [
    rule?.outcome,
    [...(rule?.differences.map(({ kind }) => kind) ?? []), ...(rule?.undecided.map(({ because }) => because) ?? [])].join('; '),
  ]
}

test('as recorded: one firing, one pending alert that ended, how near the value came; exit code 0', async () => {
  const result = await lookedBack({})
  const [rule] = result.rules
  assert.equal(rule?.outcome, 'agrees')
  assert.deepEqual(
    rule.lives.map(({ startsAtMs }) => startsAtMs !== null),
    [true, false],
  )
  assert.equal(rule.lives[0]?.labels['instance'], 'shop:1')
  assert.equal((rule.lives[0]?.startsAtMs ?? 0) - (rule.lives[0]?.activeAtMs ?? 0), 120_000)
  assert.deepEqual([rule.nearest?.value, rule.nearest?.threshold], [15, 10])
  assert.deepEqual(rule.resets, { pending: 1, byMissingSamples: 0, lookedAt: 1 })
  assert.equal(exitCodeOfBacktest(result), 0)
  assert.match(backtestText(result, 120), /Alert1 +as recorded +1 +1 +48\d/)
})

test('a rule that never wrote what it should have: not fired, also where its condition held all the time', async () => {
  const silent = await lookedBack({
    change: (world) =>
      void world.series.splice(0, world.series.length, ...world.series.filter(({ metric }) => !/^ALERTS/.test(metric['__name__'] ?? ''))),
  })
  // It has no sample on any grid: only a time that is long enough at every phase accuses it.
  assert.deepEqual(outcomeOf(silent)[0], 'differs')
  assert.equal(silent.rules[0]?.differences[0]?.kind, 'not-fired')
  assert.equal(exitCodeOfBacktest(silent), 1)
  const always = await lookedBack({
    rule: { steps: [{ fromMs: 0, value: 20 }], really: { forMs: 120_000, threshold: 1_000, keepFiringForMs: 0 } },
  })
  assert.equal(outcomeOf(always)[0], 'differs')
})

test('an alert that fires before the window and through it is followed from its activeAt', async () => {
  const result = await lookedBack({ rule: { steps: [{ fromMs: 0, value: 20 }] }, options: { fromMs: at(30), untilMs: at(90) } })
  assert.deepEqual(outcomeOf(result), ['agrees', ''])
  assert.ok((result.rules[0]?.compared ?? 0) > 200)
  assert.ok((result.rules[0]?.lives[0]?.activeAtMs ?? Infinity) < at(1))
})

test('late by and early by', async () => {
  const late = await lookedBack({ rule: { really: { ...RULE.really, forMs: 300_000 } } })
  const [difference] = late.rules[0]?.differences ?? []
  assert.deepEqual([difference?.kind, difference?.byMs], ['late', 180_000])
  const early = await lookedBack({ rule: { really: { ...RULE.really, forMs: 30_000 } } })
  assert.deepEqual(
    early.rules[0]?.differences.map(({ kind, byMs }) => [kind, byMs]),
    [
      ['early', 90_000],
      ['without-cause', undefined],
    ],
  )
  assert.match(backtestMarkdown(early), /fired early by 1m30s.*ALERTS shows firing/)
})

test('a difference before the configuration was loaded accuses no rule', async () => {
  const result = await lookedBack({
    rule: { really: { ...RULE.really, forMs: 300_000 } },
    change: (world) => {
      world.series.push({
        metric: { __name__: 'prometheus_config_last_reload_success_timestamp_seconds', job: 'prometheus', instance: 'localhost:9090' },
        timesMs: [UNTIL - 60_000],
        values: [at(100) / 1_000],
      })
    },
  })
  assert.equal(outcomeOf(result)[0], 'unknown')
  assert.match(outcomeOf(result)[1], /the configuration was loaded at .* after it/)
  assert.equal(exitCodeOfBacktest(result), 3)
})

test('without its own metrics a missing alert may be a missed evaluation, and a partial answer accuses no rule', async () => {
  const silent: Partial<SimulatedRule> = {
    unwritten: new Set(
      Array.from({ length: 1_000 }, (_, n) => FROM + n * 15_000 + ((4_321 - (FROM % 15_000) + 15_000) % 15_000)).filter((t) => t > at(50)),
    ),
  }
  const blind = await lookedBack({ rule: silent, self: false })
  assert.equal(blind.holes, null)
  assert.match(outcomeOf(blind)[1], /does not scrape itself/)
  assert.equal(outcomeOf(blind)[0], 'unknown')
  assert.equal(outcomeOf(await lookedBack({ rule: silent }))[0], 'differs')
  const partial = await lookedBack({ rule: silent, change: (world) => void (world.warnings = ['store 7 did not answer']) })
  assert.deepEqual([outcomeOf(partial)[0], /may be incomplete \(store 7/.test(outcomeOf(partial)[1])], ['unknown', true])
})

test('two rules of one name and labels, and a label that is a template of the value, cannot be decided; a ladder can', async () => {
  const group = loadedGroup(RULE)
  const [own] = group.rules
  assert.ok(own)
  const twice = await lookedBack({ groups: [group, { ...group, name: 'again' }] })
  assert.match(outcomeOf(twice)[1], /another loaded rule has the same name and labels/)
  const templated = await lookedBack({ groups: [{ ...group, rules: [{ ...own, labels: { value: '{{ $value }}' } }] }] })
  assert.match(outcomeOf(templated)[1], /its label value is a template/)
  const critical = { ...own, query: 'signal_1 > 100', labels: { severity: 'critical' } }
  const ladder = await lookedBack({ groups: [{ ...group, rules: [own, critical] }] })
  assert.deepEqual(
    ladder.rules.map(({ outcome }) => outcome),
    ['agrees', 'agrees'],
  )
})

test('labels that a proxy adds to ALERTS are named, and ignored when that is asked for', async () => {
  const change = (world: RecordedWorld): void => {
    for (const { metric } of world.series) if (/^ALERTS/.test(metric['__name__'] ?? '')) metric['cluster'] = 'eu'
  }
  const named = await lookedBack({ change })
  assert.equal(outcomeOf(named)[0], 'unknown')
  assert.match(outcomeOf(named)[1], /--ignore-label cluster/)
  assert.deepEqual(outcomeOf(await lookedBack({ change, options: { ignoreLabels: ['cluster'] } })), ['agrees', ''])
})

test('an expression that fails at some instants is judged at the others, one that is none is said', async () => {
  const fails = await lookedBack({
    change: (world) => {
      world.trouble = (expr, from, to) =>
        / > 10$/.test(expr) && from <= at(90) && to >= at(90) - 15_000 ? new HistoryError('query', 'found duplicate series') : undefined
    },
  })
  assert.equal(outcomeOf(fails)[0], 'unknown')
  assert.match(outcomeOf(fails)[1], /not evaluated from .*found duplicate series/)
  assert.equal(fails.rules[0]?.lives.length, 2)
  const group = loadedGroup(RULE)
  const broken = await lookedBack({ groups: [{ ...group, rules: group.rules.map((rule) => ({ ...rule, query: 'signal >' })) }] })
  assert.match(outcomeOf(broken)[1], /does not evaluate it: parse error/)
  assert.equal(exitCodeOfBacktest(broken), 3)
})

test('a server that stops answering leaves the other rules, and is not asked on and on', async () => {
  const groups = Array.from({ length: 50 }, (_, index) => loadedGroup({ ...RULE, index: index + 1 }))
  let refused = 0
  const result = await lookedBack({
    groups,
    change: (world) => {
      world.trouble = (expr) => (/signal_(?!1\b)/.test(expr) && ++refused > 0 ? new HistoryError('unreachable', 'ECONNREFUSED') : undefined)
    },
  })
  assert.equal(result.rules.length, 1)
  assert.equal(result.unanswered.length, 49)
  assert.ok(refused < 10, `${refused} questions`)
  assert.equal(exitCodeOfBacktest(result), 3)
})

test('--try says which firings another value would have left, and which it would have made', async () => {
  const result = await lookedBack({ options: { tries: ['for=30m', 'for=30s', 'threshold=14', 'threshold=8,for=30m'].map(parseTry) } })
  assert.deepEqual(
    result.rules[0]?.tries.map(({ try: text, firings, kept, gone, added }) => [text, firings.length, kept, gone.length, added.length]),
    [
      ['for=30m', 0, 0, 1, 0],
      ['for=30s', 2, 1, 0, 1],
      ['threshold=14', 0, 0, 1, 0],
      ['threshold=8,for=30m', 1, 1, 0, 0],
    ],
  )
  assert.match(backtestText(result, 120), /--try for=30m: 0 firings, 0 of the 1 of now/)
})

test('flapping and `for` that missing samples reset are said', async () => {
  const steps = Array.from({ length: 8 }, (_, index) => [
    { fromMs: at(10 + index * 6), value: 20 },
    { fromMs: at(14 + index * 6), value: 0 },
  ]).flat()
  const flaps = await lookedBack({ rule: { steps: [{ fromMs: 0, value: 0 }, ...steps] } })
  assert.deepEqual(
    flaps.rules[0]?.flapping.map(({ firings, again }) => [firings, again]),
    [[8, 7]],
  )
  const gaps = await lookedBack({
    change: (world) => {
      const signal = world.series.find(({ metric }) => metric['__name__'] === 'signal_1')
      // A target that is gone for a while: the series is marked as stale.
      signal?.timesMs.forEach((t, index) => {
        if (t > at(60.5)) signal.values[index] = NaN
      })
    },
  })
  assert.equal(gaps.rules[0]?.resets.byMissingSamples, 1)
})

/** A server that holds nothing of them but what is asked. */
function quiet(groups: LoadedGroup[]): { history: History; asked: () => number } {
  let asked = 0
  const nothing = (): Promise<Answer> => {
    asked++
    return Promise.resolve({ series: [], warnings: [] })
  }
  return {
    history: {
      instant: nothing,
      range: nothing,
      rules: () => Promise.resolve(groups),
      about: () => Promise.resolve({ version: null, startedMs: null }),
    },
    asked: () => asked,
  }
}

test('1,000 rules are each asked for once or twice, and none is left out', async () => {
  const groups = Array.from({ length: 100 }, (_, at): LoadedGroup => ({
    ...loadedGroup({ ...RULE, index: at }),
    rules: Array.from({ length: 10 }, (__, index) => loadedGroup({ ...RULE, index: at * 10 + index }).rules).flat(),
  }))
  const { history, asked } = quiet(groups)
  const result = await backtest(history, {
    fromMs: FROM,
    untilMs: FROM + 86_400_000,
    prometheus: 'quiet',
    groups,
    rules: loadedCandidates(groups),
    tries: [],
    ignoreLabels: [],
    concurrency: 4,
    progress: () => undefined,
    signal: new AbortController().signal,
  })
  assert.equal(result.rules.length, 1_000)
  assert.ok(result.rules.every(({ outcome, undecided }) => outcome === 'agrees' && undecided.length === 0))
  assert.ok(asked() < 2_100, `${asked()} questions`)
})

test('a promised rule that is not loaded differs; a changed one is held beside what was recorded', async () => {
  const group = loadedGroup(RULE)
  const [own] = loadedCandidates([group])
  assert.ok(own)
  const promised = await lookedBack({
    options: { rules: [{ ...own, alert: 'Gone', place: 'specification', group: null, differs: ['no rule of this name is loaded'] }] },
  })
  assert.deepEqual([outcomeOf(promised)[0], outcomeOf(promised)[1].split(';')[0]], ['differs', 'not-loaded'])
  const changed = await lookedBack({
    options: { rules: [{ ...own, forMs: 30_000, asks: 'would', differs: ['for 30 s instead of 120 s'] }] },
  })
  const [rule] = changed.rules
  assert.deepEqual([rule?.outcome, rule?.against?.kept, rule?.against?.gone.length, rule?.against?.added.length], ['would', 1, 0, 1])
  assert.match(backtestText(changed, 160), /of the 1 firings that were recorded 1 are there, 0 would be gone, 1 would be new/)
})

test('an expression that means another time in a range query is not guessed at', async () => {
  const group = loadedGroup(RULE)
  const result = await lookedBack({
    groups: [{ ...group, rules: group.rules.map((rule) => ({ ...rule, query: 'signal_1 @ end() > 10' })) }],
  })
  assert.deepEqual([outcomeOf(result)[0], /@ start\(\) and @ end\(\)/.test(outcomeOf(result)[1])], ['unknown', true])
})

test('a series that is recorded after the rule in its own group may be the one of before', async () => {
  const group = loadedGroup(RULE)
  const recording = { ...group.rules[0]!, name: 'signal_1', query: 'sum(x)', type: 'recording' }
  const late: Partial<SimulatedRule> = { really: { ...RULE.really, forMs: 135_000 } }
  const judged = async (rules: LoadedGroup['rules']): Promise<string> =>
    outcomeOf(await lookedBack({ rule: late, groups: [{ ...group, rules }] })).join(' ')
  assert.match(await judged(group.rules), /^differs late/)
  assert.match(await judged([recording, ...group.rules]), /^differs late/)
  assert.match(await judged([...group.rules, recording]), /^unknown .*signal_1 is written by another rule group, or later/)
})

test('a rule over a window is judged, and a scrape under way is weighed by what it adds to the window', async () => {
  const group = loadedGroup(RULE)
  const rules = group.rules.map((rule) => ({ ...rule, query: 'increase(signal_1[90s]) > 5' }))
  const counting = async (forMs: number): Promise<string> => {
    // What a window of 90 s holds of the step at minute 20: the rule is active for as long.
    const result = await lookedBack({
      groups: [{ ...group, rules: rules.map((rule) => ({ ...rule, forMs: 60_000 })) }],
      change: (world) => {
        world.series.splice(0, world.series.length, ...world.series.filter(({ metric }) => !/^ALERTS/.test(metric['__name__'] ?? '')))
        const labels = { alertname: 'Alert1', job: 'shop', instance: 'shop:1', severity: 'warning' }
        const first = FROM + ((((4_321 - FROM) % 15_000) + 15_000) % 15_000)
        const active = Array.from({ length: 480 }, (_, n) => first + n * 15_000).filter((t) => isActive(world, t))
        const firing = active.filter((t) => t - activeSince(active, t) >= forMs)
        const pending = active.filter((t) => !firing.includes(t))
        world.series.push(
          { metric: { __name__: 'ALERTS', alertstate: 'pending', ...labels }, timesMs: pending, values: pending.map(() => 1) },
          { metric: { __name__: 'ALERTS', alertstate: 'firing', ...labels }, timesMs: firing, values: firing.map(() => 1) },
          {
            metric: { __name__: 'ALERTS_FOR_STATE', ...labels },
            timesMs: active,
            values: active.map((t) => Math.floor(activeSince(active, t) / 1_000)),
          },
        )
      },
    })
    return outcomeOf(result).join(' ')
  }
  assert.equal(await counting(60_000), 'agrees ')
  assert.match(await counting(30_000), /^differs early/)
})

/** The condition increase(signal_1[90s]) > 5 of the recorded samples. */
function isActive(world: RecordedWorld, t: number): boolean {
  const signal = world.series.find(({ metric }) => metric['__name__'] === 'signal_1')
  const values = signal?.timesMs.flatMap((at, index) => (at > t - 90_000 && at <= t ? [signal.values[index] ?? 0] : [])) ?? []
  return (values.at(-1) ?? 0) - (values[0] ?? 0) > 5
}

function activeSince(active: readonly number[], t: number): number {
  let since = t
  while (active.includes(since - 15_000)) since -= 15_000
  return since
}
