import {
  parseDashboard,
  resolveQuery,
  type Dashboard,
  type Panel as DashboardPanel,
  type PanelQuery,
  type Variable,
} from '../../grafana/index.ts'
import type { Configuration } from '../configuration.ts'
import { datasourcesOf, prometheusSources } from './datasources.ts'
import type { Cursor } from '../yaml/cursor.ts'
import type { Facts } from '../../model/facts.ts'

export interface Target {
  /** As Grafana sends it, variables and macros resolved; undefined when they cannot be, see `trouble`. */
  expr: string | undefined
  written: string
  trouble?: string
  at: Cursor
  instant: boolean
}

export interface Panel {
  title: string
  type: string
  at: Cursor
  /** What is shown of it: hidden queries and those for another kind of datasource are left out, expressions are opened. */
  targets: Target[]
  /** Every datasource that it names, hidden queries included. */
  datasources: { uid: string; at: Cursor }[]
  parsed: DashboardPanel
}

export interface LintedDashboard {
  at: Cursor
  parsed: Dashboard
  panels: Panel[]
}

/** Dashboards as Grafana reads them, with the place of each panel; a file that is not a dashboard is skipped. */
export function dashboardsOf(config: Configuration, facts: Facts): LintedDashboard[] {
  const { cursors } = datasourcesOf(config)
  return config.dashboards.flatMap((root) => {
    const last = read.get(root)
    if (last?.facts === facts && last.cursors.length === cursors.length && cursors.every((at, index) => at === last.cursors[index]))
      return last.found
    const found = dashboard(root, cursors, facts)
    read.set(root, { facts, cursors, found })
    return found
  })
}

/** Read again when the file, the data sources or the recorded metrics are others: lint asks with each change of any file (`mutate`). */
const read = new WeakMap<Cursor, { facts: Facts; cursors: readonly Cursor[]; found: LintedDashboard[] }>()

function dashboard(root: Cursor, datasources: readonly Cursor[], facts: Facts): LintedDashboard[] {
  const at = root.get('dashboard') ?? (root.string('kind') === 'Dashboard' ? root.get('spec') : undefined) ?? root
  const { known, timeInterval } = prometheusSources(datasources)
  let file: Dashboard
  try {
    file = parseDashboard(JSON.stringify(root.source.document.toJS()), root.text.file, known)
  } catch {
    // No dashboard, aliases that multiply without end, or a circle of them.
    return []
  }
  const parsed = { ...file, variables: file.variables.map((variable) => recorded(variable, facts)) }
  return [
    {
      at,
      parsed,
      panels: parsed.panels.flatMap((panel): Panel[] => {
        const cursor = at.get(...panel.path)
        if (cursor === undefined) return []
        return [
          {
            title: panel.title,
            type: panel.type,
            at: cursor,
            parsed: panel,
            datasources: namedBy(cursor),
            targets: panel.queries.map((query) => target(parsed, panel, query, cursor, timeInterval)),
          },
        ]
      }),
    },
  ]
}

function target(dashboard: Dashboard, panel: DashboardPanel, query: PanelQuery, at: Cursor, timeInterval: string | undefined): Target {
  const place = at.get('targets', query.index)
  const written = {
    written: query.expr,
    at: place?.get('expr') ?? place?.get('expression') ?? place ?? at,
    instant: query.instant,
  }
  try {
    return { ...written, expr: resolveQuery(dashboard, panel, query, timeInterval === undefined ? {} : { timeInterval }) }
  } catch (error) {
    return { ...written, expr: undefined, trouble: error instanceof Error ? error.message.replace(/^panel ".*?": /, '') : String(error) }
  }
}

/** A query variable without a value has the first one that the recorded series have; live it is asked for. */
function recorded(variable: Variable, facts: Facts): Variable {
  const [, metric, label] = /^\s*label_values\(\s*([\w:]+)[^]*,\s*(\w+)\s*\)\s*$/.exec(variable.asks?.query ?? '') ?? []
  if (variable.unset !== true || variable.value !== '' || metric === undefined || label === undefined) return variable
  const [first] = [...(facts.valuesOf(metric, label) ?? [])].sort()
  return first === undefined ? variable : { ...variable, value: first }
}

function namedBy(panel: Cursor): Panel['datasources'] {
  const named = [panel, ...(panel.get('targets')?.items() ?? [])].flatMap((at) => {
    const uid = at.string('datasource', 'uid') ?? at.string('datasource')
    return uid === undefined ? [] : [{ uid, at: at.get('datasource') ?? at }]
  })
  return named.filter(({ uid }, index) => named.findIndex((other) => other.uid === uid) === index)
}
