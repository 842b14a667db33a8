import type { Labels } from '../model/spec.ts'
import { walk } from '../promql/ast.ts'
import { asksForLabelsAlone, hasLabels, labelKey } from '../promql/labels.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { dateTime } from '../report/time.ts'
import { comparisonOf, metricsOf, rangesOf } from '../spec/promql.ts'
import type { Comparison } from '../spec/promql.ts'
import type { Candidate } from './candidate.ts'
import { askRange } from './chunks.ts'
import type { Asked, Track } from './chunks.ts'
import { closerLook } from './closer-look.ts'
import { compareStretch, recordedLives } from './compare-stretch.ts'
import type { Beside, Compared, Difference, Life } from './compare-stretch.ts'
import { HistoryError } from './history-port.ts'
import type { History } from './history-port.ts'
import { partsBetween } from './holes.ts'
import type { Hole } from './holes.ts'
import { historiesOf, phaseOf, recordedInstant } from './known.ts'
import type { Known, Phase, Window } from './known.ts'
import { nearestOf, resetsOf } from './signal.ts'
import type { Nearest, Resets } from './signal.ts'
import { labelsOfAlert, stretchesOf } from './active-stretches.ts'
import { withThreshold } from './tries.ts'
import type { Try } from './tries.ts'
import { firings, flapping, matched, wouldHave } from './would.ts'

export interface TryResult {
  try: string
  firings: Life[]
  kept: number
  gone: Life[]
  added: Life[]
  /** Why nothing was tried. */
  not?: string
}

/**
 * agrees: ALERTS is, at each compared evaluation, what the rule and the samples give. differs: it is not. unknown: that could not be
 * decided. would: the rule was not loaded as it is here.
 */
export type RuleOutcome = 'agrees' | 'differs' | 'unknown' | 'would'

export interface RuleResult extends Omit<Candidate, 'group' | 'asks'>, Compared {
  outcome: RuleOutcome
  /** Evaluations of the window that are in no hole. */
  evaluations: number
  /** As recorded; of a rule that was not loaded so, as it would have been. */
  lives: Life[]
  flapping: { labels: Labels; firings: number; again: number }[]
  resets: Resets
  nearest: Nearest | null
  /** Of a rule that is loaded otherwise: what was recorded beside what would have been; null: nothing to compare with. */
  against: { kept: number; gone: Life[]; added: Life[] } | null
  tries: TryResult[]
}

/** A resolve that is followed by another firing so soon is one trouble, notified twice: the default group_interval. */
const SOON_MS = 5 * 60_000

export async function backtestRule(
  history: History,
  known: Known,
  rule: Candidate,
  window: Window,
  tries: readonly Try[],
): Promise<RuleResult> {
  const result: RuleResult = {
    alert: rule.alert,
    place: rule.place,
    expr: rule.expr,
    labels: rule.labels,
    forMs: rule.forMs,
    keepFiringForMs: rule.keepFiringForMs,
    intervalMs: rule.intervalMs,
    differs: rule.differs,
    outcome: rule.asks === 'would' ? 'would' : 'unknown',
    evaluations: 0,
    compared: 0,
    ambiguous: 0,
    skipped: 0,
    lives: [],
    expected: [],
    differences: [],
    undecided: [],
    flapping: [],
    resets: { pending: 0, byMissingSamples: 0, lookedAt: 0 },
    nearest: null,
    against: null,
    tries: [],
  }
  const stop = (because: string): RuleResult => {
    result.undecided.push({ labels: {}, atMs: window.fromMs, because })
    if (result.outcome !== 'would') result.outcome = 'unknown'
    return result
  }
  if (ofTheEnd(rule.expr)) return stop('@ start() and @ end() mean another time in a range query than at an evaluation')
  if (!(rule.intervalMs > 0)) return stop('the evaluation interval of its group is not known')
  const { grid, parts, witnessMs } = await gridOf(history, known, rule, window)
  result.evaluations = parts.reduce((sum, { fromMs, toMs }) => sum + Math.round((toMs - fromMs) / grid.stepMs) + 1, 0)
  if (result.evaluations === 0) return stop('no evaluation of this time can be followed: see the holes')
  const condition = await asked(() => askRange(history, rule.expr, grid))
  if ('refused' in condition) return stop(`Prometheus does not evaluate it: ${condition.refused}`)
  const comparison = comparisonOf(rule.expr)
  const rows = condition.tracks
  const holes: Hole[] = condition.failed.map(({ fromMs, toMs }) => ({ fromMs: fromMs - 1, toMs: toMs + 1, restart: false }))
  for (const { fromMs, toMs, message } of condition.failed)
    result.undecided.push({
      labels: {},
      atMs: fromMs,
      because: `not evaluated from ${dateTime(fromMs)} to ${dateTime(toMs)}: ${message}`,
    })
  const judged =
    holes.length === 0
      ? parts
      : parts.flatMap(({ fromMs, toMs }) => partsBetween(holes, { startMs: fromMs, endMs: toMs, stepMs: grid.stepMs }))
  const would = wouldHave(rule, rule, rows, judged, grid.stepMs)
  if (rule.asks === 'would') {
    result.lives = would
    const own = rule.group === null ? undefined : historiesOf(rule, known)
    const last = judged.at(-1)
    if (own !== undefined && last !== undefined)
      result.against = matched(
        own.flatMap((history) => recordedLives(history, last, rule.group?.intervalMs ?? grid.stepMs)),
        would,
      )
    if (condition.warnings.length > 0) result.undecided.push({ labels: {}, atMs: window.fromMs, because: condition.warnings.join('; ') })
  } else
    await compare(
      history,
      known,
      rule,
      { grid: grid.stepMs, parts: judged, witnessMs, rows, comparison, warnings: condition.warnings },
      result,
    )
  result.flapping = flapping(result.lives, SOON_MS)
  if (comparison !== undefined) {
    result.nearest = await nearestOf(history, comparison, grid)
    result.resets = await resetsOf(history, comparison, would, (row, labels) => labelKey(labelsOfAlert(rule, row)) === labelKey(labels))
  }
  for (const one of tries) result.tries.push(await tried(history, rule, one, { grid, parts: judged, rows, would }))
  return result
}

interface Gridded {
  grid: { startMs: number; endMs: number; stepMs: number }
  parts: { fromMs: number; toMs: number }[]
  witnessMs: number | undefined
}

/** The evaluations of the window, without those in a hole. */
async function gridOf(history: History, known: Known, rule: Candidate, { fromMs, untilMs }: Window): Promise<Gridded> {
  const stepMs = rule.intervalMs
  const isLoadedSo = rule.group !== null && rule.group.intervalMs === stepMs
  const phase: Phase | undefined = rule.group === null || !isLoadedSo ? undefined : phaseOf(rule.group, known, stepMs)
  const recorded =
    phase !== undefined || rule.group === null || !isLoadedSo ? undefined : await recordedInstant(history, rule.group, known, untilMs)
  const witnessMs = phase?.witnessMs ?? recorded
  const startMs = witnessMs === undefined ? fromMs : fromMs + ((((witnessMs - fromMs) % stepMs) + stepMs) % stepMs)
  const grid = { startMs, endMs: startMs + Math.floor((untilMs - startMs) / stepMs) * stepMs, stepMs }
  const moved: Hole[] = phase !== undefined && phase.sinceMs > startMs ? [{ fromMs: startMs - 1, toMs: phase.sinceMs, restart: false }] : []
  return { grid, parts: partsBetween([...(known.holes ?? []), ...moved], grid), witnessMs }
}

async function asked(ask: () => Promise<Asked>): Promise<Asked | { refused: string }> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof HistoryError && error.trouble === 'query') return { refused: error.message }
    throw error
  }
}

interface Given {
  grid: number
  parts: readonly { fromMs: number; toMs: number }[]
  witnessMs: number | undefined
  rows: readonly Track[]
  comparison: Comparison | undefined
  warnings: readonly string[]
}

/** The rule against ALERTS, stretch by stretch; fills `result`. */
async function compare(history: History, known: Known, rule: Candidate, given: Given, result: RuleResult): Promise<void> {
  const { grid: stepMs, rows } = given
  const own = historiesOf(rule, known)
  const undecided = (because: string, labels: Labels = {}, atMs = given.parts[0]?.fromMs ?? 0): void => {
    result.undecided.push({ labels, atMs, because })
  }
  if (own === undefined) {
    undecided('another loaded rule has the same name and labels: whose ALERTS are whose is not known')
    return
  }
  const last = given.parts.at(-1)
  if (last !== undefined) result.lives = own.flatMap((history) => recordedLives(history, last, stepMs))
  const template = Object.entries(rule.labels).find(([, value]) => !asksForLabelsAlone(value))
  if (template !== undefined) {
    undecided(`its label ${template[0]} is a template of more than labels: which ALERTS it writes is not known`)
    return
  }
  const inGroup = new Set(rule.group?.rules.map(({ name }) => name))
  const siblings = known.alerts.filter(({ alert }) => inGroup.has(alert))
  const beside: Beside = {
    siblings,
    witnessMs: given.witnessMs,
    health: known.health,
    scrapes: [],
    windowMs: Math.max(0, ...rangesOf(rule.expr)),
    scrapeIntervalMs: 0,
    threshold: given.comparison?.threshold ?? NaN,
    kind: rangesOf(rule.expr).length > 0 ? 'rate' : metricsOf(rule.expr).every((metric) => metric === 'up') ? 'up' : 'gauge',
  }
  for (const part of given.parts)
    for (const stretch of stretchesOf(part, stepMs, rule.keepFiringForMs, rows, own)) {
      let found = compareStretch(rule, stretch, stepMs, { tracks: rows, histories: own }, beside)
      if (found.differences.length > 0) {
        const closer = await closerLook(history, rule, stretch, stepMs, { ...given, own, differences: found.differences })
        found = compareStretch(rule, stretch, stepMs, { tracks: rows, histories: own }, { ...beside, ...closer })
      }
      add(result, found)
    }
  const [, extra] = strangers(result.differences)
  const decided: Difference[] = []
  for (const difference of result.differences) {
    const because = whyUndecided(difference, rule, known, given, stepMs, extra)
    if (because === undefined) decided.push(difference)
    else undecided(`${because}; expected ${difference.expected}, recorded ${difference.observed}`, difference.labels, difference.atMs)
  }
  result.differences = decided
  if (rule.group === null)
    decided.unshift({
      kind: 'not-loaded',
      labels: {},
      atMs: given.parts.at(-1)?.toMs ?? 0,
      expected: 'a loaded rule of this name',
      observed: 'none',
    })
  result.outcome = decided.length > 0 ? 'differs' : result.undecided.length > 0 ? 'unknown' : 'agrees'
}

function add(result: RuleResult, found: Compared): void {
  result.compared += found.compared
  result.ambiguous += found.ambiguous
  result.skipped += found.skipped
  result.expected.push(...found.expected)
  result.differences.push(...found.differences)
  result.undecided.push(...found.undecided)
}

/** A shift of this many evaluations can come of when another group's recording was written. */
const RECORDED_LATE = 2

/** Why a difference accuses no rule; undefined where it does. */
function whyUndecided(
  difference: Difference,
  rule: Candidate,
  known: Known,
  { warnings }: Given,
  stepMs: number,
  extra: string | undefined,
): string | undefined {
  if (warnings.length > 0) return `the answer may be incomplete (${warnings.join('; ')})`
  if (extra !== undefined)
    return `ALERTS carries the label ${extra}, which the expression does not give: where a proxy adds it, name it by --ignore-label ${extra}`
  if (known.loadedMs !== null && difference.atMs < known.loadedMs)
    return `the configuration was loaded at ${dateTime(known.loadedMs)}, after it: the rule may have been another one`
  const nothing = difference.observed === 'nothing'
  if (known.holes === null && nothing) return 'the server does not scrape itself, so a missed evaluation looks like a quiet one'
  const recorded = metricsOf(rule.expr).find((metric) => isWrittenBeside(metric, rule, known))
  const small = difference.kind === 'evaluation' || (difference.byMs !== undefined && difference.byMs <= RECORDED_LATE * stepMs)
  if (recorded !== undefined && small)
    return `${recorded} is written by another rule group, or later in its own, and what was there at an evaluation is not known`
  return undefined
}

/** Whether a rule writes the series that is not always before this one in an evaluation: of another group, or further down in its own. */
function isWrittenBeside(metric: string, rule: Candidate, { recordings }: Known): boolean {
  if (/^ALERTS(?:_FOR_STATE)?$/.test(metric)) return true
  const place = rule.group?.rules.findIndex(({ name, type }) => name === rule.alert && type === 'alerting') ?? -1
  return (
    recordings.get(metric)?.some((group) => group !== rule.group || group.rules.findLastIndex(({ name }) => name === metric) > place) ===
    true
  )
}

/** What an expression means at an evaluation alone, and not at each of a range. */
function ofTheEnd(expr: string): boolean {
  const parsed = parsePromql(expr)
  return parsed.ok && [...walk(parsed.expr)].some((node) => 'at' in node && /^@\s*(?:start|end)\b/.test(node.at ?? ''))
}

/**
 * Where some alert instances were expected and others recorded that differ in further labels alone: the first such label. A proxy's
 * external labels and those of replicas are no mistake of the rule.
 */
function strangers(differences: readonly Difference[]): [Difference | undefined, string | undefined] {
  const missing = differences.filter(({ observed }) => observed === 'nothing')
  for (const there of differences.filter(({ expected }) => expected === 'nothing'))
    for (const wanted of missing) {
      const added = Object.keys(there.labels).filter((name) => wanted.labels[name] === undefined)
      if (added.length > 0 && hasLabels(there.labels, wanted.labels)) return [there, added[0]]
    }
  return [undefined, undefined]
}

async function tried(
  history: History,
  rule: Candidate,
  one: Try,
  {
    grid,
    parts,
    rows,
    would,
  }: { grid: Gridded['grid']; parts: readonly { fromMs: number; toMs: number }[]; rows: readonly Track[]; would: readonly Life[] },
): Promise<TryResult> {
  const none = (not: string): TryResult => ({ try: one.text, firings: [], kept: 0, gone: [], added: [], not })
  let tracks = rows
  if (one.threshold !== undefined) {
    const expr = withThreshold(rule.expr, one.threshold)
    if (expr === undefined) return none('its expression is no comparison with one number')
    const answer = await asked(() => askRange(history, expr, grid))
    if ('refused' in answer) return none(answer.refused)
    const [failed] = answer.failed
    if (failed !== undefined) return none(`not evaluated from ${dateTime(failed.fromMs)} on: ${failed.message}`)
    tracks = answer.tracks
  }
  const timing = { forMs: one.forMs ?? rule.forMs, keepFiringForMs: one.keepFiringForMs ?? rule.keepFiringForMs }
  const then = wouldHave(rule, timing, tracks, parts, grid.stepMs)
  return { try: one.text, firings: firings(then), ...matched(would, then) }
}
