import type { JournalBody } from '../../model/journal.ts'
import type { Plan } from '../../model/plan.ts'
import type { ProbeAlert, ProbeRole } from '../../model/probe.ts'
import { routedTo } from '../../routing/tree.ts'
import type { Labels, Spec } from '../../model/spec.ts'
import { deliveryOfPosted, type Delivery } from '../../routing/delivery.ts'
import { alertsOf, includes } from '../experiment/awaited-alerts.ts'
import { deliveryProbes, type DeliveryProbe } from './probe-cases.ts'
import type { Ports } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'

type Step = Extract<JournalBody, { kind: 'delivery-probe' }>

/** Longer than the judge allows: what comes too late is to be seen coming too late. */
const LATE_MS = 5_000
/** A notification that must not come would come in the same flush as its neighbour's; this allows for its delivery. */
const HUSH_MS = 500
/** A synthetic alert ends by itself after this, also when the drill dies. */
const SPARE_MS = 60_000
const NOT_ASKED = "synthetic alerts are posted to a target of one's own only if its file says deliveryProbes: true"

export interface DeliveryOptions {
  runId: string
  /** Whether synthetic alerts may be posted. */
  deliveryProbes?: boolean
  /** Aborting it ends all of them, on the system as well. */
  signal: AbortSignal
}

/** The longest that the exercise can take; every wait that ends with a message usually ends much earlier. */
export function exerciseMs({ groupWaitMs, groupIntervalMs }: Pick<Delivery, 'groupWaitMs' | 'groupIntervalMs'>): number {
  return 2 * (groupWaitMs + LATE_MS) + HUSH_MS + 2 * (groupIntervalMs + LATE_MS)
}

/**
 * Tries what no single fault brings about: inhibition, silences, grouping, repetition and the all-clear, on synthetic alerts posted to
 * Alertmanager
 * beside the experiments. Judges nothing. Never rejects: trouble is an entry. When it resolves no alert and no silence of it is active.
 */
export async function exerciseDelivery(plan: Plan, spec: Spec, ports: Ports, options: DeliveryOptions): Promise<void> {
  // With what Prometheus adds to each alert: a route may ask for it.
  const { externalLabels } = plan.timing
  const probes = deliveryProbes(spec.routing, options.runId).map((probe) => ({
    ...probe,
    alerts: probe.alerts.map((alert) => ({ ...alert, labels: { ...externalLabels, ...alert.labels } })),
  }))
  const longestMs = exerciseMs(
    slowest(
      plan,
      spec,
      probes.flatMap(({ alerts }) => alerts),
    ),
  )
  const reason =
    options.deliveryProbes !== true
      ? NOT_ASKED
      : longestMs > plan.makespanMs
        ? `it may take ${Math.round(longestMs / 1000)} s, longer than the experiments (${Math.round(plan.makespanMs / 1000)} s)`
        : undefined
  await Promise.all(
    probes.map(async (probe) => {
      const why = reason ?? probe.impossible
      if (why === undefined) await new Exercise(probe, plan, spec, ports, options).run()
      else
        ports.journal.append({
          kind: 'delivery-probe',
          case: probe.case,
          probe: probe.id,
          action: 'skip',
          alerts: [],
          startedMs: ports.clock.now(),
          doneMs: ports.clock.now(),
          ok: true,
          detail: why,
        })
    }),
  )
}

/** The longest clocks of the routes that synthetic alerts take. */
function slowest({ timing }: Plan, { routing }: Spec, alerts: readonly ProbeAlert[]): Delivery {
  const clocks = alerts.map(({ labels }) => deliveryOfPosted(timing, labels, routedTo(routing, labels)))
  const longest = (key: keyof Delivery): number => (clocks.length === 0 ? timing[key] : Math.max(...clocks.map((each) => each[key])))
  return { groupWaitMs: longest('groupWaitMs'), groupIntervalMs: longest('groupIntervalMs'), repeatIntervalMs: longest('repeatIntervalMs') }
}

interface Notified {
  receiver: string
  status: string
  labels: Labels
}

class Exercise {
  private readonly notified: Notified[] = []
  private readonly waiting = new Set<() => void>()
  private readonly active = new Map<ProbeAlert, number>()
  private readonly expiresMs: number
  private readonly probe: DeliveryProbe
  private readonly clocks: Delivery
  private readonly plan: Plan
  private readonly spec: Spec
  private readonly ports: Ports
  private readonly options: DeliveryOptions
  private silenceId: string | undefined

  constructor(probe: DeliveryProbe, plan: Plan, spec: Spec, ports: Ports, options: DeliveryOptions) {
    this.probe = probe
    this.plan = plan
    this.spec = spec
    this.ports = ports
    this.options = options
    this.clocks = slowest(plan, spec, probe.alerts)
    this.expiresMs = ports.clock.now() + Math.max(exerciseMs(this.clocks), plan.makespanMs) + SPARE_MS
  }

  async run(): Promise<void> {
    const forget = this.ports.receiver.subscribe((notification) => {
      for (const { status, labels } of alertsOf(notification.body)) this.notified.push({ receiver: notification.receiver, status, labels })
      for (const look of [...this.waiting]) look()
    })
    const trouble: string[] = []
    try {
      await this[this.probe.case]()
      await this.allClear()
    } catch (error) {
      trouble.push(this.options.signal.aborted ? 'interrupted' : messageOf(error))
    }
    trouble.push(...(await this.tidyUp()))
    forget()
    this.note('over', [], this.ports.clock.now(), trouble.length === 0, trouble.join('; '))
  }

  private async inhibition(): Promise<void> {
    const { groupWaitMs, groupIntervalMs } = this.clocks
    await this.post(this.of('source'))
    // Inhibition is looked at when the target's group is flushed: its source has to be there before.
    await this.heard(this.of('source'), 'firing', groupWaitMs + LATE_MS)
    await this.post(this.of('target', 'neighbour'))
    await this.heard(this.of('neighbour'), 'firing', groupWaitMs + LATE_MS)
    await this.ports.clock.sleep(this.of('neighbour').length === 0 ? groupWaitMs + HUSH_MS : HUSH_MS, this.options.signal)
    await this.resolve(this.of('source'))
    await this.heard(this.of('target'), 'firing', groupIntervalMs + LATE_MS)
  }

  private async silence(): Promise<void> {
    const { groupWaitMs, groupIntervalMs } = this.clocks
    const silenced = this.of('silenced')
    const startedMs = this.ports.clock.now()
    this.silenceId = await this.step('silence', silenced, () =>
      this.ports.alertmanager.silence(silenced[0]?.labels ?? {}, {
        startsAtMs: startedMs,
        endsAtMs: this.expiresMs,
        comment: `delivery exercise of drill ${this.options.runId}`,
      }),
    )
    await this.post(this.of('silenced', 'audible'))
    await this.heard(this.of('audible'), 'firing', groupWaitMs + LATE_MS)
    await this.ports.clock.sleep(HUSH_MS, this.options.signal)
    await this.unsilence()
    await this.heard(silenced, 'firing', groupIntervalMs + LATE_MS)
  }

  private async grouping(): Promise<void> {
    await this.post(this.probe.alerts)
    await this.heard(this.probe.alerts, 'firing', this.clocks.groupWaitMs + LATE_MS)
  }

  private async repeat(): Promise<void> {
    const { groupWaitMs, groupIntervalMs, repeatIntervalMs } = this.clocks
    await this.post(this.probe.alerts)
    await this.heard(this.probe.alerts, 'firing', groupWaitMs + LATE_MS)
    const wholeMs = repeatIntervalMs + groupIntervalMs + LATE_MS
    const fits = groupWaitMs + LATE_MS + wholeMs + groupIntervalMs + LATE_MS <= this.plan.makespanMs
    // Too long to see it repeated: two ticks at least show that it is not repeated at each of them.
    if (fits) await this.heard(this.probe.alerts, 'firing', wholeMs, 2)
    else await this.ports.clock.sleep(2 * groupIntervalMs + HUSH_MS, this.options.signal)
  }

  /** Everything is ended, and what was notified as firing is notified as resolved. */
  private async allClear(): Promise<void> {
    const left = [...this.active.keys()]
    await this.resolve(left)
    const promised = this.probe.alerts.filter((alert) => this.receiverOf(alert)?.sendResolved === true && this.count(alert, 'firing') > 0)
    await this.heard(promised, 'resolved', this.clocks.groupIntervalMs + LATE_MS)
  }

  /** Also when interrupted; returns what could not be done. What could not be ends by itself at its endsAt. */
  private async tidyUp(): Promise<string[]> {
    const results = await Promise.allSettled([this.unsilence(), this.resolve([...this.active.keys()])])
    return results.flatMap((result) =>
      result.status === 'rejected' ? [`${messageOf(result.reason)}; it ends by itself by ${new Date(this.expiresMs).toISOString()}`] : [],
    )
  }

  private of(...roles: ProbeRole[]): ProbeAlert[] {
    return this.probe.alerts.filter(({ role }) => roles.includes(role))
  }

  private receiverOf({ labels }: ProbeAlert): Spec['routing']['receivers'][number] | undefined {
    return this.spec.routing.receivers.find(({ name }) => name === routedTo(this.spec.routing, labels))
  }

  private count(alert: ProbeAlert, status: string): number {
    const receiver = this.receiverOf(alert)?.name
    return this.notified.filter((seen) => seen.receiver === receiver && seen.status === status && includes(seen.labels, alert.labels))
      .length
  }

  private async post(alerts: ProbeAlert[]): Promise<void> {
    const startsAtMs = this.ports.clock.now()
    for (const alert of alerts) this.active.set(alert, startsAtMs)
    await this.step('post', alerts, () =>
      this.ports.alertmanager.post(
        alerts.map(({ labels }) => ({ labels, annotations: annotations(labels), startsAtMs, endsAtMs: this.expiresMs })),
      ),
    )
  }

  private async resolve(alerts: ProbeAlert[]): Promise<void> {
    if (alerts.length === 0) return
    const endsAtMs = this.ports.clock.now()
    await this.step('resolve', alerts, () =>
      this.ports.alertmanager.post(
        alerts.map((alert) => ({
          labels: alert.labels,
          annotations: annotations(alert.labels),
          startsAtMs: this.active.get(alert) ?? endsAtMs,
          endsAtMs,
        })),
      ),
    )
    for (const alert of alerts) this.active.delete(alert)
  }

  private async unsilence(): Promise<void> {
    const id = this.silenceId
    if (id === undefined) return
    await this.step('unsilence', this.of('silenced'), () => this.ports.alertmanager.unsilence(id))
    this.silenceId = undefined
  }

  /** Resolves when each receiver was notified so often, or when the time is over: what did not come is judged later. */
  private async heard(alerts: ProbeAlert[], status: 'firing' | 'resolved', withinMs: number, times = 1): Promise<void> {
    const all = (): boolean => alerts.every((alert) => this.count(alert, status) >= times)
    if (all()) return
    const done = new AbortController()
    const look = (): void => {
      if (all()) done.abort()
    }
    this.waiting.add(look)
    try {
      await this.ports.clock.sleep(withinMs, AbortSignal.any([this.options.signal, done.signal])).catch(() => undefined)
      this.options.signal.throwIfAborted()
    } finally {
      this.waiting.delete(look)
    }
  }

  private async step<T>(action: Step['action'], alerts: ProbeAlert[], work: () => Promise<T>): Promise<T> {
    const startedMs = this.ports.clock.now()
    try {
      const result = await work()
      this.note(action, alerts, startedMs, true, typeof result === 'string' ? result : '')
      return result
    } catch (error) {
      this.note(action, alerts, startedMs, false, messageOf(error))
      throw error
    }
  }

  private note(action: Step['action'], alerts: ProbeAlert[], startedMs: number, ok: boolean, detail: string): void {
    this.ports.journal.append({
      kind: 'delivery-probe',
      case: this.probe.case,
      probe: this.probe.id,
      action,
      alerts,
      startedMs,
      doneMs: this.ports.clock.now(),
      ok,
      detail,
    })
  }
}

function annotations(labels: Labels): Labels {
  return {
    summary: `A drill is under way: ${labels['alertname'] ?? ''} is not real`,
    description: 'Posted by firedrill to see how alerts are delivered. Nothing is wrong; it ends by itself.',
  }
}
