import { stringify } from 'yaml'
import { formatDuration } from '../promql/duration.ts'
import { asksForLabelsAlone, expandTemplate } from '../promql/labels.ts'
import type { Labels, RuleSpec, Spec } from '../model/spec.ts'
import type { Case } from './cases.ts'
import { notation, seriesName } from './input.ts'

/**
 * A promtool test file for cases over rule files. promtool reads it as it stands: `promtool test rules FILE`. `groupOrder`: names of groups
 * in the order in which they are evaluated; any order when empty.
 */
export function unitTests(cases: Case[], ruleFiles: string[], spec: Spec, groupOrder: readonly string[] = []): string {
  const interval = formatDuration(spec.platform.evaluationIntervalMs)
  const rules = new Map(spec.rules.map((rule) => [rule.alert, rule]))
  return stringify(
    {
      rule_files: ruleFiles,
      evaluation_interval: interval,
      ...(groupOrder.length === 0 ? {} : { group_eval_order: groupOrder }),
      tests: cases.map((each) => ({
        name: each.name,
        interval,
        input_series: each.series.map(({ metric, labels, values }) => ({ series: seriesName(metric, labels), values: notation(values) })),
        alert_rule_test: each.expect.map(({ atMs, fires, texts }) => ({
          eval_time: formatDuration(atMs),
          alertname: each.alert,
          exp_alerts: fires.map((labels, index) => ({
            exp_labels: labels,
            exp_annotations: { ...annotationsFor(rules.get(each.alert), labels), ...texts?.[index] },
          })),
        })),
      })),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  )
}

/** {{ $labels.x }} filled in, of those that ask for labels alone. */
export function annotationsFor(rule: RuleSpec | undefined, labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(rule?.annotations ?? {}).flatMap(([name, text]) =>
      asksForLabelsAlone(text) ? [[name, expandTemplate(text, labels)]] : [],
    ),
  )
}

/** The specification as a rule file: the generated tests are run against it first, so that each test is known to be right. */
export function specificationRules(spec: Spec): string {
  return stringify(
    {
      groups: [
        {
          name: 'specification',
          rules: spec.rules.map((rule) => ({
            alert: rule.alert,
            expr: rule.condition.expr,
            ...(rule.forMs > 0 ? { for: formatDuration(rule.forMs) } : {}),
            ...(rule.keepFiringForMs > 0 ? { keep_firing_for: formatDuration(rule.keepFiringForMs) } : {}),
            labels: rule.labels,
            annotations: rule.annotations,
          })),
        },
      ],
    },
    { lineWidth: 0 },
  )
}
