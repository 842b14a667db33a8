import assert from 'node:assert/strict'
import { backtest } from '../../verify/backtest/backtest.ts'
import { loadedCandidates } from '../../verify/backtest/candidate.ts'
import type { RuleResult } from '../../verify/backtest/backtest-rule.ts'
import { randomRule } from './random-rule.ts'
import type { Kind, RandomRule } from './random-rule.ts'
import { RecordedWorld } from './recorded-world.ts'
import { loadedGroup, selfSeries, simulate } from './simulated-rule.ts'
import type { SimulatedRule } from './simulated-rule.ts'

interface JudgedRandom {
  kind: Kind
  outcome: string
  result: RuleResult | undefined
  /** Why the answer is wrong. */
  problem?: string
}

/** From seed 1 on: an honest history is as recorded, another rule differs, a hole is no difference; each kind was among them. */
export async function proveRandomHistories(count: number, hours: number): Promise<void> {
  const fromMs = 1_795_700_000_000
  const untilMs = fromMs + hours * 3_600_000
  const wrong: string[] = []
  const seen = new Set<string>()
  for (let seed = 1; seed <= count; seed++) {
    const { kind, outcome, problem } = await judgeRandom(randomRule(seed, seed, fromMs, untilMs), fromMs, untilMs)
    seen.add(`${kind} ${outcome}`)
    if (problem !== undefined) wrong.push(`seed ${seed}: ${problem}`)
  }
  assert.deepEqual(wrong, [])
  const kinds = ['honest agrees', 'busy agrees', 'restarted agrees', 'another-for differs', 'another-threshold differs', 'silent differs']
  for (const each of kinds) assert.ok(seen.has(each), each)
}

/** One random rule in a world of recorded samples, looked back at. */
async function judgeRandom({ kind, rule }: RandomRule, fromMs: number, untilMs: number): Promise<JudgedRandom> {
  const groups = [loadedGroup(rule)]
  const world = new RecordedWorld([...simulate(rule, fromMs, untilMs).series, ...selfSeries(rule.down, fromMs, untilMs)], groups)
  const { rules, unanswered } = await backtest(world, {
    fromMs,
    untilMs,
    prometheus: 'recorded',
    groups,
    rules: loadedCandidates(groups),
    tries: [],
    ignoreLabels: [],
    concurrency: 1,
    progress: () => undefined,
    signal: new AbortController().signal,
  })
  const result = rules[0]
  const problem = unanswered[0]?.because ?? wrongOf(kind, rule, result, fromMs, untilMs)
  return { kind, outcome: result?.outcome ?? 'none', result, ...(problem === undefined ? {} : { problem }) }
}

/** The truth is what the simulation knows: whether the rule that evaluated is the loaded one, and whether that shows at any evaluation. */
export function wrongOf(
  kind: Kind,
  rule: SimulatedRule,
  result: RuleResult | undefined,
  fromMs: number,
  untilMs: number,
): string | undefined {
  if (result === undefined) return 'no result'
  const said = `${kind} for ${rule.forMs} keep ${rule.keepFiringForMs} step ${rule.stepMs} scrape ${rule.scrapeMs}: ${result.outcome} ${JSON.stringify([result.differences[0], result.undecided[0]])}`
  if (kind === 'honest' || kind === 'busy' || kind === 'restarted') return result.outcome === 'differs' ? said : undefined
  const loaded = { threshold: 10, forMs: rule.forMs, keepFiringForMs: rule.keepFiringForMs }
  const [real, right] = [rule.really, loaded].map((really) => simulate({ ...rule, really, unwritten: new Set() }, fromMs, untilMs).states)
  if (real === undefined || right === undefined) return 'no truth'
  const times = [...new Set([...real.keys(), ...right.keys()])].filter((t) =>
    rule.unwritten.size > 0 ? rule.unwritten.has(t) && real.has(t) : real.get(t) !== right.get(t),
  )
  // Of what was active at the begin or at the end not all can be known.
  const clear = times.filter((t) => t > fromMs + 600_000 && t < untilMs - 2 * rule.stepMs)
  if (times.length === 0) return result.outcome === 'agrees' ? undefined : said
  return clear.length > 0 && result.outcome === 'agrees'
    ? `${said}, although ${clear.length} evaluations differ, the first at ${clear[0]}`
    : undefined
}
