import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { Expr, Selector } from '../../../promql/ast.ts'
import type { Labels } from '../../../model/spec.ts'
import { formatLabels } from '../../../promql/labels.ts'
import { recordedRows, sameForMatching } from '../../../promql/recorded-rows.ts'
import { severalRows } from '../../../promql/several-rows.ts'
import { isScalar, mismatch, type World } from '../../../promql/shape.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import { exprAt, labelWorld } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-sides-match',
    needs: ['rules'],
    title: 'Both sides of every operator have rows that match',
    failureTitle: 'The two sides of an operator never match',
    why: 'A binary operator pairs rows with equal labels. A label that one side has aggregated away, or whose values differ, leaves no pair: the result is empty for ever. Where two rows of one side are equal the rule fails with "found duplicate series for the match group". https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching',
    mend: 'In the rule file, aggregate both sides by the same labels. Or name the common ones with on(...), and the side with more rows with group_left or group_right.',
    example: 'expr: sum by (job, instance) (rate(errors_total[5m])) / sum by (job) (rate(requests_total[5m])) > 0.01',
  },
  *judge(input) {
    const world = labelWorld(input)
    for (const rule of input.config.rules) {
      // What stands inside makes what stands around it fail: one finding a rule, of the innermost.
      for (let at = rule.nodes.length - 1; at >= 0; at--) {
        const node = rule.nodes[at]
        if (node?.kind !== 'binary' || isScalar(node.lhs) || isScalar(node.rhs)) continue
        const found = [...judge(rule, node, world, input)]
        yield* found
        if (found.length > 0) break
      }
    }
  },
}

function* judge(rule: RuleNode, node: Expr & { kind: 'binary' }, world: World, input: LintInput): Generator<Remark> {
  const found = mismatch(node, world)
  if (found !== undefined) {
    const { label, left, right, unlessAbsent } = found
    const message =
      node.op === 'and'
        ? 'The two sides of `and` are never true together'
        : node.op === 'unless'
          ? '`unless` never removes a row: its sides never match'
          : undefined
    yield remark(
      rule.alert,
      exprAt(rule, node.span),
      `the same ${label} on both sides of ${node.op}`,
      `left: ${left}; right: ${right}`,
      message,
      unlessAbsent === true ? 'warning' : undefined,
    )
    return
  }
  if (/^(?:and|or|unless)$/.test(node.op)) return
  const nowhere = labelNowhere(node, input)
  if (nowhere !== undefined) {
    yield warning(
      rule.alert,
      exprAt(rule, node.span),
      'labels of the two sides in on(...)',
      `${nowhere}, which neither side has: each row of the one meets each of the other`,
    )
    return
  }
  const apart = namesApart(node, input)
  if (apart !== undefined) {
    yield remark(
      rule.alert,
      exprAt(rule, node.span),
      `the same labels on both sides of ${node.op}`,
      `left: ${apart[0]}; right: ${apart[1]}`,
    )
    return
  }
  const many = node.matching?.group?.side
  yield* carriedLabels(rule, node, world, input)
  for (const side of ['left', 'right'] as const) {
    if (side === many) continue
    const rows = recordedRows(side === 'left' ? node.lhs : node.rhs, (selector) => recordedSeries(selector, input))
    const twice = rows === undefined ? undefined : sameForMatching(rows, node.matching)
    if (twice === undefined) continue
    yield remark(
      rule.alert,
      exprAt(rule, node.span),
      `one row on the ${side} for each set of matching labels`,
      `${formatLabels(twice[0])} and ${formatLabels(twice[1])}`,
      failsAt(side),
    )
    return
  }
  const several = severalRows(node, world)
  if (several === undefined) return
  const { label, side, isReversed } = several
  const named =
    node.matching?.kind === 'on' ? `on (${node.matching.labels.join(', ')})` : `ignoring (${node.matching?.labels.join(', ') ?? ''})`
  yield remark(
    rule.alert,
    exprAt(rule, node.span),
    isReversed ? `group_${side}: the side with more rows is the ${side} one` : `one row on the ${side} for each set of matching labels`,
    `${named} leaves out ${label}, by which rows on the ${side} differ`,
    failsAt(side),
  )
}

function failsAt(side: 'left' | 'right'): string {
  return `The rule fails when it is evaluated: several rows on the ${side} side match the same row (many-to-many, or group_left is missing)`
}

/** group_left (label) takes the label from the side with one row: it is empty where that side has no such label. */
function* carriedLabels(
  rule: RuleNode,
  { lhs, rhs, matching }: Expr & { kind: 'binary' },
  { relabelled }: World,
  input: LintInput,
): Generator<Remark> {
  const group = matching?.group
  if (group === undefined || group.include.length === 0) return
  const one = group.side === 'left' ? rhs : lhs
  const rows = recordedRows(one, (selector) => recordedSeries(selector, input))
  if (rows === undefined) return
  const given = new Set(rows.flatMap((row) => Object.keys(row)))
  for (const label of group.include)
    if (!given.has(label) && !relabelled.has(label))
      yield warning(
        rule.alert,
        exprAt(rule, one.span),
        `a label of that side: ${[...given].sort().join(', ')}`,
        `group_${group.side} (${label}${didYouMean(label, given)})`,
        `group_${group.side} takes a label from a side that does not have it: it is empty`,
      )
}

/** A label of on(...) that is on no recorded row of either side. */
function labelNowhere({ lhs, rhs, matching }: Expr & { kind: 'binary' }, input: LintInput): string | undefined {
  if (matching?.kind !== 'on' || matching.labels.length === 0) return undefined
  const sides = [lhs, rhs].map((side) => recordedRows(side, (selector) => recordedSeries(selector, input)))
  if (sides.some((rows) => rows === undefined || rows.length === 0)) return undefined
  const known = new Set(sides.flatMap((rows) => (rows ?? []).flatMap((row) => Object.keys(row))))
  const open = labelWorld(input).relabelled
  return matching.labels.find((label) => !known.has(label) && !open.has(label))
}

/** Names of the matching labels on the left and on the right, where no recorded row of the one has those of a row of the other. */
function namesApart({ lhs, rhs, matching }: Expr & { kind: 'binary' }, input: LintInput): [string, string] | undefined {
  const compared = (row: Labels): string =>
    Object.keys(row)
      .filter(
        (name) =>
          name !== '__name__' &&
          row[name] !== '' &&
          (matching === undefined || matching.labels.includes(name) === (matching.kind === 'on')),
      )
      .sort()
      .join(', ')
  const [left, right] = [lhs, rhs].map((side) => recordedRows(side, (selector) => recordedSeries(selector, input))?.map(compared))
  if (left === undefined || right === undefined || left.some((names) => right.includes(names))) return undefined
  const shown = (names: readonly string[]): string => (names[0] === '' ? 'no label' : (names[0] ?? ''))
  return [shown(left), shown(right)]
}

/** Recorded series of a metric, as a scrape of each target has them. */
function recordedSeries({ metric }: Selector, { catalogue, spec, config }: LintInput): Labels[] {
  if (metric === null || config.recordings.some(({ record }) => record === metric)) return []
  return catalogue.targets.flatMap(({ job, metrics }) => {
    const instance = spec.platform.targets.find((target) => target.job === job)?.address ?? ''
    return (metrics.get(metric)?.series ?? []).map(({ labels }) => ({ ...labels, job, instance }))
  })
}
