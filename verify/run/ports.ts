import type { JournalBody, LoadSlice, LoadSummary, LogLine, Series, Trace, LoadedGroup } from '../model/journal.ts'
import type { FaultUse, HttpProbe, Labels, LoadUse, PartMeasure } from '../model/spec.ts'

/** The world as run.ts sees it. The real ones are opened in verify/drill/record.ts; tests hand in fakes with a fake clock. */
export interface Ports {
  clock: Clock
  journal: JournalSink
  load: Load
  chaos: Chaos
  prometheus: PrometheusSource
  alertmanager: AlertmanagerSource
  loki: LokiSource
  jaeger: JaegerSource
  receiver: NotificationSource
  probes: ProbeSender
  measures: MeasureSource
  machine: MachineSource
  telemetry: Telemetry
  progress: Progress
}

export interface Clock {
  /** Unix ms. */
  now(): number
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface JournalSink {
  /** Appends one entry (written and flushed in order) and returns its sequence number. */
  append(body: JournalBody): number
}

export interface Load {
  /**
   * Starts k6 for one leg and resolves when its requests begin; `stop` ends it early (SIGINT, k6 exit code 105 is then no error) and
   * resolves with its summary. Rejects with the signal's reason where it is aborted before that.
   */
  start(use: LoadUse, options: LoadStart): Promise<RunningLoad>
}

export interface LoadStart {
  experiment: string
  leg: string
  runId: string
  /** A bound of its own, should nothing stop it. */
  maxMs: number
  signal?: AbortSignal
}

export interface RunningLoad {
  /** Settles when k6 ends by itself. */
  done: Promise<EndedLoad>
  stop(): Promise<EndedLoad>
  /** What was answered until now; absent where that is known at the end only. */
  soFar?(): LoadSlice[]
}

export interface EndedLoad {
  /** Of k6; -1 where there is none that speaks for all of it. */
  exitCode: number
  summary: LoadSummary | null
  error?: string
  /** When the last request was sent, unix ms: between these. Absent: just before this was known. */
  overMs?: [from: number, by: number]
}

export interface Chaos {
  /**
   * Writes the undo to the ledger, applies the fault, waits until it is effective. Rejects (with the fault undone) when it cannot be
   * applied. After `maxMs` it is undone by another process, and nothing more may be injected.
   */
  inject(use: FaultUse, experiment: string, maxMs?: number): Promise<InjectedFault>
  /** Undoes all that is not undone, newest first. Never rejects. */
  undoAll(): Promise<{ undone: string[]; notUndone: string[] }>
}

export interface InjectedFault {
  /** The fault may be in effect from startedMs and surely is from effectiveMs (unix ms). */
  startedMs: number
  effectiveMs: number
  detail: string
  /** Absolute and idempotent; verified by reading back. */
  undo(): Promise<{ startedMs: number; effectiveMs: number; ok: boolean; detail: string; endedBefore?: true; missed?: string }>
}

export interface PrometheusSource {
  /** Instant query; a range selector returns raw samples. */
  query(expr: string, timeMs?: number): Promise<Series[]>
  queryRange(expr: string, startMs: number, endMs: number, stepMs: number): Promise<Series[]>
  rules(): Promise<LoadedGroup[]>
  alerts(): Promise<{ labels: Labels; annotations: Labels; state: string; activeAtMs: number; value: string }[]>
  targets(): Promise<
    {
      job: string
      instance: string
      health: string
      lastError: string
      scrapeUrl: string
      scrapeIntervalMs: number
      scrapeTimeoutMs: number
    }[]
  >
  /** The loaded prometheus.yml, and command-line flags. */
  config(): Promise<string>
  flags(): Promise<Record<string, string>>
  buildInfo(): Promise<string>
}

export interface AlertmanagerSource {
  status(): Promise<{ version: string; config: string; raw: unknown }>
  alerts(): Promise<unknown>
  /** Resolves when Alertmanager has accepted all of them. An alert of the same labels is updated: an `endsAtMs` that is over ends it. */
  post(alerts: PostedAlert[]): Promise<void>
  /** Resolves with the silence's id; it matches alerts that have all these labels. */
  silence(labels: Labels, options: { startsAtMs: number; endsAtMs: number; comment: string }): Promise<string>
  unsilence(id: string): Promise<void>
}

export interface PostedAlert {
  labels: Labels
  annotations: Labels
  startsAtMs: number
  endsAtMs: number
}

export interface LokiSource {
  /** All four of start, end, limit, direction are always sent. */
  queryRange(query: string, startMs: number, endMs: number, limit: number): Promise<LogLine[]>
}

export interface JaegerSource {
  /** null while the trace is not there. */
  trace(traceId: string): Promise<Trace | null>
  /** Those of the ids that have at least one span in the store; some tens of ids at once. */
  known(traceIds: string[]): Promise<string[]>
  /** Traces of that time, at most `limit`, in which one span of the service has all of these attributes. */
  tagged(service: string, attributes: Record<string, string>, fromMs: number, untilMs: number, limit: number): Promise<Trace[]>
}

export interface NotificationSource {
  /** How many posts were refused: too large, too many at a time, or not to the path of this run. Absent where none can be. */
  refused?(): number
  /** Called for every POST that arrives, in order. Returns an unsubscribe function. */
  subscribe(listener: (notification: Extract<JournalBody, { kind: 'notification' }>) => void): () => void
}

export interface ProbeSender {
  /** Sends one request with the given trace id in a W3C traceparent (sampled; null: without) and X-Request-Id = stamp. */
  send(probe: HttpProbe, options: { traceId: string | null; spanId: string; stamp: string }): Promise<{ status: number }>
}

export interface MeasureSource {
  /**
   * Figures of a part, from the part itself and not from its exporter; changes nothing. redis-answers: `answers` 0 or 1;
   * redis-memory-share, jvm-heap-share: `used` and `max` in bytes, 0 is no limit; slow-queries: `count` and `longQueryTimeS`. Rejects when
   * the target does not say how to ask it.
   */
  measure(what: PartMeasure, part: string): Promise<Record<string, number>>
}

export interface MachineSource {
  /** Observes from now on how long the target's parts wait for a CPU. `stop` resolves with what was seen; nothing of it throws. */
  watch(): { stop(): Promise<CpuWaits> }
}

export type CpuWaits = Omit<Extract<JournalBody, { kind: 'cpu-waits' }>, 'kind'>

export interface Telemetry {
  traceId: string | null
  span<T>(name: string, attributes: Record<string, string | number>, work: () => Promise<T>): Promise<T>
  shutdown(): Promise<void>
}

/** What the person sees while it runs. */
export interface Progress {
  update(
    state: { experiment: string; leg: string; waitsFor: string; untilMs: number } | { experiment: string; done: true; outcome: string },
  ): void
  line(text: string): void
}
