import type { JournalBody } from '../../model/journal.ts'
import type { Plan } from '../../model/plan.ts'
import type { Labels, Spec } from '../../model/spec.ts'
import type { Ports, PrometheusSource } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'

type Seen = Pick<Awaited<ReturnType<PrometheusSource['targets']>>[number], 'job' | 'instance' | 'health' | 'scrapeIntervalMs'>

const LOOK_EVERY_MS = 1_000
/** A scrape that fails twice is no accident; what has just been undone needs as long to be scraped again. */
const SCRAPES = 3
const SPARE_MS = 5_000

/** What a cause is known to disturb. */
interface Cause {
  jobs: ReadonlySet<string>
  effects: readonly string[]
}

/**
 * Whether something outside of what the drill means to disturb has gone down: a scrape target that was up when the drill looked first, is
 * down for some scrapes, and that no fault or load in force, or undone a moment ago, is known to disturb. Pure: it is given what is seen.
 */
export class HealthGuard {
  private readonly causes = new Map<string, Cause>()
  /** Id of the experiment or outage -> until when it explains what is down, unix ms. */
  private readonly explains = new Map<string, number>()
  private readonly wasUp = new Set<string>()
  private readonly downSince = new Map<string, number>()
  private answeredMs: number | undefined

  constructor(plan: Plan, spec: Spec) {
    const jobOf = ({ job }: Labels): string[] => (job === undefined ? [] : [job])
    const specified = [...spec.rules.flatMap(({ experiments }) => experiments), ...(spec.outages ?? [])]
    for (const { id, confirms, subject, alsoMust, may, effects, legs } of plan.experiments) {
      const targets = legs.flatMap(({ fault }) => (fault === undefined ? [] : [fault.target]))
      const alerts = [subject, ...alsoMust.map(({ labels }) => labels), ...may.map(({ labels }) => labels)]
      this.causes.set(id, {
        jobs: new Set([...targets, ...alerts.flatMap(jobOf)]),
        effects: [...effects, ...effectsOf(specified, confirms ?? id)],
      })
    }
    for (const { id, confirms, fault } of plan.outages ?? [])
      this.causes.set(id, { jobs: new Set(fault === undefined ? [] : [fault.target]), effects: effectsOf(specified, confirms ?? id) })
  }

  /** Faults and loads as they go into the journal. */
  see(entry: JournalBody, nowMs: number): void {
    if (entry.kind === 'fault') this.explains.set(entry.experiment, entry.phase === 'inject' ? Infinity : nowMs)
    if (entry.kind === 'load' && this.causes.has(entry.experiment))
      this.explains.set(entry.experiment, entry.phase === 'begin' ? Infinity : nowMs)
  }

  /** Why the drill must end, or undefined. */
  look(targets: readonly Seen[], nowMs: number): string | undefined {
    this.answeredMs = nowMs
    const harmed = targets.flatMap((target) => {
      const name = `${target.job} (${target.instance})`
      if (target.health !== 'down') {
        this.downSince.delete(name)
        if (target.health === 'up') this.wasUp.add(name)
        return []
      }
      const patienceMs = SCRAPES * target.scrapeIntervalMs + SPARE_MS
      if (!this.wasUp.has(name) || this.isExplained(target.job, nowMs, patienceMs)) {
        this.downSince.delete(name)
        return []
      }
      const since = this.downSince.get(name) ?? nowMs
      this.downSince.set(name, since)
      return nowMs - since >= patienceMs ? [`${name} is down for ${Math.round((nowMs - since) / 1000)} s`] : []
    })
    if (harmed.length === 0) return undefined
    const inForce = [...this.explains].filter(([, untilMs]) => untilMs === Infinity).map(([id]) => id)
    return `${harmed.join(', ')}, which nothing in force is known to disturb (${inForce.length === 0 ? 'no fault or load' : inForce.join(', ')})`
  }

  /** The same while Prometheus does not answer: what the faults do is not seen then. */
  unseen(error: string, nowMs: number, scrapeIntervalMs: number): string | undefined {
    this.answeredMs ??= nowMs
    const forMs = nowMs - this.answeredMs
    const patienceMs = 2 * (SCRAPES * scrapeIntervalMs + SPARE_MS)
    return forMs < patienceMs ? undefined : `Prometheus has not answered for ${Math.round(forMs / 1000)} s: ${error}`
  }

  private isExplained(job: string, nowMs: number, graceMs: number): boolean {
    return [...this.explains].some(([id, untilMs]) => {
      const cause = this.causes.get(id)
      if (cause === undefined || nowMs > untilMs + graceMs) return false
      return cause.jobs.has(job) || cause.effects.some((effect) => effect === job || effect.startsWith(`${job}:`))
    })
  }
}

function effectsOf(specified: readonly { id: string; effects: string[] }[], id: string): string[] {
  return specified.find((each) => each.id === id)?.effects ?? []
}

/** Looks every second until `signal`; calls `harmed` once, with the reason, when the drill must end. */
export async function guardHealth(
  guard: HealthGuard,
  plan: Plan,
  { clock, prometheus }: Pick<Ports, 'clock' | 'prometheus'>,
  signal: AbortSignal,
  harmed: (why: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    let why: string | undefined
    try {
      why = guard.look(await prometheus.targets(), clock.now())
    } catch (error) {
      why = guard.unseen(messageOf(error), clock.now(), plan.timing.scrapeIntervalMs)
    }
    if (why !== undefined) {
      harmed(why)
      return
    }
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
  }
}
