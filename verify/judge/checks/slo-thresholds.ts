import type { DashboardPanel } from '../../model/journal.ts'
import { defineCheck } from '../check.ts'
import { figure, nothingToJudge, scaleOf } from '../slo-panels.ts'

type Mood = 'good' | 'bad' | 'between'

export default defineCheck({
  id: 'slo-thresholds',
  scope: 'drill',
  title: 'the colours of the SLO panels turn exactly at the objectives',
  failureTitle: 'the colour of an SLO panel does not turn at its objective',
  why: 'People read the colour and not the number: a gauge that stays green below its objective tells them all is well.',
  needs: ['spec', 'dashboard'],
  needsInjection: 'no',
}, ({ spec: { slo }, dashboard }) => {
  const nothing = nothingToJudge(slo, dashboard)
  if (nothing !== undefined || dashboard === null) return nothing ?? { status: 'skipped', expected: '', observed: '', pointers: [] }
  const goals = { 'availability': { at: slo.availability, good: 'above' }, 'latency-p95': { at: slo.latencyP95Seconds, good: 'below' }, 'error-rate': { at: slo.errorRate, good: 'below' }, 'error-budget': { at: 0, good: 'above' } } as const
  const trouble: string[] = []
  const turns: string[] = []
  for (const { title, measures } of slo.panels) {
    if (measures === 'active-alerts') continue
    const panel = dashboard.panels.find((candidate) => candidate.title === title)
    const goal = goals[measures]
    const at = Number((goal.at * scaleOf(dashboard, title, measures)).toPrecision(12))
    turns.push(`${title} at ${figure(at)}`)
    if (panel === undefined) { trouble.push(`there is no panel ${title}`); continue }
    const values = stepsOf(panel)
    if (!values.some(({ from }) => from === at)) { trouble.push(`${title} turns at ${values.map(({ from }) => from).filter(Number.isFinite).map(figure).join(', ') || 'nothing'}, not at ${figure(at)}`); continue }
    for (const { from, to, color } of values) {
      const side = from >= at ? 'above' : to <= at ? 'below' : 'between'
      const wrong: Mood = side === goal.good ? 'bad' : 'good'
      if (moodOf(color) === wrong) trouble.push(`${title} is ${color} from ${figure(from)} on, ${side === goal.good ? 'where the objective is met' : 'where it is missed'}`)
    }
    const [left, right] = [values.find(({ to }) => to === at)?.color, values.find(({ from }) => from === at)?.color]
    if (left === right) trouble.push(`${title} is ${left ?? 'without colour'} on both sides of ${figure(at)}`)
  }
  const expected = turns.join(', ')
  return trouble.length > 0 ? { status: 'fail', expected, observed: trouble.join('; '), pointers: [dashboard.seq] } : { status: 'pass', expected, observed: 'so they do', pointers: [dashboard.seq] }
})

/** Each colour holds from its step up to the next one; percentages are of the panel's scale. */
function stepsOf({ thresholds, min = 0, max = 100 }: DashboardPanel): { from: number, to: number, color: string }[] {
  const valueOf = (value: number | null): number => value === null ? -Infinity : thresholds.mode === 'percentage' ? Number((min + (value / 100) * (max - min)).toPrecision(12)) : value
  const sorted = thresholds.steps.map(({ value, color }) => ({ from: valueOf(value), color })).sort((a, b) => a.from - b.from)
  return sorted.map((step, index) => ({ ...step, to: sorted[index + 1]?.from ?? Infinity }))
}

/** By name (dark-red, semi-dark-green) or by code; yellow and orange are neither good nor bad. */
function moodOf(color: string): Mood {
  if (/green/i.test(color)) return 'good'
  if (/red/i.test(color)) return 'bad'
  const code = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color)
  if (code === null) return 'between'
  const [red = 0, green = 0] = code.slice(1).map((part) => Number.parseInt(part, 16))
  return green > red * 1.3 ? 'good' : red > green * 1.6 ? 'bad' : 'between'
}
