import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDashboard, resolveQuery, type Dashboard, type Panel } from './index.ts'

const KNOWN = new Map([
  ['Loki', false],
  ['loki-uid', false],
  ['prometheus', true],
])

function dashboard(root: object): Dashboard {
  return parseDashboard(JSON.stringify(root), 'd.json', KNOWN)
}

function panelOf(panel: object, root: object = {}): Panel {
  const [first] = dashboard({ panels: [{ title: 'p', type: 'stat', ...panel }], ...root }).panels
  assert.ok(first)
  return first
}

const asked = (panel: object, root: object = {}): string[] => panelOf(panel, root).queries.map(({ refId, expr }) => `${refId} ${expr}`)
const A = { refId: 'A', expr: 'a' }
const B = { refId: 'B', expr: 'b' }

test('which queries are shown, and whose they are', () => {
  assert.deepEqual(asked({ targets: [{ ...A, hide: true }, B] }), ['B b'])
  assert.deepEqual(asked({ datasource: 'Prometheus', targets: [A] }), ['A a'])
  assert.deepEqual(asked({ datasource: 'Loki', targets: [A] }), [])
  assert.deepEqual(asked({ datasource: { uid: 'loki-uid' }, targets: [A] }), [])
  assert.deepEqual(asked({ datasource: null, targets: [{ ...A, datasource: null }] }), ['A a'])
  assert.deepEqual(asked({ datasource: { type: 'prometheus', uid: '${DS_PROMETHEUS}' }, targets: [A] }), ['A a'])
  assert.deepEqual(asked({ datasource: '-- Mixed --', targets: [A, { ...B, datasource: { type: 'loki' } }] }), ['A a'])
  assert.deepEqual(
    asked({ datasource: { type: 'datasource', uid: '-- Mixed --' }, targets: [A, { ...B, datasource: { type: 'prometheus', uid: 'p' } }] }),
    ['A a', 'B b'],
  )
  assert.deepEqual(
    asked({ datasource: '$ds', targets: [A] }, { templating: { list: [{ name: 'ds', type: 'datasource', query: 'loki' }] } }),
    [],
  )
  assert.deepEqual(
    asked({ datasource: '$ds', targets: [A] }, { templating: { list: [{ name: 'ds', type: 'datasource', query: 'prometheus' }] } }),
    ['A a'],
  )
  assert.deepEqual(asked({ datasource: { type: 'grafana-amazonprometheus-datasource' }, targets: [A] }), ['A a'])
  // Grafana finds it by its uid, whatever the type beside it says.
  assert.deepEqual(asked({ datasource: { type: 'loki', uid: 'prometheus' }, targets: [A] }), ['A a'])
  assert.deepEqual(asked({ datasource: { type: 'prometheus', uid: 'loki-uid' }, targets: [A] }), [])
  // The panel's own wins over what its queries name.
  const own = { ...A, datasource: { type: 'prometheus', uid: 'p' } }
  assert.deepEqual(asked({ datasource: { uid: 'loki-uid' }, targets: [own] }), [])
  assert.deepEqual(asked({ datasource: { uid: 'p' }, targets: [{ ...A, datasource: { type: 'loki', uid: 'loki-uid' } }] }), ['A a'])
  assert.deepEqual(asked({ targets: [own] }), ['A a'])
})

test('an expression over queries is named, and not calculated', () => {
  const { queries, computed } = panelOf({
    targets: [
      { ...A, hide: true },
      { refId: 'C', type: 'math', expression: '$A * 100', datasource: { type: '__expr__', uid: '__expr__' } },
      { refId: 'D', expression: 'A', datasource: '__expr__' },
    ],
  })
  assert.deepEqual([queries, computed], [[], ['expression math', 'expression']])
})

test('what a panel makes of a course, and what changes its numbers', () => {
  assert.deepEqual(
    [{}, { options: { reduceOptions: { calcs: ['max'] } } }, { type: 'timeseries' }].map((panel) => panelOf(panel).calc),
    ['lastNotNull', 'max', undefined],
  )
  assert.deepEqual(
    [{ instant: true }, { instant: true, range: true }, { range: true }, {}].map(
      (target) => panelOf({ targets: [{ ...A, ...target }] }).queries[0]?.instant,
    ),
    [true, false, false, false],
  )
  const transformations = [
    { id: 'organize' },
    { id: 'calculateField' },
    { id: 'reduce', options: { reducers: ['lastNotNull'] } },
    { id: 'filterByValue', disabled: true },
  ]
  assert.deepEqual(panelOf({ transformations }).computed, ['transformation calculateField'])
  assert.deepEqual(
    panelOf({
      fieldConfig: {
        defaults: {
          mappings: [
            { type: 'range', options: { from: null, to: 0, result: { text: 'spent' } } },
            { type: 'special', options: { match: 'null', result: { text: 'n/a' } } },
          ],
        },
      },
    }).computed,
    ['value mapping to "spent"'],
  )
  assert.deepEqual(
    panelOf({}, { templating: { list: [{ name: 'f', type: 'adhoc', filters: [{ key: 'job', operator: '=', value: 'a' }] }] } }).computed,
    ['ad hoc filter job=a'],
  )
})

test('overrides that meet the query count, others do not', () => {
  const steps = (value: number): object => ({
    mode: 'absolute',
    steps: [
      { value: null, color: 'red' },
      { value, color: 'green' },
    ],
  })
  const overridden = (matcher: object, id = 'thresholds', value: unknown = steps(5)): Panel =>
    panelOf({
      targets: [{ ...A, legendFormat: 'share' }],
      fieldConfig: { defaults: { unit: 's', thresholds: steps(1) }, overrides: [{ matcher, properties: [{ id, value }] }] },
    })
  const turn = (panel: Panel): number | null | undefined => panel.thresholds.steps[1]?.value
  assert.deepEqual(
    [
      { id: 'byName', options: 'share' },
      { id: 'byRegexp', options: '/^sh/' },
      { id: 'byFrameRefID', options: 'A' },
      { id: 'byType', options: 'number' },
      { id: 'byNames', options: { names: ['share'] } },
    ].map((matcher) => turn(overridden(matcher))),
    [5, 5, 5, 5, 5],
  )
  assert.deepEqual(
    [
      { id: 'byName', options: 'other' },
      { id: 'byRegexp', options: '[' },
      { id: 'byFrameRefID', options: 'B' },
      { id: 'byType', options: 'time' },
    ].map((matcher) => turn(overridden(matcher))),
    [1, 1, 1, 1],
  )
  assert.equal(overridden({ id: 'byName', options: 'share' }, 'unit', 'ms').unit, 'ms')
})

test('thresholds that colour nothing', () => {
  const colourless = (type: string, defaults: object, options: object = {}): string | undefined =>
    panelOf({ type, fieldConfig: { defaults }, options }).colourless
  assert.equal(colourless('gauge', {}), undefined)
  assert.equal(colourless('gauge', { color: { mode: 'thresholds' } }), undefined)
  assert.match(colourless('gauge', { color: { mode: 'fixed', fixedColor: 'green' } }) ?? '', /always green/)
  assert.match(colourless('stat', { color: { mode: 'palette-classic' } }) ?? '', /by palette-classic/)
  assert.match(colourless('stat', {}, { colorMode: 'none' }) ?? '', /none/)
  assert.match(colourless('timeseries', { color: { mode: 'palette-classic' } }) ?? '', /not drawn/)
  assert.equal(colourless('timeseries', { color: { mode: 'palette-classic' }, custom: { thresholdsStyle: { mode: 'line' } } }), undefined)
  assert.deepEqual(
    [colourless('table', {}), colourless('table', { custom: { cellOptions: { type: 'color-background' } } })],
    ['its cells have no colour', undefined],
  )
})

test("library panels that came along, panels that show another's answers, lists of alerts", () => {
  const library = dashboard({
    __elements: { x: { model: { type: 'stat', targets: [A] } } },
    panels: [
      { title: 'from the library', libraryPanel: { uid: 'x' } },
      { title: 'not here', libraryPanel: { uid: 'y' } },
    ],
  })
  assert.deepEqual(
    library.panels.map(({ title, type, queries }) => [title, type, queries.length]),
    [
      ['from the library', 'stat', 1],
      ['not here', '', 0],
    ],
  )
  const shared = dashboard({
    panels: [
      { id: 7, title: 'asks', type: 'timeseries', targets: [A] },
      { title: 'shows', type: 'stat', datasource: { uid: '-- Dashboard --', type: 'datasource' }, targets: [{ panelId: 7, refId: 'A' }] },
    ],
  })
  assert.deepEqual(
    shared.panels[1]?.queries.map(({ expr }) => expr),
    ['a'],
  )
  assert.deepEqual(
    panelOf({
      type: 'alertlist',
      options: { stateFilter: { firing: false, pending: true }, alertInstanceLabelFilter: '{severity="critical"}' },
    }).alertList,
    { firing: false, labels: '{severity="critical"}', name: '' },
  )
})

test('a resource of Grafana 12 is what is in its spec', () => {
  assert.deepEqual(
    dashboard({
      apiVersion: 'dashboard.grafana.app/v1beta1',
      kind: 'Dashboard',
      metadata: {},
      spec: { title: 't', panels: [{ title: 'p', targets: [A] }] },
    }).panels.map(({ title }) => title),
    ['p'],
  )
  assert.throws(() => dashboard({ apiVersion: 'dashboard.grafana.app/v2alpha1', kind: 'Dashboard', spec: { elements: {} } }), /v2/)
})

test('a panel may show a time of its own', () => {
  const resolved = (expr: string, panel: object): string => {
    const all = dashboard({ panels: [{ title: 'p', type: 'stat', targets: [{ expr }], ...panel }], time: { from: 'now-6h', to: 'now' } })
    return resolveQuery(all, all.panels[0]!, all.panels[0]!.queries[0]!, { untilMs: 86_400_000 })
  }
  assert.equal(resolved('x[$__range]', { timeFrom: '24h' }), 'x[86400s]')
  assert.equal(resolved('x[$__range]', { timeFrom: '' }), 'x[21600s]')
  assert.equal(resolved('x @ ${__to:date:seconds} $__from ${__from:date:seconds}', {}), 'x @ 86400 64800000 64800')
})
