import { JOURNAL_VERSION, type Journal, type JournalBody } from '../../verify/model/journal.ts'
import type { Plan, Timing } from '../../verify/model/plan.ts'
import type { GroupingSpec } from '../../verify/model/route.ts'
import type { Labels, RoutingSpec, Spec } from '../../verify/model/spec.ts'
import { exerciseDelivery } from '../../verify/run/delivery/probe-alerts.ts'
import type { AlertmanagerSource, Clock, PostedAlert } from '../../verify/run/ports.ts'
import { emptySpec, fakeWorld, planOf } from './fake-ports.ts'

type Notification = Extract<JournalBody, { kind: 'notification' }>

/** How a stand-in Alertmanager is set up; each field is also a way to set it up wrongly. */
export interface VirtualConfig extends GroupingSpec {
  /** Of routes that have clocks of their own. */
  clocks?(labels: Labels): Partial<Omit<GroupingSpec, 'groupBy'>>
  sendResolved: boolean
  receivers(labels: Labels): string[]
  inhibits(source: Labels, target: Labels): boolean
  honoursSilences: boolean
  lagMs: number
}

interface Group {
  receiver: string
  labels: Labels
  alerts: Map<string, PostedAlert>
  notified: Map<string, 'firing' | 'resolved'>
  notifiedMs: number
  clocks: Pick<VirtualConfig, 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs'>
}

/**
 * Test code: groups, flushes, inhibition, silences and repetition as written down in the timing model (1.5), in virtual time, from nothing
 * of the product.
 */
function virtualAlertmanager(
  clock: Clock,
  config: VirtualConfig,
  deliver: (notification: Notification) => void,
): Pick<AlertmanagerSource, 'post' | 'silence' | 'unsilence'> & {
  active(): string[]
  silences: Map<string, { labels: Labels; endsAtMs: number }>
} {
  const alerts = new Map<string, PostedAlert>()
  const groups = new Map<string, Group>()
  const silences = new Map<string, { labels: Labels; endsAtMs: number }>()
  const key = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort())
  const firing = (alert: PostedAlert): boolean => alert.endsAtMs > clock.now()
  const muted = ({ labels }: PostedAlert): boolean =>
    [...alerts.values()].some((source) => firing(source) && config.inhibits(source.labels, labels)) ||
    (config.honoursSilences &&
      [...silences.values()].some(
        (silence) => silence.endsAtMs > clock.now() && Object.entries(silence.labels).every(([name, value]) => labels[name] === value),
      ))

  const flush = (group: Group): void => {
    const heard = [...group.alerts.values()].filter((alert) => !muted(alert))
    const news = heard.some((alert) => {
      const status = firing(alert) ? 'firing' : 'resolved'
      const before = group.notified.get(key(alert.labels))
      return status === 'firing' ? before !== 'firing' : before === 'firing' && config.sendResolved
    })
    const again = heard.some(firing) && group.notified.size > 0 && clock.now() - group.notifiedMs > group.clocks.repeatIntervalMs
    const body = heard
      .filter((alert) => firing(alert) || (config.sendResolved && group.notified.has(key(alert.labels))))
      .map((alert) => ({
        status: firing(alert) ? 'firing' : 'resolved',
        labels: alert.labels,
        annotations: alert.annotations,
        startsAt: new Date(alert.startsAtMs).toISOString(),
        endsAt: new Date(firing(alert) ? 0 : alert.endsAtMs).toISOString(),
      }))
    if ((news || again) && body.length > 0) {
      for (const alert of heard) group.notified.set(key(alert.labels), firing(alert) ? 'firing' : 'resolved')
      group.notifiedMs = clock.now()
      void clock.sleep(config.lagMs).then(() => {
        deliver({
          kind: 'notification',
          path: `/${group.receiver}`,
          receiver: group.receiver,
          arrivedMs: clock.now(),
          method: 'POST',
          headers: {},
          body: { status: body.some(({ status }) => status === 'firing') ? 'firing' : 'resolved', alerts: body, groupLabels: group.labels },
        })
      })
    }
    for (const alert of [...group.alerts.values()]) if (!firing(alert)) group.alerts.delete(key(alert.labels))
  }
  const live = async (id: string, group: Group): Promise<void> => {
    await clock.sleep(group.clocks.groupWaitMs)
    for (flush(group); group.alerts.size > 0; flush(group)) await clock.sleep(group.clocks.groupIntervalMs)
    groups.delete(id)
  }

  return {
    silences,
    active: () => [...alerts.values()].filter(firing).map(({ labels }) => labels['alertname'] ?? ''),
    post: async (posted) => {
      await clock.sleep(20)
      for (const alert of posted) {
        alerts.set(key(alert.labels), alert)
        for (const receiver of config.receivers(alert.labels)) {
          const labels = Object.fromEntries(
            config.groupBy.flatMap((name) => (alert.labels[name] === undefined ? [] : [[name, alert.labels[name]]])),
          )
          const id = `${receiver} ${key(labels)}`
          const group = groups.get(id)
          if (group !== undefined) {
            group.alerts.set(key(alert.labels), alert)
            continue
          }
          if (!firing(alert)) continue
          const fresh: Group = {
            receiver,
            labels,
            alerts: new Map([[key(alert.labels), alert]]),
            notified: new Map(),
            notifiedMs: 0,
            clocks: { ...config, ...config.clocks?.(alert.labels) },
          }
          groups.set(id, fresh)
          void live(id, fresh)
        }
      }
    },
    silence: (labels, { endsAtMs }) => {
      silences.set(`s${silences.size + 1}`, { labels, endsAtMs })
      return Promise.resolve(`s${silences.size}`)
    },
    unsilence: (id) => {
      silences.delete(id)
      return Promise.resolve()
    },
  }
}

export const ROUTING: RoutingSpec = {
  because: '',
  groupBy: ['alertname', 'job'],
  groupWaitMs: 15_000,
  groupIntervalMs: 60_000,
  repeatIntervalMs: 14_400_000,
  receivers: [
    { name: 'default', kind: 'webhook', sendResolved: true, optional: false },
    { name: 'critical', kind: 'webhook', sendResolved: true, optional: false },
    { name: 'slack', kind: 'slack', sendResolved: true, optional: true },
  ],
  routes: [
    { match: { severity: 'critical' }, receiver: 'critical' },
    { match: {}, receiver: 'default' },
  ],
  inhibitions: [
    { because: '', source: { alertname: 'ServiceDown', severity: 'critical' }, target: { severity: ['warning', 'info'] }, equal: ['job'] },
  ],
}

/** One in a fake world, set up as a specification has it: what it delivers comes to the world's receiver. */
export function connectedAlertmanager(
  world: ReturnType<typeof fakeWorld>,
  { groupBy, inhibitions }: RoutingSpec,
  { groupWaitMs, groupIntervalMs, repeatIntervalMs }: Timing,
  more: Pick<VirtualConfig, 'receivers'> & Partial<VirtualConfig>,
): ReturnType<typeof virtualAlertmanager> {
  const listeners = new Set<(notification: Notification) => void>()
  world.receiver.subscribe = (listener) => {
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }
  const alertmanager = virtualAlertmanager(
    world.clock,
    {
      groupBy,
      groupWaitMs,
      groupIntervalMs,
      repeatIntervalMs,
      sendResolved: true,
      honoursSilences: true,
      lagMs: 30,
      inhibits: (source, target) =>
        inhibitions.some(
          (rule) =>
            Object.entries(rule.source).every(([name, value]) => source[name] === value) &&
            Object.entries(rule.target).every(([name, values]) => values.includes(target[name] ?? '')) &&
            rule.equal.every((name) => source[name] === target[name]),
        ),
      ...more,
    },
    (notification) => {
      for (const listener of listeners) listener(notification)
    },
  )
  const { post, silence, unsilence } = alertmanager
  Object.assign(world.alertmanager, { post, silence, unsilence })
  return alertmanager
}

/** A fake world with an Alertmanager that is set up as ROUTING has it (times by fifteen), but for what `wrong` says. */
export function exerciseWorld(
  wrong: Partial<VirtualConfig> = {},
  planned: Partial<Plan> = {},
): { world: ReturnType<typeof fakeWorld>; alertmanager: ReturnType<typeof virtualAlertmanager>; spec: Spec; plan: Plan } {
  const world = fakeWorld()
  const plan = planOf([], { makespanMs: 150_000, ...planned })
  const alertmanager = connectedAlertmanager(world, ROUTING, plan.timing, {
    receivers: (labels) => [labels['severity'] === 'critical' ? 'critical' : 'default'],
    ...wrong,
  })
  world.receiver.subscribe((notification) => {
    world.journal.append(notification)
  })
  return { world, alertmanager, spec: { ...emptySpec, routing: ROUTING }, plan }
}

/** The journal of a drill that exercised delivery and nothing else. `cutAfterMs`: interrupted then. */
export async function exercisedJournal(
  wrong: Partial<VirtualConfig> = {},
  options: {
    planned?: Partial<Plan>
    deliveryProbes?: boolean
    cutAfterMs?: number
    chatReceivers?: string[]
    routing?: Partial<RoutingSpec>
  } = {},
): Promise<Journal> {
  const { world, spec, plan } = exerciseWorld(wrong, options.planned)
  const drilled = { ...spec, routing: { ...spec.routing, ...options.routing } }
  const interrupt = new AbortController()
  world.journal.append({
    kind: 'header',
    version: JOURNAL_VERSION,
    tool: 'test',
    runId: 'r1',
    spec: drilled,
    plan,
    zeroMs: world.clock.now(),
    target: 'virtual',
    components: {},
    chatReceivers: options.chatReceivers ?? [],
  })
  if (options.cutAfterMs !== undefined)
    void world.clock.sleep(options.cutAfterMs).then(() => {
      interrupt.abort(new Error('Ctrl-C'))
    })
  await world.clock.drive(
    exerciseDelivery(plan, drilled, world, { runId: 'r1', deliveryProbes: options.deliveryProbes ?? true, signal: interrupt.signal }),
  )
  await world.clock.drive(world.clock.sleep(60_000))
  world.journal.append({ kind: 'footer', ended: 'completed', undone: [], notUndone: [] })
  return { entries: world.entries, problems: [] }
}
