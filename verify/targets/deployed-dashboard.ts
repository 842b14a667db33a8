import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { prometheusSources } from '../config/grafana/datasources.ts'
import { dashboardWith, parseDashboard, type Dashboard } from '../grafana/index.ts'
import { FiredrillError } from '../model/error.ts'
import { formatError } from '../text/error-text.ts'
import type { SloSpec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import type { DeployedDashboard } from '../run/dashboard/record-panels.ts'
import { provisionedSources } from './grafana-links.ts'

/**
 * The dashboard of the deployed configuration that has the promised panels; undefined when none is promised, or no configuration is known.
 */
export function deployedDashboard(slo: SloSpec, target: Target, root: string): DeployedDashboard | undefined {
  if (slo.panels.length === 0 || target.configuration === undefined) return undefined
  const folder = resolve(root, target.configuration)
  const usual = join(folder, 'grafana', 'dashboards')
  const shown = (file: string): string => relative(folder, file)
  const { known, timeInterval } = datasources(target.grafanaDatasources, root)
  const read = (paths: string[], textsIn: (file: string) => DashboardText[]): { dashboards: Dashboard[]; errors: string[] } => {
    const errors: string[] = []
    const dashboards = paths.flatMap((path) => {
      try {
        return textsIn(path).map(({ file, text }) => parseDashboard(text, shown(file), known))
      } catch (error) {
        errors.push(error instanceof FiredrillError ? formatError(error) : String(error))
        return []
      }
    })
    return { dashboards, errors }
  }
  const files = filesIn(usual, /\.json$/)
  const first = read(files, (file) => [{ file, text: readFileSync(file, 'utf8') }])
  // Elsewhere only what can be nothing but a dashboard is looked at.
  const dashboard =
    dashboardWith(first.dashboards, slo) ??
    dashboardWith(
      read(
        filesIn(folder, /\.(json|ya?ml)$/).filter((file) => !files.includes(file)),
        dashboardTexts,
      ).dashboards,
      slo,
    ) ??
    null
  const missing = files.length === 0 ? `no dashboard in ${shown(usual)}` : `none of ${files.map(shown).join(', ')} has a promised panel`
  return {
    file: dashboard?.file ?? 'grafana/dashboards',
    dashboard,
    ...(dashboard === null ? { error: first.errors.length > 0 ? first.errors.join('\n') : missing } : {}),
    ...(timeInterval === undefined ? {} : { timeInterval }),
  }
}

interface DashboardText {
  file: string
  text: string
}

const MAX_BYTES = 16 * 1024 * 1024

function filesIn(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => pattern.test(name) && !name.includes('node_modules'))
      .sort()
      .map((name) => join(folder, name))
      .filter((file) => {
        const found = statSync(file, { throwIfNoEntry: false })
        return found?.isFile() === true && found.size <= MAX_BYTES
      })
  } catch {
    return []
  }
}

const PANELS = /"(panels|rows)"\s*:\s*\[/

/**
 * A file, or what a Kubernetes object holds for Grafana's sidecar or its operator:
 * https://github.com/grafana/helm-charts/tree/main/charts/grafana#sidecar-for-dashboards
 */
function dashboardTexts(file: string): DashboardText[] {
  const text = readFileSync(file, 'utf8')
  if (!PANELS.test(text)) return []
  if (file.endsWith('.json')) return [{ file, text }]
  try {
    return parseAllDocuments(text).flatMap((document) => {
      const { kind, data, spec } = (document.toJS() ?? {}) as { kind?: unknown; data?: unknown; spec?: unknown }
      const held = kind === 'ConfigMap' ? data : kind === 'GrafanaDashboard' ? spec : undefined
      return typeof held === 'object' && held !== null
        ? Object.values(held)
            .filter((value): value is string => typeof value === 'string' && PANELS.test(value))
            .map((value) => ({ file, text: value }))
        : []
    })
  } catch {
    // Lint says what is wrong with the file.
    return []
  }
}

/** Of the deployed Grafana's provisioned data sources. */
function datasources(file: string | undefined, root: string): ReturnType<typeof prometheusSources> {
  if (file === undefined) return { known: new Map() }
  try {
    return prometheusSources(provisionedSources(resolve(root, file)).cursors)
  } catch {
    // Grafana would then take its default, and lint says what is wrong with the file.
    return { known: new Map() }
  }
}
