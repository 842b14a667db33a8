import type { PackedSeries, SampledSelector, Series } from '../../model/journal.ts'
import type { Plan, PlannedExperiment } from '../../model/plan.ts'
import type { Labels } from '../../model/spec.ts'
import { children } from '../../promql/ast.ts'
import type { Expr, Selector } from '../../promql/ast.ts'
import { parsePromql } from '../../promql/parse-promql.ts'
import { selectorText } from '../../promql/selector-text.ts'
import { packSeries } from '../../text/packed-series.ts'
import type { JournalSink, Ports } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'

/** A chart of more is a thicket. */
export const MOST_SERIES = 12
/** Of one series: ten minutes scraped every second, two and a half hours at 15 s. */
export const MOST_SAMPLES = 600
/** Reading must not make a drill longer: what is not read until then is named. */
export const DEADLINE_MS = 2_000

/** From the begin of an experiment's first leg to the end of its last; Infinity while that goes on. */
export type Walked = Map<string, { fromMs: number; untilMs: number }>

/** A journal that remembers when each experiment was walked. */
export function watchingLegs({ journal, clock }: Pick<Ports, 'journal' | 'clock'>): { journal: JournalSink; walked: Walked } {
  const walked: Walked = new Map()
  return {
    walked,
    journal: {
      append(body) {
        if (body.kind === 'leg') {
          const fromMs = walked.get(body.experiment)?.fromMs ?? clock.now()
          walked.set(body.experiment, { fromMs, untilMs: body.phase === 'end' ? clock.now() : Infinity })
        }
        return journal.append(body)
      },
    },
  }
}

/** The raw samples behind the condition of each experiment that was walked: its subject's series, bounded. Never throws. */
export async function recordSignalSamples(
  { experiments, timing }: Pick<Plan, 'experiments' | 'timing'>,
  walked: Walked,
  { prometheus, clock, journal }: Pick<Ports, 'prometheus' | 'clock' | 'journal'>,
): Promise<void> {
  const startedMs = clock.now()
  for (const experiment of experiments) {
    const legs = walked.get(experiment.id)
    if (legs === undefined) continue
    const untilMs = Math.min(clock.now(), legs.untilMs + timing.scrapeIntervalMs + timing.evaluationIntervalMs)
    const entry = { kind: 'signal-samples', experiment: experiment.id, fromMs: legs.fromMs, untilMs } as const
    if (clock.now() - startedMs > DEADLINE_MS)
      journal.append({ ...entry, selectors: [], error: `not read: the samples of the experiments before took more than ${DEADLINE_MS} ms` })
    else journal.append({ ...entry, ...(await selectorsOf(experiment, { fromMs: legs.fromMs, untilMs }, timing, prometheus)) })
  }
}

/** What the condition of one experiment is made of, between its first leg and its last, or now. Never throws. */
export async function selectorsOf(
  experiment: PlannedExperiment,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
  timing: Pick<Plan['timing'], 'scrapeIntervalMs'>,
  prometheus: Ports['prometheus'],
): Promise<{ selectors: SampledSelector[]; error?: string }> {
  const parsed = parsePromql(experiment.expr)
  if (!parsed.ok) return { selectors: [], error: `the condition could not be parsed: ${parsed.message}` }
  const uses = usesIn(parsed.expr).map((use) =>
    sampled(use, experiment, { fromMs: fromMs - use.backMs - timing.scrapeIntervalMs, untilMs }, prometheus),
  )
  return { selectors: await Promise.all(uses) }
}

interface Use {
  node: Selector
  selector: string
  taken: SampledSelector['taken']
  /** How far before an evaluation it may look: ranges and offsets, its own and those of subqueries around it. */
  backMs: number
}

/** Each selector once, however often the condition has it and over different ranges. */
function usesIn(expr: Expr): Use[] {
  const uses = new Map<string, Use>()
  const see = (node: Expr, by: string, backMs: number): void => {
    if (node.kind !== 'selector') {
      const further = node.kind === 'subquery' ? node.rangeMs + Math.max(0, node.offsetMs) : 0
      const own = node.kind === 'call' ? node.fn : node.kind === 'aggregate' ? node.op : by
      for (const child of children(node)) see(child, own, backMs + further)
      return
    }
    const selector = selectorText(node)
    const use = uses.get(selector) ?? { node, selector, taken: [], backMs: 0 }
    uses.set(selector, use)
    const rangeMs = node.rangeMs ?? 0
    use.backMs = Math.max(use.backMs, backMs + rangeMs + Math.max(0, node.offsetMs))
    if (rangeMs > 0 && !use.taken.some((known) => known.by === by && known.rangeMs === rangeMs)) use.taken.push({ by, rangeMs })
  }
  see(expr, '', 0)
  return [...uses.values()]
}

async function sampled(
  { node, selector, taken }: Use,
  experiment: PlannedExperiment,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
  prometheus: Ports['prometheus'],
): Promise<SampledSelector> {
  const range = `[${Math.ceil((untilMs - fromMs) / 1_000)}s]`
  const all = narrowed(node, experiment.subject)
  const about = { selector, taken, query: `${all}${range}` }
  try {
    const [counted] = await prometheus.query(`count(last_over_time(${all}${range}))`, untilMs)
    const count = Number(counted?.values[0]?.[1] ?? 0)
    if (count <= MOST_SERIES) return { ...about, ...keptOf(await prometheus.query(about.query, untilMs), count, '') }
    const { text, because } = await chosenBuckets(node, all, range, experiment, untilMs, prometheus)
    const moved = `max_over_time(${text}${range}) - min_over_time(${text}${range})`
    const most = await prometheus.query(`topk(${MOST_SERIES}, ${moved})`, untilMs)
    const series = await Promise.all(most.map(({ metric }) => prometheus.query(`${narrowed(node, metric)}${range}`, untilMs)))
    return { ...about, ...keptOf(series.flat(), count, `${because}those that changed most`) }
  } catch (error) {
    return { ...about, series: [], error: messageOf(error) }
  }
}

/** With every matcher that it has, and these labels besides. */
function narrowed({ metric, matchers }: Selector, labels: Labels): string {
  const own = Object.entries(labels).filter(([label]) => label !== '__name__')
  return selectorText({ metric, matchers: [...own.map(([label, value]) => ({ label, op: '=' as const, value })), ...matchers] })
}

/** Of a histogram's buckets those on either side of the threshold, and all requests: these decide on which side a quantile lies. */
async function chosenBuckets(
  node: Selector,
  all: string,
  range: string,
  { threshold, subject }: PlannedExperiment,
  untilMs: number,
  prometheus: Ports['prometheus'],
): Promise<{ text: string; because: string }> {
  if (node.metric?.endsWith('_bucket') !== true) return { text: all, because: '' }
  const bounds = (await prometheus.query(`count by (le) (last_over_time(${all}${range}))`, untilMs)).flatMap(
    ({ metric }) => metric['le'] ?? [],
  )
  const finite = bounds.filter((le) => Number.isFinite(Number(le))).sort((a, b) => Number(a) - Number(b))
  const kept = [finite.findLast((le) => Number(le) <= threshold), finite.find((le) => Number(le) > threshold), '+Inf']
  const pattern = kept.filter((le) => le !== undefined).map((le) => le.replace(/[.+]/g, '\\$&'))
  const le = { label: 'le', op: '=~' as const, value: pattern.join('|') }
  return {
    text: narrowed({ ...node, matchers: [...node.matchers, le] }, subject),
    because: 'of the buckets those next to the threshold and +Inf, and of these ',
  }
}

/** The newest samples of at most MOST_SERIES series, and what is not among them. */
function keptOf(found: readonly Series[], count: number, because: string): Pick<SampledSelector, 'series' | 'cut'> {
  const shown = found.slice(0, MOST_SERIES)
  const samples = shown.reduce((sum, { values }) => sum + Math.max(0, values.length - MOST_SAMPLES), 0)
  const series: PackedSeries[] = shown.map(({ metric, values }) => packSeries({ metric, values: values.slice(-MOST_SAMPLES) }))
  const why = [...(because === '' ? [] : [because]), ...(samples > 0 ? [`the newest ${MOST_SAMPLES} samples of each`] : [])]
  const left = Math.max(0, Math.max(count, found.length) - shown.length)
  return { series, ...(left === 0 && samples === 0 ? {} : { cut: { series: left, samples, because: `kept: ${why.join(', ')}` } }) }
}
