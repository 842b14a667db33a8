import { formatDuration } from '../../verify/promql/duration.ts'
import { walk } from '../../verify/promql/ast.ts'
import type { Expr } from '../../verify/promql/ast.ts'
import { parsePromql } from '../../verify/promql/parse-promql.ts'

export interface ExpressionMutant {
  operator: string
  what: string
  expr: string
}

const COMPARATORS: Record<string, string[]> = {
  '>': ['>=', '<'],
  '>=': ['>', '<='],
  '<': ['<=', '>'],
  '<=': ['<', '>='],
  '==': ['!=', '>'],
  '!=': ['=='],
}

/** Single changes to a PromQL expression, cut into its text so that the rest stays as it was. */
export function mutateExpression(expr: string): ExpressionMutant[] {
  const parsed = parsePromql(expr)
  if (!parsed.ok) return []
  const found: ExpressionMutant[] = []
  const cut = (operator: string, what: string, from: number, to: number, text: string): void => {
    const mutated = expr.slice(0, from) + text + expr.slice(to)
    if (mutated !== expr) found.push({ operator, what, expr: mutated })
  }
  for (const node of walk(parsed.expr)) mutateNode(node, expr, cut)
  const seen = new Set<string>()
  return found.filter((mutant) => !seen.has(mutant.expr) && seen.add(mutant.expr) !== undefined)
}

function mutateNode(node: Expr, expr: string, cut: (operator: string, what: string, from: number, to: number, text: string) => void): void {
  const source = expr.slice(node.span.from, node.span.to)
  const inside = (pattern: RegExp): { from: number; to: number; text: string } | undefined => {
    const match = pattern.exec(source)
    const from = node.span.from + (match?.index ?? 0)
    return match === null ? undefined : { from, to: from + match[0].length, text: match[0] }
  }
  switch (node.kind) {
    case 'binary': {
      const gap = expr.slice(node.lhs.span.to, node.rhs.span.from)
      const at = node.lhs.span.to + gap.search(/[-+*/%^=!<>a-z]/)
      if (COMPARATORS[node.op] !== undefined) {
        for (const other of COMPARATORS[node.op] ?? []) cut('comparator', `${node.op} -> ${other}`, at, at + node.op.length, other)
        if (node.rhs.kind === 'number') {
          const { value, span } = node.rhs
          for (const changed of value === 0 ? [1, -1] : [value * 1.1, value * 0.9, value * 1000, value / 1000, value + 1])
            cut('threshold', `${value} -> ${Number(changed.toPrecision(6))}`, span.from, span.to, String(Number(changed.toPrecision(6))))
          cut('comparison dropped', `${node.op} ${value} dropped`, node.lhs.span.to, node.rhs.span.to, '')
        }
      } else if (node.op === 'or' || node.op === 'and' || node.op === 'unless') {
        cut('branch dropped', `the part right of ${node.op} dropped`, node.lhs.span.to, node.span.to, '')
        cut('branch dropped', `the part left of ${node.op} dropped`, node.span.from, node.rhs.span.from, '')
      } else if (node.rhs.kind === 'number') {
        cut('unit', `${node.op} ${node.rhs.value} dropped`, node.lhs.span.to, node.rhs.span.to, '')
        const minutes = node.rhs.value * 60
        cut('unit', `${node.op} ${node.rhs.value} -> ${minutes}`, node.rhs.span.from, node.rhs.span.to, String(minutes))
      } else if (node.op === '/') cut('arithmetic', '/ -> *', at, at + 1, '*')
      else if (node.op === '-') cut('arithmetic', '- -> +', at, at + 1, '+')
      return
    }
    case 'selector': {
      const brace = source.indexOf('{')
      if (node.metric !== null) {
        const end = node.span.from + node.metric.length
        const turned = node.metric.replace(/_(\w)(\w)/, '_$2$1')
        cut('metric', `${node.metric} misspelt`, node.span.from, end, turned === node.metric ? `${node.metric}s` : turned)
        cut('metric', `${node.metric} -> ${node.metric}_total`, node.span.from, end, `${node.metric}_total`)
      }
      if (node.rangeMs !== undefined) {
        const range = inside(/\[[^\]]*\]/)
        for (const ms of [node.rangeMs * 2, node.rangeMs / 2, 60_000 === node.rangeMs ? 30_000 : 60_000])
          if (range !== undefined)
            cut('window', `${range.text} -> [${formatDuration(ms)}]`, range.from, range.to, `[${formatDuration(ms)}]`)
        if (range !== undefined) cut('offset', 'offset 5m added', range.to, range.to, ' offset 5m')
      }
      for (const matcher of node.matchers) {
        const pattern = new RegExp(`${matcher.label}\\s*(=~|!~|!=|=)\\s*("[^"]*"|'[^']*')`)
        const found = inside(pattern)
        if (found === undefined) continue
        const negated = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' }[matcher.op]
        const { label, op, value } = matcher
        const other = /^\d+$/.test(value) ? String(Number(value) - 1) : `${value}x`
        const changed = op.includes('~') ? value.replace('5', '4').replace('rjmx', 'jmx') : other
        for (const [what, text] of [
          [`${found.text} negated`, `${label}${negated}${JSON.stringify(value)}`],
          [`${found.text} changed`, `${label}${op}${JSON.stringify(changed)}`],
          [`label ${label} misspelt`, `${label}_name${op}${JSON.stringify(value)}`],
        ] as const)
          cut('matcher', what, found.from, found.to, text)
        const only = node.matchers.length === 1
        const whole = inside(new RegExp(`\\s*,?\\s*${pattern.source}\\s*,?`))
        if (only && brace >= 0) {
          const braces = inside(/\{[^}]*\}/)
          if (braces !== undefined) cut('matcher', `${found.text} removed`, braces.from, braces.to, '')
        } else if (whole !== undefined)
          cut(
            'matcher',
            `${found.text} removed`,
            whole.from,
            whole.to,
            whole.text.trim().startsWith(',') && whole.text.trim().endsWith(',') ? ',' : '',
          )
      }
      return
    }
    case 'aggregate': {
      for (const other of ['avg', 'max', 'count'].filter((op) => op !== node.op))
        cut('aggregation', `${node.op} -> ${other}`, node.span.from, node.span.from + node.op.length, other)
      const clause = inside(/\b(by|without)\s*\(([^)]*)\)/)
      if (clause !== undefined) {
        const { kind, labels } = node.grouping
        const regroup = (what: string, to: readonly string[]): void =>
          cut('grouping', `${what} ${clause.text}`, clause.from, clause.to, `${kind} (${to.join(', ')})`)
        for (const label of labels)
          regroup(
            `${label} dropped from`,
            labels.filter((other) => other !== label),
          )
        if (!labels.includes('instance')) regroup('instance added to', [...labels, 'instance'])
      }
      cut('aggregation', `${node.op} dropped`, node.span.from, node.span.to, expr.slice(node.expr.span.from, node.expr.span.to))
      return
    }
    case 'call': {
      if (node.fn === 'rate')
        for (const other of ['irate', 'increase']) cut('function', `rate -> ${other}`, node.span.from, node.span.from + 4, other)
      if (node.fn === 'avg_over_time')
        for (const other of ['min_over_time', 'max_over_time'])
          cut('function', `${node.fn} -> ${other}`, node.span.from, node.span.from + node.fn.length, other)
      const [q] = node.args
      if (node.fn === 'histogram_quantile' && q?.kind === 'number')
        for (const value of [0.9, 0.99, 0.5]) cut('quantile', `${q.value} -> ${value}`, q.span.from, q.span.to, String(value))
    }
  }
}
