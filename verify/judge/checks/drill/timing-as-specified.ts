import type { Timing } from '../../../model/plan.ts'
import type { Spec } from '../../../model/spec.ts'
import { formatDuration } from '../../../promql/duration.ts'
import { evaluationIntervalOf } from '../../../promql/loaded-clocks.ts'
import { deliveryOf, type Delivery } from '../../../routing/delivery.ts'
import { promisedFor, routedTo } from '../../../routing/tree.ts'
import { defineCheck } from '../../drill-check.ts'
import type { EvidenceMap } from '../../drill-check.ts'
import { fail, pass, skip } from '../../finding.ts'

/**
 * One interval as loaded beside the promised one, ms at the drill's speed; `where` names the file and the key, and `specifiedMs` is what
 * stands in it, uncompressed.
 */
interface Interval {
  where: string
  loadedMs: number
  promisedMs: number
  specifiedMs: number
}

/** Prometheus and Alertmanager print durations with milliseconds; a compressed one was rounded once. */
const ROUNDING_MS = 1

export const check = defineCheck(
  {
    id: 'timing-as-specified',
    scope: 'drill',
    title: 'the loaded intervals are the specified ones',
    failureTitle: 'a loaded interval differs from the specification',
    why: 'An alert fires and notifies as fast as scrape_interval, evaluation_interval, for and the clocks of its route allow. Windows computed from what is loaded would excuse any of them.',
    mend: 'Set the interval that is named to the specified value, or correct the specification where this platform is meant to differ.',
    example: 'global.evaluation_interval in prometheus.yml is 5m, specified 15s',
    needs: ['spec', 'timing', 'promised', 'ruleReadings'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ spec, timing, promised, ruleReadings }) => {
    if (promised === null) return skip('the specified intervals', 'the journal is older than this check and does not hold them')
    const intervals = [
      ...ofPrometheus(timing, promised.timing, spec),
      ...ofRoutes(timing, promised.timing, spec),
      ...ruleReadings.flatMap((reading) => ofRules(reading, promised, spec)),
    ]
    const expected = `${formatDuration(promised.timing.scrapeIntervalMs)} scrape, ${formatDuration(promised.timing.evaluationIntervalMs)} evaluation, group_wait ${formatDuration(promised.timing.groupWaitMs)}, group_interval ${formatDuration(promised.timing.groupIntervalMs)}, repeat_interval ${formatDuration(promised.timing.repeatIntervalMs)}, and for of ${promised.rules.length} rules`
    const pointers = ruleReadings.map(({ seq }) => seq)
    const wrong = intervals.filter(({ loadedMs, promisedMs }) => Math.abs(loadedMs - promisedMs) > ROUNDING_MS)
    if (wrong.length === 0) return pass(expected, `all ${intervals.length} intervals as specified`, pointers)
    const texts = wrong.map(
      ({ where, loadedMs, promisedMs }) => `${where} is ${formatDuration(loadedMs)}, specified ${formatDuration(promisedMs)}`,
    )
    // The same rule is compared by rule-as-specified, where it is drilled.
    const [alert, ...others] = new Set(wrong.map(({ where }) => /^(?:for|keep_firing_for) of (.+)$/.exec(where)?.[1]))
    return fail(expected, [...new Set(texts)].join('; '), pointers, {
      ...(alert === undefined || others.length > 0 ? {} : { part: alert }),
      diagnosis: `Set ${[...new Set(wrong.map(intervalText))].join(', ')}, or correct the specification where this platform is meant to differ.`,
    })
  },
)

/** What is written into the file is not compressed. */
function intervalText({ where, loadedMs, promisedMs, specifiedMs }: Interval): string {
  const drilled = specifiedMs === promisedMs ? '' : `compressed to ${formatDuration(promisedMs)} in this drill, `
  return `${where} to ${formatDuration(specifiedMs)} (${drilled}loaded is ${formatDuration(loadedMs)})`
}

function ofPrometheus(loaded: Timing, promised: Timing, { platform, rules }: Spec): Interval[] {
  const pair = (where: string, key: 'scrapeIntervalMs' | 'scrapeTimeoutMs' | 'evaluationIntervalMs' | 'resendDelayMs'): Interval => ({
    where,
    loadedMs: loaded[key],
    promisedMs: promised[key],
    specifiedMs: platform[key],
  })
  const specifiedOf = (of: string): number => rules.find(({ alert }) => alert === of)?.evaluationIntervalMs ?? platform.evaluationIntervalMs
  // A job without intervals of its own follows the global ones, which are compared already.
  const own = platform.targets.filter(({ job }) => loaded.jobs[job] !== undefined || promised.jobs[job] !== undefined)
  return [
    pair('global.scrape_interval in prometheus.yml', 'scrapeIntervalMs'),
    pair('global.scrape_timeout in prometheus.yml', 'scrapeTimeoutMs'),
    pair('global.evaluation_interval in prometheus.yml', 'evaluationIntervalMs'),
    pair("Prometheus' flag --rules.alert.resend-delay", 'resendDelayMs'),
    ...own.flatMap(({ job, ...specified }) =>
      (['scrapeIntervalMs', 'scrapeTimeoutMs'] as const).map((key) => ({
        where: `${key === 'scrapeIntervalMs' ? 'scrape_interval' : 'scrape_timeout'} of job ${job} in prometheus.yml`,
        loadedMs: (loaded.jobs[job] ?? loaded)[key],
        promisedMs: (promised.jobs[job] ?? promised)[key],
        specifiedMs: specified[key] ?? platform[key],
      })),
    ),
    ...(loaded.rules ?? [])
      .filter(({ alert }) => rules.some((rule) => rule.alert === alert))
      .map(({ alert, labels, intervalMs }) => ({
        where: `interval of the rule group of ${alert}`,
        loadedMs: intervalMs,
        promisedMs: evaluationIntervalOf(promised, alert, labels),
        specifiedMs: specifiedOf(alert),
      })),
    ...(promised.rules ?? [])
      .filter(({ alert }) => loaded.rules?.some((rule) => rule.alert === alert) !== true)
      .map(({ alert, intervalMs }) => ({
        where: `interval of the rule group of ${alert}`,
        loadedMs: loaded.evaluationIntervalMs,
        promisedMs: intervalMs,
        specifiedMs: specifiedOf(alert),
      })),
  ]
}

const CLOCKS = { groupWaitMs: 'group_wait', groupIntervalMs: 'group_interval', repeatIntervalMs: 'repeat_interval' } as const

/** The clocks of the root route, and of the route that each specified alert takes where they are others. */
function ofRoutes(loaded: Timing, promised: Timing, { rules, routing }: Spec): Interval[] {
  const clocks = (where: string, is: Delivery, must: Delivery, written: Delivery): Interval[] =>
    (['groupWaitMs', 'groupIntervalMs', 'repeatIntervalMs'] as const).map((key) => ({
      where: `${CLOCKS[key]} ${where}`,
      loadedMs: is[key],
      promisedMs: must[key],
      specifiedMs: written[key],
    }))
  const root = clocks('of the root route in alertmanager.yml', loaded, promised, routing)
  const perAlert = rules.flatMap(({ alert, labels }) => {
    const all = { alertname: alert, ...labels }
    const receiver = routedTo(routing, all)
    const [is, must] = [loaded, promised].map((timing) => deliveryOf(timing, all, receiver)) as [Delivery, Delivery]
    return clocks(`of the route to ${receiver} in alertmanager.yml`, is, must, promisedFor(routing, all, receiver))
  })
  return [...root, ...perAlert.filter((each, index) => sameClock(each, root[index % root.length]) === false)]
}

function sameClock(a: Interval, b: Interval | undefined): boolean {
  return b !== undefined && a.loadedMs === b.loadedMs && a.promisedMs === b.promisedMs
}

/** `for` and keep_firing_for of every specified rule that is loaded, drilled or not; of several of one name the nearest counts. */
function ofRules({ groups }: EvidenceMap['rules'], promised: NonNullable<EvidenceMap['promised']>, spec: Spec): Interval[] {
  const loaded = groups.flatMap(({ rules }) => rules.filter(({ type }) => type === 'alerting'))
  return promised.rules.flatMap(({ alert, forMs, keepFiringForMs }) => {
    const far = (rule: (typeof loaded)[number]): number => Math.abs(rule.forMs - forMs) + Math.abs(rule.keepFiringForMs - keepFiringForMs)
    const [nearest] = loaded.filter(({ name }) => name === alert).sort((a, b) => far(a) - far(b))
    if (nearest === undefined) return []
    const written = spec.rules.find((rule) => rule.alert === alert) ?? { forMs, keepFiringForMs }
    return [
      { where: `for of ${alert}`, loadedMs: nearest.forMs, promisedMs: forMs, specifiedMs: written.forMs },
      {
        where: `keep_firing_for of ${alert}`,
        loadedMs: nearest.keepFiringForMs,
        promisedMs: keepFiringForMs,
        specifiedMs: written.keepFiringForMs,
      },
    ]
  })
}
