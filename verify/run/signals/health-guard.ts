import type { JournalBody } from '../../model/journal.ts'
import type { Plan } from '../../model/plan.ts'
import type { HttpProbe, Labels, Spec } from '../../model/spec.ts'
import type { Ports, PrometheusSource } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'
import { budgetLeft, tooLittleLeft } from './error-budget.ts'

type Seen = Pick<Awaited<ReturnType<PrometheusSource['targets']>>[number], 'job' | 'instance' | 'health' | 'scrapeIntervalMs'>

const LOOK_EVERY_MS = 1_000
const ASK_EVERY_MS = 2_000
/** A scrape that fails twice is no accident; what has just been undone needs as long to be scraped again. */
const SCRAPES = 3
const SPARE_MS = 5_000

/** What a cause is known to disturb. */
interface Cause {
  jobs: ReadonlySet<string>
  effects: readonly string[]
}

/**
 * Whether something outside of what the drill means to disturb has gone down: a scrape target, or a service's answer, that was good when
 * the drill looked first, is bad for some scrapes, and that no fault or load in force, or undone a moment ago, is known to disturb. Pure:
 * it is given what is seen.
 */
export class HealthGuard {
  private readonly causes = new Map<string, Cause>()
  /** Id of the experiment or outage -> until when it explains what is down, unix ms. */
  private readonly explains = new Map<string, number>()
  private readonly wasUp = new Set<string>()
  private readonly downSince = new Map<string, number>()
  private answeredMs: number | undefined
  private readonly scrapeIntervalMs: number
  private readonly jobs: ReadonlyMap<string, string>

  constructor(plan: Plan, spec: Spec) {
    this.scrapeIntervalMs = plan.timing.scrapeIntervalMs
    this.jobs = new Map(spec.platform.services.flatMap(({ name, job }) => (job === undefined ? [] : [[name, job]])))
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
    const harmed = targets.flatMap(({ job, instance, health, scrapeIntervalMs }) => {
      const name = `${job} (${instance})`
      const forMs = this.badFor(name, health === 'down' ? 'bad' : health === 'up' ? 'good' : 'open', [job], scrapeIntervalMs, nowMs)
      return forMs === undefined ? [] : [`${name} is down for ${Math.round(forMs / 1000)} s`]
    })
    return harmed.length === 0 ? undefined : this.reason(harmed.join(', '), nowMs)
  }

  /** The same of one request to a service: `trouble` says what came instead of the answer that is specified. */
  asked({ service, method, path }: HttpProbe, trouble: string | undefined, nowMs: number): string | undefined {
    const names = [service, this.jobs.get(service) ?? service]
    const forMs = this.badFor(`${service} ${method} ${path}`, trouble === undefined ? 'good' : 'bad', names, this.scrapeIntervalMs, nowMs)
    return forMs === undefined
      ? undefined
      : this.reason(`${service} does not answer ${method} ${path} for ${Math.round(forMs / 1000)} s (${trouble ?? ''})`, nowMs)
  }

  /** The same while Prometheus does not answer: what the faults do is not seen then. */
  unseen(error: string, nowMs: number, scrapeIntervalMs: number): string | undefined {
    this.answeredMs ??= nowMs
    const forMs = nowMs - this.answeredMs
    const patienceMs = 2 * (SCRAPES * scrapeIntervalMs + SPARE_MS)
    return forMs < patienceMs ? undefined : `Prometheus has not answered for ${Math.round(forMs / 1000)} s: ${error}`
  }

  /** For how long it is bad, once that is too long and nothing explains it. Neither good nor bad: what is not known yet. */
  private badFor(
    name: string,
    state: 'good' | 'bad' | 'open',
    disturbedAs: readonly string[],
    scrapeIntervalMs: number,
    nowMs: number,
  ): number | undefined {
    if (state !== 'bad') {
      this.downSince.delete(name)
      if (state === 'good') this.wasUp.add(name)
      return undefined
    }
    const patienceMs = SCRAPES * scrapeIntervalMs + SPARE_MS
    if (!this.wasUp.has(name) || disturbedAs.some((each) => this.isExplained(each, nowMs, patienceMs))) {
      this.downSince.delete(name)
      return undefined
    }
    const since = this.downSince.get(name) ?? nowMs
    this.downSince.set(name, since)
    return nowMs - since >= patienceMs ? nowMs - since : undefined
  }

  private reason(harm: string, nowMs: number): string {
    const inForce = [...this.explains].filter(([, untilMs]) => untilMs > nowMs).map(([id]) => id)
    return `${harm}, which nothing in force is known to disturb (${inForce.length === 0 ? 'no fault or load' : inForce.join(', ')})`
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

/** One request of each service that is specified to answer, in the plan or not: the first that reads only, else the first. */
export function requestsToServices(spec: Spec): HttpProbe[] {
  const all = [...spec.rules.flatMap(({ experiments }) => experiments), ...(spec.outages ?? [])]
    .flatMap(({ keepsAnswering = [] }) => keepsAnswering.map(({ request }) => request))
    .sort((a, b) => Number(b.method === 'GET') - Number(a.method === 'GET'))
  return [...new Map(all.toReversed().map((request) => [request.service, request])).values()]
}

export interface Guarding {
  guard: HealthGuard
  plan: Plan
  spec: Spec
  runId: string
  /** Percent of the error budget that must be left. */
  budgetFloor?: number
}

/** Looks at targets, answers and budget until `signal`; calls `harmed` once, with the reason, when the drill must end. */
export async function guardHealth(
  { guard, plan, spec, runId, budgetFloor }: Guarding,
  ports: Pick<Ports, 'clock' | 'prometheus' | 'probes'>,
  signal: AbortSignal,
  harmed: (why: string) => void,
): Promise<void> {
  const { clock, prometheus, probes } = ports
  const { scrapeIntervalMs } = plan.timing
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const every = async (periodMs: number, look: () => Promise<string | undefined>): Promise<void> => {
    while (!until.aborted) {
      const why = await look()
      if (why !== undefined && !until.aborted) {
        over.abort()
        harmed(why)
      }
      await clock.sleep(periodMs, until).catch(() => undefined)
    }
  }
  const ofPrometheus = async (look: () => Promise<string | undefined>): Promise<string | undefined> => {
    try {
      return await look()
    } catch (error) {
      return guard.unseen(messageOf(error), clock.now(), scrapeIntervalMs)
    }
  }
  // A limiter counts by stamp.
  let count = 0
  const ask = async (request: HttpProbe): Promise<string | undefined> => {
    count += 1
    const sent = { traceId: null, spanId: '', stamp: `${runId}-guard-${count}` }
    const trouble = await probes
      .send(request, sent)
      .then(({ status }) => (status === request.expectStatus ? undefined : String(status)), messageOf)
    return guard.asked(request, trouble, clock.now())
  }
  await Promise.all([
    every(LOOK_EVERY_MS, () => ofPrometheus(async () => guard.look(await prometheus.targets(), clock.now()))),
    ...requestsToServices(spec).map((request) => every(ASK_EVERY_MS, () => ask(request))),
    ...(budgetFloor === undefined
      ? []
      : [every(scrapeIntervalMs, () => ofPrometheus(async () => tooLittleLeft(await budgetLeft(spec, prometheus), budgetFloor, spec)))]),
  ])
}
