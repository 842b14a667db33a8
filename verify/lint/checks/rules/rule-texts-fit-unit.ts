import { warning, type Check } from '../../lint-check.ts'
import type { Expr } from '../../../promql/ast.ts'
import { isComparator } from '../../../promql/operators.ts'
import { isPercentage, measured } from '../../../promql/units.ts'

export const check: Check = {
  meta: {
    id: 'rule-texts-fit-unit',
    severity: 'warning',
    needs: ['rules'],
    title: 'Texts show the value of an alert in its unit',
    failureTitle: 'A text shows the value in another unit than the expression gives',
    why: 'humanizePercentage multiplies by 100 and writes the %, humanizeDuration reads seconds. A share with a % behind it is shown as 0.9 %, a percentage as 9000 %. https://prometheus.io/docs/prometheus/latest/configuration/template_reference/#numbers',
    mend: 'In the annotation, use the function that fits: humanizePercentage for a share of 1, humanizeDuration for seconds, humanize1024 for bytes. Behind a percentage write % yourself.',
    example: 'expr: 100 * used / limit > 90\nannotations:\n  summary: "{{ $value | humanizePercentage }} used"',
  },
  *judge({ config }) {
    for (const rule of config.rules) {
      const result = rule.parsed
      if (!result.ok) continue
      for (const [, at] of rule.at.pairs('annotations')) {
        const text = at.string() ?? ''
        const said = text.includes('alue') ? misread(text, shownOf(result.expr)) : undefined
        if (said !== undefined) yield warning(rule.alert, at, said.expected, said.observed)
      }
    }
  },
}

/** What $value is of a comparison: the side that is no number. */
function shownOf(expr: Expr): Expr {
  if (expr.kind !== 'binary') return expr
  if (isComparator(expr.op) && !expr.bool) return shownOf(expr.lhs.kind === 'number' ? expr.rhs : expr.lhs)
  return expr.op === 'and' || expr.op === 'unless' ? shownOf(expr.lhs) : expr
}

/** The value alone, in a function or not; what calculates with it (mul, printf of two) is left alone. */
const VALUE = String.raw`(?:\$value|\.Value)`
const BY = (fn: string): RegExp => new RegExp(String.raw`\{\{-?\s*(?:${VALUE}\s*\|\s*${fn}\b|${fn}\s+${VALUE}\s*-?\}\})`)
/** As a number, with a % behind it. */
const WITH_PERCENT = new RegExp(
  String.raw`\{\{-?\s*(?:${VALUE}(?:\s*\|\s*(?:humanize|printf\s+"[^"]*"))?|printf\s+"[^"]*"\s+${VALUE})\s*-?\}\}\s?%`,
)

function misread(text: string, value: Expr): { expected: string; observed: string } | undefined {
  const unit = measured(value)
  const isShare = unit?.base === 'share' && unit.factor === 1
  if (BY('humanizePercentage').test(text)) {
    if (/humanizePercentage\s*-?\}\}\s?%/.test(text)) return { expected: 'humanizePercentage without a %, which it writes', observed: '%%' }
    if (isPercentage(value)) return { expected: '{{ $value | humanize }}%', observed: 'humanizePercentage of what is a percentage already' }
    if (unit !== undefined && unit.base !== 'share')
      return { expected: `a function for ${unit.base}`, observed: `humanizePercentage of ${unit.base} (${unit.metric})` }
  }
  if (BY('humanizeDuration').test(text) && unit !== undefined && (unit.base !== 'seconds' || unit.factor !== 1) && unit.isRate !== true)
    return {
      expected: unit.base === 'seconds' ? 'seconds: {{ $value }} divided by what makes it more' : `a function for ${nameOf(unit.base)}`,
      observed: `humanizeDuration of ${unit.base === 'seconds' ? 'what is not in seconds' : nameOf(unit.base)} (${unit.metric})`,
    }
  if (isShare && WITH_PERCENT.test(text) && !isPercentage(value))
    return { expected: '{{ $value | humanizePercentage }}, or 100 * in the expression', observed: 'a share of 1 with a % behind it' }
  return undefined
}

function nameOf(base: 'seconds' | 'bytes' | 'share'): string {
  return base === 'share' ? 'a share' : base
}
