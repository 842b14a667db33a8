import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const P = 'monitoring/prometheus.yml'
const JOB = '  - job_name: redis-exporter\n'
const STATIC = `${JOB}    static_configs:\n      - targets: ["redis-exporter:9121"]`
const own = (more: string): { file: string; from: string; to: string } => ({ file: P, from: JOB, to: `${JOB}    ${more}\n` })
const beside = (lines: string): { file: string; from: string; to: string } => ({
  file: P,
  from: JOB,
  to: `  - job_name: other\n    ${lines}\n\n${JOB}`,
})
const FEDERATE = 'metrics_path: /federate\n    honor_labels: true\n    static_configs: [{ targets: ["other.example:9090"] }]'
const PROBE = 'metrics_path: /probe\n    params: { module: [http_2xx] }\n    static_configs: [{ targets: ["https://shop.example"] }]'
const relabelled = (label: string): string =>
  `relabel_configs:\n      - { source_labels: [__address__], target_label: ${label} }\n      - { target_label: __address__, replacement: "blackbox.example:9115" }`

finds(
  'scrape-jobs-are-accepted',
  'what Prometheus refuses',
  { file: P, from: 'rule_files:\n  - alert-rules.yml', to: 'rule_files: alert-rules.yml', expected: 'a list', observed: 'alert-rules.yml' },
  {
    file: P,
    from: '- targets: ["redis-exporter:9121"]',
    to: '- targets: redis-exporter:9121',
    expected: 'a list',
    observed: 'redis-exporter:9121',
  },
  { ...own('relabel_configs: [{ source_labels: [__address__], regex: "(.*)" }]'), expected: 'target_label' },
  { ...own('relabel_configs: [{ source_labels: [__address__], action: hashmod, target_label: __tmp }]'), expected: 'a modulus above 0' },
  { ...own('relabel_configs: [{ source_labels: [a], target_label: __adress__ }]'), expected: '__address__', observed: '__adress__' },
  { file: P, from: STATIC, to: `${JOB}    dns_sd_configs: [{ names: [redis-exporter], type: A }]`, expected: 'a port' },
  { file: P, from: STATIC, to: `${JOB}    dns_sd_configs: [{ names: [redis-exporter], type: TXT }]`, observed: 'TXT' },
  { file: P, from: STATIC, to: `${JOB}    file_sd_configs: [{ files: [targets.txt] }]`, observed: 'targets.txt' },
  { file: P, from: 'alerting:\n', to: 'remote_write:\n  - url: mimir:9009/api/v1/push\nalerting:\n', observed: 'mimir:9009' },
)
finds(
  'scrape-jobs-are-accepted',
  'federations and probes that ask for nothing',
  { ...beside(FEDERATE), expected: 'match[]', line: '/federate' },
  { ...beside(`${FEDERATE}\n    params: { match: ['{job="x"}'] }`), expected: 'match[]', line: 'match:' },
  { ...beside(`${FEDERATE}\n    params: { "match[]": ['{job="x"'] }`), expected: 'a selector', line: 'match[]' },
  { ...beside(`${FEDERATE}\n    params: { "match[]": ['{job=~".*"}'] }`), expected: 'does not match the empty value', line: 'match[]' },
  { ...beside(PROBE), expected: '__param_target', line: '/probe' },
  { ...beside(`${PROBE}\n    ${relabelled('__params_target')}`), expected: '__param_target', line: '__params_target' },
)
for (const lines of [
  `${FEDERATE}\n    params: { "match[]": ['{job="x"}', 'up'] }`,
  `${PROBE}\n    ${relabelled('__param_target')}`,
  'relabel_configs: [{ source_labels: [__address__], action: hashmod, modulus: 4, target_label: __tmp_hash }, { source_labels: [__tmp_hash], regex: "1", action: keep }]\n    static_configs: [{ targets: ["other.example:9100"] }]',
  'dns_sd_configs: [{ names: [_x._tcp.example] }]',
]) {
  const { file, from, to } = beside(lines)
  passes('scrape-jobs-are-accepted', lines.split('\n')[0] ?? '', file, from, to)
}
