import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'panels-have-queries'
const file = 'slo-dashboard.json'
const from = '"panels": [\n'
const panel = (more: object): { file: string; from: string; to: string } => ({
  file,
  from,
  to: `${from}${JSON.stringify({
    id: 90,
    type: 'stat',
    title: 'Extra',
    gridPos: { h: 4, w: 4, x: 0, y: 90 },
    datasource: { type: 'prometheus', uid: 'prometheus' },
    ...more,
  })},\n`,
})
const query = { refId: 'A', expr: 'sum(redis_connected_clients)' }

finds(
  id,
  'a panel that asks for nothing, or asks another kind of data source',
  { ...panel({ type: 'timeseries' }), observed: 'none' },
  { ...panel({ targets: [] }), observed: 'none' },
  { ...panel({ targets: [{ refId: 'A' }] }), expected: 'an expr' },
  { ...panel({ targets: [{ refId: 'A', expr: ' ' }] }), expected: 'an expr' },
  { ...panel({ datasource: { type: 'datasource', uid: '-- Dashboard --' }, targets: [{ refId: 'A', panelId: 77 }] }), observed: '77' },
  { ...panel({ datasource: { type: 'prometheus', uid: 'loki' }, targets: [query] }), observed: 'of type loki' },
  // Grafana sends every query of a panel to the panel's own data source.
  {
    ...panel({
      datasource: { type: 'loki', uid: 'loki' },
      targets: [{ ...query, datasource: { type: 'prometheus', uid: 'prometheus' } }],
    }),
    expected: 'prometheus, which its query names, or -- Mixed --',
    observed: 'loki, of type loki',
  },
  { ...panel({ targets: [{ ...query, legendFormat: '{{job}} $pod' }] }), severity: 'warning', observed: '$pod' },
  { ...panel({ title: 'Extra of ${windw}', targets: [query] }), severity: 'warning', observed: 'did you mean window' },
)

const fault = panel({ targets: [] })
const cases: [string, object][] = [
  ['a query', { targets: [query] }],
  ['a text', { type: 'text', options: { mode: 'markdown', content: 'x' } }],
  ['a list of alerts', { type: 'alertlist', options: {} }],
  ['a plugin', { type: 'volkovlabs-echarts-panel' }],
  ['the answers of another panel', { datasource: { type: 'datasource', uid: '-- Dashboard --' }, targets: [{ refId: 'A', panelId: 2 }] }],
  [
    'a panel over mixed data sources',
    {
      datasource: { type: 'datasource', uid: '-- Mixed --' },
      targets: [
        { ...query, datasource: { type: 'prometheus', uid: 'prometheus' } },
        { refId: 'B', expr: '{service="x"}', datasource: { type: 'loki', uid: 'loki' } },
      ],
    },
  ],
  ['a hidden query', { targets: [query, { refId: 'B', expr: '', hide: true }] }],
  [
    'variables of the dashboard and of Grafana',
    { title: 'Over $window, $__interval', targets: [{ ...query, legendFormat: '{{job}} ${__field.name}' }] },
  ],
]
for (const [story, more] of cases) passes(id, story, file, from, panel(more).to, fault)
