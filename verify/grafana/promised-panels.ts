import type { SloSpec } from '../model/spec.ts'
import type { Dashboard } from './dashboard.ts'
import type { Panel } from './panel.ts'

type Promised = SloSpec['panels'][number]

/**
 * Which panel belongs to which promised panel: the one of that title, else the one that measures it, under any title and in any language.
 * A panel belongs to one promised panel at most.
 */
export function promisesOf({ panels }: Pick<Dashboard, 'panels'>, slo: Pick<SloSpec, 'panels'>): Map<Panel, Promised> {
  const kept = new Map<Panel, Promised>()
  const open = new Set(slo.panels)
  const give = (fits: (panel: Panel, promise: Promised) => boolean): void => {
    for (const promise of slo.panels) {
      const panel = open.has(promise) ? panels.find((candidate) => !kept.has(candidate) && fits(candidate, promise)) : undefined
      if (panel === undefined) continue
      kept.set(panel, promise)
      open.delete(promise)
    }
  }
  // Of two panels with one title the one whose form fits.
  give((panel, { title, measures, by }) => panel.title === title && hasForm(panel, measures, by))
  give((panel, { title }) => panel.title === title)
  give((panel, { title, measures, by }) => plainTitle(panel.title) === plainTitle(title) && hasForm(panel, measures, by))
  give((panel, { measures, by }) => hasForm(panel, measures, by) && asksFor(panel) === measures)
  return kept
}

function plainTitle(title: string): string {
  return title.toLowerCase().replace(/\([^)]*\)|[^\p{L}\p{N}]/gu, '')
}

/** One number for an objective, lines for a series by service, a list for alerts. */
function hasForm({ type, calc }: Panel, measures: Promised['measures'], by: Promised['by']): boolean {
  if (measures === 'active-alerts') return type === 'alertlist' || type === 'table'
  return by === undefined ? calc !== undefined : calc === undefined && type !== 'alertlist'
}

const SERVER_ERROR = /=~?\s*["'`]\^?\(?5(\.\.|\.\+|\.\*|\[|\\\\?d|xx|\d\d)|outcome\s*=\s*["'`]SERVER_ERROR/i
const BUDGET = /budget|버짓|예산|予算|预算/i

/** What a panel's queries measure, by their text. */
function asksFor({ type, title, queries }: Panel): Promised['measures'] | undefined {
  const text = queries.map(({ expr }) => expr).join('\n')
  if (type === 'alertlist' || /\bALERTS\b/.test(text)) return 'active-alerts'
  if (/\bhistogram_quantile\s*\(\s*0?\.95\b/.test(text)) return 'latency-p95'
  if (SERVER_ERROR.test(text))
    return BUDGET.test(title) || /\/\s*\(?\s*(0?\.0\d+|1\s*-\s*0?\.9\d*)/.test(text) ? 'error-budget' : 'error-rate'
  return /\bup\b(?!\s*\()/.test(text) ? 'availability' : undefined
}
