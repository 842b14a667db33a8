import { slowestEvaluationMs } from '../../promql/loaded-clocks.ts'
import type { Plan } from '../../model/plan.ts'
import type { Spec } from '../../model/spec.ts'
import type { DrillOptions } from '../options.ts'
import type { Ports } from '../ports.ts'

/**
 * Waits until the system is steady and stays so for a few evaluations: every specified target up, no specified alert pending or firing, no
 * condition of the specification true, all rules evaluated. A fault before that would prove nothing. A plan without any fault looks at
 * traces and
 * lines alone: for it the targets must be up, whatever an alert is doing.
 * What belongs to others (a Watchdog that always fires) is let be. Returns null when steady, else what was not by the deadline.
 */
export async function awaitSteadyState(plan: Plan, spec: Spec, ports: Ports, options: DrillOptions): Promise<string | null> {
  const { clock } = ports
  // One look between two evaluations could miss what the next one finds.
  const stableMs = 2 * (plan.timing.scrapeIntervalMs + slowestEvaluationMs(plan.timing))
  const deadline = clock.now() + options.steadyDeadlineMs
  let steadySince: number | null = null
  for (;;) {
    options.signal.throwIfAborted()
    const trouble = await unsteady(plan, spec, ports.prometheus)
    const now = clock.now()
    steadySince = trouble === null ? (steadySince ?? now) : null
    if (steadySince !== null && now - steadySince >= stableMs) return null
    if (trouble !== null && now >= deadline) return `not steady after ${Math.round(options.steadyDeadlineMs / 1000)} s: ${trouble}`
    ports.progress.update({ experiment: 'drill', leg: 'steady state', waitsFor: trouble ?? 'it to last', untilMs: deadline })
    await clock.sleep(500, options.signal)
  }
}

async function unsteady(plan: Plan, spec: Spec, prometheus: Ports['prometheus']): Promise<string | null> {
  try {
    const targets = await prometheus.targets()
    if (targets.length === 0) return 'Prometheus has no targets yet'
    const jobs = new Set(spec.platform.targets.map(({ job }) => job))
    const down = targets.filter(({ job, health }) => health !== 'up' && (jobs.size === 0 || jobs.has(job)))
    if (down.length > 0) return `targets not up: ${down.map(({ job, health, lastError }) => `${job} (${lastError || health})`).join(', ')}`
    if (plan.experiments.length === 0 && (plan.outages ?? []).length === 0) return null
    const own = new Set([...spec.rules, ...plan.experiments].map(({ alert }) => alert))
    const alerts = (await prometheus.alerts()).filter(({ labels }) => own.has(labels['alertname'] ?? ''))
    if (alerts.length > 0)
      return `alerts active: ${alerts.map(({ labels, state }) => `${labels['alertname'] ?? '?'}{job=${labels['job'] ?? ''}} ${state}`).join(', ')}`
    const unevaluated = (await prometheus.rules()).flatMap(({ rules }) => rules).filter(({ health }) => health === 'unknown')
    if (unevaluated.length > 0) return `rules not yet evaluated: ${unevaluated.map(({ name }) => name).join(', ')}`
    for (const { alert, expr } of plan.experiments) {
      if ((await prometheus.query(expr)).length > 0) return `the condition of ${alert} holds`
    }
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
