import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'log-stages-are-accepted'
const file = 'promtail.yml'
const from = '            - structured_metadata:\n                trace_id:\n      - match:'
const stage = (text: string): { file: string; from: string; to: string } => ({ file, from, to: `            - ${text}\n${from}` })

finds(
  id,
  'a stage that Promtail ends with',
  { ...stage('tenant: {}'), observed: 'none of them', line: 'tenant: {}' },
  { ...stage('tenant: { source: level, value: a }'), observed: 'source and value', line: 'tenant' },
  { ...stage('{}'), severity: 'warning', observed: 'without one' },
  { ...stage(''), observed: 'without one' },
  { ...stage('labels: { level: }\n              regex: { expression: "(?P<a>.)" }'), observed: 'labels, regex', line: 'regex' },
  { ...stage('limit: { burst: 100 }'), expected: 'rate above 0', line: 'limit' },
  { ...stage('drop: {}'), observed: 'none of them', line: 'drop' },
  { ...stage('labeldrop: []'), observed: 'none', line: 'labeldrop' },
  { ...stage('static_labels: { "a-b": c }'), expected: 'a_b', line: 'a-b' },
  { ...stage('match: { selector: \'{service="x"}\' }'), expected: 'stages', line: 'service="x"' },
  { ...stage('template: { source: logger, template: "{{ .Value | Lower }}" }'), expected: 'lower', line: 'Lower' },
  { ...stage('template: { source: logger, template: "{{ ToLower .Value }" }'), expected: 'in pairs', line: 'ToLower' },
  { ...stage('metrics: { lines: { type: Countr, config: { match_all: true, action: inc } } }'), observed: 'counter', line: 'Countr' },
  { ...stage('metrics: { lines: { type: Counter, config: { match_all: true, action: incr } } }'), expected: 'inc or add', line: 'incr' },
  { ...stage('metrics: { lines: { type: Counter, config: { match_all: true } } }'), expected: 'action', line: 'Counter' },
  {
    ...stage('metrics: { lines: { type: Counter, max_idle_duration: 5, config: { match_all: true, action: inc } } }'),
    expected: '1s',
    line: 'idle',
  },
  { ...stage('metrics: { size: { type: Histogram, source: level, config: { buckets: [many] } } }'), observed: 'many', line: 'many' },
)

const cases: [string, string][] = [
  ['functions of sprig', 'template: { source: logger, template: \'{{ .Value | lower | trunc 5 }}{{ .Entry | Hash "salt" }}\' }'],
  ['bytes of all lines', 'metrics: { bytes: { type: Counter, config: { match_all: true, count_entry_bytes: true, action: add } } }'],
  ['a gauge', 'metrics: { depth: { type: gauge, source: logger, max_idle_duration: 1m, config: { action: set } } }'],
  ['a histogram without buckets', 'metrics: { size: { type: Histogram, source: logger, config: {} } }'],
  ['limits and drops', 'drop: { longer_than: 8kb, older_than: 24h }'],
]
for (const [story, text] of cases) passes(id, story, file, from, stage(text).to, stage('tenant: {}\n            - decolorize:'))
