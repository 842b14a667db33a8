import { fieldsOf, type DerivedFields } from '../../verify/grafana/derived-fields.ts'
import type { JournalBody, JournalEntry } from '../../verify/model/journal.ts'
import type { Plan, PlannedExperiment, PlannedLeg } from '../../verify/model/plan.ts'
import type { Spec } from '../../verify/model/spec.ts'
import type { Clock, Ports } from '../../verify/run/ports.ts'

/** Derived fields that look into the line and lead to Jaeger. */
export function byLine(...regexes: string[]): DerivedFields {
  return {
    file: 'd.yml',
    fields: fieldsOf(
      regexes.map((matcherRegex, index) => ({ name: String(index), matcherRegex, datasourceUid: 'jaeger', url: '$${__value.raw}' })),
      [{ type: 'jaeger', uid: 'jaeger' }],
    ),
  }
}

interface Sleeper {
  atMs: number
  order: number
  wake: () => void
  fail: (reason: Error) => void
}

/** A clock whose time passes only when everybody sleeps: a ten-minute drill takes milliseconds and is the same every time. */
export function virtualClock(startMs = 1_700_000_000_000): Clock & { drive<T>(work: Promise<T>): Promise<T> } {
  let nowMs = startMs
  let order = 0
  const sleepers: Sleeper[] = []
  // One listener a signal, however often a drill sleeps: node:events looks through all that a signal has before it adds one.
  const interrupted = new WeakMap<AbortSignal, Set<Sleeper>>()
  const sleepersOf = (signal: AbortSignal): Set<Sleeper> => {
    const known = interrupted.get(signal)
    if (known !== undefined) return known
    const own = new Set<Sleeper>()
    interrupted.set(signal, own)
    signal.addEventListener('abort', () => {
      for (const sleeper of own) {
        sleepers.splice(sleepers.indexOf(sleeper), 1)
        sleeper.fail(signal.reason as Error)
      }
    })
    return own
  }
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error)
          return
        }
        const own = signal === undefined ? undefined : sleepersOf(signal)
        const wake = (): void => {
          own?.delete(sleeper)
          resolve()
        }
        const sleeper: Sleeper = { atMs: nowMs + ms, order: order++, wake, fail: reject }
        sleepers.push(sleeper)
        own?.add(sleeper)
      }),
    async drive(work) {
      let settled = false
      const finish = work.finally(() => {
        settled = true
      })
      finish.catch(() => undefined)
      for (;;) {
        // Let every promise chain run dry before time moves.
        for (let turn = 0; turn < 5; turn += 1)
          await new Promise((resolve) => {
            setImmediate(resolve)
          })
        if (settled) return finish
        sleepers.sort((a, b) => a.atMs - b.atMs || a.order - b.order)
        const next = sleepers.shift()
        if (next === undefined) throw new Error('everything waits and nothing sleeps: the work would hang')
        nowMs = next.atMs
        next.wake()
      }
    },
  }
}

export function plannedLeg(name: PlannedLeg['name'], holdMs: number, more: Partial<PlannedLeg> = {}): PlannedLeg {
  return { name, atMs: 0, holdMs, because: 'test', ...more }
}

export function plannedExperiment(id: string, more: Partial<PlannedExperiment> = {}): PlannedExperiment {
  const window = { earliestMs: 0, latestMs: 10_000 }
  return {
    id,
    alert: 'RedisConnectionFailed',
    title: id,
    startMs: 0,
    durationMs: 30_000,
    legs: [
      plannedLeg('before', 1_000),
      plannedLeg('fire', 10_000, { fault: { id: 'kill-process', target: 'redis', params: {} } }),
      plannedLeg('clear', 10_000),
    ],
    windows: { pending: window, firing: window, notified: window, resolved: window, resolvedNotified: window },
    expr: 'redis_up == 0',
    valueExpr: 'redis_up',
    threshold: 0,
    comparator: '==',
    forMs: 2_000,
    keepFiringForMs: 0,
    subject: { job: id },
    labels: { severity: 'critical' },
    annotations: {},
    injection: { expr: 'redis_up', comparator: '==', threshold: 0, title: 'Redis is down' },
    alsoMust: [],
    may: [],
    effects: [id],
    observes: [id],
    receiver: 'critical',
    ...more,
  }
}

export function planOf(experiments: PlannedExperiment[], more: Partial<Plan> = {}): Plan {
  return {
    speed: 15,
    seed: 1,
    experiments,
    traces: [],
    logs: [],
    serial: false,
    makespanMs: 60_000,
    lowerBoundMs: 60_000,
    criticalPath: [],
    conflicts: [],
    timing: {
      scrapeIntervalMs: 1_000,
      scrapeTimeoutMs: 1_000,
      evaluationIntervalMs: 1_000,
      resendDelayMs: 5_000,
      groupWaitMs: 1_000,
      groupIntervalMs: 4_000,
      repeatIntervalMs: 960_000,
      jobs: {},
    },
    ...more,
  }
}

export const emptySpec: Spec = {
  platform: {
    because: '',
    scrapeIntervalMs: 15_000,
    scrapeTimeoutMs: 10_000,
    evaluationIntervalMs: 15_000,
    resendDelayMs: 60_000,
    targets: [],
    services: [],
  },
  rules: [],
  traces: [],
  logs: [],
  routing: {
    because: '',
    groupBy: [],
    groupWaitMs: 0,
    groupIntervalMs: 0,
    repeatIntervalMs: 0,
    receivers: [],
    routes: [],
    inhibitions: [],
  },
  slo: { because: '', availability: 0.999, latencyP95Seconds: 0.5, errorRate: 0.001, windowMs: 0, panels: [] },
}

type Notification = Extract<JournalBody, { kind: 'notification' }>

/** Ports of a world where every fault is noticed `noticedMs` later and every undo likewise. Override what a test is about. */
export function fakeWorld(options: { noticedMs?: number } = {}): Ports & {
  entries: JournalEntry[]
  calls: string[]
  notify(labels: Record<string, string>, status: string): void
  clock: ReturnType<typeof virtualClock>
} {
  const clock = virtualClock()
  const noticedMs = options.noticedMs ?? 3_000
  const entries: JournalEntry[] = []
  const calls: string[] = []
  const listeners = new Set<(notification: Notification) => void>()
  const notify = (labels: Record<string, string>, status: string): void => {
    const body = { status, alerts: [{ status, labels }] }
    for (const listener of listeners)
      listener({ kind: 'notification', path: '/critical', receiver: 'critical', arrivedMs: clock.now(), method: 'POST', headers: {}, body })
  }
  const later = (labels: Record<string, string>, status: string): void => {
    void clock.sleep(noticedMs).then(() => {
      notify(labels, status)
    })
  }
  return {
    clock,
    entries,
    calls,
    notify,
    journal: {
      append: (body) => {
        entries.push({ seq: entries.length, atMs: clock.now(), ...body })
        return entries.length - 1
      },
    },
    load: {
      start: (use, { experiment, leg }) => {
        calls.push(`load ${use.scenario} ${experiment} ${leg}`)
        const ended = {
          exitCode: 0,
          summary: { iterations: 1, droppedIterations: 0, requests: 1, failedRequests: 0, ratePerS: 1, durationP95Ms: 1, statuses: {} },
        }
        return Promise.resolve({
          done: Promise.resolve(ended),
          stop: () => {
            calls.push(`stop ${use.scenario} ${experiment} ${leg}`)
            return Promise.resolve(ended)
          },
        })
      },
    },
    chaos: {
      inject: (use, experiment) => {
        calls.push(`inject ${use.id} ${experiment}`)
        later({ alertname: 'RedisConnectionFailed', job: experiment, severity: 'critical' }, 'firing')
        const startedMs = clock.now()
        return Promise.resolve({
          startedMs,
          effectiveMs: startedMs,
          detail: 'killed',
          undo: () => {
            calls.push(`undo ${use.id} ${experiment}`)
            later({ alertname: 'RedisConnectionFailed', job: experiment, severity: 'critical' }, 'resolved')
            return Promise.resolve({ startedMs: clock.now(), effectiveMs: clock.now(), ok: true, detail: 'runs' })
          },
        })
      },
      undoAll: () => {
        calls.push('undo all')
        return Promise.resolve({ undone: [], notUndone: [] })
      },
    },
    prometheus: {
      query: () => Promise.resolve([]),
      queryRange: () => Promise.resolve([]),
      alerts: () => Promise.resolve([]),
      config: () => Promise.resolve(''),
      flags: () => Promise.resolve({}),
      buildInfo: () => Promise.resolve('2.48.0'),
      rules: () => Promise.resolve([]),
      targets: () =>
        Promise.resolve([
          {
            job: 'redis-exporter',
            instance: '127.0.0.1:9121',
            health: 'up',
            lastError: '',
            scrapeUrl: '',
            scrapeIntervalMs: 1_000,
            scrapeTimeoutMs: 1_000,
          },
        ]),
    },
    alertmanager: {
      status: () => Promise.resolve({ version: '0.27.0', config: '', raw: {} }),
      alerts: () => Promise.resolve([]),
      post: () => Promise.resolve(),
      silence: () => Promise.resolve('s1'),
      unsilence: () => Promise.resolve(),
    },
    loki: { queryRange: () => Promise.resolve([]) },
    jaeger: { trace: () => Promise.resolve(null), known: () => Promise.resolve([]), tagged: () => Promise.resolve([]) },
    receiver: {
      subscribe: (listener) => {
        listeners.add(listener)
        return () => {
          listeners.delete(listener)
        }
      },
    },
    measures: { measure: () => Promise.reject(new Error('nothing can be measured here')) },
    machine: { watch: () => ({ stop: () => Promise.resolve({ seconds: [], waits: {} }) }) },
    probes: { send: () => Promise.resolve({ status: 200 }) },
    telemetry: { traceId: null, span: (_name, _attributes, work) => work(), shutdown: () => Promise.resolve() },
    progress: { update: () => undefined, line: () => undefined },
  }
}
