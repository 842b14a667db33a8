import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'log-stages-read-what-is-extracted'
const file = 'promtail.yml'
const from = '            - structured_metadata:\n                trace_id:\n      - match:'
const stage = (text: string): { file: string; from: string; to: string } => ({ file, from, to: `            - ${text}\n${from}` })

finds(
  id,
  'a source that no stage makes',
  { ...stage('output: { source: msg }'), observed: 'msg', line: 'source: msg' },
  { ...stage('output: { source: Message }'), observed: 'did you mean message', line: 'source: Message' },
  { ...stage('tenant: { source: team }'), observed: 'team', line: 'source: team' },
  { ...stage('metrics: { size: { type: Histogram, source: sizes, config: {} } }'), observed: 'sizes', line: 'sizes' },
  { ...stage('metrics: { lvl: { type: Counter, config: { value: ERROR, action: inc } } }'), observed: 'lvl', line: 'lvl' },
  { file, from: '                source: timestamp\n', to: '                source: ts\n', observed: 'ts', line: 'source: ts' },
)

const cases: [string, string][] = [
  ['a label of the stream', 'tenant: { source: service }'],
  ['a field of the JSON', 'tenant: { source: logger }'],
  ['a template makes its field', 'template: { source: team, template: "{{ .level }}" }\n            - tenant: { source: team }'],
  ['all lines are counted', 'metrics: { lines: { type: Counter, config: { match_all: true, action: inc } } }'],
  ['a stage that is not known may make anything', 'eventlogmessage: { source: logger }\n            - tenant: { source: team }'],
]
for (const [story, text] of cases)
  passes(id, story, file, from, stage(text).to, { file, from: '                source: timestamp\n', to: '                source: ts\n' })

finds(id, 'a time that no timestamp stage reads', {
  file,
  from: / {12}- timestamp:\n {16}source: timestamp\n {16}format: RFC3339Nano\n/,
  to: '',
  severity: 'warning',
  observed: 'timestamp is extracted, and no stage reads it',
})
