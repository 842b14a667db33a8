export { parseDashboard, type Dashboard, type Variable } from './dashboard.ts'
export type { Panel } from './panel.ts'
export type { PanelQuery } from './panel-query.ts'
export { resolveQuery, resolveText } from './resolve.ts'
export { promisesOf } from './promised-panels.ts'
export { asksRecorded, rangesIn, recordingsOf, withRecordings, type Recordings } from './ranges.ts'
export { panelRangeMs } from './intervals.ts'

import type { SloSpec } from '../model/spec.ts'
import type { Dashboard } from './dashboard.ts'
import { promisesOf } from './promised-panels.ts'

/** Of several dashboards the one that keeps most of the promises; undefined when none keeps any. Other dashboards promise nothing. */
export function dashboardWith(dashboards: readonly Dashboard[], slo: Pick<SloSpec, 'panels'>): Dashboard | undefined {
  const titles = new Set(slo.panels.map(({ title }) => title))
  const kept = dashboards.map((dashboard) => ({
    dashboard,
    count: promisesOf(dashboard, slo).size,
    named: dashboard.panels.filter(({ title }) => titles.has(title)).length,
  }))
  return kept.sort((a, b) => b.named - a.named || b.count - a.count).find(({ count }) => count > 0)?.dashboard
}
