import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse, stringify } from 'yaml'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { deployment, lintOf } from '../../testing/lint/lint-files.ts'

/**
 * The same configuration in the styles that people write, of which nothing may be said; and single edits that change what it does, each of
 * which must be found.
 */
type Texts = ConfigText[]
const variants: [what: string, finds: string | undefined, change: (texts: Texts) => Texts][] = []
const sub =
  (file: string, change: (text: string) => string) =>
  (texts: Texts): Texts => {
    const changed = texts.map((one) => (one.file.endsWith(`/${file}`) ? { ...one, text: change(one.text) } : one))
    assert.notDeepEqual(changed, texts, `${file} is changed`)
    return changed
  }
const rep = (file: string, from: string | RegExp, to: string): ((texts: Texts) => Texts) =>
  sub(file, (text) => text.replace(from, () => to))
const expr = (from: string, to: string): ((texts: Texts) => Texts) => rep(R, from, to)
const same = (what: string, change: (texts: Texts) => Texts): void => {
  variants.push([what, undefined, change])
}
const bad = (what: string, finds: string, change: (texts: Texts) => Texts): void => {
  variants.push([what, finds, change])
}
const json = (text: string): string => JSON.stringify(parse(text))
const [R, P, A, O, M] = ['alert-rules.yml', 'prometheus.yml', 'alertmanager.yml', 'otel-collector.yml', 'promtail.yml']

// --- PromQL equal
for (const [n, a, b] of [
  ['flip', 'expr: up == 0', 'expr: 0 == up'],
  ['unless', 'expr: up == 0', 'expr: up unless up != 0'],
  ['lt1', 'expr: up == 0', 'expr: up < 1'],
  ['bool', 'expr: up == 0', 'expr: (up == bool 0) == 1'],
  ['not1', 'expr: up == 0', 'expr: up != 1'],
  ['dedup', 'expr: up == 0', 'expr: (up) == (0)'],
  ['sumwo', 'expr: up == 0', 'expr: sum without () (up) == 0'],
  ['or', 'expr: up == 0', 'expr: up == 0 or up == 0'],
  ['max by', 'expr: redis_up == 0', 'expr: max by (job, instance) (redis_up) == 0'],
  ['slow 300s', 'rate(mysql_global_status_slow_queries[5m]) * 60 > 10', 'rate(mysql_global_status_slow_queries[300s]) * 60 > 10'],
  ['slow 1e1', 'rate(mysql_global_status_slow_queries[5m]) * 60 > 10', 'rate(mysql_global_status_slow_queries[5m]) > 10 / 60'],
  ['slow increase', 'rate(mysql_global_status_slow_queries[5m]) * 60 > 10', 'increase(mysql_global_status_slow_queries[5m]) / 5 > 10'],
  ['slow increase50', 'rate(mysql_global_status_slow_queries[5m]) * 60 > 10', 'increase(mysql_global_status_slow_queries[5m]) > 50'],
  ['slow flip', 'rate(mysql_global_status_slow_queries[5m]) * 60 > 10', '10 < 60 * rate(mysql_global_status_slow_queries[5m])'],
  [
    'slow avg by',
    'rate(mysql_global_status_slow_queries[5m]) * 60 > 10',
    'sum without () (rate(mysql_global_status_slow_queries[5m])) * 60 > 10',
  ],
  [
    'over incr',
    'sum by (job) (rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[1m])) * 60 > 1000',
    'sum by (job) (increase(http_server_requests_seconds_count{status="429",job="rate-limiter"}[1m])) > 1000',
  ],
  [
    'over by after',
    'sum by (job) (rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[1m])) * 60 > 1000',
    'sum(rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[1m])) by (job) * 60 > 1e3',
  ],
  ['over regex', 'status="429"}[1m]', 'status=~"429"}[1m]'],
  [
    'over name',
    'rate(http_server_requests_seconds_count{job="rate-limiter",status="429"}[1m])',
    'rate({__name__="http_server_requests_seconds_count",job="rate-limiter",status="429"}[1m])',
  ],
  [
    'redis mem pct',
    'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8',
    '100 * redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 80',
  ],
  [
    'redis mem on',
    'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8',
    'redis_memory_used_bytes / on (job, instance) (redis_memory_max_bytes > 0) > 0.8',
  ],
  [
    'redis mem and',
    'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8',
    'redis_memory_used_bytes / redis_memory_max_bytes > 0.8 and redis_memory_max_bytes > 0',
  ],
  [
    'redis mem mult',
    'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8',
    'redis_memory_used_bytes > 0.8 * (redis_memory_max_bytes > 0)',
  ],
  [
    'redis mem unless',
    'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8',
    'redis_memory_used_bytes / redis_memory_max_bytes > 0.8 unless redis_memory_max_bytes == 0',
  ],
  ['heap pct', '> 0) > 0.8', '> 0) * 100 > 80'],
  [
    'heap without',
    'sum by (job, instance) (jvm_memory_used_bytes{area="heap",job!~"rjmx-.*"})',
    'sum without (area, id) (jvm_memory_used_bytes{area="heap",job!~"rjmx-.*"})',
  ],
  [
    'err group',
    'sum by (job) (rate(axum_http_requests_total{status=~"5..",endpoint!="/metrics"}[5m]))',
    'sum by (job) (rate(axum_http_requests_total{endpoint!="/metrics",status=~"5[0-9]{2}"}[5m]))',
  ],
  [
    'err on',
    '/ sum by (job) (rate(axum_http_requests_total{endpoint!="/metrics"}[5m])) > 0.01',
    '/ on (job) sum by (job) (rate(axum_http_requests_total{endpoint!="/metrics"}[5m])) > 0.01',
  ],
  [
    'err ignoring',
    '/ sum by (job) (rate(axum_http_requests_total{endpoint!="/metrics"}[5m])) > 0.01',
    '/ ignoring () sum by (job) (rate(axum_http_requests_total{endpoint!="/metrics"}[5m])) > 1 / 100',
  ],
  [
    'lat le order',
    'sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket',
    'sum by (le, job) (rate(axum_http_requests_duration_seconds_bucket',
  ],
  ['lat .5e0', '[5m]))) > 0.5\n          or', '[5m]))) > 5e-1\n          or'],
  ['comment in expr', 'expr: |-\n          histogram_quantile', 'expr: |-\n          # slow\n          histogram_quantile'],
] as const)
  same(`promql ${n}`, expr(a, b))
same('promql folded', rep(R, 'expr: up == 0', 'expr: >\n          up\n          == 0'))
same('for 60s', rep(R, 'for: 1m', 'for: 60s'))
same(
  'for 300s all',
  sub(R, (s) => s.replaceAll('for: 5m', 'for: 300s')),
)
same(
  'for 5m0s',
  sub(R, (s) => s.replaceAll('for: 5m', 'for: 5m0s')),
)
same('rules as JSON', sub(R, json))
same(
  'rules as pretty JSON',
  sub(R, (s) => JSON.stringify(parse(s), null, 2)),
)
same('prometheus as JSON', sub(P, json))
same('alertmanager as JSON', sub(A, json))
same('otel as JSON', sub(O, json))
same('promtail as JSON', sub(M, json))
same('rules in two groups', rep(R, '      - alert: HighErrorRate', '  - name: more\n    rules:\n      - alert: HighErrorRate'))
const STEP = `      - alert: RedisHighMemory
        expr: redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.95
        for: 1m
        labels:
          severity: critical
        annotations:
          summary: Redis is nearly full

      - alert: RedisHighMemory`
same('a further step of a ladder', rep(R, '      - alert: RedisHighMemory', STEP))
bad('a doubled rule under another severity', 'rule-is-unique', rep(R, '      - alert: RedisHighMemory', STEP.replace('0.95', '0.8')))
bad(
  'a second step under the same severity',
  'rule-is-unique',
  rep(R, '      - alert: RedisHighMemory', STEP.replace('critical', 'warning')),
)
same('labels of the group', (t) =>
  rep(
    R,
    '- name: platform-alerts\n',
    '- name: platform-alerts\n    labels:\n      severity: warning\n',
  )(sub(R, (s) => s.replaceAll('        labels:\n          severity: warning\n', ''))(t)),
)
same('rules of Loki', (t) => [
  ...t,
  {
    ...(t.find(({ file }) => file.endsWith(R)) as ConfigText),
    file: 'loki/rules.yml',
    path: 'loki/errors.yaml',
    text: 'groups:\n  - name: logs\n    rules:\n      - alert: Errors\n        expr: sum(rate({app="x"} |= "error" | json [5m])) > 1\n',
  },
])
bad(
  'a further label of the group',
  'rule-labels',
  rep(R, '- name: platform-alerts\n', '- name: platform-alerts\n    labels:\n      team: shop\n'),
)
same('group interval spelt', rep(R, '- name: platform-alerts\n', '- name: platform-alerts\n    interval: 15s\n'))
same(
  'anchors',
  sub(R, (s) => s.replace('for: 5m', 'for: &w 5m').replace(/for: 5m/g, 'for: *w')),
)
same(
  'recording rule extra',
  sub(R, (s) => s + '\n  - name: rec\n    rules:\n      - record: job:up:avg\n        expr: avg by (job) (up)\n'),
)
same(
  'crlf',
  sub(R, (s) => s.replaceAll('\n', '\r\n')),
)
same(
  'crlf am',
  sub(A, (s) => s.replaceAll('\n', '\r\n')),
)
same(
  'bom',
  sub(R, (s) => '\ufeff' + s),
)
same(
  'doc start',
  sub(R, (s) => '---\n' + s + '...\n'),
)
same('two rule files', (t) => {
  const r = t.find((x) => x.file.endsWith(R))!
  const d = parse(r.text)
  const a = { groups: [{ name: 'a', rules: d.groups[0].rules.slice(0, 4) }] },
    b = { groups: [{ name: 'b', rules: d.groups[0].rules.slice(4) }] }
  return [
    ...t
      .filter((x) => x !== r)
      .map((x) =>
        x.file.endsWith(P) && !x.file.includes('grafana')
          ? { ...x, text: x.text.replace('- alert-rules.yml', '- rules/*.yml') }
          : {
              ...x,
              text: x.text.replace(
                './monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml',
                './monitoring/rules:/etc/prometheus/rules',
              ),
            },
      ),
    { ...r, file: r.file.replace(R, 'rules/a.yml'), text: stringify(a) },
    { ...r, file: r.file.replace(R, 'rules/b.yml'), text: stringify(b) },
  ]
})
same('rule_files glob', rep(P, '- alert-rules.yml', '- "*-rules.yml"'))
same('rule_files inline', rep(P, 'rule_files:\n  - alert-rules.yml', 'rule_files: [ ./alert-rules.yml ]'))
same('scrape 15000ms', rep(P, 'scrape_interval: 15s', 'scrape_interval: 15000ms'))
same('eval 0m15s', rep(P, 'evaluation_interval: 15s', 'evaluation_interval: 0m15s'))
same('external labels', rep(P, '  evaluation_interval: 15s', '  evaluation_interval: 15s\n  external_labels:\n    cluster: eu-1'))
same('scrape_config_files', (t) => {
  const p = t.find((x) => x.file.endsWith('/' + P) || x.file === P)!
  const d = parse(p.text)
  const own = d.scrape_configs.slice(0, 3),
    rest = d.scrape_configs.slice(3)
  const mounted = (x: Texts[number]): Texts[number] => ({
    ...x,
    text: x.text.replace(
      '- prometheus_data:/prometheus\n',
      '- ./monitoring/scrape:/etc/prometheus/scrape:ro\n      - prometheus_data:/prometheus\n',
    ),
  })
  return [
    ...t.filter((x) => x !== p).map(mounted),
    { ...p, text: stringify({ ...d, scrape_configs: own, scrape_config_files: ['scrape/*.yml'] }) },
    { ...p, file: p.file.replace(P, 'scrape/more.yml'), text: stringify({ scrape_configs: rest }) },
  ]
})
same(
  'targets labels',
  rep(
    P,
    '      - targets: ["redis-exporter:9121"]',
    '      - targets:\n          - redis-exporter:9121\n        labels:\n          env: prod',
  ),
)
same('am match legacy', rep(A, 'matchers: [\'severity = "critical"\']', 'match:\n        severity: critical'))
same('am match_re legacy', rep(A, 'matchers: [\'severity = "critical"\']', 'match_re:\n        severity: ^(?:critical)$'))
same('am matchers unquoted', rep(A, 'matchers: [\'severity = "critical"\']', 'matchers: [severity=critical]'))
same('am matchers regex', rep(A, 'matchers: [\'severity = "critical"\']', 'matchers:\n        - severity=~"critical"'))
same(
  'am inhibit legacy',
  rep(
    A,
    /source_matchers:.*\n {4}target_matchers:.*\n/,
    'source_match:\n      alertname: ServiceDown\n      severity: critical\n    target_match_re:\n      severity: warning|info\n',
  ),
)
same(
  'am inhibit mixed',
  rep(
    A,
    'target_matchers: [\'severity =~ "warning|info"\']',
    'target_matchers: [ severity =~ "info|warning" ]'.replace(/severity =~ "info\|warning"/, '\'severity=~"(info|warning)"\''),
  ),
)
same(
  'am inhibit not',
  rep(
    A,
    'source_matchers: [\'alertname = "ServiceDown"\', \'severity = "critical"\']',
    'source_matchers:\n      - \'{alertname="ServiceDown",severity="critical"}\'',
  ),
)
same(
  'am durations',
  sub(A, (s) =>
    s
      .replace('group_wait: 15s', 'group_wait: 0m15s')
      .replace('group_interval: 1m', 'group_interval: 60s')
      .replace('repeat_interval: 4h', 'repeat_interval: 240m'),
  ),
)
same('am group_by list', rep(A, 'group_by: [alertname, job]', "group_by:\n    - 'job'\n    - alertname"))
same(
  'am time intervals',
  sub(
    A,
    (s) => s + '\ntime_intervals:\n  - name: nights\n    time_intervals:\n      - times: [{ start_time: "22:00", end_time: "24:00" }]\n',
  ),
)
same(
  'am templates',
  sub(A, (s) => s + "\ntemplates: ['/etc/alertmanager/*.tmpl']\n"),
)
same(
  'am explicit default route',
  rep(
    A,
    '      matchers: [\'severity = "critical"\']',
    '      matchers: [\'severity = "critical"\']\n    - receiver: default\n      matchers: [\'severity =~ "warning|info"\']',
  ),
)
same(
  'am nested',
  rep(
    A,
    '    - receiver: critical\n      matchers: [\'severity = "critical"\']',
    '    - matchers: [\'severity =~ ".+"\']\n      receiver: default\n      routes:\n        - receiver: critical\n          matchers: [\'severity = "critical"\']',
  ),
)
same('otel batch order', rep(O, 'timeout: 200ms', 'timeout: 0.2s'))
same(
  'otel otlp renamed',
  sub(O, (s) => s.replaceAll('otlp/jaeger', 'otlp/store')),
)
same('otel env', rep(O, 'endpoint: jaeger:4317', 'endpoint: ${env:JAEGER:-jaeger:4317}'))
same('otel hostless', rep(O, 'endpoint: jaeger:4317', 'endpoint: "dns:///jaeger:4317"'))
same('otel https scheme', rep(O, 'endpoint: jaeger:4317', 'endpoint: http://jaeger:4317'))
// --- broken
bad(
  'thr',
  'rule-condition-matches',
  expr(
    '> 0.8\n        for: 5m\n        labels:\n          severity: warning\n        annotations:\n          summary: "Redis',
    '> 0.08\n        for: 5m\n        labels:\n          severity: warning\n        annotations:\n          summary: "Redis',
  ),
)
for (const [n, a, b] of [
  ['up>0', 'expr: up == 0', 'expr: up >= 0'],
  ['up bool', 'expr: up == 0', 'expr: up == bool 0'],
  ['up one job', 'expr: up == 0', 'expr: up{job="moalog-server"} == 0'],
  ['avg up', 'expr: up == 0', 'expr: avg by (job) (up) == 0'],
  ['sum up', 'expr: up == 0', 'expr: sum(up) == 0'],
  ['offset', 'expr: up == 0', 'expr: up offset 5m == 0'],
  ['absent', 'expr: redis_up == 0', 'expr: absent(redis_up)'],
  ['min_over', 'expr: up == 0', 'expr: min_over_time(up[5m]) == 0'],
  ['irate', 'rate(mysql_global_status_slow_queries[5m])', 'irate(mysql_global_status_slow_queries[5m])'],
  ['delta', 'rate(mysql_global_status_slow_queries[5m])', 'delta(mysql_global_status_slow_queries[5m])'],
  ['10m', 'rate(mysql_global_status_slow_queries[5m])', 'rate(mysql_global_status_slow_queries[10m])'],
  ['gte', '* 60 > 10\n', '* 60 >= 10\n'],
  ['lost60', 'rate(mysql_global_status_slow_queries[5m]) * 60 > 10', 'rate(mysql_global_status_slow_queries[5m]) > 10'],
  ['q99', 'histogram_quantile(0.95, sum by (job, le) (rate(axum', 'histogram_quantile(0.99, sum by (job, le) (rate(axum'],
  [
    'no or',
    '\n          or\n          histogram_quantile(0.95, sum by (job, le) (rate(http_server_requests_seconds_bucket{uri!="/actuator/prometheus"}[5m]))) > 0.5',
    '',
  ],
  ['and', ' > 0.5\n          or', ' > 0.5\n          and'],
  ['4..', 'status=~"5..",endpoint', 'status=~"4..",endpoint'],
  ['neq', 'status=~"5..",endpoint', 'status!~"5..",endpoint'],
  ['50.', 'status=~"5..",endpoint', 'status=~"50.",endpoint'],
  ['subquery', 'expr: redis_up == 0', 'expr: avg_over_time(redis_up[1m:15s]) == 0'],
  ['label_replace', 'expr: redis_up == 0', 'expr: label_replace(redis_up, "job", "x", "", "") == 0'],
  ['nonheap', 'jvm_memory_used_bytes{area="heap"', 'jvm_memory_used_bytes{area="nonheap"'],
  ['no guard', '(redis_memory_max_bytes > 0) > 0.8', 'redis_memory_max_bytes > 0.8'],
  ['topk', 'expr: up == 0', 'expr: topk(1, up == 0)'],
  ['absent or', 'expr: up == 0', 'expr: up == 0 or absent(up)'],
  ['clamp min', 'expr: redis_up == 0', 'expr: clamp_min(redis_up, 1) == 0'],
  ['syntax', 'expr: up == 0', 'expr: up == = 0'],
  ['and hour', 'expr: up == 0', 'expr: up == 0 and on () hour() > 8'],
  ['unless', 'expr: up == 0', 'expr: up == 0 unless on (job) redis_up'],
  ['vector', 'expr: redis_up == 0', 'expr: redis_up == 0 or vector(0) == 0'],
  ['scalar', 'expr: redis_up == 0', 'expr: scalar(redis_up) == 0'],
] as const)
  bad(`promql ${n}`, 'rule-', expr(a, b))
bad('for 2m', 'rule-for', rep(R, 'for: 1m', 'for: 2m'))
bad('keep', 'rule-for', rep(R, 'for: 1m', 'for: 1m\n        keep_firing_for: 5m'))
bad('group interval', 'group-interval', rep(R, '- name: platform-alerts\n', '- name: platform-alerts\n    interval: 30s\n'))
bad('group limit', 'group-interval', rep(R, '- name: platform-alerts\n', '- name: platform-alerts\n    limit: 1\n'))
bad('am equal', 'inhibition', rep(A, 'equal: [job]', 'equal: [instance]'))
bad('am noequal', 'inhibition', rep(A, '    equal: [job]\n', ''))
bad('am inhibit all', 'inhibition', rep(A, 'target_matchers: [\'severity =~ "warning|info"\']', 'target_matchers: [\'severity =~ ".*"\']'))
bad('am match_re partial', 'matchers-match-an-alert', rep(A, 'matchers: [\'severity = "critical"\']', 'match_re:\n        severity: crit'))
bad(
  'am order',
  'route',
  rep(A, '    - receiver: critical\n', '    - receiver: default\n      matchers: [\'alertname =~ ".*"\']\n    - receiver: critical\n'),
)
bad('am mute', 'rout', rep(A, '    - receiver: critical\n', '    - receiver: critical\n      mute_time_intervals: [nights]\n'))
bad('am active', 'rout', (t) =>
  rep(
    A,
    '    - receiver: critical\n',
    '    - receiver: critical\n      active_time_intervals: [nights]\n',
  )(
    sub(
      A,
      (s) => s + '\ntime_intervals:\n  - name: nights\n    time_intervals:\n      - times: [{ start_time: "22:00", end_time: "24:00" }]\n',
    )(t),
  ),
)
bad('am sub group_by', 'rout', rep(A, '    - receiver: critical\n', "    - receiver: critical\n      group_by: ['...']\n"))
bad('am send_resolved', 'receiver', rep(A, 'default\n        send_resolved: true', 'default\n        send_resolved: false'))
const alertRelabel = (...steps: string[]): ((texts: Texts) => Texts) =>
  rep(P, 'alerting:\n', `alerting:\n  alert_relabel_configs:\n${steps.map((each) => `    - ${each}\n`).join('')}`)
const AMS = '    - static_configs:\n        - targets: ["alertmanager:9093"]'
const slackUrl = (to: string): ((texts: Texts) => Texts) => rep(A, '      - api_url_file: /run/alertmanager/slack_url\n', to)
const discord = (to: string): ((texts: Texts) => Texts) =>
  sub(A, (s) => s.replace(/ {2}- name: discord\n[^]*$/, `  - name: discord\n${to}`))
same('am slack by the global address', (t) =>
  rep(
    A,
    'resolve_timeout: 5m',
    'resolve_timeout: 5m\n  slack_api_url_file: /run/alertmanager/slack_url',
  )(slackUrl('      - channel: "#alerts"\n')(t)),
)
same(
  'am slack in full',
  slackUrl(
    '      - api_url_file: /run/alertmanager/slack_url\n        channel: "#alerts"\n        color: \'{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}\'\n        fields: [{ title: Job, value: "{{ .CommonLabels.job }}", short: true }]\n        actions: [{ type: button, text: Silence, url: "{{ .ExternalURL }}/#/silences" }]\n',
  ),
)
same(
  'am discord natively',
  discord(
    '    discord_configs:\n      - webhook_url_file: /run/alertmanager/discord_url\n        send_resolved: true\n        title: "{{ .Status }} {{ .CommonLabels.alertname }}"\n        message: "{{ range .Alerts }}{{ .Annotations.description }}{{ end }}"\n',
  ),
)
bad('am slack without an address', 'integrations-are-whole', slackUrl('      - channel: "#alerts"\n'))
bad(
  'am slack with two addresses',
  'integrations-are-accepted',
  slackUrl('      - api_url_file: /run/alertmanager/slack_url\n        api_url: $SLACK\n'),
)
bad('am discord without an address', 'integrations-are-whole', discord('    discord_configs:\n      - send_resolved: true\n'))
bad(
  "am slack to Discord's own address",
  'receiver-notifies',
  discord('    slack_configs:\n      - api_url: https://discord.com/api/webhooks/1/x\n        send_resolved: true\n'),
)
bad(
  "am discord to Discord's address for Slack",
  'receiver-notifies',
  discord('    discord_configs:\n      - webhook_url: https://discord.com/api/webhooks/1/x/slack\n        send_resolved: true\n'),
)
bad('am a webhook to Slack', 'receiver-notifies', rep(A, 'http://notification-sink:9199/critical', 'https://hooks.slack.com/services/x'))
bad(
  'am addresses swapped',
  'receiver-address',
  sub(A, (s) => s.replace('9199/default', '9199/x').replace('9199/critical', '9199/default').replace('9199/x', '9199/critical')),
)
bad(
  'am by a proxy',
  'receiver-address',
  rep(
    A,
    '/default\n        send_resolved: true',
    '/default\n        send_resolved: true\n        http_config:\n          proxy_url: http://proxy.example.org:3128',
  ),
)
bad(
  'prom two jobs of a name',
  'prometheus-scrapes',
  sub(P, (s) => `${s}\n  - job_name: redis-exporter\n    static_configs:\n      - targets: ["redis-exporter:9121"]\n`),
)
bad(
  'prom a target in two jobs',
  'prometheus-scrapes',
  sub(P, (s) => `${s}\n  - job_name: redis2\n    static_configs:\n      - targets: ["redis-exporter:9121"]\n`),
)
same(
  'prom an exporter that probes for others',
  sub(
    P,
    (s) =>
      `${s}\n  - job_name: redis-others\n    metrics_path: /scrape\n    params: { target: [other] }\n    static_configs:\n      - targets: ["redis-exporter:9121"]\n`,
  ),
)
bad(
  'prom am relabelled away',
  'prometheus-finds',
  rep(
    P,
    AMS,
    AMS.replace(
      '    - static',
      '    - relabel_configs:\n        - { source_labels: [__address__], regex: "alertmanager.*", action: drop }\n      static',
    ),
  ),
)
bad(
  'prom am relabelled elsewhere',
  'prometheus-finds',
  rep(
    P,
    AMS,
    AMS.replace('    - static', '    - relabel_configs:\n        - { target_label: __address__, replacement: "other:9093" }\n      static'),
  ),
)
same(
  'am a mail beside the webhook',
  rep(
    A,
    '/critical\n        send_resolved: true',
    '/critical\n        send_resolved: true\n    email_configs:\n      - { to: ops@example.org, from: a@example.org, smarthost: "mail:25" }',
  ),
)
same("am another team's inhibition and dead man's switch", (t) =>
  rep(
    A,
    '    equal: [job]\n',
    '    equal: [job]\n  - source_matchers: [\'alertname = "InfoInhibitor"\']\n    target_matchers: [\'severity = "info"\']\n    equal: [namespace]\n',
  )(
    rep(
      A,
      '    - receiver: critical\n',
      '    - receiver: deadman\n      matchers: [\'alertname = "Watchdog"\']\n      repeat_interval: 1m\n    - receiver: critical\n',
    )(sub(A, (s) => `${s}\n  - name: deadman\n    webhook_configs:\n      - url: https://hc-ping.com/x\n`)(t)),
  ),
)
same('rules as a PrometheusRule', (t) =>
  t.map((one) =>
    one.file.endsWith(`/${R}`)
      ? {
          ...one,
          file: 'k8s/rules.yaml',
          path: 'k8s/rules.yaml',
          text: stringify({
            apiVersion: 'monitoring.coreos.com/v1',
            kind: 'PrometheusRule',
            metadata: { name: 'rules' },
            spec: parse(one.text),
          }),
        }
      : { ...one, text: one.text.replace(/\n *- \.\/monitoring\/alert-rules\.yml:.*/, '') },
  ),
)
bad(
  'am max_alerts',
  'notifications-list-every-alert',
  rep(A, 'default\n        send_resolved: true', 'default\n        send_resolved: true\n        max_alerts: 1'),
)
bad(
  'am two webhooks',
  'receiver',
  rep(
    A,
    '      - url: http://notification-sink:9199/critical\n',
    '      - url: http://notification-sink:9199/critical\n        send_resolved: true\n      - url: http://notification-sink:9199/critical\n',
  ),
)
bad(
  'prom relabel drop',
  'prometheus',
  rep(
    P,
    '  - job_name: redis-exporter\n',
    '  - job_name: redis-exporter\n    metric_relabel_configs:\n      - source_labels: [__name__]\n        regex: redis_up\n        action: drop\n',
  ),
)
bad(
  'prom relabel keep',
  'prometheus',
  rep(
    P,
    '  - job_name: redis-exporter\n',
    '  - job_name: redis-exporter\n    metric_relabel_configs:\n      - { source_labels: [__name__], regex: "redis_memory.*", action: keep }\n',
  ),
)
const redisJob = (more: string): ((texts: Texts) => Texts) =>
  rep(P, '  - job_name: redis-exporter\n', `  - job_name: redis-exporter\n${more}`)
same(
  'prom relabel drops unused series',
  redisJob('    metric_relabel_configs:\n      - { source_labels: [__name__], regex: "(go|process|redis_exporter)_.*", action: drop }\n'),
)
same(
  'prom relabel keeps what is asked for',
  redisJob('    metric_relabel_configs:\n      - { source_labels: [__name__], regex: "redis_(up|memory_.*)", action: keep }\n'),
)
same(
  'prom relabel keeps the target',
  redisJob(
    '    relabel_configs:\n      - { source_labels: [__address__], regex: "redis.*", action: keep }\n      - { source_labels: [__address__], target_label: instance }\n      - { target_label: env, replacement: prod }\n',
  ),
)
same('prom sample_limit far away', redisJob('    sample_limit: 50000\n'))
bad(
  'prom relabel takes the target away',
  'prometheus-keeps',
  redisJob('    relabel_configs:\n      - { source_labels: [__address__], regex: "redis", action: keep }\n'),
)
bad(
  'prom relabel renames a metric',
  'prometheus-keeps',
  redisJob(
    '    metric_relabel_configs:\n      - { source_labels: [__name__], regex: redis_up, target_label: __name__, replacement: redis_alive }\n',
  ),
)
bad(
  'prom relabel drops le',
  'prometheus-keeps',
  rep(
    P,
    '    metrics_path: /metrics\n',
    '    metrics_path: /metrics\n    metric_relabel_configs:\n      - { regex: le, action: labeldrop }\n',
  ),
)
bad(
  'prom relabel rewrites the status',
  'prometheus-keeps',
  rep(
    P,
    '    metrics_path: /metrics\n',
    '    metrics_path: /metrics\n    metric_relabel_configs:\n      - { source_labels: [status], regex: "(.)..", target_label: status, replacement: "${1}xx" }\n',
  ),
)
bad(
  'prom relabel another port',
  'prometheus-keeps',
  redisJob('    relabel_configs:\n      - { target_label: __address__, replacement: "redis-exporter:9999" }\n'),
)
bad(
  'prom relabel job',
  'prometheus',
  rep(
    P,
    '  - job_name: redis-exporter\n',
    '  - job_name: redis-exporter\n    relabel_configs:\n      - { target_label: job, replacement: redis }\n',
  ),
)
bad('prom sample_limit', 'prometheus', rep(P, '  - job_name: redis-exporter\n', '  - job_name: redis-exporter\n    sample_limit: 10\n'))
bad(
  'prom alert relabel',
  'prometheus',
  rep(P, 'alerting:\n', 'alerting:\n  alert_relabel_configs:\n    - { source_labels: [severity], regex: info, action: drop }\n'),
)
bad(
  'prom alert labeldrop',
  'prometheus',
  rep(P, 'alerting:\n', 'alerting:\n  alert_relabel_configs:\n    - { regex: job, action: labeldrop }\n'),
)
same('alert relabel adds', alertRelabel('{ target_label: env, replacement: prod }'))
same('alert relabel drops a label of the Prometheus', alertRelabel('{ regex: "prometheus_replica|replica", action: labeldrop }'))
same(
  "alert relabel drops another team's",
  alertRelabel(
    '{ source_labels: [alertname], regex: "Watchdog|InfoInhibitor", action: drop }',
    '{ source_labels: [job], regex: "test-.*", action: Drop }',
  ),
)
same(
  'alert relabel that changes nothing',
  alertRelabel(
    '{ source_labels: [severity], regex: crit, target_label: severity, replacement: critical }',
    '{ source_labels: [job], regex: ".+", action: keep }',
  ),
)
same(
  'alert relabel for one of two',
  rep(P, AMS, `${AMS}\n${AMS}\n      alert_relabel_configs: [{ source_labels: [severity], regex: info, action: drop }]`),
)
bad('prom alert relabel keep', 'prometheus-finds', alertRelabel('{ source_labels: [severity], regex: critical, action: keep }'))
bad(
  'prom alert relabel for the only one',
  'prometheus-finds',
  rep(P, AMS, `${AMS}\n      alert_relabel_configs: [{ source_labels: [severity], regex: info, action: drop }]`),
)
bad('prom alert relabel of a job', 'prometheus-finds', alertRelabel('{ source_labels: [job], regex: "rjmx-.*|redis-.*", action: drop }'))
bad('prom alert relabel unknown', 'values-have-their-type', alertRelabel('{ regex: x, action: labeldorp }'))
bad(
  'prom alert relabel to another route',
  'prometheus-finds',
  alertRelabel('{ source_labels: [severity], regex: warning, target_label: severity, replacement: critical }'),
)
same('am route by an external label', (t) =>
  rep(
    P,
    '  evaluation_interval: 15s',
    '  evaluation_interval: 15s\n  external_labels:\n    cluster: eu-1',
  )(rep(A, 'matchers: [\'severity = "critical"\']', 'matchers: [\'severity = "critical"\', \'cluster = "eu-1"\']')(t)),
)
bad('am route that takes an external label', 'route-reaches', (t) =>
  rep(
    P,
    '  evaluation_interval: 15s',
    '  evaluation_interval: 15s\n  external_labels:\n    cluster: eu-1',
  )(rep(A, '    - receiver: critical\n', '    - receiver: default\n      matchers: [\'cluster = "eu-1"\']\n    - receiver: critical\n')(t)),
)
bad(
  'prom am path',
  'prometheus',
  rep(
    P,
    '    - static_configs:\n        - targets: ["alertmanager:9093"]',
    '    - path_prefix: /am\n      static_configs:\n        - targets: ["alertmanager:9093"]',
  ),
)
bad(
  'prom am https',
  'prometheus',
  rep(
    P,
    '    - static_configs:\n        - targets: ["alertmanager:9093"]',
    '    - scheme: https\n      static_configs:\n        - targets: ["alertmanager:9093"]',
  ),
)
bad('prom scheme', 'prometheus', rep(P, '  - job_name: redis-exporter\n', '  - job_name: redis-exporter\n    scheme: https\n'))
bad('prom timeout', 'prometheus', rep(P, 'scrape_timeout: 10s', 'scrape_timeout: 20s'))
bad('prom honor', 'prometheus', rep(P, '  - job_name: redis-exporter\n', '  - job_name: redis-exporter\n    scrape_interval: 1m\n'))
bad('otel no batch exporters', 'collector', rep(O, 'exporters: [otlp/jaeger]', 'exporters: []'))
bad('otel filter', 'collector', (t) =>
  rep(
    O,
    'processors: [memory_limiter, batch]',
    'processors: [memory_limiter, filter, batch]',
  )(rep(O, '  batch:\n    timeout', '  filter:\n    traces:\n      span: ["kind.string == \\"server\\""]\n  batch:\n    timeout')(t)),
)
bad('otel sampler', 'collector', (t) =>
  rep(
    O,
    'processors: [memory_limiter, batch]',
    'processors: [memory_limiter, probabilistic_sampler, batch]',
  )(rep(O, '  batch:\n    timeout', '  probabilistic_sampler:\n    sampling_percentage: 10\n  batch:\n    timeout')(t)),
)
bad('otel tls', 'collector', rep(O, 'insecure: true', 'insecure: false'))
bad(
  'otel localhost',
  'collector',
  sub(O, (s) => s.replace('0.0.0.0:4318', 'localhost:4318')),
)

test('styles: nothing is said of the same in other words, and something of every change', async () => {
  const { texts } = await deployment()
  const key = ({ id, subject, observed }: { id: string; subject: string; observed: string }): string => `${id} ${subject} ${observed}`
  const before = new Set((await lintOf(texts)).findings.map(key))
  const wrong: string[] = []
  for (const [what, finds, change] of variants) {
    const { findings, problems } = await lintOf(change(texts))
    const fresh = findings.filter((finding) => finding.severity !== 'note' && !before.has(key(finding)))
    const said = [...problems.map(({ message }) => message), ...fresh.map(key)].join('; ')
    if (finds === undefined ? said !== '' : !fresh.some(({ id }) => id.startsWith(finds)))
      wrong.push(`${what}: ${finds === undefined ? 'nothing to be said' : `${finds}... to be found`}, but ${said || 'nothing was'}`)
  }
  assert.deepEqual(wrong, [])
  assert.ok(variants.length > 130)
})

test('a key that stands twice is refused, as the components refuse it; a merge key may', async () => {
  const { texts } = await deployment()
  const { problems } = await lintOf(rep(R, 'for: 1m', 'for: 1m\n        for: 2m')(texts))
  assert.deepEqual(
    problems.map(({ message, place }) => `${place?.line} ${message}`),
    ['7 the key for stands twice in one mapping'],
  )
})
