import type { DrillOptions } from './run.ts'
import type { Ports } from './ports.ts'

/**
 * Waits until the system is steady: every target up, no alert pending or firing, all rules healthy. A fault before that would
 * prove nothing. Returns null when steady, else what was not by the deadline.
 */
export async function awaitSteadyState(ports: Ports, options: DrillOptions): Promise<string | null> {
  const { clock, prometheus } = ports
  const deadline = clock.now() + options.steadyDeadlineMs
  for (;;) {
    options.signal.throwIfAborted()
    const trouble = await unsteady(prometheus)
    if (trouble === null) return null
    if (clock.now() >= deadline) return `not steady after ${Math.round(options.steadyDeadlineMs / 1000)} s: ${trouble}`
    ports.progress.update({ experiment: 'drill', leg: 'steady state', waitsFor: trouble, untilMs: deadline })
    await clock.sleep(500, options.signal)
  }
}

async function unsteady(prometheus: Ports['prometheus']): Promise<string | null> {
  try {
    const targets = await prometheus.targets()
    if (targets.length === 0) return 'Prometheus has no targets yet'
    const down = targets.filter(({ health }) => health !== 'up')
    if (down.length > 0) return `targets not up: ${down.map(({ job, health, lastError }) => `${job} (${lastError || health})`).join(', ')}`
    const alerts = await prometheus.alerts()
    if (alerts.length > 0) return `alerts active: ${alerts.map(({ labels, state }) => `${labels['alertname'] ?? '?'}{job=${labels['job'] ?? ''}} ${state}`).join(', ')}`
    const unevaluated = (await prometheus.rules()).flatMap(({ rules }) => rules).filter(({ health }) => health === 'unknown')
    if (unevaluated.length > 0) return `rules not yet evaluated: ${unevaluated.map(({ name }) => name).join(', ')}`
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
