import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const FILE = 'otel-collector/otel-collector.yml'
/** A processor that is configured and in the pipeline. */
const used = (name: string, body: string): { file: string; from: RegExp; to: string } => ({
  file: FILE,
  from: /^processors:\n([^]*)processors: \[memory_limiter, batch\]/m,
  to: `processors:\n  ${name}:\n${body}\n$1processors: [memory_limiter, ${name}, batch]`,
})

finds(
  'collector-leaves-spans-alone',
  'processors that take away or overwrite what is promised',
  {
    ...used('attributes/pii', '    actions:\n      - { key: http.response.status_code, action: delete }'),
    subject: 'attributes/pii',
    observed: 'delete http.response.status_code',
  },
  { ...used('attributes', '    actions:\n      - { pattern: ^messaging, action: delete }'), observed: 'delete messaging.' },
  {
    ...used('resource', '    attributes:\n      - { key: service.name, value: platform, action: upsert }'),
    observed: 'upsert service.name',
  },
  {
    ...used('transform', '    trace_statements:\n      - context: span\n        statements:\n          - set(status.code, 1)'),
    expected: 'the status of spans',
  },
  { ...used('transform', '    trace_statements:\n      - delete_key(span.attributes, "db.system")'), expected: 'db.system' },
  { ...used('transform/r', `    trace_statements:\n      - set(resource.attributes["service.name"], "x")`), expected: 'service.name' },
  { ...used('transform', '    trace_statements:\n      - set(span.name, "request")'), severity: 'warning' as const, expected: 'names' },
  { ...used('redaction', '    allow_all_keys: false\n    allowed_keys: [http.route]'), observed: 'removed' },
  { ...used('span/names', '    name: { from_attributes: [url.full] }'), observed: 'name' },
  { ...used('groupbytrace', '    wait_duration: 1m'), observed: '1m' },
  { file: FILE, from: /timeout: \d+ms/, to: 'timeout: 30s', observed: '30s' },
)

for (const [story, name, body] of [
  [
    'attributes outside the specification',
    'attributes',
    '    actions:\n      - { key: enduser.id, action: delete }\n      - { key: cluster, value: eu, action: upsert }',
  ],
  [
    'service.name is only filled in',
    'resource',
    '    attributes:\n      - { key: service.name, value: x, action: insert }\n      - { key: deployment.environment, value: x, action: upsert }',
  ],
  ['other attributes are set by a transform', 'transform', '    trace_statements:\n      - set(span.attributes["team"], "x")'],
] as const) {
  const { from, to } = used(name, body)
  passes('collector-leaves-spans-alone', story, FILE, from, to)
}

passes(
  'collector-leaves-spans-alone',
  'a processor that is in no pipeline',
  FILE,
  /^processors:\n/m,
  'processors:\n  attributes:\n    actions:\n      - { key: db.system, action: delete }\n',
)
