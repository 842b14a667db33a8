import { causing, oncePerPlace, remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { DASHBOARD_KEYS } from '../../known-keys/dashboard-keys.ts'
import { groupedRemarks } from '../../grouped-remarks.ts'
import { slipOf } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

/** Panels that Grafana brings along. https://grafana.com/docs/grafana/latest/panels-visualizations/visualizations/ */
const PANELS = new Set(
  'alertlist annolist barchart bargauge candlestick canvas dashlist datagrid debug flamegraph gauge geomap gettingstarted graph heatmap histogram live logs news nodeGraph piechart row stat state-timeline status-history singlestat table table-old text timeseries traces trend welcome xychart grafana-piechart-panel'.split(
    ' ',
  ),
)

/** Values that Grafana compares with: any other one is as if it were not there. By the key, or by the key and the one above it. */
const VALUES: Readonly<Record<string, string>> = {
  'thresholds.mode': 'absolute percentage',
  'legend.displayMode': 'list table hidden',
  'legend.placement': 'bottom right',
  'tooltip.mode': 'single multi none',
  'tooltip.sort': 'none asc desc 0 1 2',
  'thresholdsStyle.mode': 'off line dashed area line+area dashed+area series',
  'color.mode':
    'thresholds palette-classic palette-classic-by-name fixed shades continuous-GrYlRd continuous-RdYlGr continuous-BlYlRd continuous-YlRd continuous-BlPu continuous-YlBl continuous-blues scheme spectrum opacity continuous-reds continuous-greens continuous-purples',
  'custom.drawStyle': 'line bars points',
  'custom.showPoints': 'auto never always',
  'options.colorMode': 'value background background_solid none opacity',
  'options.graphMode': 'none area line',
  'options.orientation': 'auto horizontal vertical',
  'target.format': 'time_series table heatmap',
  'target.editorMode': 'code builder',
  'matcher.id': 'byName byRegexp byType byFrameRefID byValue byNames byTypes numeric time first firstTimeField anyMatch',
}

export const check: Check = {
  meta: {
    id: 'dashboards-are-spelt',
    needs: ['dashboard'],
    title: 'Keys, panel types and modes of a dashboard are ones that Grafana knows',
    failureTitle: 'A key or a value of a dashboard is misspelt: Grafana passes over it',
    why: 'Grafana reads what it knows of a dashboard and leaves out the rest. A panel without thresholds, a table without its columns, "Panel plugin not found". Only what is one slip of the fingers away from a known key is reported.',
    mend: 'Correct the key or the value in the dashboard, or export the dashboard from Grafana again.',
    example: '"fieldConfig": { "defaults": { "thresholds": { "mdoe": "absolute" } } }',
  },
  *judge({ config }) {
    for (const root of config.dashboards) {
      const all = [...oncePerPlace([...keys(root, ''), ...panels(root), ...required(root)])]
      yield* all.filter(({ message }) => message !== DESCENDING)
      // One habit of a whole dashboard.
      yield* groupedRemarks(
        all.flatMap((said) => (said.message === DESCENDING ? { group: '', said } : [])),
        'panels',
      )
    }
  },
}

const COLOURS = new Set(
  'red green blue yellow orange purple text transparent white black gray'
    .split(' ')
    .flatMap((name) => ['', 'dark-', 'light-', 'semi-dark-', 'super-light-'].map((shade) => `${shade}${name}`)),
)

/** What these hold, whole. */
const SHAPES: readonly (readonly [path: readonly string[], keys: readonly string[]])[] = [
  [['fieldConfig'], ['defaults', 'overrides']],
  [['gridPos'], ['h', 'w', 'x', 'y', 'static']],
  [
    ['fieldConfig', 'defaults', 'thresholds'],
    ['mode', 'steps'],
  ],
]

/** A mapping that is another one's. */
function* shapes(panel: Cursor): Generator<Remark> {
  for (const [path, known] of SHAPES) {
    const at = panel.get(...path)
    const [strange] = at?.pairs() ?? []
    if (at === undefined || strange === undefined || known.some((each) => at.has(each))) continue
    yield causing(remark(path.at(-1) ?? '', at.keyPlace(), known.join(', '), strange[0]), panel.lines(), 'slo-panels-measure')
  }
}

/** Ids of calculations: any other one gives no number. packages/grafana-data/src/transformations/fieldReducer.ts */
const CALCS =
  /^(?:last|lastNotNull|first|firstNotNull|min|max|mean|sum|count|countAll|range|delta|step|diff|diffperc|logmin|allIsZero|allIsNull|changeCount|distinctCount|allValues|uniqueValues|median|variance|stdDev|p\d+|\$.*)$/

function* calcs(panel: Cursor, title: string): Generator<Remark> {
  for (const [path, isNumber] of [
    [['options', 'reduceOptions', 'calcs'], true],
    [['options', 'legend', 'calcs'], false],
  ] as const)
    for (const at of panel.items(...path)) {
      const text = at.string()
      if (text === undefined || CALCS.test(text)) continue
      yield isNumber
        ? remark(title, at, 'a calculation: lastNotNull, mean, max ...', text)
        : warning(title, at, 'a calculation: mean, max ...', text)
    }
}

/** Below these stand names of one's own: of columns, of values. */
const OWN_NAMES = /^(?:indexByName|excludeByName|renameByName|includeByName|options|fields|scopedVars)$/

function* keys(at: Cursor, above: string, depth = 0): Generator<Remark> {
  if (depth > 30) return
  for (const item of at.items()) yield* keys(item, above, depth + 1)
  for (const [key, value] of at.pairs()) {
    const meant = OWN_NAMES.test(above) && above !== 'options' ? undefined : slipOf(key, DASHBOARD_KEYS)
    // One of its neighbours may be the right one already.
    if (meant !== undefined && !at.has(meant)) yield remark(key, value.keyPlace(), meant, key)
    const allowed = VALUES[`${above}.${key}`]?.split(' ')
    const text = value.string()
    // An empty one is Grafana's own choice.
    if (allowed !== undefined && text !== undefined && text !== '' && !text.includes('$') && !allowed.includes(text))
      yield warning(key, value, `one of ${allowed.join(', ')}`, text)
    const colour = key === 'color' && text !== undefined ? slipOf(text, COLOURS) : undefined
    if (colour !== undefined) yield remark(key, value, colour, text ?? '')
    else if (key === 'color' && text !== undefined && !COLOURS.has(text) && !/^(?:[a-z]+|(?:#|rgb|hsl|var\().*|.*\$.*|)$/i.test(text))
      yield warning(key, value, 'a colour: green, dark-red, #73bf69', text)
    yield* keys(value, key, depth + 1)
  }
}

function allPanels(root: Cursor): Cursor[] {
  return [...root.items('panels'), ...root.items('rows').flatMap((row) => row.items('panels'))].flatMap((panel) => [
    panel,
    ...panel.items('panels'),
  ])
}

function* panels(root: Cursor): Generator<Remark> {
  for (const panel of allPanels(root)) {
    const type = panel.string('type')
    const title = panel.string('title') ?? 'panel'
    const meant = type === undefined ? undefined : slipOf(type, PANELS)
    if (meant !== undefined) yield remark(title, panel.near('type'), meant, type ?? '')
    else if (type === undefined && !panel.has('libraryPanel')) yield remark(title, panel, 'a type', 'none')
    else if (
      type !== undefined &&
      !PANELS.has(type) &&
      !/^[a-z0-9]+(?:-[a-z0-9]+)+(?:-panel|-datasource|-app)?$/i.test(type) &&
      !type.includes('$')
    )
      yield warning(title, panel.near('type'), 'a panel of Grafana, or the id of a plugin', type)
    yield* thresholds(panel, title)
    yield* calcs(panel, title)
    yield* shapes(panel)
    const ids = panel.items('targets').map((target) => target.string('refId') ?? '')
    const twice = panel
      .items('targets')
      .find((target, index) => target.string('refId') !== undefined && ids.indexOf(target.string('refId') ?? '') !== index)
    if (twice !== undefined) yield remark(title, twice.near('refId'), 'a refId of its own for each query', twice.string('refId') ?? '')
  }
}

const DESCENDING = 'A threshold of a panel is never reached: its colour is not shown'

/** The first step has no value: it holds from minus infinity. One that Grafana never comes to is a colour that is not shown. */
function* thresholds(panel: Cursor, title: string): Generator<Remark> {
  const steps = panel.items('fieldConfig', 'defaults', 'thresholds', 'steps')
  let last = -Infinity
  for (const [index, step] of steps.entries()) {
    if ((step.string('color') ?? '') === '') yield remark(title, step, 'a color for each threshold', 'none')
    const value = step.number('value')
    if (value === undefined && index > 0)
      yield warning(title, step, 'a value for each threshold but the first', step.string('value') ?? 'none')
    if (value !== undefined && value <= last)
      yield warning(title, step.near('value'), `a value above ${last}: thresholds ascend`, String(value), DESCENDING)
    last = value ?? last
  }
}

/** What every dashboard has that Grafana exports. */
function* required(root: Cursor): Generator<Remark> {
  if ((root.string('title') ?? '') === '' && root.has('panels'))
    yield remark('dashboard', root, 'a title: Grafana provisions no dashboard without one', 'none')
  const uid = root.string('uid')
  if (uid !== undefined && !/^[\w-]{0,40}$/.test(uid))
    yield remark('dashboard', root.near('uid'), 'at most 40 letters, digits, - and _', uid)
  for (const key of ['from', 'to']) {
    const text = root.string('time', key)
    if (text !== undefined && !/^(?:now(?:[-+/]\w+)*|\d{4}-\d\d-\d\d.*|\d+)$/.test(text))
      yield remark('dashboard', root.near('time', key), 'now-6h, say', text)
  }
  const version = root.get('schemaVersion')
  if (version !== undefined && version.isQuoted())
    yield warning(
      'dashboard',
      version,
      `a number: ${Number.parseInt(version.string() ?? '', 10) || 39}`,
      `the text "${version.string() ?? ''}"`,
    )
  const refresh = root.string('refresh')
  if (refresh !== undefined && !/^(?:|false|true|auto|\d+(?:ms|s|m|h|d))$/.test(refresh))
    yield remark('dashboard', root.near('refresh'), 'an interval: 30s', refresh)
  for (const variable of root.items('templating', 'list')) {
    const name = variable.string('name')
    if (name === undefined) yield remark('templating', variable, 'a name', 'none')
    else if (name === '') yield warning('templating', variable.near('name'), 'a name by which it is used', 'an empty one')
    else if (!/^\w+$/.test(name)) yield remark('templating', variable.near('name'), 'letters, digits and _', name)
    const type = variable.string('type') ?? ''
    const types = 'query custom constant datasource interval textbox adhoc groupby system snapshot switch'.split(' ')
    // Grafana makes the options of it anew.
    if (['custom', 'interval'].includes(type) && !variable.has('query'))
      yield remark(name ?? 'templating', variable, `query, from which a variable of type ${type} gets its values`, 'none')
    if (!types.includes(type)) yield remark(name ?? 'templating', variable.near('type'), `one of ${types.join(', ')}`, type || 'none')
  }
}
