import { causing, remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

type Kind = 'a list' | 'a mapping'

/** https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/, kinds/dashboard/dashboard_kind.cue */
const OF_DASHBOARD: readonly (readonly [Kind, ...string[]])[] = [
  ['a list', 'panels'],
  ['a mapping', 'time'],
  ['a mapping', 'templating'],
  ['a list', 'templating', 'list'],
  ['a mapping', 'annotations'],
  ['a list', 'annotations', 'list'],
]
const OF_PANEL: typeof OF_DASHBOARD = [
  ['a list', 'targets'],
  ['a mapping', 'fieldConfig'],
  ['a mapping', 'fieldConfig', 'defaults'],
  ['a mapping', 'fieldConfig', 'defaults', 'thresholds'],
  ['a list', 'fieldConfig', 'defaults', 'thresholds', 'steps'],
  ['a list', 'fieldConfig', 'overrides'],
  ['a mapping', 'options'],
  ['a mapping', 'options', 'reduceOptions'],
  ['a list', 'options', 'reduceOptions', 'calcs'],
  ['a list', 'transformations'],
  ['a mapping', 'gridPos'],
]

export const check: Check = {
  meta: {
    id: 'dashboards-are-well-formed',
    needs: ['dashboard'],
    title: 'Lists and mappings of a dashboard stand where Grafana reads them, and each panel has a size',
    failureTitle: 'A dashboard has something else where Grafana reads a list or a mapping',
    why: 'Grafana goes through the targets of a panel, its overrides and its thresholds as lists. Where one is a mapping the panel shows an error in place of its data, or the whole dashboard does. A panel without height or width is not seen.',
    mend: 'In the dashboard, write the value in the form that the finding names, or export the dashboard from Grafana again.',
    example: '"targets": { "refId": "A", "expr": "up" } // a list: [{ "refId": "A", "expr": "up" }]',
  },
  *judge({ config }) {
    for (const root of config.dashboards) {
      const at = root.get('dashboard') ?? (root.string('kind') === 'Dashboard' ? root.get('spec') : undefined) ?? root
      // Of the second schema, which has elements in place of panels: https://grafana.com/docs/grafana/latest/observability-as-code/schema-v2/
      if (at.has('elements')) continue
      yield* shapes('dashboard', at, OF_DASHBOARD)
      for (const panel of [...at.items('panels'), ...at.items('panels').flatMap((row) => row.items('panels'))]) {
        const title = panel.string('title') ?? 'panel'
        yield* shapes(title, panel, OF_PANEL)
        yield* size(title, panel)
        yield* values(title, panel)
      }
    }
  },
}

function* shapes(title: string, owner: Cursor, known: typeof OF_DASHBOARD): Generator<Remark> {
  for (const [kind, ...path] of known) {
    const at = owner.get(...path)
    if (at === undefined || (kind === 'a list' ? at.isList() : at.isMap()) || at.plain() === null) continue
    const found = at.isList() ? 'a list' : at.isMap() ? 'a mapping' : (at.string() ?? 'nothing')
    // What is said of the rest of the panel follows from it.
    yield causing(remark(title, at.keyPlace(), `${path.at(-1) ?? ''}: ${kind}`, found), owner.lines())
  }
}

/** Left out whole it is Grafana's own, 6 by 3; a row is as wide as the dashboard, with any width. */
function* size(title: string, panel: Cursor): Generator<Remark> {
  if (panel.string('type') === 'row') return
  const at = panel.get('gridPos')
  if (at?.isMap() !== true || at.pairs().length === 0) return
  for (const [key, name] of [
    ['h', 'height'],
    ['w', 'width'],
  ] as const)
    if (!((at.number(key) ?? 0) > 0))
      yield warning(
        title,
        at.near(key),
        `${key}: a ${name} above 0`,
        at.string(key) ?? 'none',
        'A panel of a dashboard has no size: it is not seen',
      )
}

/** Fields of a query of Prometheus, which its plugin reads into Go: pkg/tsdb/prometheus/models/query.go, and numbers of a panel. */
const OF_TARGET: Readonly<Record<string, string>> = {
  expr: 'string',
  legendFormat: 'string',
  format: 'string',
  interval: 'string',
  instant: 'boolean',
  range: 'boolean',
  exemplar: 'boolean',
}
const OF_DEFAULTS: Readonly<Record<string, string>> = { min: 'number', max: 'number', decimals: 'number', unit: 'string', color: 'object' }
const NAMED: Readonly<Record<string, string>> = { string: 'a text', boolean: 'true or false', number: 'a number', object: 'a mapping' }

function* values(title: string, panel: Cursor): Generator<Remark> {
  const targets = panel.items('targets').filter((target) => target.has('expr'))
  const defaults = panel.get('fieldConfig', 'defaults')
  for (const [owner, known] of [
    ...targets.map((each) => [each, OF_TARGET] as const),
    ...(defaults === undefined ? [] : [[defaults, OF_DEFAULTS] as const]),
  ])
    for (const [key, type] of Object.entries(known)) {
      const at = owner.get(key)
      const value = at?.plain()
      if (at === undefined || value === null || value === undefined || typeof value === type) continue
      if (type !== 'string' && typeof value === 'string' && (value === '' || value.includes('$'))) continue
      const [expected, observed] = [`${key}: ${NAMED[type] ?? type}`, JSON.stringify(value)]
      // The browser counts with "10" as with 10.
      if (type === 'number' && typeof value === 'string' && Number.isFinite(Number(value)))
        yield warning(title, at.keyPlace(), expected, observed)
      else yield causing(remark(title, at.keyPlace(), expected, observed), owner.lines())
    }
  const [least, most] = [defaults?.number('min'), defaults?.number('max')]
  if (defaults !== undefined && least !== undefined && most !== undefined && least >= most)
    yield warning(title, defaults.near('min'), `a min below the max, ${most}`, String(least), 'The scale of a panel is the wrong way round')
}
