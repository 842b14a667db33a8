import { selectors, walk, type Expr } from '../promql/ast.ts'
import { constantOf } from '../promql/constant.ts'
import { isComparator } from '../promql/operators.ts'
import type { LabelledSeries } from './labelled-series.ts'

/** Bounds as multiples of the number that the quantile is compared with. */
const BOUNDS = ['0.001', '0.25', '0.5', '1', '2', '4', '1000', '+Inf']

/** The bound that quick requests end at; slow ones end at the next. */
export const QUICK_BOUND = BOUNDS.indexOf('1')

/** Series of a histogram's buckets in the place of one without `le`, about the number that its quantile is compared with. */
export function withBuckets(series: readonly LabelledSeries[], expr: Expr): LabelledSeries[] {
  const bucketed = new Set(
    walk(expr).flatMap((node) =>
      node.kind === 'call' && node.fn === 'histogram_quantile' ? selectors(node).map(({ metric }) => metric ?? '') : [],
    ),
  )
  const [threshold = 1] = thresholdsOf(expr).filter((each) => each > 0)
  return series.flatMap((each) =>
    bucketed.has(each.metric) && each.labels['le'] === undefined
      ? BOUNDS.map((le) => ({
          ...each,
          labels: { ...each.labels, le: le === '+Inf' ? le : String(Number((Number(le) * threshold).toPrecision(9))) },
        }))
      : [each],
  )
}

/** A bucket's `le` as a number. */
export const boundOf = (le: string | undefined): number => (le === '+Inf' ? Infinity : Number(le))

const thresholdsOf = (expr: Expr): number[] =>
  walk(expr).flatMap((node) =>
    node.kind === 'binary' && isComparator(node.op) ? [constantOf(node.rhs) ?? constantOf(node.lhs) ?? NaN] : [],
  )
