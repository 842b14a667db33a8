import type { Area, Check } from './lint-check.ts'
import * as alertmanager from './registry/alertmanager-checks.ts'
import * as platform from './registry/deployment-checks.ts'
import * as grafana from './registry/grafana-checks.ts'
import * as logs from './registry/log-checks.ts'
import * as prometheus from './registry/prometheus-checks.ts'
import * as rules from './registry/rule-checks.ts'
import * as traces from './registry/trace-checks.ts'

/** The checks of each folder of checks/. */
const OF_FOLDERS: Record<Area, Record<string, Check>> = { rules, prometheus, alertmanager, logs, traces, grafana, platform }

/** Every check, by id, with the area of its folder. A test keeps the registry and the folders the same. */
export const CHECKS = Object.entries(OF_FOLDERS)
  .flatMap(([area, checks]) => Object.values(checks).map((check) => ({ ...check, meta: { area: area as Area, ...check.meta } })))
  .sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1))
