import { formatLabels } from '../promql/labels.ts'
import type { LegName, Plan, PlannedExperiment, PlannedOutage, Window } from '../model/plan.ts'
import { turnText } from '../text/turn.ts'

const MARKS: Record<LegName, string> = { before: '.', quiet: 'q', settle: '-', fire: '#', clear: 'c', observe: 'o' }
const OUTAGE_MARK = '~'
const TIMELINE_WIDTH = 60

/** The plan for a person: timeline, what has to happen when, who waits for whom, and how near it is to the limit. Plain text, no colour. */
export function planTable(plan: Plan, options: { width?: number; details?: boolean } = {}): string {
  const width = Math.max(20, options.width ?? TIMELINE_WIDTH)
  const { experiments, outages = [] } = plan
  const besides = `${count(plan.traces.length, 'trace path')} and ${count(plan.logs.length, 'log stream')}`
  if (experiments.length + outages.length === 0) return `no experiment; ${besides}\n`
  const column = (values: string[]): number => Math.max(...values.map((value) => value.length))
  const idWidth = column([...experiments, ...outages].map(({ id }) => id))
  const alertWidth = column([...experiments.map(({ alert }) => alert), 'outage'])
  const alerts = new Set(experiments.map(({ alert }) => alert)).size
  const speed = plan.speed === 1 ? 'in real time' : `${plan.speed} times as fast as deployed`
  const lines = [
    `${count(experiments.length, 'experiment')} for ${count(alerts, 'alert')}, ${speed}${plan.serial ? ', one after the other' : ''}; at most ${clock(plan.makespanMs)}`,
    '',
    `${' '.repeat(idWidth + alertWidth + 4)}${ruler(plan.makespanMs, width)}`,
    ...experiments.map(
      (each) =>
        `${each.id.padEnd(idWidth)}  ${each.alert.padEnd(alertWidth)}  ${bar(each, plan.makespanMs, width)}  ${clock(each.startMs)} to ${clock(each.startMs + each.durationMs)}`,
    ),
    ...outages.map(
      (each) =>
        `${each.id.padEnd(idWidth)}  ${'outage'.padEnd(alertWidth)}  ${outageBar(each, plan.makespanMs, width)}  ${each.during === undefined ? `${clock(each.startMs)} to ${clock(each.startMs + each.durationMs)}` : `beside ${each.during}`}`,
    ),
    '',
    `${MARKS.before} before   ${MARKS.quiet} quiet (near miss)   ${MARKS.settle} settle   ${MARKS.fire} fire   ${MARKS.clear} clear; fire and clear end once all is seen${outages.length > 0 ? `   ${OUTAGE_MARK} outage` : ''}`,
  ]
  if (plan.warnings !== undefined) lines.push('', ...plan.warnings.map((warning) => `warning: ${warning}`))
  if (options.details === true) lines.push('', ...details(plan, idWidth))
  const ratio = plan.lowerBoundMs === 0 ? 1 : plan.makespanMs / plan.lowerBoundMs
  lines.push(
    '',
    ...(plan.criticalPath.length > 0 ? [`critical path  ${plan.criticalPath.join(' -> ')}`] : []),
    `lower bound    ${clock(plan.lowerBoundMs)}, makespan / lower bound ${ratio.toFixed(2)}${plan.optimal === true ? ' (no shorter plan exists)' : ''}`,
  )
  if (plan.traces.length + plan.logs.length > 0) lines.push(`besides        ${besides}`)
  const turn = turnText(plan.turn)
  if (turn !== undefined) lines.push(`in turn        ${turn}`)
  for (const { alert, labels, by } of plan.subjects ?? [])
    if (by.length === 0) lines.push(`not reached    ${alert}${formatLabels(labels)}: no experiment makes it fire`)
  return `${lines.join('\n')}\n`
}

function details(plan: Plan, idWidth: number): string[] {
  const lines = ['legal windows, from the begin of the fault (resolved: from its end)']
  for (const { id, windows, receiver } of plan.experiments) {
    lines.push(
      `  ${id.padEnd(idWidth)}  pending ${range(windows.pending)}, firing ${range(windows.firing)}, notified ${range(windows.notified)} at ${receiver}, resolved ${range(windows.resolved)}, resolved notified ${range(windows.resolvedNotified)}`,
    )
  }
  if (plan.conflicts.length > 0 && !plan.serial)
    lines.push('', 'never at the same time', ...plan.conflicts.map(({ a, b, because }) => `  ${a} and ${b}: ${because}`))
  return lines
}

function bar({ startMs, legs }: PlannedExperiment, makespanMs: number, width: number): string {
  const cells = new Array<string>(width).fill(' ')
  const cell = (ms: number): number => Math.min(width - 1, Math.floor((ms / Math.max(1, makespanMs)) * width))
  for (const { name, atMs, holdMs } of legs) {
    const [first, last] = [cell(startMs + atMs), Math.max(cell(startMs + atMs), cell(startMs + atMs + holdMs - 1))]
    // A cell shared by two legs stays with the earlier one, unless the later one would not be seen at all.
    for (let i = cells[first] !== ' ' && last > first ? first + 1 : first; i <= last; i += 1) cells[i] = MARKS[name]
  }
  return `|${cells.join('')}|`
}

function outageBar({ startMs, durationMs, during }: PlannedOutage, makespanMs: number, width: number): string {
  const cell = (ms: number): number => Math.min(width - 1, Math.floor((ms / Math.max(1, makespanMs)) * width))
  const [first, last] = [cell(startMs), cell(startMs + durationMs - 1)]
  return `|${during === undefined ? `${' '.repeat(first)}${OUTAGE_MARK.repeat(last - first + 1)}`.padEnd(width) : ' '.repeat(width)}|`
}

/** Marks at full steps that leave room for their labels. */
function ruler(makespanMs: number, width: number): string {
  const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400].map((seconds) => seconds * 1000)
  const stepMs = steps.find((each) => (each / Math.max(1, makespanMs)) * width >= 10) ?? makespanMs
  let line = ''
  for (let ms = 0; ms < makespanMs; ms += stepMs) line = `${line.padEnd(1 + Math.floor((ms / makespanMs) * width))}${clock(ms)}`
  return line
}

/** 93500 -> '1m34s' (rounded up: "at most"). */
function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  return (
    parts
      .filter(([value]) => value > 0)
      .map(([value, unit]) => `${value}${unit}`)
      .join('') || '0s'
  )
}

function range({ earliestMs, latestMs }: Window): string {
  return `${(earliestMs / 1000).toFixed(1)} to ${(latestMs / 1000).toFixed(1)} s`
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
