import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { formatDuration, parseDuration } from '../../../promql/duration.ts'
import { exprAt } from '../../rule-views.ts'

/** https://prometheus.io/docs/prometheus/latest/storage/#operational-aspects */
const BY_DEFAULT = '15d'

export const check: Check = {
  meta: {
    id: 'rule-window-is-kept',
    needs: ['rules', 'workloads'],
    title: 'No rule asks for samples that Prometheus has deleted',
    failureTitle: 'A rule asks for samples that are older than Prometheus keeps them',
    why: 'Samples older than --storage.tsdb.retention.time (15d by default) are deleted. A selector with a larger offset has no row: a comparison with last month never fires.',
    mend: 'In the rule file, choose a smaller offset or window; or set --storage.tsdb.retention.time of Prometheus to more than it.',
    example: 'expr: rate(orders_total[5m]) < 0.5 * rate(orders_total[5m] offset 30d) # and 15d are kept',
  },
  *judge({ config }) {
    const kept = retention(config.workloads)
    if (kept === undefined || config.prometheus.some((root) => root.has('remote_read'))) return
    const found = config.rules.flatMap((rule) => [...older(rule, kept.ms)])
    // Where many ask for more, the flag is what is too small.
    if (found.length > MANY && kept.at !== undefined)
      yield remark(
        'prometheus',
        kept.at,
        'more than the windows of the rules',
        `${formatDuration(kept.ms)}: ${found.length} windows and offsets are longer`,
        undefined,
        'warning',
      )
    else yield* found
  },
}

const MANY = 3

function* older(rule: RuleNode, keptMs: number): Generator<Remark> {
  for (const node of rule.nodes) {
    if ((node.kind !== 'selector' && node.kind !== 'subquery') || node.at !== undefined) continue
    const rangeMs = node.rangeMs ?? 0
    const isAway = node.offsetMs > keptMs
    if (!isAway && node.offsetMs + rangeMs <= keptMs) continue
    yield remark(
      rule.alert,
      exprAt(rule, (isAway ? node.offsetSpan : node.rangeSpan) ?? node.span),
      `at most ${formatDuration(keptMs)}, which Prometheus keeps`,
      `${rangeMs > 0 ? `[${formatDuration(rangeMs)}] ` : ''}offset ${formatDuration(node.offsetMs)}`,
      undefined,
      isAway ? undefined : 'warning',
    )
  }
}

const IMAGE = /(?:^|\/)prom(?:etheus)?\/prometheus(?:[:@]|$)/
const FLAG = /^--storage\.tsdb\.retention(?:\.time)?=(.+)$/

/** What the Prometheus that keeps most keeps; undefined where none is here, or a flag cannot be read. */
function retention(workloads: readonly Workload[]): { ms: number; at: Cursor | undefined } | undefined {
  const kept = workloads
    .filter(({ image }) => IMAGE.test(image))
    .map(({ args }) => {
      const flag = args.findLast(({ value }) => FLAG.test(value))
      return { ms: parseDuration(FLAG.exec(flag?.value ?? '')?.[1] ?? BY_DEFAULT), at: flag?.at }
    })
  const known = kept.flatMap(({ ms, at }) => (ms === undefined ? [] : [{ ms, at }]))
  return known.length < kept.length ? undefined : known.sort((a, b) => b.ms - a.ms)[0]
}
