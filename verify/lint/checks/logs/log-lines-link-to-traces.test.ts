import { finds, passes } from '../../../../testing/lint/lint-files.ts'

// In a replacement $$ is one $.
const file = 'datasources/datasources.yml'

finds(
  'log-lines-link-to-traces',
  'a regex that misses one format',
  { file, from: 'trace_id(?:"\\s*:\\s*"|="?)', to: 'trace_id(?:"\\s*:\\s*")', subject: 'moalog-server', observed: 'no match' },
  { file, from: '[0-9a-f]{32}', to: '[0-9a-f]{16}', expected: '32' },
)

finds(
  'log-lines-link-to-traces',
  'what only a browser refuses, the span id, a dead click',
  { file, from: '([0-9a-f]{32})', to: '(?P<id>[0-9a-f]{32})', observed: 'removes the links of all derived fields' },
  { file, from: '\'trace_id(?:"\\s*:\\s*"|="?)([0-9a-f]{32})\'', to: "'(?i)trace_id\\W+([0-9a-f]{32})'", observed: '(?i)' },
  { file, from: '\'trace_id(?:"\\s*:\\s*"|="?)([0-9a-f]{32})\'', to: '\'span_id"\\s*:\\s*"([0-9a-f]{16})\'', expected: '32' },
  { file, from: "url: '$${__value.raw}'", to: "url: '${__value.raw}'", observed: 'its query ""' },
  { file, from: "url: '$${__value.raw}'", to: "url: 'trace/$$$${__value.raw}'", observed: 'its query "trace/' },
  { file, from: 'datasourceUid: jaeger', to: 'datasourceUid: prometheus', observed: 'of type prometheus' },
  {
    file,
    from: '        - name: trace_id\n',
    to: "        - { name: trace_id, matcherRegex: 'traceId=(\\w+)', datasourceUid: jaeger, url: '$$$${__value.raw}' }\n        - name: trace_id\n",
    subject: 'moalog-server',
    observed: 'no match',
  },
)

finds('log-lines-link-to-traces', 'a label that no line has', {
  file,
  from: /matcherRegex: .*/,
  to: 'matcherType: label\n          matcherRegex: traceID',
  observed: 'no label like traceID',
})

passes(
  'log-lines-link-to-traces',
  'a field that takes the structured metadata',
  file,
  /matcherRegex: .*/,
  'matcherType: label\n          matcherRegex: trace_id',
)
passes(
  'log-lines-link-to-traces',
  'an address of Jaeger instead of its data source',
  file,
  "datasourceUid: jaeger\n          url: '$${__value.raw}'",
  "url: 'http://localhost:16686/trace/$$$${__value.raw}'",
)
passes('log-lines-link-to-traces', "groups by name are JavaScript's", file, '([0-9a-f]{32})', '(?<id>[0-9a-f]{32})')
