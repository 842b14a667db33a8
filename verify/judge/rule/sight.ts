import type { NeededSeries } from '../../model/journal.ts'
import type { Labels } from '../../model/spec.ts'
import { selectors } from '../../promql/ast.ts'
import type { Selector } from '../../promql/ast.ts'
import { alternatives } from '../../promql/filters.ts'
import { hasLabels } from '../../promql/labels.ts'
import { parsePromql } from '../../promql/parse-promql.ts'
import { selectorText } from '../../promql/selector-text.ts'

export type Sight =
  // Every series that the value needs is there.
  | { kind: 'seen' }
  // Its metric is there with the labels that are asked for, and no series has the value yet (no 5xx was answered); `selector` is that one.
  | { kind: 'born-later'; selector: string }
  // The rule can never see this subject; not `sure` where an event may make the whole metric.
  | { kind: 'missing'; why: string; metric: string; sure: boolean }

/** Whether a subject has the series of one of the alternatives (`or`) that the value consists of. */
export function sightOf(expr: string, needs: readonly NeededSeries[], subject: Labels): Sight {
  const parsed = parsePromql(expr)
  if (!parsed.ok) return { kind: 'seen' }
  const sights = alternatives(parsed.expr).map((each) => ofAlternative(selectors(each), needs, subject))
  return (
    sights.find(({ kind }) => kind === 'seen') ??
    sights.find(({ kind }) => kind === 'born-later') ??
    // Of two that miss, the one that says more: a metric of this service's own.
    sights.find((sight) => sight.kind === 'missing' && sight.sure) ??
    sights[0] ?? { kind: 'seen' }
  )
}

function ofAlternative(all: readonly Selector[], needs: readonly NeededSeries[], subject: Labels): Sight {
  let later: Sight | undefined
  for (const selector of all) {
    const text = selectorText(selector)
    const needed = needs.find((each) => each.selector === text)
    if (needed === undefined || has(needed.series, subject)) continue
    const shown = selectorText({ metric: selector.metric, matchers: [] }, subject)
    const metric = selector.metric ?? text
    const others = (needed.any ?? []).filter((row) => hasLabels(row.metric, subject))
    const counts = has(needed.counts ?? [], subject)
    if (others.length === 0) {
      const why = `no series ${shown}${counts ? ': the service exports no histogram buckets' : ''}`
      return { kind: 'missing', metric, why, sure: counts }
    }
    const unknown = selector.matchers.find(
      ({ label, op, value }) =>
        (op === '=' || op === '=~') &&
        value !== '' &&
        subject[label] === undefined &&
        others.every((row) => (row.metric[label] ?? '') === ''),
    )
    if (unknown !== undefined) return { kind: 'missing', metric, why: `no series ${shown} has a label: ${unknown.label}`, sure: true }
    later = { kind: 'born-later', selector: selectorText(selector, subject) }
  }
  return later ?? { kind: 'seen' }
}

function has(series: readonly { metric: Labels }[], subject: Labels): boolean {
  return series.some(({ metric }) => hasLabels(metric, subject))
}
