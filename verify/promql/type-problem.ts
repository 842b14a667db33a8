import { walk, type Expr, type Span } from './ast.ts'
import { accepts } from './compare-matchers.ts'
import { isComparator } from './operators.ts'

/** Why Prometheus refuses an expression that is PromQL by its grammar, and where. */
export interface TypeProblem {
  span: Span
  message: string
}

type Type = 'scalar' | 'instant vector' | 'range vector' | 'string'

const TYPES: Readonly<Record<string, Type>> = { S: 'scalar', V: 'instant vector', M: 'range vector', T: 'string' }

/** Arguments: V instant vector, M range vector, S scalar, T string; in brackets those that may be left out, * for any number. */
const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  'V': [
    'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count histogram_stddev histogram_stdvar',
    'histogram_sum ln log10 log2 rad scalar sgn sin sinh sort sort_desc sqrt tan tanh timestamp',
  ],
  'M': [
    'absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate last_over_time mad_over_time',
    'max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time',
  ],
  '(V)': ['day_of_month day_of_week day_of_year days_in_month hour minute month year'],
  'V(S)': ['round'],
  'VS': ['clamp_max clamp_min'],
  'VSS': ['clamp'],
  'SV': ['histogram_quantile'],
  'SSV': ['histogram_fraction'],
  'MS': ['predict_linear'],
  'MSS': ['holt_winters double_exponential_smoothing'],
  'SM': ['quantile_over_time'],
  'VTTTT': ['label_replace'],
  'VTT*': ['label_join'],
  'V*T': ['sort_by_label sort_by_label_desc'],
  'S': ['vector'],
  '': ['time pi'],
}

interface Signature {
  types: readonly Type[]
  least: number
  most: number
}

const FUNCTIONS = new Map<string, Signature>(
  Object.entries(SIGNATURES).flatMap(([written, names]) => {
    const optional = /\((\w)\)/.exec(written)
    const letters = written.replace(/[()*]/g, '')
    const types = [...letters].map((letter) => TYPES[letter] ?? 'scalar')
    const many = written.includes('*')
    const least = letters.length - (optional === null ? 0 : 1) - (written === 'V*T' ? 1 : 0)
    const signature = { types, least, most: many ? Infinity : letters.length }
    return names.flatMap((line) => line.split(' ')).map((name) => [name, signature] as const)
  }),
)

const WITH_PARAMETER: Readonly<Record<string, Type>> = {
  topk: 'scalar',
  bottomk: 'scalar',
  quantile: 'scalar',
  count_values: 'string',
  limitk: 'scalar',
  limit_ratio: 'scalar',
}

/** https://github.com/prometheus/prometheus/blob/main/promql/parser/parse.go: checkAST. Undefined: nothing speaks against it. */
export function typeProblem(expr: Expr): TypeProblem | undefined {
  // What stands inside makes what stands around it wrong.
  for (const node of walk(expr).toReversed()) {
    const message =
      node.kind === 'call'
        ? ofCall(node)
        : node.kind === 'aggregate'
          ? ofAggregate(node)
          : node.kind === 'binary'
            ? ofBinary(node)
            : node.kind === 'selector'
              ? (emptyWindow(node) ?? ofSelector(node))
              : node.kind === 'subquery'
                ? emptyWindow(node)
                : undefined
    if (message !== undefined) return { span: node.span, message }
  }
  return undefined
}

function typeOf(expr: Expr): Type {
  switch (expr.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'selector':
      return expr.rangeMs === undefined ? 'instant vector' : 'range vector'
    case 'subquery':
      return 'range vector'
    case 'call':
      return /^(?:time|pi|scalar|start|end|step|range)$/.test(expr.fn) ? 'scalar' : 'instant vector'
    case 'negate':
      return typeOf(expr.expr)
    case 'aggregate':
      return 'instant vector'
    case 'binary':
      return typeOf(expr.lhs) === 'scalar' && typeOf(expr.rhs) === 'scalar' ? 'scalar' : 'instant vector'
  }
}

function ofCall({ fn, args }: Expr & { kind: 'call' }): string | undefined {
  const signature = FUNCTIONS.get(fn)
  if (signature === undefined) return undefined
  const { types, least, most } = signature
  const wanted = most === Infinity ? `at least ${least}` : least === most ? String(least) : `${least} or ${most}`
  if (args.length < least || args.length > most) return `${fn} takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${args.length}`
  for (const [index, arg] of args.entries()) {
    const type = types[index] ?? types.at(-1)
    if (type !== undefined && typeOf(arg) !== type)
      return `${fn} takes ${described(type)} as argument ${index + 1}, not ${described(typeOf(arg))}`
  }
  return undefined
}

function ofAggregate({ op, param, expr }: Expr & { kind: 'aggregate' }): string | undefined {
  const type = WITH_PARAMETER[op]
  if (type !== undefined && param === undefined) return `${op} takes 2 arguments: ${op}(${type === 'string' ? '"label"' : '1'}, ...)`
  if (type === undefined && param !== undefined) return `${op} takes 1 argument, not 2`
  if (param !== undefined && type !== undefined && typeOf(param) !== type)
    return `${op} takes ${described(type)} first, not ${described(typeOf(param))}`
  const of = typeOf(expr)
  return of === 'instant vector' ? undefined : `${op} takes an instant vector, not ${described(of)}`
}

function ofBinary({ op, lhs, rhs, bool, matching }: Expr & { kind: 'binary' }): string | undefined {
  const [a, b] = [typeOf(lhs), typeOf(rhs)]
  if (a === 'string' || b === 'string') return `${op} takes numbers and instant vectors, not a string`
  const isSet = /^(?:and|or|unless)$/.test(op)
  if (isSet && (a === 'scalar' || b === 'scalar')) return `${op} takes instant vectors, not a scalar; vector(...) makes one`
  if (isSet && matching?.group !== undefined) return `${op} takes no group_${matching.group.side}`
  if (isComparator(op) && !bool && a === 'scalar' && b === 'scalar') return `numbers alone on both sides, which need bool: ${op} bool`
  return undefined
}

function emptyWindow({ rangeMs }: { rangeMs?: number }): string | undefined {
  return rangeMs !== undefined && rangeMs <= 0 ? 'a window is longer than 0' : undefined
}

function ofSelector({ metric, matchers }: Expr & { kind: 'selector' }): string | undefined {
  return metric === null && matchers.every((matcher) => accepts(matcher, ''))
    ? 'a selector without a name needs a matcher that an absent label does not meet'
    : undefined
}

function described(type: Type): string {
  return `${type === 'instant vector' ? 'an' : 'a'} ${type}`
}

const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|#[^\n]*/g

/** An escape that strings in PromQL, which are those of Go, do not have: "\d" is "\\d". https://go.dev/ref/spec#String_literals */
export function escapeProblem(text: string): TypeProblem | undefined {
  for (const { 0: literal, index } of text.matchAll(STRING)) {
    if (!/^["']/.test(literal)) continue
    for (const escape of literal.matchAll(/\\(?:[abfnrtv\\]|[0-7]{3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|(.))/g)) {
      const [, other] = escape
      if (other === undefined || other === literal[0]) continue
      const from = index + escape.index
      return { span: { from, to: from + 2 }, message: `\\${other} is no escape: write \\\\${other}, or the string between backquotes` }
    }
  }
  return undefined
}
