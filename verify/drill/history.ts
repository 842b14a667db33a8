import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LastFired, PastRun } from '../model/history.ts'
import type { Plan } from '../model/plan.ts'
import type { Report } from '../model/report.ts'
import type { Past } from './plan-for.ts'

export const REPORTS = resolve(fileURLToPath(new URL('../../reports', import.meta.url)))
const NAME = 'history.ndjson'

/** The runs on a target whose folders stand, or stood, in `folder`. */
export function pastIn(folder: string, target: string, nowMs: number): Past {
  const file = join(folder, NAME)
  return { runs: existsSync(file) ? runsIn(readFileSync(file, 'utf8'), target) : [], nowMs }
}

/** The runs on `target`, oldest first. A line that is none (the last one of a drill that was killed) says nothing. */
export function runsIn(text: string, target: string): PastRun[] {
  return text.split('\n').flatMap((line): PastRun[] => {
    try {
      const run: unknown = JSON.parse(line)
      return isPastRun(run) && run.target === target ? [run] : []
    } catch {
      return []
    }
  })
}

function isPastRun(value: unknown): value is PastRun {
  if (typeof value !== 'object' || value === null) return false
  const { runId, target, experiments, fired } = value as Partial<Record<keyof PastRun, unknown>>
  return typeof runId === 'string' && typeof target === 'string' && Array.isArray(experiments) && Array.isArray(fired)
}

/** Adds a judged run to the history of the folder that its own stands in. A line of its own even after one that was cut off. */
export function remember(runFolder: string, { runId, target, rules, ended }: Report, { experiments }: Pick<Plan, 'experiments'>): void {
  const fired = rules.flatMap((rule) =>
    (rule.subjects ?? []).flatMap(({ labels, last }) => (last?.runId === runId ? [{ alert: rule.alert, labels, atMs: last.atMs }] : [])),
  )
  // What was cut short keeps its turn.
  const drilled = ended === 'completed' ? experiments.map(({ id }) => id) : []
  const run: PastRun = { runId, target, experiments: drilled, fired }
  appendFileSync(join(dirname(runFolder), NAME), `\n${JSON.stringify(run)}\n`)
}

/** Of each alert instance the newest. */
export function lastFired({ runs }: Pick<Past, 'runs'>): LastFired[] {
  const newest = new Map<string, LastFired>()
  for (const { runId, fired } of runs)
    for (const { alert, labels, atMs } of fired)
      newest.set(JSON.stringify([alert, Object.entries(labels).sort()]), { alert, labels, atMs, runId })
  return [...newest.values()]
}
