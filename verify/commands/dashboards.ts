import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { dashboardWith, parseDashboard, type Dashboard } from '../dashboard/index.ts'
import { formatError, FiredrillError } from '../model/error.ts'
import type { SloSpec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import type { DeployedDashboard } from '../run/panels.ts'
import { provisionedSources } from './datasources.ts'

/** The dashboard of the deployed configuration that has the promised panels; undefined when none is promised, or no configuration is known. */
export function deployedDashboard(slo: SloSpec, target: Target, root: string): DeployedDashboard | undefined {
  if (slo.panels.length === 0 || target.configuration === undefined) return undefined
  const folder = resolve(root, target.configuration)
  const files = jsonFiles(join(folder, 'grafana', 'dashboards'))
  const shown = (file: string): string => relative(folder, file)
  const dashboards: Dashboard[] = []
  const errors: string[] = []
  for (const file of files) {
    try {
      dashboards.push(parseDashboard(readFileSync(file, 'utf8'), shown(file)))
    } catch (error) {
      errors.push(error instanceof FiredrillError ? formatError(error) : String(error))
    }
  }
  const dashboard = dashboardWith(dashboards, slo.panels.map(({ title }) => title)) ?? null
  const interval = timeInterval(target.grafanaDatasources, root)
  const missing = files.length === 0 ? `no dashboard in ${shown(join(folder, 'grafana', 'dashboards'))}` : `none of ${files.map(shown).join(', ')} has a promised panel`
  return {
    file: dashboard?.file ?? 'grafana/dashboards', dashboard,
    ...(dashboard === null ? { error: errors.length > 0 ? errors.join('\n') : missing } : {}), ...(interval === undefined ? {} : { timeInterval: interval }),
  }
}

function jsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).sort().map((name) => join(folder, name))
  } catch {
    return []
  }
}

function timeInterval(file: string | undefined, root: string): string | undefined {
  if (file === undefined) return undefined
  try {
    const all = provisionedSources(resolve(root, file)).filter(({ type }) => type === 'prometheus')
    return (all.find(({ isDefault }) => isDefault === true) ?? all[0])?.jsonData?.timeInterval
  } catch {
    // Grafana would then take its default, and lint says what is wrong with the file.
    return undefined
  }
}
