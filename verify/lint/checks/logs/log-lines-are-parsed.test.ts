import { finds, passes } from '../../../../testing/lint/lint-files.ts'

finds(
  'log-lines-are-parsed',
  'a field that is not found, a regex that does not fit',
  { file: 'promtail/promtail.yml', from: 'level: level\n', to: 'level: severity\n', subject: 'rate-limiter', observed: 'no level' },
  { file: 'promtail/promtail.yml', from: '(?P<level>TRACE|DEBUG|INFO|WARN|ERROR)', to: '(?P<level>trace|info)', subject: 'moalog-server' },
  {
    file: 'promtail/promtail.yml',
    from: / {12}- multiline:\n {16}firstline: '\^\(\\d.*\n {16}max_wait_time: 500ms\n/,
    to: '',
    subject: 'moalog-server',
    observed: 'split into several entries',
  },
  {
    file: 'promtail/promtail.yml',
    from: "'^(\\d{4}-\\d{2}-\\d{2}T|thread '')'",
    to: "'^.'",
    subject: 'moalog-server',
    observed: 'split into several entries',
  },
  { file: 'promtail/promtail.yml', from: "'(?s)^(?P<timestamp>", to: "'^(?P<timestamp>", subject: 'moalog-server', observed: 'no level' },
)

const file = 'promtail/promtail.yml'
const stage = (text: string): string => `            - labels:\n                level:\n${text}`

finds(
  'log-lines-are-parsed',
  'fields that are stored nowhere, lines that are left out, records that are torn, times that cannot be read',
  { file, from: stage(''), to: '', subject: 'rate-limiter', observed: 'level is extracted and not stored' },
  {
    file,
    from: / {12}- structured_metadata:\n {16}trace_id:\n/,
    to: '',
    subject: 'rate-limiter',
    observed: 'trace_id is extracted and not stored',
  },
  { file, from: stage(''), to: stage('            - sampling: { rate: 0.5 }\n'), observed: 'sampling keeps 50 %' },
  { file, from: stage(''), to: stage('            - limit: { rate: 10, burst: 20, drop: true }\n'), observed: 'burst 20' },
  { file, from: stage(''), to: stage('            - drop: { longer_than: 100 }\n'), observed: 'dropped' },
  { file, from: /(firstline: '\^\(\\d.*\n)/, to: '$1                max_lines: 2\n', subject: 'moalog-server', observed: 'split' },
  { file, from: '\'"@timestamp"\'', to: "'@timestamp'", subject: 'rate-limiter', observed: 'no JMESPath' },
  { file, from: 'format: RFC3339Nano', to: "format: '2006-02-01T15:04:05Z07:00'", subject: 'rate-limiter', observed: 'not in the format' },
  {
    file,
    from: stage(''),
    to: stage('            - template: { source: trace_id, template: "{{ ToUpper .Value }}" }\n'),
    subject: 'rate-limiter',
    expected: 'trace_id that matches',
  },
)

passes(
  'log-lines-are-parsed',
  'a limit above what is ever sent',
  file,
  stage(''),
  stage('            - limit: { rate: 1000, burst: 5000, drop: true }\n'),
)
passes('log-lines-are-parsed', 'old lines are dropped', file, stage(''), stage('            - drop: { older_than: 1h }\n'))
passes(
  'log-lines-are-parsed',
  'a template that is not evaluated',
  file,
  '            - labels:\n',
  '            - template: { source: level, template: "{{ if .Value }}{{ .Value }}{{ end }}" }\n            - labels:\n',
)
passes('log-lines-are-parsed', 'a layout without fractions reads them', file, 'format: RFC3339Nano', "format: '2006-01-02T15:04:05Z07:00'")
passes(
  'log-lines-are-parsed',
  'a format that is tried first',
  file,
  'format: RFC3339Nano',
  'format: UnixMs\n                fallback_formats: [RFC3339Nano]',
)
passes('log-lines-are-parsed', 'a field of two names', file, 'trace_id: trace_id', 'trace_id: traceId || trace_id')
passes(
  'log-lines-are-parsed',
  'colours are taken away',
  file,
  '            - json:\n',
  '            - decolorize: {}\n            - json:\n',
)

const parsed = '            - labels:\n                level:\n            - structured_metadata:\n                trace_id:\n'
finds(
  'log-lines-are-parsed',
  'a level that no recorded line has is dropped',
  { file, from: parsed, to: `            - drop: { source: level, value: ERROR }\n${parsed}`, line: 'drop:', expected: 'ERROR' },
  { file, from: parsed, to: `            - drop: { expression: ERROR }\n${parsed}`, line: 'drop:', expected: 'ERROR' },
  {
    file,
    from: '    pipeline_stages:\n',
    to: '    pipeline_stages:\n      - match: { selector: \'{service="moalog-server"} |= "ERROR"\', action: drop }\n',
    line: 'action: drop',
    subject: 'moalog-server',
  },
)
passes(
  'log-lines-are-parsed',
  'lines of level DEBUG are dropped',
  file,
  parsed,
  `            - drop: { source: level, value: DEBUG }\n${parsed}`,
)
