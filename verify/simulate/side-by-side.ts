import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { RuleSpec, Spec } from '../model/spec.ts'
import { selectors, type Expr } from '../promql/ast.ts'
import { formatDuration } from '../promql/duration.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import { clockOf, readsClock, type Clock } from './clock-times.ts'
import { decidingWorlds, type Deciding } from './deciding-worlds.ts'
import { drivenSeries, looksBetween, type DrivenSeries } from './driven-series.ts'
import { withBuckets } from './histogram-buckets.ts'
import { labelledSeries, SHARINGS, type Sharing } from './labelled-series.ts'
import { momentsOf, steadilyFiring } from './shown-worlds.ts'
import { nearTwins, shortestRangeMs, windowMs, type NearTwin } from './near-twins.ts'
import { readingsOf, type Scene } from './scene.ts'
import {
  complaintOf,
  printedFor,
  questions,
  rowsPrinted,
  specificationOf,
  SPECIFIED,
  testFile,
  type Printed,
  type PrintedRow,
} from './side-by-side-tests.ts'
import { difference, otherTexts, untoldText } from './side-by-side-words.ts'

/**
 * Rules of any shape (and, unless, absent, functions over time, nested operands), and rules without a recording: the delivered rule and the
 * specification's own stand side by side over the same series, and promtool says at which evaluation they differ. The series go through
 * worlds on both sides of each threshold, and are absent at times; the same for the same rule on every machine. Whether they say anything
 * of a word of the condition is asked as well: of each word there is a twin of the expression with another one in its place, and one that
 * fires at the same evaluations as the expression itself has not been tested.
 */
export interface SideBySide {
  rule: RuleSpec
  /** At which evaluation the two differ; undefined: never. */
  differs: string | undefined
  /** What the comparison does not say, although nothing differed. */
  says: string | undefined
  /** Evaluations and texts that were compared. */
  tests: number
}

/** A sample is looked back for so long: at longer steps a series would come and go between evaluations. */
const LONGEST_STEP_BETWEEN_MS = 240_000
const LONGEST_STEP_MS = 1_800_000
/** Evaluations of one world from which on fewer are made, where the condition has long ranges alone. */
const LONG_STRETCH = 900
/** What one round does not tell, the next may, with further worlds. */
const ROUNDS = 2
/** At so many instants annotations are compared. */
const TEXTS = 5

const LATE = 'promtool did not end in time, so nothing was compared'
const NEVER = 'no generated series make the specified rule fire, so that nothing of it was tested'

interface Asked {
  promtool: string
  rule: RuleSpec
  folder: string
  ruleFiles: readonly string[]
  severalSteps: boolean
  groupOrder: readonly string[]
  stepMs: number
  signal: AbortSignal | undefined
}

export async function sideBySide(
  promtool: string,
  rule: RuleSpec,
  spec: Spec,
  catalogue: Catalogue,
  ruleFiles: readonly string[],
  folder: string,
  { signal, severalSteps = false, groupOrder = [] }: { signal?: AbortSignal; severalSteps?: boolean; groupOrder?: readonly string[] } = {},
): Promise<SideBySide> {
  const parsed = parsePromql(rule.condition.expr)
  if (!parsed.ok) return { rule, differs: undefined, says: parsed.message, tests: 0 }
  const { expr } = parsed
  const stepMs = stepOf(expr, rule, spec)
  const asked: Asked = { promtool, rule, folder, ruleFiles, severalSteps, groupOrder, stepMs, signal }
  for (const sharing of SHARINGS) {
    const scene = sceneOf(expr, rule, spec, catalogue, sharing, stepMs)
    const clock = clockOf(scene)
    const { found, joinsMany } = decidingWorlds(scene, clock?.instants)
    const isLast = sharing === SHARINGS.at(-1)
    if (joinsMany && !isLast) continue
    const compared = await comparedOver(scene, clock, found, asked)
    // Series that are joined with too many others, or what else promtool refuses of a rule: with fewer labels in common.
    if ('refuses' in compared) {
      if (!isLast) continue
      return { rule, differs: undefined, says: `promtool says: ${compared.refuses}`, tests: 0 }
    }
    return { rule, ...compared }
  }
  return { rule, differs: undefined, says: LATE, tests: 0 }
}

type Compared = Omit<SideBySide, 'rule'>
const unknown = (says: string): Compared => ({ differs: undefined, says, tests: 0 })

/** Round after round with further worlds, until every twin was another one. `refuses`: promtool cannot evaluate the rules over them. */
async function comparedOver(
  scene: Scene,
  clock: Clock | undefined,
  found: readonly Deciding[],
  asked: Asked,
): Promise<Compared | { refuses: string }> {
  const { rule } = asked
  let untold = nearTwins(rule.condition.expr, (at) => found.some(({ metAt }) => metAt === at))
  let moments = momentsOf(scene, clock, found, untold)
  const steady = clock === undefined ? undefined : steadilyFiring(scene, found)
  const holdMs = rule.forMs + rule.keepFiringForMs
  let tests = 0
  let firing: { driven: DrivenSeries; times: string[] } | undefined
  for (let round = 0; round < ROUNDS && moments.length > 0; round++) {
    const driven = drivenSeries(scene, moments, holdMs, clock, round === 0 ? steady : undefined)
    const answer = await answered(driven, untold, asked)
    if ('refuses' in answer || 'differs' in answer)
      return round === 0 || 'differs' in answer ? answer : { ...unknown(answer.refuses), tests }
    if (answer.late) return unknown(LATE)
    if (answer.missing !== undefined || answer.tooMany !== undefined)
      return { differs: difference(answer.missing, answer.tooMany), says: undefined, tests: tests + driven.steps }
    tests += driven.steps
    firing ??=
      answer.fires === undefined
        ? undefined
        : { driven, times: answer.fires.map(({ value }) => formatDuration(Math.round(value * 1000))).slice(0, TEXTS) }
    untold = answer.untold
    moments = driven.left
    if (untold.length === 0) break
  }
  if (firing === undefined) return unknown(NEVER)
  const says = untold.length === 0 ? undefined : untoldText(untold)
  if (Object.keys(rule.annotations).length === 0) return { differs: undefined, says, tests }
  const { driven, times } = firing
  const texts = await run('annotations', driven, asked, {
    alert_rule_test: times.flatMap((time) =>
      [rule.alert, `${SPECIFIED}${rule.alert}`].map((alertname) => ({ eval_time: time, alertname, exp_alerts: [] })),
    ),
  })
  return texts.late ? unknown(LATE) : { differs: otherTexts(rule, times, texts.text), says, tests: tests + times.length }
}

interface Answer {
  late: boolean
  missing: PrintedRow[] | undefined
  tooMany: PrintedRow[] | undefined
  fires: PrintedRow[] | undefined
  untold: NearTwin[]
}

/** What promtool says of both rules and the twins over some series. */
async function answered(driven: DrivenSeries, twins: readonly NearTwin[], asked: Asked): Promise<Answer | Compared | { refuses: string }> {
  const { rule, stepMs, severalSteps } = asked
  // A twin that Prometheus cannot evaluate over these series differs from the rule by that.
  const refused = new Set<number>()
  for (;;) {
    const own = twins.flatMap((twin, index) => (refused.has(index) ? [] : [{ name: `${TWIN}${index}`, expr: twin.expr }]))
    await writeFile(fileOf('specification', asked), specificationOf(rule, own))
    const names = own.map(({ name }) => name)
    const all = questions(rule, severalSteps, names, driven.steps, stepMs)
    const { text, late } = await run('differs', driven, asked, {
      promql_expr_test: all.map(({ expr, eval_time }) => ({ expr, eval_time, exp_samples: [] })),
    })
    const broken = [...text.matchAll(new RegExp(`rule: ${TWIN}(\\d+), time: `, 'g'))].map(([, index]) => Number(index))
    if (broken.length > 0) {
      for (const index of broken) refused.add(index)
      continue
    }
    const rows = all.map((each) => rowsPrinted(text, each))
    if (text !== '' && rows.every((each) => each === undefined)) return refusal(text, driven, asked)
    const of = (what: string): PrintedRow[] | undefined => {
      const printed = rows.flatMap((each, index) => (all[index]?.what === what ? (each ?? []) : []))
      return printed.length === 0 ? undefined : printed
    }
    const untold = twins.filter((_, index) => !refused.has(index) && of(`${TWIN}${index}`) === undefined)
    return { late, missing: of('missing'), tooMany: of('too many'), fires: of('fires'), untold }
  }
}

/** What promtool refuses: the delivered rule alone, which is a difference, or these series. */
async function refusal(text: string, driven: DrivenSeries, asked: Asked): Promise<Compared | { refuses: string }> {
  const { rule, stepMs } = asked
  const said = complaintOf(text)
  if (said?.startsWith(`${rule.alert}, time: `) === true) {
    const nothing = { expr: 'vector(0) > 1', eval_time: formatDuration((driven.steps - 1) * stepMs), exp_samples: [] }
    const alone = await run('alone', driven, { ...asked, ruleFiles: [] }, { promql_expr_test: [nothing] })
    if (!alone.late && complaintOf(alone.text) === undefined)
      return { differs: `Prometheus cannot evaluate it where it evaluates the specified rule: ${said}`, says: undefined, tests: 1 }
  }
  return { refuses: said ?? text.trim().slice(-300) }
}

const TWIN = 'twin-'

function fileOf(what: string, { rule, folder }: Asked): string {
  return path.join(folder, `side-by-side-${rule.alert.replace(/\W/g, '_')}-${what}.yml`)
}

function run(what: string, { series }: DrivenSeries, asked: Asked, tests: object): Promise<Printed> {
  const { promtool, folder, ruleFiles, groupOrder, stepMs, signal } = asked
  const files = [...ruleFiles, fileOf('specification', asked)].map((each) => path.relative(folder, each))
  return printedFor(promtool, fileOf(what, asked), testFile(tests, series, files, groupOrder, stepMs), signal)
}

/** From one evaluation to the next: the rule's own interval, less for short ranges, more for long ones or a clock. */
function stepOf(expr: Expr, rule: RuleSpec, spec: Spec): number {
  const own = rule.evaluationIntervalMs ?? spec.platform.evaluationIntervalMs
  const shortest = shortestRangeMs(expr)
  // Fewer than four samples in a range say little of it.
  if (shortest !== undefined && shortest < 4 * own) return Math.max(1000, Math.floor(shortest / 4000) * 1000)
  const isLong = (windowMs(expr) + rule.forMs) / own >= LONG_STRETCH || readsClock(expr)
  if (!isLong) return own
  // `for` is at least two steps, so that half of it is another one.
  const most = Math.min(
    looksBetween(expr) ? LONGEST_STEP_BETWEEN_MS : LONGEST_STEP_MS,
    (shortest ?? Infinity) / 8,
    rule.forMs === 0 ? Infinity : rule.forMs / 2,
  )
  const multiples = Array.from({ length: Math.max(1, Math.floor(most / own)) }, (_, index) => (index + 1) * own)
  const isWhole = (step: number): boolean =>
    rule.forMs % step === 0 && rule.keepFiringForMs % step === 0 && selectors(expr).every(({ offsetMs }) => Math.abs(offsetMs) % step === 0)
  return multiples.reverse().find(isWhole) ?? own
}

function sceneOf(expr: Expr, rule: RuleSpec, spec: Spec, catalogue: Catalogue, sharing: Sharing, stepMs: number): Scene {
  const series = withBuckets(labelledSeries(expr, rule, spec, catalogue, sharing), expr)
  const metrics = series.map(({ metric }) => metric)
  return { expr, series, readings: readingsOf(expr, metrics), stepS: stepMs / 1000, nowS: 0, random: seedOf(rule.alert) }
}

/** Numbers in the same order for the same name. */
function seedOf(text: string): () => number {
  let state = [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7)
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}
