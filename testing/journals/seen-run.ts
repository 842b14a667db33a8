/** Test code: an honest run whose rule is promised for two services and was seen for both, and ways to change what was seen. */
import type { Journal, JournalBody, LoadSlice, NeededSeries, OwnMeasurement, Series } from '../../verify/model/journal.ts'
import type { MeasuredBy, RuleSpec } from '../../verify/model/spec.ts'
import { alter, run, withEntries } from './honest-run.ts'
import { ZERO_MS } from '../virtual/virtual-journal.ts'

const SUBJECTS = ['probed', 'other']
/** Of the reading, seconds after the drill's begin; the window begins at second 10. */
const SEEN_AT_S = 30
const WINDOW_MS = 20_000

export interface SeenRun {
  condition?: Partial<RuleSpec['condition']> & { threshold?: number }
  measuredBy?: MeasuredBy
  expr?: string
  series?: readonly Series[]
  needs?: readonly NeededSeries[]
  active?: readonly { labels: Record<string, string>; state: string }[]
  own?: readonly OwnMeasurement[]
  /** Of the selectors in the second reading, after the last experiment; absent: there was none. */
  afterwards?: readonly NeededSeries[]
  steady?: boolean
  alone?: boolean
  /** Answers a second of each subject's service, by status, and how long each took. */
  load?: { statuses?: Record<string, number>; tookMs?: number; fromS?: number; elsewhereMs?: number } | null
}

export const rows = (value: string, jobs = SUBJECTS): Series[] =>
  jobs.map((job) => ({ metric: { job }, values: [[ZERO_MS / 1_000 + SEEN_AT_S, value]] }))

export function seenRun(options: SeenRun = {}): Journal {
  const { condition = {}, measuredBy, expr = 'probed', load = {} } = options
  const threshold = condition.threshold ?? 10
  const seen: JournalBody & { atMs: number } = {
    kind: 'subjects',
    atMs: ZERO_MS + SEEN_AT_S * 1_000,
    alert: 'Probed',
    expr,
    series: [...(options.series ?? rows('1'))],
    needs: [...(options.needs ?? [{ selector: expr, series: rows('1') }])],
    active: [...(options.active ?? [])],
    own: [...(options.own ?? [])],
    alone: options.alone ?? true,
    steady: options.steady ?? true,
  }
  const slices = SUBJECTS.flatMap((service): LoadSlice[] =>
    Array.from({ length: SEEN_AT_S - (load?.fromS ?? 0) }, (_, index) => ({
      fromMs: ZERO_MS + ((load?.fromS ?? 0) + index) * 1_000,
      service,
      statuses: load?.statuses ?? { 200: 2 },
      latency: { [(service === 'other' ? load?.elsewhereMs : undefined) ?? load?.tookMs ?? 6]: 2 },
    })),
  )
  const background: JournalBody = {
    kind: 'load',
    experiment: 'drill',
    leg: 'background',
    phase: 'end',
    scenario: 'steady',
    params: {},
    exitCode: 105,
    summary: { iterations: 1, droppedIterations: 0, requests: 1, failedRequests: 0, ratePerS: 1, durationP95Ms: 6, statuses: {}, slices },
  }
  const again = options.afterwards === undefined ? [] : [{ ...seen, needs: [...options.afterwards], afterwards: true as const }]
  const journal = withEntries(run(), seen, ...again, ...(load === null ? [] : [background]))
  const whole = alter(journal, 'header', (entry) => ({
    ...entry,
    spec: {
      ...entry.spec,
      rules: entry.spec.rules.map((rule) => ({
        ...rule,
        condition: { ...rule.condition, ...condition },
        holdsFor: { job: SUBJECTS },
        ...(measuredBy === undefined ? {} : { measuredBy }),
      })),
    },
    plan: {
      ...entry.plan,
      promised: {
        timing: entry.plan.timing,
        rules: [{ alert: 'Probed', forMs: 8_000, keepFiringForMs: 0, value: { expr, threshold, windowMs: WINDOW_MS } }],
      },
    },
  }))
  return alter(whole, 'targets', (entry) => ({
    ...entry,
    targets: [...entry.targets, { job: 'other', instance: '127.0.0.1:2', health: 'up', lastError: '' }],
  }))
}
