import { formatDuration } from '../../../promql/duration.ts'
import type { PlannedExperiment } from '../../../model/plan.ts'
import type { Labels, Spec } from '../../../model/spec.ts'
import { defineCheck } from '../../drill-check.ts'
import type { EvidenceMap, Finding } from '../../drill-check.ts'
import { compareExpressions } from '../../../promql/expression-difference.ts'
import { clockTime } from '../../../text/instant.ts'
import { labelDifference } from '../../../promql/labels.ts'
import { rulesNamed } from '../../alert/rules-named.ts'
import { fail, pass, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'rule-as-specified',
    scope: 'experiment',
    title: 'the loaded rule equals the specification',
    failureTitle: 'the loaded rule differs from the specification',
    why: 'Prometheus evaluates what it has loaded, not what is on disk. Another spelling of an expression is a note; another number, `for` or label is a failure.',
    mend: 'Change the loaded rule (expression, `for`, keep_firing_for, labels) to the specification, then reload Prometheus.',
    example: 'for is 5m; its expression has 0.9 instead of 0.8',
    needs: ['experiment', 'ruleReadings', 'spec'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ experiment, ruleReadings, spec }) => {
    // A reading that is equal to one before is kept once, and compared once.
    const known = new Map<EvidenceMap['rules']['groups'], Finding>()
    const findings = ruleReadings.map((reading) => {
      const finding = known.get(reading.groups) ?? compare(experiment, reading, spec)
      known.set(reading.groups, finding)
      return { reading, finding }
    })
    const wrong = findings.find(({ finding }) => finding.status === 'fail')
    // One that was right in the end and another before proves nothing of what it did in between.
    const last = findings.at(-1)?.finding
    const until =
      wrong !== undefined && last?.status === 'pass' ? `; read at ${clockTime(wrong.reading.atMs)}, equal to the specification later` : ''
    const finding = wrong?.finding ?? last ?? unknown('evidence-missing', 'the loaded rules', 'never read', [])
    return { ...finding, observed: `${finding.observed}${until}`, pointers: ruleReadings.map(({ seq }) => seq) }
  },
)

function compare(experiment: PlannedExperiment, rules: EvidenceMap['rules'], spec: Spec): Finding {
  const loaded = rulesNamed(rules.groups, experiment.alert)
  const expected = `${experiment.alert} with for ${formatDuration(experiment.forMs)}${experiment.keepFiringForMs > 0 ? `, keep_firing_for ${formatDuration(experiment.keepFiringForMs)}` : ''}, severity ${experiment.labels['severity'] ?? 'none'}`
  const pointers = [rules.seq]
  if (loaded.length === 0)
    return fail(expected, `no rule named ${experiment.alert} is loaded`, pointers, {
      diagnosis: 'Look at rule_files in prometheus.yml and at the name in the rule file.',
    })
  const compared = loaded.map((rule) => ({
    rule,
    expression: compareExpressions(experiment.expr, rule.query),
    labels: labelDifference(tidy(experiment.labels), tidy(rule.labels)),
  }))
  // Where one rule holds the whole promise, its namesakes with other labels are other steps of the same ladder (warning at 80 %, critical
  // at 90 %).
  const whole = compared.some(({ expression, labels }) => expression.kind !== 'form' && labels === '')
  const own = compared.filter(({ expression, labels }) => !whole || labels === '' || expression.kind === 'same')
  // What the drill divided is named in full: that is what stands in the file.
  const { forMs, keepFiringForMs = 0 } = spec.rules.find(({ alert }) => alert === experiment.alert) ?? experiment
  const wrong = own.flatMap(({ rule, expression, labels }): Difference[] => [
    ...(expression.kind === 'values'
      ? [
          {
            is: `its expression has ${expression.differences.join(', ')}`,
            mend: `correct the expression (${expression.differences.join(', ')})`,
          },
        ]
      : []),
    ...(rule.forMs === experiment.forMs
      ? []
      : [{ is: `for is ${formatDuration(rule.forMs)}`, mend: `set \`for\` to ${formatDuration(forMs)}` }]),
    ...(rule.keepFiringForMs === experiment.keepFiringForMs
      ? []
      : [
          {
            is: `keep_firing_for is ${formatDuration(rule.keepFiringForMs)}`,
            mend: `set keep_firing_for to ${formatDuration(keepFiringForMs)}`,
          },
        ]),
    ...(labels === '' ? [] : [{ is: labels, mend: `correct the labels (${labels})` }]),
    ...(rule.health === 'err'
      ? [{ is: `its evaluation fails: ${rule.lastError}`, mend: `correct what Prometheus cannot evaluate (${rule.lastError})` }]
      : []),
  ])
  // Several rules may share a name (one a metric); each must hold its part of the promise.
  if (wrong.length > 0)
    return fail(expected, once(wrong.map(({ is }) => is)), pointers, {
      diagnosis: `In the rule file, at alert ${experiment.alert}: ${once(wrong.map(({ mend }) => mend))}. Then reload Prometheus.`,
    })
  const differs = own.every(({ expression }) => expression.kind !== 'same')
  return pass(
    expected,
    differs ? `${expected}; the expression is written differently: ${own.map(({ rule }) => rule.query).join(' | ')}` : expected,
    pointers,
  )
}

interface Difference {
  is: string
  /** What to do about it in the rule file. */
  mend: string
}

function once(texts: readonly string[]): string {
  return [...new Set(texts)].join('; ')
}

/** Without the white space inside a template's braces, which says nothing. */
function tidy(labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([name, text]) => [name, text.replace(/\{\{-?\s*|\s*-?\}\}/g, (brace) => brace.trim().replace('-', ''))]),
  )
}
