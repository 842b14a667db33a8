import { labelsOf } from '../config/alerting/alert-rules.ts'
import type { RuleNode } from '../config/alerting/rule-node.ts'
import type { Labels, TargetSpec } from '../model/spec.ts'
import { formatDuration } from '../promql/duration.ts'
import { labelsLeft } from '../promql/labels-left.ts'
import { accepts } from '../promql/compare-matchers.ts'
import { selectorText } from '../promql/selector-text.ts'
import { selectors } from '../promql/ast.ts'
import type { Selector } from '../promql/ast.ts'
import { alternatives } from '../promql/filters.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import { proposalFor } from './proposed-cause.ts'
import type { Means, Proposal } from './proposed-cause.ts'
import { takeApart } from './take-apart.ts'
import type { TakenApart } from './take-apart.ts'
import { comment, entry, flow } from './yaml-lines.ts'

/** What a rule's file is written from, beside the rule. */
export interface Surroundings {
  evaluationIntervalMs: number
  targets: readonly TargetSpec[]
  catalogue: Catalogue
  means: Means
  /** Receivers that its alerts go to, for these labels. */
  receivers: (labels: Labels) => string[]
}

export interface RuleLines {
  lines: string[]
  taken: TakenApart
  receivers: string[]
  proposal: Proposal
  holdsFor: Record<string, string[]>
  remarks: string[]
}

/** A rule as its specification says it, or why none can. */
export function ruleLines(rule: RuleNode, around: Surroundings): RuleLines | { reason: string } {
  const parsed = rule.parsed
  const taken = takeApart(rule.expr.trim())
  if (!parsed.ok || 'reason' in taken) return 'reason' in taken ? taken : { reason: 'no PromQL' }
  const remarks = [...taken.remarks]
  const [labels, annotations] = [labelsOf(rule), rule.at.labels('annotations')].map((texts, index) => {
    const empty = Object.keys(texts).filter((name) => texts[name]?.trim() === '')
    if (empty.length > 0) remarks.push(`${index === 0 ? 'labels' : 'annotations'} without a value are left out: ${empty.join(', ')}`)
    return Object.fromEntries(Object.entries(texts).filter(([name]) => !empty.includes(name)))
  }) as [Labels, Labels]
  const templated = Object.keys(labels).filter((name) => labels[name]?.includes('{{') === true)
  if (templated.length > 0) remarks.push(`labels with a template are compared as text: ${templated.join(', ')}`)
  const holdsFor = jobsOf(rule.expr, around)
  const job = holdsFor['job']?.[0]
  const receivers = around.receivers({ alertname: rule.alert, ...labels, ...(job === undefined ? {} : { job }) })
  const forMs = rule.at.durationMs('for') ?? 0
  const proposal = proposalFor({ alert: rule.alert, expr: rule.expr.trim(), forMs }, taken, job, around.means)
  const keepMs = rule.at.durationMs('keep_firing_for') ?? 0
  const group = rule.group.string('name') ?? ''
  const intervalMs = rule.group.durationMs('interval') || around.evaluationIntervalMs
  for (const key of ['limit', 'query_offset', 'evaluation_delay'])
    if (rule.group.has(key)) remarks.push(`a specification has no ${key} of a group, so lint names it`)
  const lines = [
    ...comment([
      `Copied from group ${group}. Is this what is promised? Correct it, say why in \`because\`, and remove \`reviewed: false\`.`,
    ]),
    ...entry('alert', rule.alert),
    ...entry('because', `Copied from what is deployed (group ${group}); not reviewed.`),
    'reviewed: false',
    'condition:',
    `  kind: ${taken.kind}`,
    ...entry('expr', rule.expr.trim(), 1),
    ...taken.explicit.flatMap((key) =>
      key === 'window' ? [`  window: ${formatDuration(taken.windowMs ?? 0)}`] : entry(key, taken[key], 1),
    ),
    `for: ${formatDuration(forMs)}`,
    ...(keepMs > 0 ? [`keep-firing-for: ${formatDuration(keepMs)}`] : []),
    ...(intervalMs === around.evaluationIntervalMs ? [] : [`evaluation-interval: ${formatDuration(intervalMs)}`]),
    `labels: ${flow(labels)}`,
    ...(Object.keys(annotations).length === 0
      ? []
      : ['annotations:', ...Object.entries(annotations).flatMap(([name, text]) => entry(name, text, 1))]),
    `holds-for: ${flow(holdsFor)}`,
    '',
    ...comment([
      `Value: ${cut(taken.value.replace(/\s+/g, ' '))}`,
      `Fires when it is ${taken.comparator} ${Number(taken.threshold.toPrecision(12))}${taken.windowMs === undefined ? '' : `, over ${formatDuration(taken.windowMs)}`}${taken.quantile === undefined ? '' : `, quantile ${taken.quantile}`}, for ${formatDuration(forMs)}.`,
      `Series: ${cut([...new Set(taken.selectors.map((each) => selectorText(each)))].join(', '))}`,
      `Notifies: ${receivers.length === 0 ? 'no receiver is known' : receivers.join(', ')}`,
      ...remarks.map((remark) => `In part: ${remark}`),
    ]),
    '',
    ...proposalComment(proposal),
  ]
  return { lines, taken, receivers, proposal, holdsFor, remarks }
}

const MOST_SHOWN = 300

function cut(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text
}

function proposalComment({ short, note, experiment }: Proposal): string[] {
  if (experiment === undefined) return comment([`No cause is proposed: ${note ?? short}.`])
  return comment([
    `A cause that would make it fire: ${short}${note === undefined ? '' : ` (${note})`}.`,
    'Nothing happens while this is a comment. Uncomment it to have `firedrill run` do it; `firedrill plan` shows it first.',
    ...experiment,
  ])
}

/** Jobs whose series the condition selects, where its rows keep the label; empty where none is known. Each side of an `or` has its own. */
function jobsOf(expr: string, around: Surroundings): Record<string, string[]> {
  const parsed = parsePromql(expr)
  if (!parsed.ok || labelsLeft(expr)?.has('job') === false) return {}
  const jobs = alternatives(parsed.expr).flatMap((side) =>
    selectors(side)
      .slice(0, 1)
      .flatMap((first) => jobsSelected(first, around)),
  )
  return jobs.length === 0 ? {} : { job: around.targets.map(({ job }) => job).filter((job) => jobs.includes(job)) }
}

function jobsSelected(selector: Selector, { targets, catalogue }: Surroundings): string[] {
  const own = selector.matchers.filter(({ label }) => label === 'job')
  const jobs = targets.map(({ job }) => job).filter((job) => own.every((matcher) => accepts(matcher, job)))
  const exposing = jobs.filter((job) => exposes(catalogue, job, selector))
  const isNamed = own.some(({ op }) => op === '=' || op === '=~')
  return exposing.length > 0 ? exposing : isNamed || selector.metric === 'up' ? jobs : []
}

/** What happens rarely may have no series yet when the target is recorded. */
const OF_AN_EVENT = /status|code|outcome|result|error|exception/i

function exposes({ targets }: Catalogue, job: string, { metric, matchers }: Selector): boolean {
  const series = targets.find((target) => target.job === job)?.metrics.get(metric ?? '')?.series ?? []
  const asked = matchers.filter(({ label }) => label !== 'job' && label !== 'instance' && !OF_AN_EVENT.test(label))
  return series.some(({ labels }) => asked.every((matcher) => accepts(matcher, labels[matcher.label] ?? '')))
}
