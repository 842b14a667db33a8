import type { Labels, RuleSpec, Spec } from '../model/spec.ts'
import { selectorsOf, walk, type Expr, type Matcher, type Selector } from '../promql/ast.ts'
import { accepts } from '../promql/compare-matchers.ts'
import { labelKey } from '../promql/labels.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import { distinct } from '../text/distinct.ts'
import { rowsCounted } from './counted-rows.ts'

/** A series that a condition reads, or that it must leave out. */
export interface LabelledSeries {
  metric: string
  labels: Labels
  /** Which of a metric's rows it is; -1: one that a matcher leaves out, so that it shows when the matcher is lost. */
  row: number
  /** One of many rows that differ from the first in one label alone, so that they can be counted. */
  isPeer?: true
}

/** So many rows of each selector: two that grouping puts together, and one apart. */
const ROWS = 3
const MOST = 40
/** So many metrics of a selector that names them by a pattern. */
const NAMES = 3
/** The row of the first peer. */
const PEERS = 100
/** Recorded series of a selector, and of those that it leaves out. */
const RECORDED = 5

/**
 * How rows share labels, from what shows most to what joins allow: rows that are grouped together, also where they are joined by the same
 * labels; only where they are not; none.
 */
export const SHARINGS = ['grouped', 'unless joined', 'none'] as const
export type Sharing = (typeof SHARINGS)[number]

/** The series of a condition: recorded ones where all of its metrics are recorded, else made of the labels that it names. */
export function labelledSeries(expr: Expr, rule: RuleSpec, spec: Spec, catalogue: Catalogue, sharing: Sharing): LabelledSeries[] {
  const nodes = walk(expr)
  const all = selectorsOf(nodes).flatMap((selector) => named(selector, sharing === 'none' ? 1 : NAMES))
  const made = [...madeSeries(all, nodes, rule, sharing), ...(sharing === 'none' ? [] : otherNames(selectorsOf(nodes)))]
  const recorded = all.map((selector) => recordedSeries(selector, spec, catalogue))
  const series = recorded.some((each) => each.every(({ row }) => row < 0)) ? made : recorded.flat()
  const whole = distinct(series, ({ metric, labels }) => `${metric} ${labelKey(labels)}`).slice(0, MOST)
  return distinct([...whole, ...peers(whole, nodes, rowsCounted(expr))], ({ metric, labels }) => `${metric} ${labelKey(labels)}`)
}

/** A selector without a metric as selectors of at most so many metrics that it takes. */
function named(selector: Selector, most = 1): Selector[] {
  if (selector.metric !== null) return [selector]
  const own = selector.matchers.filter(({ label }) => label === '__name__')
  const taken = (metric: string): boolean => /^[a-zA-Z_:][\w:]*$/.test(metric) && own.every((each) => accepts(each, metric))
  const names = own.flatMap((each) => (each.op === '=' || each.op === '=~' ? namedValues(each) : [])).filter(taken)
  const found = names.length > 0 ? [...new Set(names)] : ['any_metric', 'sample_metric'].filter(taken)
  const matchers = selector.matchers.filter(({ label }) => label !== '__name__')
  return found.slice(0, most).map((metric) => ({ ...selector, metric, matchers }))
}

/** Metrics that a pattern of names leaves out, so that they show when it is a wider one. */
function otherNames(all: readonly Selector[]): LabelledSeries[] {
  return all
    .filter(({ metric }) => metric === null)
    .flatMap((selector) => {
      const own = selector.matchers.filter(({ label }) => label === '__name__')
      const labels = Object.fromEntries(
        selector.matchers.flatMap(({ label, op, value }) => (op === '=' && label !== '__name__' ? [[label, value]] : [])),
      )
      return named(selector)
        .flatMap(({ metric }) => [`${metric}_other`, `other_${metric}`])
        .filter((metric) => !own.every((each) => accepts(each, metric)))
        .map((metric) => ({ metric, labels, row: -1 }))
    })
}

/** Rows beside the first of each metric that are grouped together with it: `count` of them in all. */
function peers(series: readonly LabelledSeries[], nodes: readonly Expr[], count: number): LabelledSeries[] {
  const kept = new Set(
    nodes.flatMap((node) =>
      node.kind === 'aggregate' && node.grouping.kind === 'by'
        ? node.grouping.labels
        : node.kind === 'binary' && node.matching?.kind === 'on'
          ? node.matching.labels
          : [],
    ),
  )
  const [without] = nodes.flatMap((node) => (node.kind === 'aggregate' && node.grouping.kind === 'without' ? node.grouping.labels : []))
  const label = without ?? (kept.has('instance') ? 'sample' : 'instance')
  return series
    .filter(({ row }) => row === 0)
    .flatMap(({ metric, labels }) =>
      Array.from({ length: Math.max(0, count - 1) }, (_, index) => ({
        metric,
        labels: { ...labels, [label]: `peer-${index + 1}` },
        row: PEERS + index,
        isPeer: true as const,
      })),
    )
}

function recordedSeries(selector: Selector, spec: Spec, catalogue: Catalogue): LabelledSeries[] {
  const metric = selector.metric ?? ''
  const recorded = catalogue.targets.flatMap((target) =>
    (target.metrics.get(metric)?.series ?? []).map(({ labels }): Labels => {
      const address = spec.platform.targets.find(({ job }) => job === target.job)?.address ?? `${target.job}:80`
      return { ...labels, job: target.job, instance: address }
    }),
  )
  const isTaken = (labels: Labels): boolean => selector.matchers.every((matcher) => accepts(matcher, labels[matcher.label] ?? ''))
  const taken = recorded.filter(isTaken).slice(0, RECORDED)
  const [first] = taken
  if (first === undefined) return []
  const sister = { ...first, instance: `sister-of-${first['instance'] ?? ''}` }
  return [
    ...[first, sister, ...taken.slice(1)].map((labels, row) => ({ metric, labels, row })),
    ...recorded
      .filter((labels) => !isTaken(labels))
      .slice(0, RECORDED)
      .map((labels) => ({ metric, labels, row: -1 })),
    ...leftOut(selector, first),
  ]
}

function madeSeries(all: readonly Selector[], nodes: readonly Expr[], rule: RuleSpec, sharing: Sharing): LabelledSeries[] {
  const grouped = new Set(nodes.flatMap((node) => (node.kind === 'aggregate' && node.grouping.kind === 'by' ? node.grouping.labels : [])))
  const joined = new Set(nodes.flatMap((node) => (node.kind === 'binary' && node.matching?.kind === 'on' ? node.matching.labels : [])))
  const names = labelNames(all, nodes, rule)
  const without = nodes.flatMap((node) => (node.kind === 'aggregate' && node.grouping.kind === 'without' ? node.grouping.labels : []))
  const shared = (label: string): boolean =>
    (without.length > 0 && sharing === 'grouped' && !without.includes(label)) ||
    (sharing !== 'none' &&
      label !== 'instance' &&
      (grouped.has(label) || joined.has(label)) &&
      (sharing === 'grouped' || !joined.has(label)))
  // What one selector says of a label holds for the others: they are to meet.
  const wanted = new Map<string, Matcher[]>()
  for (const { matchers } of all) for (const each of matchers) wanted.set(each.label, [...(wanted.get(each.label) ?? []), each])
  const jobs = rule.holdsFor['job'] ?? []
  return all.flatMap((selector) => {
    const metric = selector.metric ?? ''
    const rows = Array.from({ length: ROWS }, (_, row) => {
      const plain = (label: string): string => {
        const number = row === 1 && shared(label) ? 1 : row + 1
        if (label === 'job') return jobs[row === 2 ? jobs.length - 1 : 0] ?? 'sample'
        return rule.holdsFor[label]?.[row] ?? (label === 'instance' ? `sample-${number}:80` : `${label}-${number}`)
      }
      return Object.fromEntries(
        names.flatMap((label) => {
          const own = selector.matchers.filter((each) => each.label === label)
          const value = valueFor(own.length > 0 ? own : (wanted.get(label) ?? []), plain(label), row)
          return value === '' ? [] : [[label, value]]
        }),
      )
    })
    const [first = {}] = rows
    // What another selector leaves out is there of this one as well, so that they would meet.
    const others = all
      .filter((each) => each !== selector)
      .flatMap(({ matchers }) => matchers.filter(({ label }) => selector.matchers.every((own) => own.label !== label)))
    return [
      ...rows.map((labels, row) => ({ metric, labels, row })),
      ...furtherValues(selector, first, metric),
      ...leftOut(selector, first),
      ...(sharing === 'grouped' ? leftOut({ ...selector, matchers: others }, first) : []),
    ]
  })
}

/** All that the condition and the texts of the alert name. */
function labelNames(all: readonly Selector[], nodes: readonly Expr[], rule: RuleSpec): string[] {
  const found = new Set(['job', 'instance'])
  for (const { matchers } of all) for (const { label } of matchers) found.add(label)
  for (const node of nodes) {
    if (node.kind === 'aggregate') for (const label of node.grouping.labels) found.add(label)
    if (node.kind === 'binary')
      for (const label of [...(node.matching?.labels ?? []), ...(node.matching?.group?.include ?? [])]) found.add(label)
    if (node.kind === 'call' && node.fn === 'label_replace' && node.args[3]?.kind === 'string') found.add(node.args[3].value)
  }
  for (const text of [...Object.values(rule.annotations), ...Object.values(rule.labels)])
    for (const [, label = ''] of text.matchAll(/(?:\$labels|\.Labels)\.([A-Za-z_]\w*)/g)) found.add(label)
  for (const name of ['alertname', '__name__', 'le']) found.delete(name)
  return [...found]
}

/** The plain value where the matchers take it, else one that they name; '' where none is found. */
function valueFor(matchers: readonly Matcher[], plain: string, row: number): string {
  const isTaken = (value: string): boolean => matchers.every((each) => accepts(each, value))
  const named = matchers.filter(({ op }) => op === '=' || op === '=~').flatMap(namedValues)
  const values = named.filter(isTaken)
  // Of several alternatives each row has another one.
  return isTaken(plain) ? plain : (values[row % Math.max(1, values.length)] ?? ['500', '404', '200', '/', 'a'].find(isTaken) ?? '')
}

/** Texts that a matcher may mean: its alternatives, with the simplest text in the place of what may be any. */
function namedValues({ op, value }: Matcher): string[] {
  if (!op.endsWith('~')) return [value]
  const bare = value.replace(/^\^|\$$/g, '').replace(/^\((?:\?:)?([^()]*)\)$/, '$1')
  const simple = (text: string): string =>
    text
      .replace(/\(\?:|[()^$]/g, '')
      .replace(/\[([^\]\\])[^\]]*\]|\\d/g, (_, first?: string) => first ?? '1')
      .replace(/\.[*+]/g, 'x')
      .replace(/([^\\])[*+?]/g, '$1')
      .replace(/\\(.)/g, '$1')
      .replace(/\./g, '0')
  return [...new Set([value, ...bare.split('|'), ...bare.split('|').map(simple), simple(bare.replace(/\(([^()|]*)\|[^()]*\)/g, '$1'))])]
}

/** A series for each further alternative of a pattern. */
function furtherValues(selector: Selector, first: Labels, metric: string): LabelledSeries[] {
  return selector.matchers.flatMap((matcher) => {
    if (matcher.op !== '=~' || matcher.label === '__name__' || matcher.label === 'le') return []
    const isTaken = (value: string): boolean => selector.matchers.every((each) => each.label !== matcher.label || accepts(each, value))
    const values = namedValues(matcher).filter((value) => isTaken(value) && value !== first[matcher.label])
    return values.slice(0, 4).map((value, index) => ({ metric, labels: { ...first, [matcher.label]: value }, row: ROWS + index }))
  })
}

/** Beside the first row one for each matcher that it alone leaves out. */
function leftOut(selector: Selector, first: Labels): LabelledSeries[] {
  return selector.matchers.flatMap((matcher) => {
    if (matcher.label === '__name__' || matcher.label === 'le') return []
    const others = matcher.op.startsWith('!') ? namedValues({ ...matcher, op: matcher.op === '!=' ? '=' : '=~' }) : []
    const values = [...others, `not-${first[matcher.label] ?? 'x'}`, '428', ''].filter((value) => !accepts(matcher, value))
    return values.slice(0, matcher.op.startsWith('!') ? 3 : 1).map((value) => {
      const { [matcher.label]: _, ...rest } = first
      return { metric: selector.metric ?? '', labels: value === '' ? rest : { ...rest, [matcher.label]: value }, row: -1 }
    })
  })
}
