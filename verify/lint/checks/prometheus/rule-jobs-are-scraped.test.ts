import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, extraRule, finds, lintBy, passesRule } from '../../../../testing/lint/lint-files.ts'
import type { ConfigText } from '../../../config/yaml/cursor.ts'
import { configure } from '../../../config/configuration.ts'
import { noSpecification } from '../../no-specification.ts'
import { TRAPS } from '../../traps.ts'

const ID = 'rule-jobs-are-scraped'

finds(
  ID,
  'a job that no scrape configuration has, of a metric that no recording has',
  { ...extraRule('probe_success{job="blackbox"} == 0'), observed: 'job="blackbox"' },
  { ...extraRule('{job=~"nginx|apache"} > 1'), observed: 'job=~"nginx|apache"' },
  { ...extraRule('sum(rate(shop_orders_total{job="moalog-sever"}[5m])) > 1'), observed: 'did you mean moalog-server' },
)
passesRule(ID, 'shop_orders_total{job="moalog-server"} > 1', 'shop_orders_total{job="moalog"} > 1')
passesRule(ID, 'shop_orders_total{job!="nginx"} > 1', 'shop_orders_total{job="moalog"} > 1')
passesRule(ID, 'up{job="nginx"} == 0', 'shop_orders_total{job="moalog"} > 1')

const RULES = (...exprs: string[]): string =>
  `groups:\n  - name: g\n    rules:\n${exprs.map((expr, index) => `      - alert: A${index}\n        expr: '${expr}'\n`).join('')}`
const JOBS = 'rule_files: [rules.yml]\nscrape_configs:\n  - job_name: node\n    static_configs: [{ targets: ["node:9100"] }]\n'

async function said(files: Record<string, string>): Promise<string[]> {
  const texts = Object.entries(files).map(([file, text]): ConfigText => ({ file, path: file, text, lineOffset: 0, columnOffset: 0 }))
  const { options } = await deployment()
  const result = lintBy({ ...options, spec: noSpecification(configure(texts)), catalogue: { targets: [] }, checks: [...TRAPS] }, texts)
  return result.findings.filter(({ id }) => id === ID).map(({ file, line, subject }) => `${file}:${line} ${subject}`)
}

const DOWN = 'up{job="node-exporter"} == 0'
const ROWS: [what: string, jobs: string, rules: string, expected: string[]][] = [
  ['another name', JOBS, RULES(DOWN), ['rules.yml:5 A0']],
  ['its absence', JOBS, RULES('absent(up{job="nod"})'), ['rules.yml:5 A0']],
  ['one cause of several rules', JOBS, RULES('up{job="shop"} == 0', 'shop_up{job="shop"} == 0'), ['rules.yml:5 A0, A1']],
  [
    'the job that several rules mean and none asks for is what differs',
    JOBS.replace('job_name: node', 'job_name: nodes'),
    RULES('up{job="node"} == 0', 'node_load1{job="node"} > 9'),
    ['prometheus.yml:3 A0, A1'],
  ],
  ['the same name', JOBS, RULES('up{job="node"} == 0', 'up{job=~"node.*"} == 0'), []],
  ['labels of what is pushed', `${JOBS}    honor_labels: true\n`, RULES(DOWN), []],
  ['labels of targets', JOBS.replace('targets:', 'labels: { job: x }, targets:'), RULES(DOWN), []],
  ['files of targets have labels', `${JOBS}  - job_name: a\n    file_sd_configs: [{ files: [a.yml] }]\n`, RULES(DOWN), []],
  [
    'a job that is rewritten',
    `${JOBS}    relabel_configs: [{ source_labels: [__meta_kubernetes_service_name], target_label: job }]\n`,
    RULES(DOWN),
    [],
  ],
  ['labels that are mapped', `${JOBS}    relabel_configs: [{ action: labelmap, regex: __meta_(.+) }]\n`, RULES(DOWN), []],
  ['further files of jobs', `${JOBS}scrape_config_files: [more/*.yml]\n`, RULES(DOWN), []],
  ['series of another Prometheus', `${JOBS}remote_read: [{ url: "http://a/api/v1/read" }]\n`, RULES(DOWN), []],
  ['federation', `${JOBS}    metrics_path: /federate\n`, RULES(DOWN), []],
  ['a rule file that is not loaded', JOBS.replace('[rules.yml]', '[others.yml]'), RULES(DOWN), []],
  [
    'a name that is recorded',
    JOBS,
    `${RULES('shop_up{job="shop"} == 0')}      - record: shop_up\n        expr: sum(up)\n        labels: { job: shop }\n`,
    [],
  ],
]
for (const [what, jobs, rules, expected] of ROWS)
  test(`${ID}: ${what}`, async () => assert.deepEqual(await said({ 'prometheus.yml': jobs, 'rules.yml': rules }), expected))

test(`${ID}: a rule file that two Prometheus load`, async () => {
  const other = JOBS.replace('job_name: node', 'job_name: node-exporter')
  assert.deepEqual(await said({ 'prometheus.yml': JOBS, 'other.yml': other, 'rules.yml': RULES(DOWN) }), [])
  assert.deepEqual(await said({ 'prometheus.yml': JOBS, 'other.yml': other, 'rules.yml': RULES('up{job="a"} == 0') }), ['rules.yml:5 A0'])
})
