import { parseDuration } from './duration.ts'
import type { BinaryOp, Expr, Matcher, MatchOp, Matching, Selector } from './ast.ts'

/*
 * Most expressions are regular: selectors, ranges, functions, aggregations, operators. This reads them ten times as fast as Prometheus' own
 * grammar, to the same tree. It judges nothing: at anything else (offset, @, subqueries, signs, escapes, comments, what could be a mistake)
 * it gives up, and the grammar reads the expression and says what is wrong with it. regular-promql.test.ts holds both against each other.
 */

const words = (...lines: string[]): Set<string> => new Set(lines.flatMap((line) => line.split(' ')))

/** They take a range such as [5m]. */
export const RANGE_FUNCTIONS: ReadonlySet<string> = words(
  'rate irate increase delta idelta deriv resets changes predict_linear quantile_over_time absent_over_time avg_over_time',
  'count_over_time last_over_time max_over_time min_over_time present_over_time stddev_over_time stdvar_over_time',
  'sum_over_time',
)
/** They take none. */
const FUNCTIONS = words(
  'abs absent ceil clamp clamp_max clamp_min day_of_month day_of_week days_in_month exp floor histogram_quantile hour label_join label_replace',
  'ln log10 log2 minute month round scalar sgn sort sort_desc sqrt time timestamp vector year',
)
const AGGREGATIONS = words('avg bottomk count count_values group max min quantile stddev stdvar sum topk')
/** What the grammar takes for a word of its own in some places, in any case. */
const RESERVED = words(
  'and anchored atan2 avg bool bottomk by count count_values end fill fill_left fill_right group group_left group_right ignoring inf limit_ratio',
  'limitk max min nan offset on or quantile smoothed start stddev stdvar sum topk unless without',
)
/** How strongly each binds. */
const LEVELS = new Map(
  [['or'], ['and', 'unless'], ['==', '!=', '>', '>=', '<', '<='], ['+', '-'], ['*', '/', '%', 'atan2'], ['^']].flatMap((signs, index) =>
    signs.map((sign) => [sign, index + 1] as const),
  ),
)
const COMPARISON = 3
const POWER = 6
const MAX_DEPTH = 50
const MAX_LENGTH = 10_000

const NAME = /[A-Za-z_:][\w:]*/y
const LABEL = /[A-Za-z_]\w*(?![\w:])/y
const NUMBER = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.:])/y
const DURATION = /(?:\d+(?:ms|[smhdwy]))+(?!\w)/y
const TEXT = /"[^"\\\n]*"|'[^'\\\n]*'/y
const MATCH = /=~|!~|!=|=(?!=)/y
const OPERATOR = /[=!]=|[<>]=?(?![=/])|[-+*%^]|\/|[a-z]\w*(?![\w:])/y

/** Thrown where an expression stops being regular; made once, its stack says nothing. */
const IRREGULAR = new Error('not regular PromQL')

/** The tree of a regular expression; undefined when the grammar must read it. */
export function readRegularPromql(text: string): Expr | undefined {
  if (text.length > MAX_LENGTH) return undefined
  try {
    return new RegularReader(text).expression()
  } catch (error) {
    if (error === IRREGULAR) return undefined
    throw error
  }
}

class RegularReader {
  readonly #text: string
  /** Behind the last token, and the spaces after it. */
  #at = 0
  /** Where the operand or operation read last begins and ends, its parentheses included. */
  #from = 0
  #to = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  expression(): Expr {
    this.#skip(0)
    const expr = this.#operation(1)
    if (this.#at < this.#text.length) throw IRREGULAR
    return expr
  }

  #skip(from: number): void {
    let at = from
    for (let code = this.#text.charCodeAt(at); code === 32 || code === 10 || code === 9 || code === 13;) code = this.#text.charCodeAt(++at)
    this.#at = at
  }

  /** The token that stands here, if it is of this kind; goes behind it. */
  #take(kind: RegExp): string | undefined {
    kind.lastIndex = this.#at
    if (!kind.test(this.#text)) return undefined
    const token = this.#text.slice(this.#at, kind.lastIndex)
    this.#to = kind.lastIndex
    this.#skip(kind.lastIndex)
    return token
  }

  #is(sign: string): boolean {
    return this.#text.startsWith(sign, this.#at)
  }

  #sign(sign: string): void {
    if (!this.#is(sign)) throw IRREGULAR
    this.#to = this.#at + sign.length
    this.#skip(this.#to)
  }

  #operation(level: number): Expr {
    if (++this.#depth > MAX_DEPTH) throw IRREGULAR
    let lhs = this.#operand()
    const from = this.#from
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      // The end, `)` or `,`: most often no operator follows.
      if (code !== code || code === 41 || code === 44) break
      OPERATOR.lastIndex = this.#at
      const op = OPERATOR.test(this.#text) ? this.#text.slice(this.#at, OPERATOR.lastIndex) : ''
      const own = LEVELS.get(op) ?? 0
      if (own < level) break
      this.#skip(this.#at + op.length)
      lhs = this.#joined(lhs, op as BinaryOp, own, from)
    }
    this.#from = from
    this.#depth--
    return lhs
  }

  /** What follows an operator. */
  #joined(lhs: Expr, op: BinaryOp, level: number, from: number): Expr {
    const bool = level === COMPARISON && this.#word('bool')
    const kind = this.#word('on') ? 'on' : this.#word('ignoring') ? 'ignoring' : undefined
    const matching: Matching | undefined = kind === undefined ? undefined : { kind, labels: this.#labels() }
    if (matching !== undefined) {
      const side = this.#word('group_left') ? 'left' : this.#word('group_right') ? 'right' : undefined
      if (side !== undefined) matching.group = { side, include: this.#is('(') ? this.#labels() : [] }
    }
    const rhs = this.#operation(level === POWER ? level : level + 1)
    if (isRange(lhs) || isRange(rhs)) throw IRREGULAR
    const span = { from, to: this.#to }
    return { kind: 'binary', op, lhs, rhs, bool, ...(matching === undefined ? {} : { matching }), span }
  }

  #word(word: string): boolean {
    if (!this.#is(word) || /[\w:]/.test(this.#text.charAt(this.#at + word.length))) return false
    this.#sign(word)
    return true
  }

  #operand(): Expr {
    const from = this.#at
    const code = this.#text.charCodeAt(from)
    if (code === 40) return this.#parenthesis(from)
    if (code === 123) return this.#ranged(this.#selector(null, from), from)
    if (code === 34 || code === 39) {
      const text = this.#take(TEXT)
      if (text === undefined) throw IRREGULAR
      this.#from = from
      return { kind: 'string', value: text.slice(1, -1), span: { from, to: this.#to } }
    }
    if (code === 46 || (code >= 48 && code <= 57)) {
      const number = this.#take(NUMBER)
      if (number === undefined) throw IRREGULAR
      this.#from = from
      return { kind: 'number', value: Number(number), span: { from, to: this.#to } }
    }
    const name = this.#take(NAME)
    if (name === undefined) throw IRREGULAR
    if (AGGREGATIONS.has(name)) return this.#aggregation(name, from)
    if (this.#is('(')) return this.#call(name, from)
    if (RANGE_FUNCTIONS.has(name) || FUNCTIONS.has(name) || RESERVED.has(name.toLowerCase())) throw IRREGULAR
    return this.#ranged(this.#selector(name, from), from)
  }

  #parenthesis(from: number): Expr {
    this.#sign('(')
    const expr = this.#operation(1)
    this.#sign(')')
    this.#from = from
    return expr
  }

  #selector(metric: string | null, from: number): Selector {
    const matchers: Matcher[] = []
    if (this.#is('{')) {
      this.#sign('{')
      if (metric === null && this.#is('}')) throw IRREGULAR
      while (!this.#is('}')) {
        if (matchers.length > 0) this.#sign(',')
        const label = this.#take(LABEL)
        const op = this.#take(MATCH)
        const value = this.#take(TEXT)
        if (label === undefined || op === undefined || value === undefined || label === '__name__' || RESERVED.has(label.toLowerCase()))
          throw IRREGULAR
        matchers.push({ label, op: op as MatchOp, value: value.slice(1, -1) })
      }
      this.#sign('}')
    }
    return { kind: 'selector', metric, matchers, offsetMs: 0, span: { from, to: this.#to } }
  }

  #ranged(selector: Selector, from: number): Expr {
    this.#from = from
    if (!this.#is('[')) return selector
    this.#sign('[')
    const at = this.#at
    const duration = this.#take(DURATION)
    const rangeMs = duration === undefined ? undefined : parseDuration(duration)
    if (rangeMs === undefined) throw IRREGULAR
    const rangeSpan = { from: at, to: this.#to }
    this.#sign(']')
    return { ...selector, rangeMs, rangeSpan, span: { from, to: this.#to } }
  }

  #call(fn: string, from: number): Expr {
    const takesRange = RANGE_FUNCTIONS.has(fn)
    if (!takesRange && !FUNCTIONS.has(fn)) throw IRREGULAR
    const args = this.#arguments()
    if (args.some(isRange) !== takesRange) throw IRREGULAR
    this.#from = from
    return { kind: 'call', fn, args, span: { from, to: this.#to } }
  }

  #arguments(): Expr[] {
    const args: Expr[] = []
    this.#sign('(')
    while (!this.#is(')')) {
      if (args.length > 0) this.#sign(',')
      args.push(this.#operation(1))
    }
    this.#sign(')')
    return args
  }

  #aggregation(op: string, from: number): Expr {
    const before = this.#grouping()
    const args = this.#arguments()
    const grouping = before ?? this.#grouping()
    const operand = args.at(-1)
    if (operand === undefined || isRange(operand)) throw IRREGULAR
    this.#from = from
    const param = args.length > 1 ? args[0] : undefined
    return {
      kind: 'aggregate',
      op,
      ...(param === undefined ? {} : { param }),
      grouping: grouping ?? { kind: 'by', labels: [] },
      expr: operand,
      span: { from, to: this.#to },
    }
  }

  #grouping(): { kind: 'by' | 'without'; labels: string[] } | undefined {
    const kind = this.#word('by') ? 'by' : this.#word('without') ? 'without' : undefined
    return kind === undefined ? undefined : { kind, labels: this.#labels() }
  }

  #labels(): string[] {
    const labels: string[] = []
    this.#sign('(')
    while (!this.#is(')')) {
      if (labels.length > 0) this.#sign(',')
      const label = this.#take(LABEL)
      if (label === undefined || RESERVED.has(label.toLowerCase())) throw IRREGULAR
      labels.push(label)
    }
    this.#sign(')')
    return labels
  }
}

/** Of what is regular, a selector's range is all there is. */
function isRange(expr: Expr): boolean {
  return expr.kind === 'selector' && expr.rangeMs !== undefined
}
