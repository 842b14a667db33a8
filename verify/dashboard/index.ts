export { parseDashboard, type Dashboard, type Panel, type PanelQuery, type ThresholdStep, type Variable } from './dashboard.ts'
export { resolveQuery, type Resolution } from './resolve.ts'

import type { Dashboard } from './dashboard.ts'

/** Of several dashboards the one that has most of these panels; undefined when none has any. Other dashboards promise nothing. */
export function dashboardWith(dashboards: readonly Dashboard[], titles: readonly string[]): Dashboard | undefined {
  const count = ({ panels }: Dashboard): number => titles.filter((title) => panels.some((panel) => panel.title === title)).length
  return [...dashboards].sort((a, b) => count(b) - count(a)).find((dashboard) => count(dashboard) > 0)
}
