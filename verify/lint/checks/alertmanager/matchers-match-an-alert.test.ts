import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const file = 'alertmanager/alertmanager.yml'
const CRITICAL = `- receiver: critical\n      matchers: ['severity = "critical"']`
const from = /- receiver: critical\n\s+matchers: \['severity = "critical"'\]/
const before = (matchers: string): string => `- { receiver: slack, continue: true, matchers: ${matchers} }\n    ${CRITICAL}`
const instead = (matchers: string): string => `- receiver: critical\n      matchers: ${matchers}`

finds(
  'matchers-match-an-alert',
  'a matcher that no alert satisfies, at its own place',
  { file, from, to: before(`['alertname = "*"']`), subject: 'slack', observed: '=~ takes a regular expression' },
  { file, from, to: before(`['alertname = ".*"']`), observed: '=~' },
  { file, from, to: before(`['job = "redis.+"']`), observed: '=~' },
  { file, from, to: instead(`["severity = 'critical'"]`), subject: 'critical', observed: 'single quotes' },
  { file, from, to: instead(`['severity = "critical|page"']`), observed: 'alternatives' },
  { file, from, to: instead(`['severity = "critcal"']`), observed: 'did you mean critical' },
  { file, from, to: instead(`['severity = "Critical"']`), observed: 'did you mean critical' },
  { file, from, to: instead(`['severity = "critical "']`), observed: 'blanks' },
  { file, from, to: `- receiver: critical\n      match: { severity: "critical|page" }`, observed: 'alternatives' },
  { file, from, to: instead(`["severity =~ 'critical'"]`), observed: 'single quotes', line: "'critical'" },
  { file, from, to: `- receiver: critical\n      match_re: { severity: "'critical'" }`, observed: 'single quotes', line: "'critical'" },
  { file, from, to: instead("['severity = “critical”']"), observed: 'the quotes are part', line: '“critical”' },
  { file, from, to: instead("['severity = `critical`']"), observed: 'the quotes are part', line: '`critical`' },
  { file, from, to: instead(`['severity =~ "critcal"']`), observed: 'did you mean critical', line: 'critcal' },
  { file, from, to: instead(`['severty = "critical"']`), observed: 'did you mean severity', line: 'severty' },
  {
    file,
    from: 'alertname = "ServiceDown"',
    to: 'alertname = "ServiceDwon"',
    subject: 'inhibit_rules',
    observed: 'did you mean ServiceDown',
  },
  { file, from: `'severity =~ "warning|info"'`, to: `"severity =~ 'warning|info'"`, observed: 'single quotes', line: "'warning|info'" },
)
for (const matchers of [
  `['alertname =~ ".*"']`,
  `['job = "foreign"']`,
  `['severity = "page"']`,
  `['namespace = ""']`,
  `['alertname = "InfoInhibitor"']`,
  `['job = "a.b"']`,
  `['severity != "critcal"']`,
  `['severity =~ "page|ticket"']`,
])
  passes('matchers-match-an-alert', matchers, file, from, before(matchers), {
    file,
    from: 'receiver: slack, continue',
    to: 'receiver: slack, match: { team: "*" }, continue',
  })

const strange = { file, from, severity: 'warning' as const, subject: 'slack' }
finds(
  'matchers-match-an-alert',
  'a label that neither a rule nor external_labels sets, a job that is not scraped',
  { ...strange, to: before(`['team = "db"']`), observed: 'no rule and no external_labels set team' },
  { ...strange, to: before(`['cluster =~ "prod.*"', 'severity = "critical"']`), observed: 'set cluster' },
  {
    ...strange,
    to: `- { receiver: slack, continue: true, match: { environment: production } }\n    ${CRITICAL}`,
    observed: 'set environment',
  },
  { ...strange, to: before(`['job = "mysql-exporter"']`), observed: 'did you mean mysqld-exporter' },
  {
    ...strange,
    subject: 'inhibit_rules',
    from: `'severity =~ "warning|info"'`,
    to: `'severity =~ "warning|info"', 'tier = "web"'`,
    observed: 'set tier',
  },
)
for (const [story, other, was, is] of [
  ['external_labels', 'monitoring/prometheus.yml', 'global:\n', 'global:\n  external_labels: { team: db }\n'],
  [
    'a label of targets',
    'monitoring/prometheus.yml',
    '- targets: ["redis-exporter:9121"]',
    '- { targets: ["redis-exporter:9121"], labels: { team: db } }',
  ],
  [
    'alert_relabel_configs',
    'monitoring/prometheus.yml',
    'alerting:\n',
    'alerting:\n  alert_relabel_configs: [{ target_label: team, replacement: db }]\n',
  ],
  ['a rule', 'alert-rules.yml', 'severity: warning', 'severity: warning\n          team: db'],
  ['a metric that is not known', 'alert-rules.yml', 'expr: redis_up == 0', 'expr: foreign_up_total == 0'],
] as const)
  test(`matchers-match-an-alert: ${story} may set the label`, async () => {
    const { texts } = await deployment()
    const with_ = (all: typeof texts): typeof texts => change(all, file, from, before(`['team = "db"']`))
    const count = async (all: typeof texts): Promise<number> => (await lintOf(all, 'matchers-match-an-alert')).findings.length
    assert.equal(await count(with_(texts)), 1)
    assert.equal(await count(with_(change(texts, other, was, is))), 0)
  })

finds(
  'matchers-match-an-alert',
  'a part of a value, alternatives with blanks or misspelt, the key of a rule for its label',
  { file, from, to: instead(`['severity =~ "crit"']`), observed: 'crit is a part of critical: crit.*', line: '"crit"' },
  { file, from, to: before(`['alertname =~ "Redis|MySQL"']`), observed: 'Redis is a part of RedisConnectionFailed', line: 'Redis|MySQL' },
  { file, from, to: instead(`['severity = "crit"']`), observed: 'did you mean critical', line: '"crit"' },
  { file, from, to: before(`['severity = "Warn"']`), observed: 'did you mean warning' },
  { file, from, to: before(`['alertname =~ "^Service$"']`), observed: 'Service.*' },
  { file, from, to: before(`['severity =~ "critical | warning"']`), observed: 'blanks', line: 'critical | warning' },
  { file, from, to: before(`['severity =~ "Critical|Warning"']`), observed: 'did you mean critical' },
  { file, from, to: before(`['severity =~ "critcal|warning"']`), observed: 'did you mean critical', line: 'critcal' },
  { file, from, to: before(`['severity !~ "critical|warnign"']`), observed: 'did you mean warning' },
  { file, from, to: before(`['alert = "ServiceDown"']`), observed: 'did you mean alertname', line: 'alert =' },
  { file, from, to: before(`['alert != "ServiceDown"']`), observed: 'It takes every alert', line: 'alert !=' },
  { file, from, to: before(`['Severity !~ "critical"']`), observed: 'did you mean severity', line: 'Severity' },
  { file, from: 'alertname = "ServiceDown"', to: 'alert = "ServiceDown"', observed: 'did you mean alertname', line: 'alert =' },
  {
    file,
    from: `'severity =~ "warning|info"'`,
    to: `'severity =~ "warning|info"', 'severity = "critical"'`,
    observed: 'severity =~ "warning|info" and severity = "critical"',
    line: 'target_matchers',
  },
)
for (const matchers of [
  `['alertname =~ "Redis.*|MySQL.*"']`,
  `['severity =~ "critical|page"']`,
  `['alertname =~ "Watchdog|InfoInhibitor"']`,
  `['device != "sr0"']`,
  `['severity =~ "critical|criticals"']`,
])
  passes('matchers-match-an-alert', matchers, file, from, before(matchers), {
    ...strange,
    to: `${before(matchers)}\n    - { receiver: slack, continue: true, matchers: ['team = "db"'] }`,
    observed: 'set team',
  })
