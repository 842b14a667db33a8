import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benignVariants } from '../../testing/lint/benign-variants.ts'
import { delivered, deployment } from '../../testing/lint/lint-files.ts'
import { configure } from '../config/configuration.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { CHECKS } from './lint-checks.ts'
import { lint } from './lint.ts'
import type { LintResult } from './lint.ts'
import { noSpecification } from './no-specification.ts'
import { isOfASpecification, TRAPS } from './traps.ts'

const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })

function traps(texts: ConfigText[]): LintResult {
  return lint(texts, { spec: noSpecification(configure(texts)), catalogue: { targets: [] }, logLines: {}, checks: [...TRAPS] })
}

const found = (...texts: ConfigText[]): string[] =>
  traps(texts)
    .findings.filter(({ severity }) => severity !== 'note')
    .map(({ id, subject }) => `${id} ${subject}`)

const rule = (expr: string, more = ''): ConfigText =>
  text(
    'rules.yml',
    `groups:\n  - name: g\n    rules:\n      - alert: Odd\n        expr: ${JSON.stringify(expr)}\n        for: 5m\n        labels: { severity: page }\n${more}`,
  )

test('each check is a trap or compares with a specification', () => {
  assert.equal(TRAPS.length, CHECKS.filter(({ meta }) => !isOfASpecification(meta.id)).length)
  assert.ok(TRAPS.length > 70)
  // A check that was renamed would become a trap by itself.
  assert.equal(CHECKS.length - TRAPS.length, 31)
})

test('nothing is said of the delivered files, nor of a sample of the same in other words (all: traps.deep.test.ts)', async () => {
  assert.deepEqual(found(...(await delivered()).texts), [])
  const { texts } = await deployment()
  const sample = benignVariants(texts, 60).filter((_, index) => index % 12 === 6)
  assert.ok(sample.length >= 6)
  for (const variant of sample) assert.deepEqual(found(...variant.texts), [], variant.what)
})

test('rules of strangers: what never fires, always fires or names a label that is gone', () => {
  const cases: [expr: string, id: string, more?: string][] = [
    ['(used / ignoring(limit) limits{limit="max"} > 0.8) and limits{limit="max"} > 0', 'rule-sides-match'],
    ['sum by (instance) (locks) / settings_max_locks > 0.2', 'rule-sides-match'],
    ['requests{status="hit"} + requests{status="miss"} > 0', 'rule-sides-match'],
    ['count by (service) (up) == 0', 'rule-threshold-is-reachable'],
    ['index_size_bytes{name=~".*_new"}', 'rule-compares'],
    [
      'sum by (job) (rate(errors_total[5m])) > 1',
      'rule-annotations-have-labels',
      "        annotations: { summary: 'errors of {{ $labels.instance }}' }\n",
    ],
    ['sum by (job) (rate(errors_total[5m]) > 1', 'rule-parses'],
    ['errors > 5', 'rule-templates-work', "        annotations: { summary: '{{ $value | humanise }}' }\n"],
  ]
  for (const [expr, id, more = ''] of cases)
    assert.ok(found(rule(expr, more)).includes(`${id} Odd`), `${id}: ${expr}: ${found(rule(expr, more)).join()}`)
  for (const expr of [
    'up == 0',
    'sum by (job) (rate(errors_total[5m])) / sum by (job) (rate(requests_total[5m])) > 0.01',
    'absent(up{job="shop"})',
    'predict_linear(node_filesystem_avail_bytes[6h], 4 * 3600) < 0 and node_filesystem_readonly == 0',
    'max_over_time(probe_success[10m]) == 0',
    'time() - last_backup_timestamp_seconds > 86400 unless on (instance) maintenance == 1',
    'topic_resource_info{ready!="True"}',
    'gateway_subsystem_metadata{allow_any_host="yes"}',
    'table_latency_seconds > 600',
    'warehouse_query_duration_seconds > 300',
    'node_load5 > on (instance) group_left () count by (instance) (node_cpu_seconds_total{mode="idle"}) * 2',
  ])
    assert.deepEqual(found(rule(expr)), [], expr)
})

test('a window is held against the scrape interval that is written, and against none where it is not known', () => {
  const short = rule('rate(errors_total[20s]) > 1')
  assert.deepEqual(found(short), [])
  const prometheus = text(
    'prometheus.yml',
    'global: { scrape_interval: 15s }\nrule_files: [rules.yml]\nscrape_configs:\n  - job_name: shop\n    static_configs: [{ targets: ["shop:80"] }]\n',
  )
  assert.deepEqual(found(short, prometheus), ['rule-window-covers-scrapes Odd'])
})

test('a copy of a rule file, in an example or a chart, is no second definition of each alert', () => {
  const copy = (file: string, count: number): ConfigText =>
    text(
      file,
      `groups:\n  - name: g\n    rules:\n${Array.from({ length: count }, (_, at) => `      - { alert: Down${at}, expr: 'up{job="${at}"} == 0' }\n`).join('')}`,
    )
  assert.deepEqual(found(copy('chart/rules.yml', 5), copy('examples/rules.yml', 5)), [])
  assert.deepEqual(found(copy('chart/rules.yml', 1), copy('examples/rules.yml', 1)), [])
  assert.deepEqual(found(copy('rules/a.yml', 1), copy('rules/b.yml', 1)), ['rule-is-unique Down0'])
  // Here one Prometheus loads both.
  const prometheus = text('prometheus.yml', 'rule_files: [rules/*.yml]\nscrape_configs: []\n')
  assert.equal(found(prometheus, copy('rules/a.yml', 4), copy('rules/b.yml', 4)).length, 4)
})

test('values of the chart of Grafana are no provisioning file', () => {
  const values = text(
    'values.yaml',
    'env: { A: b }\ndatasources:\n  datasources.yaml:\n    apiVersion: 1\n    datasources: [{ name: a, type: tempo }]\n',
  )
  assert.deepEqual(found(values, rule('up == 0')), [])
})

test('an inhibition is held against the labels of the rules that are here, and against none where they are not known', () => {
  const inhibiting = (equal: string): ConfigText =>
    text(
      'alertmanager.yml',
      `route: { receiver: mail, group_by: [alertname] }\nreceivers: [{ name: mail }]\ninhibit_rules:\n  - source_matchers: ['severity = "critical"']\n    target_matchers: ['severity = "warning"']\n    equal: [${equal}]\n`,
    )
  const prometheus = text('prometheus.yml', 'rule_files: [rules.yml]\nscrape_configs: []\n')
  const errors = (...texts: ConfigText[]): string[] => traps(texts).findings.flatMap(({ id, severity }) => (severity === 'error' ? id : []))
  assert.deepEqual(errors(inhibiting('alert')), ['inhibition-is-sound'])
  assert.deepEqual(errors(inhibiting('jbo')), ['inhibition-is-sound'])
  assert.deepEqual(errors(inhibiting('device')), [])
  assert.deepEqual(errors(inhibiting('alertname')), [])
  const summed = text(
    'rules.yml',
    'groups: [{ name: g, rules: [{ alert: A, expr: "sum by (job) (x) > 1", labels: { severity: critical } }] }]\n',
  )
  assert.deepEqual(errors(inhibiting('device'), prometheus, summed), ['inhibition-is-sound'])
  assert.deepEqual(errors(inhibiting('job'), prometheus, summed), [])
})

test('an error of YAML beside the lines of a message is one, and no chart', () => {
  const codes = (...texts: ConfigText[]): string[] => traps(texts).problems.map(({ code }) => code)
  const message = (more: string): ConfigText =>
    text(
      'alertmanager.yml',
      `route: { receiver: mail }\nglobal:\n  smtp_from: a@example.org\n${more}receivers:\n  - name: mail\n    email_configs:\n      - to: b@example.org\n        smarthost: mail.example.org:25\n        html: |\n          {{ range .Alerts }}\n          {{ .Labels.alertname }}\n          {{ end }}\n`,
    )
  assert.deepEqual(codes(message('')), [])
  assert.deepEqual(codes(message('    smtp_hello: a\n')), ['CONFIG_YAML'])
  assert.deepEqual(codes(message('{{ if .Values.hello }}\n  smtp_hello: a\n{{ end }}\n')), ['CONFIG_HELM'])
})

test('route trees, collectors, log agents and dashboards alone', () => {
  const cases: [file: string, content: string, id: string][] = [
    [
      'alertmanager.yml',
      'route: { receiver: mail, routes: [{ receiver: mail }, { matchers: ["severity = page"], receiver: pager }] }\nreceivers: [{ name: mail }, { name: pager }]\n',
      'route-is-reachable',
    ],
    [
      'alertmanager.yml',
      'route: { receiver: mail, routes: [{ match: { severity: page }, receiver: pager, mute_time_intervals: [nights] }] }\nreceivers: [{ name: mail }, { name: pager }]\n',
      'routing-times-are-read',
    ],
    [
      'alertmanager.yml',
      'route: { receiver: mail, group_wait: 30, routes: [{ match: { severity: page }, receiver: pager }] }\nreceivers: [{ name: mail }, { name: pager }]\n',
      'values-have-their-type',
    ],
    [
      'collector.yml',
      'receivers: { otlp: { protocols: { grpc: {} } } }\nexporters: { debug: {} }\nservice: { pipelines: { traces: { receivers: [otlp], processors: [batch], exporters: [debug] } } }\n',
      'collector-pipeline-is-whole',
    ],
    [
      'promtail.yml',
      "clients: [{ url: 'http://loki:3100/loki/api/v1/push' }]\nscrape_configs:\n  - job_name: a\n    static_configs: [{ targets: [localhost], labels: { job: a, __path__: /var/log/a.log } }]\n    pipeline_stages:\n      - regex: { expression: '(?P<level>\\w+' }\n",
      'log-stages-are-whole',
    ],
    [
      'dashboard.json',
      '{"title":"Shop","panels":[{"type":"timeseries","title":"Errors","datasource":{"type":"prometheus","uid":"p"},"targets":[{"refId":"A","expr":"sum(rate(errors_total[5m])"}]}]}',
      'panel-queries-work',
    ],
  ]
  for (const [file, content, id] of cases) {
    const said = traps([text(file, content)]).findings.map((finding) => finding.id)
    assert.ok(said.includes(id), `${file}: ${id} in ${said.join()}`)
  }
})
