import type { DashboardPanel } from '../model/journal.ts'
import type { SloSpec } from '../model/spec.ts'

type Measures = SloSpec['panels'][number]['measures']
type Numbered = Exclude<Measures, 'active-alerts'>

/** What is seen of a panel, in a file or in a journal. */
type Look = Pick<DashboardPanel, 'unit' | 'min' | 'max' | 'thresholds' | 'colourless'>

/**
 * How many of a unit one second, or one whole, has:
 * https://github.com/grafana/grafana/blob/v10.2.0/packages/grafana-data/src/valueFormats/categories.ts
 */
const UNITS: Record<string, number> = {
  percent: 100,
  percentunit: 1,
  s: 1,
  dtdurations: 1,
  clocks: 1,
  ms: 1_000,
  dtdurationms: 1_000,
  clockms: 1_000,
  'µs': 1e6,
  ns: 1e9,
  m: 1 / 60,
}
/** A word of one's own behind the number. */
const SUFFIXES: Record<string, number> = { '%': 100, 's': 1, 'ms': 1_000 }

function goalOf(measures: Numbered, slo: SloSpec): number {
  return { 'availability': slo.availability, 'latency-p95': slo.latencyP95Seconds, 'error-rate': slo.errorRate, 'error-budget': 0 }[
    measures
  ]
}

/** By how much a panel's numbers are divided to be shares and seconds; of a budget, percent. */
export function scaleOf(panel: Look | undefined, measures: Measures, slo: SloSpec): number {
  const unit = panel?.unit ?? ''
  const named = UNITS[unit] ?? SUFFIXES[/^suffix:\s*(\S+)$/.exec(unit)?.[1] ?? '']
  if (measures === 'error-budget') return named === 1 ? 0.01 : 1
  if (named !== undefined || measures === 'active-alerts') return named ?? 1
  // A unit that says nothing leaves it to the thresholds.
  const goal = goalOf(measures, slo)
  const candidates = measures === 'latency-p95' ? [1, 1_000] : [1, 100]
  return (
    candidates.find(
      (scale) =>
        panel?.thresholds.mode !== 'percentage' && panel?.thresholds.steps.some(({ value }) => value !== null && same(value, goal * scale)),
    ) ?? 1
  )
}

const same = (a: number, b: number): boolean => Number(a.toPrecision(12)) === Number(b.toPrecision(12))

type Mood = 'good' | 'bad' | 'between'

/** Where the colours of a panel must turn, in its own unit, on which side it is good, and what is wrong with them. */
export function coloursOf(panel: Look, measures: Numbered, slo: SloSpec): { at: number; good: 'above' | 'below'; trouble: string[] } {
  const at = Number((goalOf(measures, slo) * scaleOf(panel, measures, slo)).toPrecision(12))
  const good = measures === 'availability' || measures === 'error-budget' ? 'above' : 'below'
  if (panel.colourless !== undefined) return { at, good, trouble: [`takes no colour: ${panel.colourless}`] }
  const steps = stepsOf(panel)
  if (!steps.some(({ from }) => from === at))
    return {
      at,
      good,
      trouble: [
        `turns at ${
          steps
            .map(({ from }) => from)
            .filter(Number.isFinite)
            .map(figure)
            .join(', ') || 'nothing'
        }, not at ${figure(at)}`,
      ],
    }
  const trouble: string[] = []
  for (const { from, to, color } of steps) {
    const side = from >= at ? 'above' : to <= at ? 'below' : 'between'
    const wrong: Mood = side === good ? 'bad' : 'good'
    if (moodOf(color) === wrong)
      trouble.push(
        `is ${color} ${Number.isFinite(from) ? `from ${figure(from)} on` : `below ${figure(to)}`}, ${side === good ? 'where the objective is met' : 'where it is missed'}`,
      )
  }
  const [left, right] = [steps.find(({ to }) => to === at)?.color, steps.find(({ from }) => from === at)?.color]
  if (left === right) trouble.push(`is ${left ?? 'without colour'} on both sides of ${figure(at)}`)
  return { at, good, trouble }
}

/** Each colour holds from its step up to the next one; percentages are of the panel's scale. */
function stepsOf({ thresholds, min = 0, max = 100 }: Look): { from: number; to: number; color: string }[] {
  const valueOf = (value: number | null): number =>
    value === null ? -Infinity : Number((thresholds.mode === 'percentage' ? min + (value / 100) * (max - min) : value).toPrecision(12))
  const sorted = thresholds.steps.map(({ value, color }) => ({ from: valueOf(value), color })).sort((a, b) => a.from - b.from)
  return sorted.map((step, index) => ({ ...step, to: sorted[index + 1]?.from ?? Infinity }))
}

/** By name (dark-red, semi-dark-green) or by code; yellow and orange are neither good nor bad. */
function moodOf(color: string): Mood {
  if (/green/i.test(color)) return 'good'
  if (/red/i.test(color)) return 'bad'
  const code =
    /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i
      .exec(color)
      ?.slice(1)
      .map((part) => Number.parseInt(part, 16)) ?? /^rgba?\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)/i.exec(color)?.slice(1).map(Number)
  if (code === undefined) return 'between'
  const [red = 0, green = 0] = code
  return green > red * 1.3 ? 'good' : red > green * 1.6 ? 'bad' : 'between'
}

function figure(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))) : String(value)
}
