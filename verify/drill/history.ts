import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HISTORY_VERSION } from '../model/past-runs.ts'
import type { LastFired, PastDrill, PastRun } from '../model/past-runs.ts'
import type { Plan, PlannedExperiment } from '../model/plan.ts'
import type { History, Report } from '../model/report.ts'
import { historyFrom, resultsOf } from '../report/trends.ts'
import type { Past } from './plan-for.ts'

const NAME = 'history.ndjson'
/** So many runs of one target at one speed stay in the file: more than half a year of nights. */
const KEPT = 200
/** So many of them go into the journal of the next one, for coverage and trends. */
export const SHOWN_RUNS = 30

/** The runs on a target whose folders stand, or stood, in `folder`. */
export function pastIn(folder: string, target: string, nowMs: number): Past {
  const { runs, damaged } = runsIn(folder)
  return { runs: runs.filter((run) => run.target === target), nowMs, damaged }
}

/** All runs, on any target; what is damaged is named and passed over. */
export function runsIn(folder: string): { runs: PastRun[]; damaged: string[] } {
  const file = join(folder, NAME)
  const lines = existsSync(file) ? linesIn(readFileSync(file, 'utf8')) : []
  return {
    runs: lines.flatMap(({ run }) => run ?? []),
    damaged: damagedIn(file, lines),
  }
}

interface Line {
  number: number
  text: string
  /** Absent: the line holds none that this version can read. */
  run?: PastRun
  isDamaged: boolean
}

function linesIn(file: string): Line[] {
  return file.split('\n').flatMap((text, index): Line[] => {
    if (text.trim() === '') return []
    const value = parsed(text)
    const number = index + 1
    // A later firedrill may write what this one cannot read.
    if (typeof value === 'object' && value !== null && Number((value as { version?: unknown }).version) > HISTORY_VERSION)
      return [{ number, text, isDamaged: false }]
    return isPastRun(value) ? [{ number, text, run: value, isDamaged: false }] : [{ number, text, isDamaged: true }]
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isPastRun(value: unknown): value is PastRun {
  if (typeof value !== 'object' || value === null) return false
  const { runId, target, experiments, fired, results, startedMs } = value as Partial<Record<keyof PastRun, unknown>>
  const isBase = typeof runId === 'string' && typeof target === 'string' && Array.isArray(experiments) && Array.isArray(fired)
  return isBase && (results === undefined || (Number.isFinite(startedMs) && Array.isArray(results) && results.every(isResult)))
}

function isResult(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { experiment, alert, outcome, recipe, delays } = value as Record<string, unknown>
  return [experiment, alert, outcome, recipe].every((each) => typeof each === 'string') && Array.isArray(delays) && delays.every(isDelay)
}

function isDelay(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { what, ms, earliestMs, latestMs } = value as Record<string, unknown>
  return (what === 'detection' || what === 'delivery') && [ms, earliestMs, latestMs].every(Number.isFinite)
}

/**
 * Adds a judged run to the history of the folder that its own stands in. The file is replaced as a whole, so that a reader or a drill that
 * is killed never leaves half a line; what was damaged before is left out.
 */
export function remember(runFolder: string, report: Report, { experiments, timing }: Pick<Plan, 'experiments' | 'timing'>): void {
  const { runId, target, rules, ended, speed, startedMs, outcome } = report
  const fired = rules.flatMap((rule) =>
    (rule.subjects ?? []).flatMap(({ labels, last }) => (last?.runId === runId ? [{ alert: rule.alert, labels, atMs: last.atMs }] : [])),
  )
  // What was cut short keeps its turn.
  const drilled = ended === 'completed' ? experiments.map(({ id }) => id) : []
  const recipes = new Map(experiments.map((experiment) => [experiment.id, recipeOf(experiment, timing)]))
  const results = resultsOf(report).flatMap((result) => {
    const recipe = recipes.get(result.experiment)
    return recipe === undefined ? [] : [{ ...result, recipe }]
  })
  const run: PastRun = { version: HISTORY_VERSION, runId, target, experiments: drilled, fired, speed, startedMs, outcome, results }
  const file = join(dirname(runFolder), NAME)
  const before = existsSync(file) ? linesIn(readFileSync(file, 'utf8')).filter(({ isDamaged }) => !isDamaged) : []
  const alike = before.filter((line) => line.run?.target === target && line.run.speed === speed)
  const dropped = new Set(alike.slice(0, Math.max(0, alike.length + 1 - KEPT)))
  const lines = [...before.filter((line) => !dropped.has(line)).map(({ text }) => text), JSON.stringify(run)]
  const fresh = `${file}.${process.pid}`
  writeFileSync(fresh, `${lines.join('\n')}\n`, { flush: true })
  renameSync(fresh, file)
}

/** Of each alert instance the newest. */
export function lastFired({ runs }: Pick<Past, 'runs'>): LastFired[] {
  const newest = new Map<string, LastFired>()
  for (const { runId, fired } of runs)
    for (const { alert, labels, atMs } of fired)
      newest.set(JSON.stringify([alert, Object.entries(labels).sort()]), { alert, labels, atMs, runId })
  return [...newest.values()]
}

/**
 * The newest runs at the plan's speed, oldest first. Of an experiment that was then another one (expression, `for`, subject, fault, load,
 * intervals), only what came of it: its delays say nothing of today's.
 */
export function pastDrills(
  { runs }: Pick<Past, 'runs'>,
  { experiments, speed, timing }: Pick<Plan, 'experiments' | 'speed' | 'timing'>,
): PastDrill[] {
  const recipes = new Map(experiments.map((experiment) => [experiment.id, recipeOf(experiment, timing)]))
  return drillsOf(
    runs.filter((run) => run.speed === speed),
    recipes,
  )
}

/** The newest of them; `recipes`: what an experiment has to have been for its delays to count. */
function drillsOf(runs: readonly PastRun[], recipes: ReadonlyMap<string, string>): PastDrill[] {
  return runs
    .flatMap(({ runId, startedMs, outcome, results }): PastDrill[] =>
      startedMs === undefined || outcome === undefined || results === undefined
        ? []
        : [
            {
              runId,
              startedMs,
              outcome,
              results: results.map(({ recipe, delays, ...result }) => ({
                ...result,
                delays: recipe === recipes.get(result.experiment) ? delays : [],
              })),
            },
          ],
    )
    .slice(-SHOWN_RUNS)
}

export interface TargetHistory {
  target: string
  speed: number
  /** The newest runs, at most SHOWN_RUNS. */
  history: History
}

/** What `folder` remembers, for each target and speed; delays of an experiment only of runs in which it was what it was last. */
export function historiesIn(folder: string): { histories: TargetHistory[]; damaged: string[]; file: string } {
  const file = join(folder, NAME)
  const lines = existsSync(file) ? linesIn(readFileSync(file, 'utf8')) : []
  const runs = lines.flatMap(({ run }) => run ?? [])
  const alike = Map.groupBy(runs, ({ target, speed }) => JSON.stringify([target, speed]))
  return {
    file,
    damaged: damagedIn(file, lines),
    histories: [...alike.values()].flatMap((own): TargetHistory[] => {
      const [{ target = '', speed } = {}] = own
      if (speed === undefined) return []
      const recipes = new Map(own.flatMap(({ results = [] }) => results.map(({ experiment, recipe }) => [experiment, recipe] as const)))
      const drills = drillsOf(own, recipes)
      return drills.length === 0 ? [] : [{ target, speed, history: historyFrom(drills) }]
    }),
  }
}

function damagedIn(file: string, lines: readonly Line[]): string[] {
  return lines.flatMap(({ number, isDamaged }) => (isDamaged ? [`${file}:${number} is damaged and passed over`] : []))
}

/** The same for two runs whose delays of an experiment may be compared. */
function recipeOf({ alert, subject, expr, forMs, legs }: PlannedExperiment, timing: Plan['timing']): string {
  const { scrapeIntervalMs, evaluationIntervalMs, groupWaitMs, groupIntervalMs } = timing
  const done = legs.map(({ name, fault, load, level }) => ({ name, fault, load, level }))
  const parts = [alert, subject, expr, forMs, done, [scrapeIntervalMs, evaluationIntervalMs, groupWaitMs, groupIntervalMs]]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)
}
