import { extraRule, finds, passes } from '../../../../testing/lint/lint-files.ts'

const labelled = (labels: string): ReturnType<typeof extraRule> => extraRule('redis_connected_clients > 100', `labels: { ${labels} }`)
const severity = 'warning' as const

finds(
  'rule-label-values-are-spelt',
  'a severity that no other rule and no route has',
  { ...labelled('severity: critcal'), observed: 'critcal', expected: 'critical', severity },
  { ...labelled('severity: warnign'), expected: 'severity: warning', severity },
  { ...labelled('severity: critikal'), expected: 'severity: critical', severity },
)
const fault = { ...labelled('severity: critcal'), severity } as const
for (const labels of ['severity: page', 'severity: warn', 'severity: P2', 'severity: minor', 'severity: warning, team: critcal']) {
  const { file, from, to } = labelled(labels)
  passes('rule-label-values-are-spelt', labels, file, from, to, fault)
}
