import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { selectors, type Expr } from '../../../promql/ast.ts'
import { isComparator } from '../../../promql/operators.ts'
import { measured, type Measured } from '../../../promql/units.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import { exprAt, pairs } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-threshold-fits-unit',
    severity: 'warning',
    needs: ['rules'],
    title: 'Thresholds and the other sides of a comparison are in the unit of the metric',
    failureTitle: 'A threshold looks like one in another unit than that of the metric',
    why: 'A metric that ends in _seconds counts seconds: 500 written for 500 ms never fires. One in _bytes that is compared with 800 for 800 MB always fires. https://prometheus.io/docs/practices/naming/#base-units',
    mend: 'In the rule file, write the threshold in the unit of the metric, or convert the metric: `* 1000`, `/ 1024 / 1024`.',
    example: 'expr: http_server_requests_seconds_max > 500 # 500 ms is 0.5',
  },
  *judge(input) {
    // What is specified is compared with its specification: rule-condition-matches.
    const specified = new Set([...pairs(input)].map(([, rule]) => rule))
    for (const rule of input.config.rules) if (!specified.has(rule)) yield* judge(rule)
  },
}

function* judge(rule: RuleNode): Generator<Remark> {
  for (const node of rule.nodes) {
    if (node.kind !== 'binary' || node.bool || !(isComparator(node.op) || node.op === '-')) continue
    const { lhs, rhs } = node
    const apart = unlike(lhs, rhs)
    if (apart !== undefined) yield warning(rule.alert, exprAt(rule, rhs.span), apart.expected, apart.observed, apart.message)
    const [value, limit] = rhs.kind === 'number' ? [lhs, rhs] : lhs.kind === 'number' ? [rhs, lhs] : []
    const time = value === undefined || limit?.kind !== 'number' ? undefined : timeItself(value, limit.value, node.op)
    if (time !== undefined && limit !== undefined) {
      yield remark(rule.alert, exprAt(rule, limit.span), time.expected, time.observed, time.message, 'error')
      continue
    }
    const said =
      value === undefined || limit?.kind !== 'number' ? undefined : otherUnit(value, limit.value, value === lhs ? node.op : turned(node.op))
    if (said !== undefined && limit !== undefined) yield warning(rule.alert, exprAt(rule, limit.span), said.expected, said.observed)
  }
}

/** 0.9 < x is x > 0.9. */
function turned(op: string): string {
  return op.startsWith('<') ? op.replace('<', '>') : op.replace('>', '<')
}

/** Times since 1970. A duration in seconds is far below the least of them. */
const SINCE_1970 = /(?:_timestamp|_start_time|_boot_time)(?:_seconds)?$|^kube_\w+_created$|^probe_ssl_\w+_cert_expiry$|_cert\w*_not_after$/
const LEAST_TIME = 1e8
const MOST_DAYS = 400

/** A time that is compared with a duration, or what is left of a certificate compared with a number of days. */
function timeItself(value: Expr, limit: number, op: string): { expected: string; observed: string; message: string } | undefined {
  if (!/^(?:<|<=|>|>=)$/.test(op)) return undefined
  const metric = nameOf(value)
  if (metric !== undefined && SINCE_1970.test(metric) && limit > 1 && limit < LEAST_TIME)
    return {
      expected: /expir|cert_/.test(metric) ? `${metric} - time()` : `time() - ${metric}`,
      observed: `${metric}, which is a time since 1970`,
      message: 'A time is compared with a duration: the answer is the same for ever',
    }
  if (value.kind !== 'binary' || value.op !== '-' || value.rhs.kind !== 'call' || value.rhs.fn !== 'time') return undefined
  const until = nameOf(value.lhs)
  return until !== undefined && /expir|not_after/.test(until) && limit > 1 && limit <= MOST_DAYS
    ? {
        expected: `seconds: ${limit} * 86400 for ${limit} days`,
        observed: `${limit} seconds before ${until}`,
        message: 'What is left of a certificate is in seconds, and is compared with days',
      }
    : undefined
}

/** The series that a value is, through what keeps it. */
function nameOf(expr: Expr): string | undefined {
  if (expr.kind === 'selector') return expr.metric ?? undefined
  if (expr.kind === 'aggregate') return /^(?:min|max|avg)$/.test(expr.op) ? nameOf(expr.expr) : undefined
  if (expr.kind !== 'call' || !/^(?:min|max|avg|last)_over_time$/.test(expr.fn)) return undefined
  return expr.args[0] === undefined ? undefined : nameOf(expr.args[0])
}

/** Sides that are subtracted or compared, and count in something else each. */
function unlike(lhs: Expr, rhs: Expr): { expected: string; observed: string; message: string } | undefined {
  const [a, b] = [lhs, rhs].map(unitOfSide)
  if (a === undefined || b === undefined) return undefined
  // 0.8 of a limit is a limit: of one base only milliseconds beside seconds are another unit.
  const isMilli = a.base === 'seconds' && [1000, 1 / 1000].some((each) => Math.abs(a.factor / b.factor / each - 1) < 1e-6)
  if (a.base === b.base && !isMilli) return undefined
  const message = 'Two sides that are compared or subtracted have different units'
  return { expected: `${named(a)}, as ${a.metric} is in`, observed: `${named(b)} of ${b.metric}`, message }
}

/** time() is in seconds. Shares and rates are compared with anything. */
function unitOfSide(side: Expr): Measured | undefined {
  const found: Measured | undefined =
    side.kind === 'call' && side.fn === 'time' ? { base: 'seconds', factor: 1, metric: 'time()' } : withTime(side)
  return found === undefined || found.isRate === true || found.base === 'share' ? undefined : found
}

function withTime(side: Expr): Measured | undefined {
  if (side.kind !== 'binary' || side.op !== '*') return measured(side)
  const [call, by] = side.lhs.kind === 'number' ? [side.rhs, side.lhs] : [side.lhs, side.rhs]
  return call.kind === 'call' && call.fn === 'time' && by.kind === 'number'
    ? { base: 'seconds', factor: by.value, metric: 'time()' }
    : measured(side)
}

function named({ base, factor }: Measured): string {
  return factor === 1 ? base : base === 'seconds' && factor === 1000 ? 'milliseconds' : `${base} times ${Number(factor.toPrecision(4))}`
}

/** What one request or one pause takes; ages, uptimes and times of a day are long by nature. */
const SHORT = /request|response|scrape|latency|gc_pause|round_?trip|fsync|query_duration|handler|grpc|rpc_|lookup|commit_/
const LONG = /age|uptime|since|last|timestamp|start|created|idle|lag|expir|_total$|job|batch|interval|timeout/
/** A query or a pipeline may take minutes, and 600 is ten of them. */
function isMinutes(limit: number, metric: string): boolean {
  return limit % 60 === 0 && !/request|response|scrape|round_?trip|fsync|handler|grpc|rpc_/.test(metric)
}

/** What no program does with a few kilobytes. */
const LARGE = /memory|heap|_mem_|filesystem|disk|storage|_rss_|volume/

/** Shares of what is used, left or reached. A share of errors may well be below one per cent. */
const USED =
  /cpu|mem|disk|filesystem|storage|heap|swap|inode|connections|pool|usage|used|util|free|avail|capacity|hit|success|uptime|probe|\bup\b/
/** Ratios that are shares. Exporters of JMX call percentages of usage ratios, and a ratio of fragmentation is above 1. */
const SHARES = /(?:hit|success|error|failure|miss|availability)_ratio$/

/** A share of 0 to 1 for one of 0 to 100, or the other way round, by the name or by `* 100`. */
function otherShare(value: Expr, limit: number, op: string): { expected: string; observed: string } | undefined {
  const metric = nameOf(value)
  const percentage = metric === undefined ? timesHundred(value) : /_(?:percent|percentage|pct)$/.test(metric) ? metric : undefined
  if (percentage !== undefined && limit >= 0.05 && limit < 1 && USED.test(percentage) && (op.startsWith('>') ? limit >= 0.5 : true))
    return { expected: `per cent: ${Number((limit * 100).toPrecision(4))} for ${limit}`, observed: `${limit} per cent of ${percentage}` }
  if (metric === undefined || !SHARES.test(metric) || limit < 10 || limit > 100) return undefined
  return { expected: `a share: ${limit / 100} for ${limit} %`, observed: `${limit} of ${metric}, which is 0 to 1` }
}

/** What is multiplied by 100, as far as it is known to be a share. */
function timesHundred(expr: Expr): string | undefined {
  const plain = expr.kind === 'binary' && expr.op === '-' && expr.lhs.kind === 'number' && expr.lhs.value === 100 ? expr.rhs : expr
  if (plain.kind !== 'binary' || plain.op !== '*') return undefined
  const [inner, by] =
    plain.rhs.kind === 'number' ? [plain.lhs, plain.rhs.value] : plain.lhs.kind === 'number' ? [plain.rhs, plain.lhs.value] : []
  return by === 100 &&
    inner !== undefined &&
    (isShare(inner) || measured(inner)?.base === 'share' || /^(?:up|probe_success)$/.test(nameOf(inner) ?? ''))
    ? firstMetric(inner)
    : undefined
}

/** One divided by another, or what is left of 1. */
function isShare(expr: Expr): boolean {
  if (expr.kind === 'aggregate') return isShare(expr.expr)
  if (expr.kind !== 'binary') return false
  return expr.op === '/' || (expr.op === '-' && expr.lhs.kind === 'number' && expr.lhs.value === 1)
}

function firstMetric(expr: Expr): string | undefined {
  return selectors(expr).find(({ metric }) => metric !== null)?.metric ?? undefined
}

function otherUnit(value: Expr, limit: number, op: string): { expected: string; observed: string } | undefined {
  const share = otherShare(value, limit, op)
  if (share !== undefined) return share
  const found = measured(value)
  if (found === undefined || found.isRate === true) return undefined
  const { base, factor, metric } = found
  if (base === 'seconds' && factor === 1 && limit >= 100 && SHORT.test(metric) && !LONG.test(metric) && !isMinutes(limit, metric))
    return { expected: `seconds: ${limit / 1000} for ${limit} ms`, observed: `${limit} seconds of ${metric}` }
  if (base === 'seconds' && factor === 1000 && limit > 0 && limit < 1 && SHORT.test(metric))
    return { expected: `milliseconds: ${limit * 1000} for ${limit} s`, observed: `${limit} milliseconds of ${metric}` }
  if (base === 'bytes' && factor === 1 && limit > 0 && limit < 1)
    return { expected: `a share: ${metric} / its limit, or a number of bytes`, observed: `${limit} bytes of ${metric}` }
  if (base === 'bytes' && factor === 1 && limit > 1 && limit < 8192 && LARGE.test(metric) && !/buffer|page_size|fragmentation/.test(metric))
    return { expected: `bytes: ${limit * 1024 * 1024} for ${limit} MiB`, observed: `${limit} bytes of ${metric}` }
  return undefined
}
