import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'remote-urls-are-answered'
const WRITE = 'http://prometheus:9090/api/v1/write'
const written = (url: string): { file: string; from: string; to: string } => ({
  file: 'monitoring/prometheus.yml',
  from: 'alerting:\n',
  to: `remote_write:\n  - url: ${url}\nalerting:\n`,
})
const ruler = (text: string): { file: string; from: string; to: string } => ({
  file: 'loki/loki.yml',
  from: 'limits_config:\n',
  to: `ruler: ${text}\n\nlimits_config:\n`,
})
const exporter = (text: string): { file: string; from: string; to: string } => ({
  file: 'otel-collector.yml',
  from: '\nexporters:\n',
  to: `\nexporters:\n  ${text}\n`,
})
const k6 = {
  file: 'docker-compose.yaml',
  from: '\nconfigs:\n',
  to: `\n  k6:\n    image: grafana/k6:0.49.0\n    environment: { K6_PROMETHEUS_RW_SERVER_URL: "${WRITE}" }\n\nconfigs:\n`,
}

finds(
  id,
  'a write that Prometheus does not take',
  { ...written(WRITE), expected: '--web.enable-remote-write-receiver', line: 'url' },
  { ...written('http://localhost:9090/api/v1/write'), expected: '--web.enable-remote-write-receiver', line: 'url' },
  { ...written('http://prometheus:9090/api/v1/push'), expected: '/api/v1/write', line: 'url' },
  { ...exporter(`prometheusremotewrite: { endpoint: "${WRITE}" }`), expected: '--web.enable-remote-write-receiver' },
  { ...exporter('otlphttp/prometheus: { endpoint: "http://prometheus:9090/api/v1/otlp" }'), expected: 'otlp-write-receiver' },
  { ...k6, expected: '--web.enable-remote-write-receiver' },
)
finds(
  id,
  'a host or a port that does not answer',
  { ...ruler('{ alertmanager_url: "http://alertmanger:9093" }'), observed: 'did you mean alertmanager', line: 'alertmanger' },
  { ...ruler('{ alertmanager_url: "http://alertmanager:9095" }'), expected: '9093', line: '9095' },
  { ...ruler('{ alertmanager_url: "http://localhost:9093" }'), observed: 'which is loki itself', line: 'localhost' },
  { ...ruler('{ alertmanager_url: "http://alertmanager:9093,http://am-b:9093" }'), observed: 'am-b', line: 'am-b' },
  {
    ...ruler('{ remote_write: { enabled: true, client: { url: "http://promethues:9090/api/v1/write" } } }'),
    observed: 'promethues',
    line: 'promethues',
  },
)

const fault = {
  ...ruler('{ alertmanager_url: "http://alertmanger:9093" }'),
  from: 'analytics:\n',
  to: 'ruler: { alertmanager_url: "http://alertmanger:9093" }\n\nanalytics:\n',
}
passes(id, 'another place', 'monitoring/prometheus.yml', 'alerting:\n', written('http://mimir.example:9009/api/v1/push').to, fault)
passes(
  id,
  'the ruler asks the Alertmanager',
  'loki/loki.yml',
  'limits_config:\n',
  ruler('{ alertmanager_url: "http://alertmanager:9093" }').to,
  written(WRITE),
)
passes(
  id,
  'a name of DNS',
  'loki/loki.yml',
  'limits_config:\n',
  ruler('{ alertmanager_url: "http://am.shop.example:9093" }').to,
  written(WRITE),
)
for (const flag of ['--web.enable-remote-write-receiver', '--enable-feature=remote-write-receiver'])
  passes(
    id,
    flag,
    'docker-compose.yaml',
    /--web\.enable-lifecycle\]([\s\S]*)\nconfigs:\n/,
    (_, between = '') => `--web.enable-lifecycle, ${flag}]${between}${k6.to}`,
    fault,
  )
