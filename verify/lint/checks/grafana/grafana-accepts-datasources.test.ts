import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const F = 'datasources/datasources.yml'
const loki = '    url: http://loki:3100\n'

finds(
  'grafana-accepts-datasources',
  'two defaults, no name',
  { file: F, from: loki, to: `${loki}    isDefault: true\n`, line: 'isDefault: true', subject: 'Loki', observed: 'Prometheus' },
  {
    file: F,
    from: '    url: http://jaeger:16686\n',
    to: '    url: http://jaeger:16686\n    isDefault: "true"\n',
    line: 'isDefault: "true"',
    subject: 'Jaeger',
  },
  {
    file: F,
    from: /$/,
    to: '\n  - { name: Second, type: prometheus, uid: p2, url: "http://prometheus:9090", isDefault: true }\n',
    line: 'name: Second',
    subject: 'Second',
  },
  { file: F, from: '  - name: Jaeger\n    uid: jaeger\n', to: '  - uid: jaeger\n', line: 'uid: jaeger', observed: 'no name' },
)
passes(
  'grafana-accepts-datasources',
  'a default of another organization, and one that is not',
  F,
  loki,
  `${loki}    isDefault: false\n  - { name: P2, orgId: 2, uid: p2, type: prometheus, url: "http://prometheus:9090", isDefault: true }\n  - name: Tempo\n    type: tempo\n    uid: tempo\n`,
)

finds(
  'grafana-accepts-datasources',
  'values that Grafana does not know',
  { file: 'datasources.yml', from: 'access: proxy', to: 'access: porxy', expected: 'proxy', observed: 'porxy' },
  { file: 'datasources.yml', from: 'timeInterval: 15s', to: 'timeInterval: critical', expected: 'an interval' },
  { file: 'datasources.yml', from: '- name: trace_id', to: '- nmae: trace_id', expected: 'name of the derived field' },
)
finds(
  'grafana-accepts-datasources',
  'a query that is not used',
  { file: 'datasources.yml', from: 'customQuery: true', to: 'customQuery: false', subject: 'Jaeger', severity: 'warning' },
  {
    file: 'datasources.yml',
    from: 'customQuery: true',
    to: 'byHand: true',
    subject: 'Jaeger',
    expected: 'customQuery: true',
    severity: 'warning',
  },
)

finds(
  'grafana-accepts-datasources',
  'URLs without a scheme, or with the path of the API',
  { file: 'datasources.yml', from: 'http://prometheus:9090', to: 'prometheus:9090', observed: 'without a scheme' },
  { file: 'datasources.yml', from: 'http://prometheus:9090', to: 'http://prometheus:9090/graph', observed: '/graph' },
  { file: 'datasources.yml', from: 'http://loki:3100', to: 'http://loki:3100/loki/api/v1', observed: '/loki/api/v1' },
  { file: 'datasources.yml', from: 'http://jaeger:16686', to: 'http://jaeger:16686/search', observed: '/search' },
)

finds(
  'grafana-accepts-datasources',
  'settings that go together, and words that are none',
  { file: F, from: loki, to: `${loki}    basicAuth: true\n`, expected: 'basicAuthUser', severity: 'warning' },
  { file: F, from: 'httpMethod: POST', to: 'httpMethod: POST\n      prometheusType: Thanoss', observed: 'Thanoss', severity: 'warning' },
  {
    file: F,
    from: '  - name: Jaeger\n',
    to: '  - { name: AM, type: alertmanager, access: proxy, url: "http://alertmanager:9093", jsonData: { implementation: prom } }\n  - name: Jaeger\n',
    expected: 'prometheus, mimir or cortex',
  },
)

finds(
  'grafana-accepts-datasources',
  'settings that are no mapping, a default that is one',
  {
    file: 'datasources.yml',
    from: /jsonData:\n(?: {6}.*\n)+/,
    to: 'jsonData: true\n',
    subject: 'Prometheus',
    expected: 'jsonData: a mapping',
  },
  { file: 'datasources.yml', from: 'isDefault: true', to: 'isDefault: { timeInterval: 15s }', expected: 'true or false' },
)
