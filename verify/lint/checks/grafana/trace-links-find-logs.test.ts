import { finds, passes } from '../../../../testing/lint/lint-files.ts'

// In a replacement $$ is one $.
const file = 'datasources/datasources.yml'
const QUERY = 'customQuery: true\n        query: \'{service=~".+"} |= "$${__span.traceId}"\''

finds(
  'trace-links-find-logs',
  'a label that no line has, one $ too few, shifts of the wrong sign, another store',
  { file, from: '{service=~', to: '{svc=~', observed: 'svc' },
  { file, from: '"$${__span.traceId}"', to: '"$$$${__span.traceId}" != "${__span.spanId}"', observed: 'to an empty text' },
  { file, from: "spanStartTimeShift: '-1m'", to: "spanStartTimeShift: '1h'", observed: '1h and 1m' },
  { file, from: "spanEndTimeShift: '1m'", to: 'spanEndTimeShift: a minute', observed: 'a minute' },
  { file, from: /tracesToLogsV2:\n( +)datasourceUid: loki/, to: 'tracesToLogsV2:\n$1datasourceUid: prometheus', observed: 'prometheus' },
  { file, from: QUERY, to: 'tags: [{ key: host.name, value: hostname }]', observed: 'hostname' },
  { file, from: QUERY, to: 'tags: [{ key: service.name, value: service }]', severity: 'warning', observed: 'shows no link' },
)

passes(
  'trace-links-find-logs',
  'tags of which one is a label, a query with other variables, the older form',
  file,
  QUERY,
  'tags: [{ key: k8s.pod.name, value: pod }, { key: app, value: service }]',
)
passes(
  'trace-links-find-logs',
  'a query of its own',
  file,
  QUERY,
  'customQuery: true\n        query: \'{container=~".+", level!="DEBUG"} | json | trace_id=`$$$${__trace.traceId}`\'',
)
passes(
  'trace-links-find-logs',
  'the older form',
  file,
  /tracesToLogsV2:[\s\S]*$/,
  'tracesToLogs:\n        datasourceUid: loki\n        mapTagNamesEnabled: true\n        mappedTags: [{ key: app, value: service }]\n',
  { file, from: 'datasourceUid: loki\n        mapTag', to: 'datasourceUid: prometheus\n        mapTag', observed: 'prometheus' },
)
passes('trace-links-find-logs', 'none at all', file, /tracesToLogsV2:[\s\S]*$/, 'nodeGraph: { enabled: true }\n')
