import type { LastFired } from '../model/past-runs.ts'
import type { PlannedExperiment, PlannedSubject } from '../model/plan.ts'
import type { ExperimentReport, SubjectReport } from '../model/report.ts'
import type { Labels } from '../model/spec.ts'
import { dateTime } from './time.ts'

/** Alert instances that fired in this run: each experiment's own, and those that its check has seen fire with it. */
export function firedIn(runId: string, planned: readonly PlannedExperiment[], reports: readonly ExperimentReport[]): LastFired[] {
  return planned.flatMap(({ id, alert, subject, alsoMust }) => {
    const report = reports.find((each) => each.id === id)
    const atMs = report?.windows.find(({ what }) => what === 'firing')?.observedMs ?? null
    if (report === undefined || atMs === null) return []
    const others = report.verdicts.some(({ check, status }) => check === 'side-effects-fired' && status === 'pass') ? alsoMust : []
    return [{ alert, labels: subject }, ...others].map((each) => ({ alert: each.alert, labels: each.labels, atMs, runId }))
  })
}

/** Of every subject of the rule when it last fired: in this run, or in one before it. */
export function subjectReports(alert: string, planned: readonly PlannedSubject[], fired: readonly LastFired[]): SubjectReport[] {
  return planned
    .filter((each) => each.alert === alert)
    .map(({ labels, by }) => {
      const own = fired.filter((each) => each.alert === alert && has(each.labels, labels))
      const last = own.reduce<LastFired | null>((a, b) => (a === null || b.atMs >= a.atMs ? b : a), null)
      return { labels, by, last: last === null ? null : { atMs: last.atMs, runId: last.runId } }
    })
}

function has(labels: Labels, subset: Labels): boolean {
  return Object.entries(subset).every(([name, value]) => labels[name] === value)
}

/** `job="gateway"`. */
export function subjectText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')
}

/** "in this run, 2026-11-26 18:04:05", "in RUN, ...", or why never. */
export function lastText({ last, by }: SubjectReport, runId: string): string {
  if (last !== null) return `${last.runId === runId ? 'in this run' : `in ${last.runId}`}, ${dateTime(last.atMs)} UTC`
  return by.length === 0 ? 'never fired: no experiment reaches it' : `not yet fired: ${by.join(', ')} reaches it`
}
