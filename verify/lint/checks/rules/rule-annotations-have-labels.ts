import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import { PROMETHEUS } from '../../../config/templates/template-dialects.ts'
import { executionProblem } from '../../../config/templates/template-types.ts'
import { selectors, type Expr } from '../../../promql/ast.ts'
import { lacks, shapeOf, type Shape, type World } from '../../../promql/shape.ts'
import { didYouMean, slipOf } from '../../../text/did-you-mean.ts'
import { inlineRecordings, labelWorld, recordedExpressions } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-annotations-have-labels',
    needs: ['rules'],
    title: 'Every label in a template is one that the expression keeps',
    failureTitle: 'A template uses a label that the expression does not have: its place is always empty',
    why: '$labels holds the labels of the row that the expression gave, not those of the rule. A label that was aggregated away is an empty text in the notification, without an error.',
    mend: 'In the rule file, keep the label in the aggregation (sum by (instance) ...), or take it out of the text.',
    example: 'expr: sum(redis_connected_clients) > 100\nannotations:\n  summary: "{{ $labels.instance }} has many clients"',
  },
  *judge(input) {
    // A target may have more labels than were recorded: what counts is what an aggregation left.
    const world = { ...labelWorld(input), closed: false }
    const recordings = recordedExpressions(input)
    const found: { group: string; said: Remark }[] = []
    for (const rule of input.config.rules) {
      const texts = ['labels', 'annotations']
        .flatMap((list) => rule.at.pairs(list))
        .filter(([, at]) => at.string()?.includes('{{') === true)
      const result = rule.parsed
      if (!result.ok || texts.length === 0) continue
      const shape = shapeOf(inlineRecordings(result.expr, recordings), world)
      const may = shape.may ?? new Set<string>()
      const read = texts.map(([, at]) => ({ at, asked: labelsReadBy(at.string() ?? '') }))
      const byAll = read.flatMap(({ asked }) => asked)
      for (const { at, asked } of read) {
        const gone = asked.filter((label) => lacks(shape, label) || isOfTheAlert(label, rule, shape))
        const known = asked.length > 0 ? labelsOf(result.expr, shape, world) : new Set<string>()
        // What the rule's other texts call otherwise is one label as well.
        const meantBy = (label: string): string | undefined =>
          slipOf(label, known) ?? (known.has(label) ? undefined : slipOf(label, new Set(byAll.filter((other) => other !== label))))
        const misspelt = asked.find((label) => meantBy(label) !== undefined)
        if (gone.length === 0 && misspelt !== undefined)
          found.push({
            group: `${at.text.file}:${at.place().line}`,
            said: remark(
              rule.alert,
              at,
              `$labels.${meantBy(misspelt)}`,
              `$labels.${misspelt}`,
              'A template uses a misspelt label: its place is always empty',
            ),
          })
        if (gone.length === 0) continue
        const own = rule.at.pairs('labels').some(([label]) => gone.includes(label))
        const foreign = !input.spec.rules.some(({ alert }) => alert === rule.alert)
        found.push({
          group: foreign ? `${at.text.file} ${gone.join()}` : `${at.text.file}:${at.place().line}`,
          said: remark(
            rule.alert,
            at,
            shape.may === null
              ? 'a label of the expression'
              : may.size === 0
                ? 'no label: the expression keeps none'
                : `a label of the expression (${[...may].sort().join(', ')})`,
            `$labels.${gone.join(', $labels.')}${own ? ', a label of the rule, which $labels does not hold' : gone[0] === 'alertname' ? ', the name of the rule: write it out' : didYouMean(gone[0] ?? '', may)}`,
          ),
        })
        // The other texts of the rule have the same cause.
        break
      }
    }
    yield* grouped(found)
  },
}

function labelsReadBy(text: string): string[] {
  const used = new Set<string>()
  executionProblem(text, PROMETHEUS, ({ type, name }) => {
    if (type === 'labels') used.add(name)
  })
  return [...used].filter((label) => !external(text, label))
}

/** Labels that the series of many have. https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics */
const WELL_KNOWN = ['job', 'instance', 'namespace', 'container', 'service', 'endpoint', 'cluster', 'deployment', 'persistentvolumeclaim']

/** Labels that the expression is known to have, and those that many have. */
function labelsOf(expr: Expr, { always }: Shape, { facts, relabelled }: World): Set<string> {
  const named = selectors(expr).flatMap(({ metric, matchers }) => [
    ...((metric === null ? undefined : facts.labelsOf(metric)) ?? []),
    ...matchers.map(({ label }) => label),
  ])
  return new Set([...WELL_KNOWN, ...always, ...named, ...relabelled])
}

/** More than these of one file, of rules without a specification, are one habit and one finding. */
const HABIT = 3

function* grouped(found: readonly { group: string; said: Remark }[]): Generator<Remark> {
  for (const same of Map.groupBy(found, ({ group }) => group).values()) {
    const [first, ...more] = same.map(({ said }) => said)
    if (first === undefined) continue
    if (more.length < HABIT) yield* [first, ...more]
    else
      yield {
        ...first,
        subject: `${first.subject} and ${more.length} more rules`,
        expected: 'labels that the expressions keep',
        observed: `${first.observed.replace(/;.*$/, '')}, also in the lines ${more.map(({ at }) => at.line).join(', ')}`,
      }
  }
}

/** What Prometheus adds after the templates: the name of the alert, and its severity. Series of ALERTS have both. */
function isOfTheAlert(label: string, rule: RuleNode, { always, meant }: Shape): boolean {
  if (always.has(label) || meant?.has(label) === true || rule.selectors.some(({ metric }) => metric === null || /^ALERTS|:/.test(metric)))
    return false
  if (rule.nodes.some((node) => node.kind === 'binary' && node.matching?.labels.includes(label) === true)) return false
  return label === 'alertname' || (label === 'severity' && rule.at.get('labels')?.has(label) === true)
}

/** A label of $externalLabels, or of what query() found. */
function external(text: string, label: string): boolean {
  return new RegExp(`(?:\\$externalLabels|\\.ExternalLabels)\\.${label}\\b|\\bquery\\b`).test(text)
}
