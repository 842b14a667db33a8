import { finds, passes } from '../../../../testing/lint/lint-files.ts'

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
  `['path = "a.b"']`,
  `['severity != "critcal"']`,
  `['severity =~ "page|ticket"']`,
])
  passes('matchers-match-an-alert', matchers, file, from, before(matchers), {
    file,
    from: 'receiver: slack, continue',
    to: 'receiver: slack, match: { team: "*" }, continue',
  })
