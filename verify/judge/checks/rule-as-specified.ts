import { formatDuration } from '../../model/duration.ts'
import { defineCheck } from '../check.ts'
import { sameExpression } from '../diagnosis.ts'

export default defineCheck({
  id: 'rule-as-specified',
  scope: 'experiment',
  title: 'the loaded rule reads as specified',
  failureTitle: 'the loaded rule is not the specified one',
  why: 'What counts is what Prometheus has loaded, not what lies on disk. An expression may be written in more than one way, so its text is a hint; `for`, labels and health are not.',
  needs: ['experiment', 'rules'],
  needsInjection: 'no',
}, ({ experiment, rules }) => {
  const loaded = rules.groups.flatMap((group) => group.rules.filter((rule) => rule.name === experiment.alert))
  const expected = `${experiment.alert} with for ${formatDuration(experiment.forMs)}${experiment.keepFiringForMs > 0 ? `, keep_firing_for ${formatDuration(experiment.keepFiringForMs)}` : ''}, severity ${experiment.labels['severity'] ?? 'none'}`
  const pointers = [rules.seq]
  if (loaded.length === 0) return { status: 'fail', expected, observed: 'no rule of that name is loaded', pointers, diagnosis: 'Look at rule_files in prometheus.yml and at the name in the rule file.' }
  const wrong = loaded.flatMap((rule) => [
    ...(rule.forMs !== experiment.forMs ? [`for is ${formatDuration(rule.forMs)}`] : []),
    ...(rule.keepFiringForMs !== experiment.keepFiringForMs ? [`keep_firing_for is ${formatDuration(rule.keepFiringForMs)}`] : []),
    ...(rule.labels['severity'] !== experiment.labels['severity'] ? [`severity is ${rule.labels['severity'] ?? 'not set'}`] : []),
    ...(rule.health === 'err' ? [`its evaluation fails: ${rule.lastError}`] : []),
  ])
  // Several rules may share a name (one a metric); each must hold its part of the promise.
  if (wrong.length > 0) return { status: 'fail', expected, observed: [...new Set(wrong)].join('; '), pointers }
  const differs = loaded.every((rule) => !sameExpression(rule.query, experiment.expr))
  return { status: 'pass', expected, observed: differs ? `as specified; its expression is written differently: ${loaded.map((rule) => rule.query).join(' | ')}` : 'as specified', pointers }
})
