import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, lintBy } from '../../testing/lint/lint-files.ts'
import { configure } from '../config/configuration.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { lint } from './lint.ts'
import { noSpecification } from './no-specification.ts'
import { TRAPS } from './traps.ts'

type Files = Record<string, string>

const prometheus = (team: string): string => `global: { scrape_interval: 15s, evaluation_interval: 15s }
rule_files: ["rules/*.yml"]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["alertmanager-${team}:9093"] }] }] }
scrape_configs:
  - job_name: node
    static_configs: [{ targets: ["node-${team}:9100"] }]
`
const rules = (team: string, severity: string): string => `groups:
  - name: ${team}
    rules:
      - alert: Down
        expr: up == 0
        for: 1m
        labels: { severity: ${severity} }
`
const alertmanager = (team: string, severity: string): string => `route:
  receiver: default
  group_by: [alertname]
  routes:
    - receiver: ${team}
      matchers: ['severity = "${severity}"']
receivers:
  - name: default
    webhook_configs: [{ url: "http://sink:8080/default" }]
  - name: ${team}
    webhook_configs: [{ url: "http://sink:8080/${team}" }]
`
const service = (team: string): string => `  prometheus-${team}:
    image: prom/prometheus:v2.48.0
    command: [--config.file=/etc/prometheus/prometheus.yml]
    volumes: ["./${team}/prometheus.yml:/etc/prometheus/prometheus.yml:ro", "./${team}/rules:/etc/prometheus/rules:ro"]
  alertmanager-${team}:
    image: prom/alertmanager:v0.27.0
    command: [--config.file=/etc/alertmanager/alertmanager.yml]
    volumes: ["./${team}/alertmanager.yml:/etc/alertmanager/alertmanager.yml:ro"]
  node-${team}:
    image: prom/node-exporter:v1.8.0
`
/** Two teams, each with a Prometheus, its rules and an Alertmanager of its own. */
const TWO: Files = {
  'compose.yaml': `services:\n${service('a')}${service('b')}  sink:\n    image: example/sink:1\n`,
  'a/prometheus.yml': prometheus('a'),
  'a/rules/a.yml': rules('a', 'page'),
  'a/alertmanager.yml': alertmanager('a', 'page'),
  'b/prometheus.yml': prometheus('b'),
  'b/rules/b.yml': rules('b', 'ticket'),
  'b/alertmanager.yml': alertmanager('b', 'ticket'),
}
const { 'compose.yaml': _, ...UNDEPLOYED } = TWO

const textsOf = (files: Files): ConfigText[] =>
  Object.entries(files).map(([file, text]) => ({ file, path: file, text, lineOffset: 0, columnOffset: 0 }))

function found(files: Files): string[] {
  const texts = textsOf(files)
  const spec = noSpecification(configure(texts))
  const { findings, problems } = lint(texts, { spec, catalogue: { targets: [] }, logLines: {}, checks: [...TRAPS] })
  assert.deepEqual(problems, [])
  return findings.map(({ id, file, source }) => `${id} ${file} ${source.trim()}`)
}

type Edit = [file: string, from: string, to: string]

function changed(files: Files, ...edits: Edit[]): Files {
  const result = { ...files }
  for (const [file, from, to] of edits) {
    const text = result[file] ?? ''
    assert.ok(text.includes(from), `${file} has ${from}`)
    result[file] = text.replace(from, to)
  }
  return result
}

test('two teams with a Prometheus and an Alertmanager each, deployed or not, have nothing wrong', () => {
  assert.deepEqual(found(TWO), [])
  assert.deepEqual(found(UNDEPLOYED), [])
})

interface Case {
  what: string
  /** TWO when absent. */
  files?: Files
  edits: Edit[]
  finds: string
}
const CASES: Case[] = [
  {
    what: "a's pattern does not load b's rules: another extension",
    edits: [['b/prometheus.yml', 'rules/*.yml', 'rules/*.yaml']],
    finds: 'prometheus-loads-rules b/prometheus.yml rule_files: ["rules/*.yaml"]',
  },
  {
    what: 'nor where no container is known',
    files: UNDEPLOYED,
    edits: [['b/prometheus.yml', 'rules/*.yml', 'rules/*.yaml']],
    finds: 'prometheus-loads-rules b/prometheus.yml rule_files: ["rules/*.yaml"]',
  },
  {
    what: 'nor with absolute paths',
    files: UNDEPLOYED,
    edits: [
      ['b/prometheus.yml', 'rules/*.yml', '/etc/prometheus/rules/*.yaml'],
      ['a/prometheus.yml', 'rules/*.yml', '/etc/prometheus/rules/*.yml'],
    ],
    finds: 'prometheus-loads-rules b/prometheus.yml rule_files: ["/etc/prometheus/rules/*.yaml"]',
  },
  {
    what: "b names a's file",
    edits: [['b/prometheus.yml', 'rules/*.yml', 'rules/a.yml']],
    finds: 'prometheus-loads-rules b/prometheus.yml rule_files: ["rules/a.yml"]',
  },
  {
    what: "b's rules are mounted at another folder",
    edits: [['compose.yaml', './b/rules:/etc/prometheus/rules:ro', './b/rules:/etc/prometheus/alerts:ro']],
    finds: 'prometheus-loads-rules b/prometheus.yml rule_files: ["rules/*.yml"]',
  },
  {
    what: 'a route in a for an alert of b alone',
    edits: [
      ['a/alertmanager.yml', 'severity = "page"', 'severity = "ticket"'],
      ['b/alertmanager.yml', 'severity = "ticket"', 'job = "node"'],
    ],
    finds: `alertmanagers-have-a-sender a/alertmanager.yml matchers: ['severity = "ticket"']`,
  },
  {
    what: 'an alert whose route is in the other Alertmanager',
    edits: [
      ['b/rules/b.yml', 'severity: ticket', 'severity: page'],
      ['a/rules/a.yml', 'severity: page', 'severity: ticket'],
    ],
    finds: `alertmanagers-have-a-sender b/alertmanager.yml matchers: ['severity = "ticket"']`,
  },
  {
    what: 'a receiver of a in a route of b',
    edits: [['b/alertmanager.yml', '- receiver: b', '- receiver: a']],
    finds: 'routing-is-read b/alertmanager.yml - receiver: a',
  },
  {
    what: 'both send to one Alertmanager',
    edits: [['b/prometheus.yml', 'alertmanager-b:9093', 'alertmanager-a:9093']],
    finds: 'alertmanagers-have-a-sender b/alertmanager.yml receiver: default',
  },
  {
    what: "a `for` is on the grid of its own Prometheus' evaluations",
    edits: [['b/prometheus.yml', 'evaluation_interval: 15s', 'evaluation_interval: 50s']],
    finds: 'rule-for-on-grid b/rules/b.yml for: 1m',
  },
  {
    what: 'a window covers the scrapes of its own Prometheus',
    edits: [
      ['b/prometheus.yml', 'scrape_interval: 15s', 'scrape_interval: 2m'],
      ['b/rules/b.yml', 'up == 0', 'rate(node_errors_total[1m]) > 1'],
    ],
    finds: 'rule-window-covers-scrapes b/rules/b.yml expr: rate(node_errors_total[1m]) > 1',
  },
  {
    what: 'one prometheus.yml in two containers, rules in one of them',
    edits: [
      [
        'compose.yaml',
        '  sink:',
        '  replica:\n    image: prom/prometheus:v2.48.0\n    volumes: ["./a/prometheus.yml:/etc/prometheus/prometheus.yml:ro"]\n  sink:',
      ],
    ],
    finds: 'prometheus-loads-rules a/prometheus.yml rule_files: ["rules/*.yml"]',
  },
]
for (const { what, files = TWO, edits, finds } of CASES)
  test(`one instance does not answer for another: ${what}`, () => {
    const said = found(changed(files, ...edits))
    assert.ok(said.includes(finds), `${finds}: ${said.join('; ')}`)
  })

test('replicas and copies: what two instances have in common is no error, and said once', () => {
  const replica = service('a').replaceAll('-a:', '-c:')
  const twice = { ...TWO, 'compose.yaml': `${TWO['compose.yaml'] ?? ''}${replica}` }
  assert.deepEqual(found(twice), [])
  const broken = changed(twice, ['a/rules/a.yml', 'up == 0', 'up == 3'])
  assert.deepEqual(found(broken), ['rule-threshold-is-reachable a/rules/a.yml expr: up == 3'])
  const shared: Files = { ...UNDEPLOYED, 'shared/s.yml': rules('s', 'page') }
  for (const team of ['a', 'b'])
    shared[`${team}/prometheus.yml`] = (TWO[`${team}/prometheus.yml`] ?? '').replace('rules/*.yml"', 'rules/*.yml", "../shared/*.yml"')
  assert.deepEqual(
    found({ ...shared, 'b/alertmanager.yml': alertmanager('b', 'page') }).filter((each) => each.startsWith('prometheus-loads')),
    [],
  )
})

const SECOND = 'monitoring/second/prometheus.yml'

async function beside(files: Files): Promise<string[]> {
  const { texts, options } = await deployment()
  const { findings, problems } = lintBy(options, [...texts, ...textsOf(files)])
  assert.deepEqual(problems, [])
  const before = new Set(lintBy(options, texts).findings.map(({ id, observed }) => `${id} ${observed}`))
  return findings
    .filter(({ id, observed, severity }) => severity !== 'note' && !before.has(`${id} ${observed}`))
    .map(({ id, subject, file }) => `${id} ${subject} ${file}`)
}

const second = (jobs: string): string => `global: { scrape_interval: 30s, evaluation_interval: 30s }
rule_files: ["rules/*.yml"]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["alertmanager:9093"] }] }] }
scrape_configs:
${jobs}`
const NODE = '  - job_name: node\n    static_configs: [{ targets: ["node:9100"] }]\n'
const REDIS = '  - job_name: redis-exporter\n    static_configs: [{ targets: ["redis-exporter:9121"] }]\n'
const redisRule = (alert: string): string =>
  rules('second', 'critical').replace('Down', alert).replace('up == 0', 'redis_connected_clients > 1000')

test('a second Prometheus beside a specified one: the specification speaks of the first, and what no container reads is said', async () => {
  const files = { [SECOND]: second(NODE), 'monitoring/second/rules/r.yml': rules('second', 'critical') }
  assert.deepEqual(await beside(files), [])
  const { texts, options } = await deployment()
  const unread = lintBy(options, [...texts, ...textsOf(files)]).findings.filter(({ id }) => id === 'configuration-is-mounted')
  assert.deepEqual(
    unread.map(({ severity, file }) => [severity, file]),
    [
      ['note', SECOND],
      ['note', 'monitoring/second/rules/r.yml'],
    ],
  )
})

test("a target that another Prometheus scrapes is none of one's own", async () => {
  const files = { [SECOND]: second(NODE), 'monitoring/second/rules/r.yml': redisRule('Clients') }
  assert.ok((await beside(files)).includes(`prometheus-scrapes-targets redis-exporter ${SECOND}`))
  const scraped = await beside({ ...files, [SECOND]: second(NODE + REDIS) })
  assert.ok(!scraped.some((each) => each.startsWith('prometheus-scrapes-targets')), scraped.join('\n'))
  const federated = `${NODE}  - job_name: federate\n    metrics_path: /federate\n    honor_labels: true\n    static_configs: [{ targets: ["prometheus:9090"] }]\n`
  const fed = await beside({ ...files, [SECOND]: second(federated) })
  assert.ok(!fed.some((each) => each.startsWith('prometheus-scrapes-targets')), fed.join('\n'))
})

test('a job at another port in one of two is not hidden by the other', async () => {
  const said = await beside({ [SECOND]: second(REDIS.replace('9121', '9122')) })
  assert.ok(said.includes(`prometheus-scrapes-targets redis-exporter ${SECOND}`), said.join('\n'))
})
