import { longestMemoryMs, LOOKBACK_MS, slowestEvaluationMs } from '../../promql/loaded-clocks.ts'
import type { Plan } from '../../model/plan.ts'
import type { Spec } from '../../model/spec.ts'
import type { DrillOptions } from '../options.ts'
import type { Ports } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'

/**
 * What is not steady. `fades`: a rule still remembers it (rate[5m] of an earlier drill's load), so it may take that long to go. `stays`:
 * a firing alert or a target that is down, which no waiting may mend.
 */
interface Trouble {
  text: string
  fades: boolean
  stays?: boolean
}

/**
 * Waits until the system is steady and stays so for a few evaluations: every specified target up, no specified alert pending or firing, no
 * condition of the specification true, all rules evaluated. A fault before that would prove nothing. A plan without any fault looks at
 * traces and lines alone: for it the targets must be up, whether or not an alert is active. Alerts of other rules (a Watchdog that always
 * fires) do not count. Returns null when steady, else what was not by the deadline; earlier where `inVain` says the same for as long as
 * a rule remembers: what fades would have faded then.
 */
export async function awaitSteadyState(
  plan: Plan,
  spec: Spec,
  ports: Ports,
  options: DrillOptions,
  inVain?: () => Promise<string | undefined>,
): Promise<string | null> {
  const { clock } = ports
  // One look between two evaluations could miss what the next one finds.
  const stableMs = 2 * (plan.timing.scrapeIntervalMs + slowestEvaluationMs(plan.timing))
  const startedMs = clock.now()
  const patienceMs = stableMs + (await rememberedMs(plan, spec, ports.prometheus))
  const fadingMs = options.steadyDeadlineMs + patienceMs
  let steadySince: number | null = null
  let lookedMs = -Infinity
  let vain: { why: string; sinceMs: number } | undefined
  for (;;) {
    options.signal.throwIfAborted()
    const trouble = await unsteady(plan, spec, ports.prometheus)
    const now = clock.now()
    const limitMs = trouble?.fades === true ? fadingMs : options.steadyDeadlineMs
    steadySince = trouble === null ? (steadySince ?? now) : null
    if (steadySince !== null && now - steadySince >= stableMs) return null
    if (trouble !== null && now - startedMs >= limitMs) return `not steady after ${Math.round(limitMs / 1000)} s: ${trouble.text}`
    if (trouble?.stays !== true) vain = undefined
    else if (inVain !== undefined && now - lookedMs >= stableMs) {
      lookedMs = now
      const why = await inVain()
      vain = why === undefined ? undefined : { why, sinceMs: vain?.why === why ? vain.sinceMs : now }
    }
    if (vain !== undefined && now - vain.sinceMs >= patienceMs)
      return `not steady, and it would not become so: ${vain.why}, for ${Math.round((now - vain.sinceMs) / 1000)} s now`
    ports.progress.update({
      experiment: 'drill',
      leg: 'steady state',
      waitsFor: trouble?.text ?? `${Math.round(stableMs / 1000)} s of it`,
      untilMs: startedMs + limitMs,
    })
    await clock.sleep(500, options.signal)
  }
}

/** Prometheus sets up what it discovered this often: `updatert` of https://github.com/prometheus/prometheus/blob/main/discovery/manager.go */
const DISCOVERY_MS = 5_000

/**
 * Waits until a Prometheus that was started just now has scraped each specified target once, up or down: before that it lists none, and
 * no rule has seen a series. What it is not configured to scrape gets the same time. `onWait` is called when there is something to wait
 * for.
 */
export async function awaitFirstScrapes(
  spec: Spec,
  { scrapeIntervalMs }: Pick<Plan['timing'], 'scrapeIntervalMs'>,
  { prometheus, clock }: Pick<Ports, 'prometheus' | 'clock'>,
  signal: AbortSignal,
  onWait: () => void,
): Promise<void> {
  const untilMs = clock.now() + 2 * (DISCOVERY_MS + scrapeIntervalMs)
  const unscraped = async (): Promise<boolean> => {
    const targets = await prometheus.targets()
    return spec.platform.targets.some(({ job }) => {
      const own = targets.filter((target) => target.job === job)
      return own.length === 0 || own.some(({ health }) => health === 'unknown')
    })
  }
  try {
    for (let waits = false; !signal.aborted && clock.now() < untilMs && (await unscraped()); waits = true) {
      if (!waits) onWait()
      await clock.sleep(500, signal)
    }
  } catch {
    // Aborted, or Prometheus does not answer: what comes next says so.
  }
}

/** How far back the loaded rules of the specified alerts look, ms; 5 min when Prometheus does not answer. */
export async function rememberedMs(plan: Plan, spec: Spec, prometheus: Ports['prometheus']): Promise<number> {
  const own = specifiedAlerts(plan, spec)
  return prometheus.rules().then(
    (groups) => longestMemoryMs(groups.map((group) => ({ ...group, rules: group.rules.filter(({ name }) => own.has(name)) }))),
    () => LOOKBACK_MS,
  )
}

function specifiedAlerts(plan: Plan, spec: Spec): Set<string> {
  return new Set([...spec.rules, ...plan.experiments].map(({ alert }) => alert))
}

async function unsteady(plan: Plan, spec: Spec, prometheus: Ports['prometheus']): Promise<Trouble | null> {
  const lasting = (text: string): Trouble => ({ text, fades: false })
  try {
    const targets = await prometheus.targets()
    if (targets.length === 0) return lasting('Prometheus has no targets yet')
    const jobs = new Set(spec.platform.targets.map(({ job }) => job))
    const down = targets.filter(({ job, health }) => health !== 'up' && (jobs.size === 0 || jobs.has(job)))
    if (down.length > 0) {
      const text = `targets not up: ${down.map(({ job, health, lastError }) => `${job} (${lastError || health})`).join(', ')}`
      return { text, fades: false, stays: true }
    }
    if (plan.experiments.length === 0 && (plan.outages ?? []).length === 0) return null
    const own = specifiedAlerts(plan, spec)
    const alerts = (await prometheus.alerts()).filter(({ labels }) => own.has(labels['alertname'] ?? ''))
    if (alerts.length > 0)
      return {
        text: `alerts active: ${alerts.map(({ labels, state }) => `${labels['alertname'] ?? '?'}{job=${labels['job'] ?? ''}} ${state}`).join(', ')}`,
        fades: true,
        stays: alerts.some(({ state }) => state === 'firing'),
      }
    const unevaluated = (await prometheus.rules()).flatMap(({ rules }) => rules).filter(({ health }) => health === 'unknown')
    if (unevaluated.length > 0) return lasting(`rules not yet evaluated: ${unevaluated.map(({ name }) => name).join(', ')}`)
    for (const { alert, expr } of plan.experiments) {
      if ((await prometheus.query(expr)).length > 0) return { text: `the condition of ${alert} is true`, fades: true }
    }
    return null
  } catch (error) {
    return lasting(messageOf(error))
  }
}
