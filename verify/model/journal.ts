import type { FieldLink } from './field-link.ts'
import type { LastFired, PastDrill } from './past-runs.ts'
import type { Plan, PlannedExperiment, PlannedOutage } from './plan.ts'
import type { ProbeAlert } from './probe.ts'
import type { Rung } from './rung.ts'
import type { HttpProbe, Labels, PartMeasure, Spec } from './spec.ts'

export const JOURNAL_VERSION = 1

/** A raw sample: [unix seconds with ms, value]. NaN and infinities are strings as Prometheus prints them. */
export type Sample = [timeS: number, value: string]

export interface Series {
  metric: Labels
  values: Sample[]
}

/** The same, its samples as texts (verify/text/packed-series.ts): `times` in ms, the first and then each step; 'a*2 b' is a, a, b. */
export interface PackedSeries {
  metric: Labels
  times: string
  values: string
}

/** One selector of a condition, and the raw samples of the subject's own series. */
export interface SampledSelector {
  /** As the condition has it, without its range. */
  selector: string
  /** The function that takes it over that range; none: the newest sample counts. */
  taken: { by: string; rangeMs: number }[]
  /** What was asked; where there were too many series, each that is kept was asked for alone. */
  query: string
  series: PackedSeries[]
  /** What is not here: so many series the selector has for this subject, of these so many samples; and why just these. */
  cut?: { series: number; samples: number; because: string }
  error?: string
}

/** One line of journal.ndjson. `atMs`: verifier's wall clock, unix ms. `seq`: 0, 1, 2 ... without gaps; verdicts point at it. */
export type JournalEntry = { seq: number; atMs: number } & JournalBody

/** The seq of what was read for the page of a running drill alone: the journal has it at the end, as another entry. */
export const NOT_RECORDED = -1

export type JournalBody =
  /**
   * `chatReceivers`: those receivers of kind slack or discord whose messages come to the drill's own receiver. `lastFired`: in earlier runs
   * on this target. `past`: the newest of them at this speed, oldest first. `rungs`: lint and simulate of what is deployed; absent: not
   * run.
   */
  | {
      kind: 'header'
      version: number
      tool: string
      runId: string
      spec: Spec
      plan: Plan
      zeroMs: number
      target: string
      components: Record<string, string>
      chatReceivers?: string[]
      lastFired?: LastFired[]
      past?: PastDrill[]
      rungs?: Rung[]
    }
  /**
   * A leg begins or ends. ended 'arrived': all awaited events were seen; 'held': its full time; 'deadline': something awaited did not come.
   */
  | {
      kind: 'leg'
      experiment: string
      leg: string
      phase: 'begin' | 'end'
      ended?: 'arrived' | 'held' | 'deadline' | 'interrupted' | 'failed'
      detail?: string
    }
  /**
   * startedMs/effectiveMs bracket the instant from which the fault may be / surely is in effect (undo: gone). refused: the target does not
   * allow it. lasting: it was not applied for a reason that does not pass by itself.
   */
  | {
      kind: 'fault'
      experiment: string
      leg: string
      phase: 'inject' | 'undo'
      fault: string
      target: string
      startedMs: number
      effectiveMs: number
      ok: boolean
      detail: string
      refused?: true
      lasting?: true
      /** Of an undo: something else had ended the fault before, since when is not known. */
      endedBefore?: true
      /** Of an undo: what of the target the fault had not reached in the end, or others had done to it meanwhile, in words. */
      missed?: string
    }
  /** A k6 process of one leg: its begin, or its end with the summary. */
  | {
      kind: 'load'
      experiment: string
      leg: string
      phase: 'begin' | 'end'
      scenario: string
      params: Record<string, string | number>
      exitCode?: number
      summary?: LoadSummary
      error?: string
      /** When the last request was sent, unix ms: between these. Absent: k6 ran on this machine and ended just before the entry. */
      overMs?: [from: number, by: number]
    }
  /** Result of /api/v1/query?query=metric[range]: real samples with their own timestamps. */
  | { kind: 'raw'; experiment: string | null; query: string; series: Series[] }
  /** The specification's expression (or value) evaluated by the deployed Prometheus at each instant of the group's grid. */
  | {
      kind: 'evaluated'
      experiment: string
      what: 'condition' | 'value' | 'injection'
      expr: string
      startMs: number
      endMs: number
      stepMs: number
      series: Series[]
    }
  /**
   * What the condition of an experiment was made of, from its first leg to its last, with what a range looks back besides. For people
   * alone: no verdict is made of it. `error`: why there are no selectors.
   */
  | { kind: 'signal-samples'; experiment: string; fromMs: number; untilMs: number; selectors: SampledSelector[]; error?: string }
  /** ALERTS or ALERTS_FOR_STATE raw samples of the whole run. */
  | { kind: 'alerts-series'; metric: 'ALERTS' | 'ALERTS_FOR_STATE'; series: Series[] }
  /** /api/v1/rules at some instant: what is loaded. */
  | { kind: 'rules'; groups: LoadedGroup[] }
  /** /api/v1/alerts at some instant. */
  | { kind: 'active-alerts'; alerts: { labels: Labels; annotations: Labels; state: string; activeAtMs: number; value: string }[] }
  | { kind: 'targets'; targets: { job: string; instance: string; health: string; lastError: string }[] }
  /** prometheus_rule_group_iterations_missed_total and friends at begin and end, scrape durations, notification errors. */
  | { kind: 'health'; metric: string; series: Series[] }
  /**
   * How long the machine kept the target's parts waiting for a CPU, second by second of one attempt: `waits` of a part has [index of
   * `seconds`, ms]; where that is more than the second, it began before it. The part `timer` is a process of the drill's own that does
   * nothing but wake up: how late it did; the part `k6` is its load generator. `unobserved`: why nothing is known.
   */
  | { kind: 'cpu-waits'; seconds: ObservedSecond[]; waits: Record<string, [index: number, waitedMs: number][]>; unobserved?: string }
  /**
   * One POST at the drill's receiver. `path` is the URL path, its last segment the receiver's name. `body` is the parsed JSON, or the text
   * when it is not JSON.
   */
  | {
      kind: 'notification'
      path: string
      receiver: string
      arrivedMs: number
      method: string
      headers: Record<string, string>
      body: unknown
    }
  | { kind: 'alertmanager'; what: 'status' | 'alerts' | 'groups'; body: unknown }
  /**
   * One step of the delivery exercise: synthetic alerts (label firedrill = run id) posted to Alertmanager or ended, a silence set on them
   * or removed;
   * done somewhere in [startedMs, doneMs]. skip: not exercised, `detail` says why. over: after the last step; not ok when it was cut short.
   */
  | {
      kind: 'delivery-probe'
      case: DeliveryCase
      probe: string
      action: 'post' | 'resolve' | 'silence' | 'unsilence' | 'skip' | 'over'
      alerts: ProbeAlert[]
      startedMs: number
      doneMs: number
      ok: boolean
      detail: string
    }
  | ({ kind: 'trace-probe'; spec: string; experiment: string | null } & SentProbe)
  /**
   * Where there is none: `forgotten`, it had been there; `ownSpans`, so many spans of the drill's own trace were in the store at that
   * moment.
   */
  | {
      kind: 'trace'
      spec: string
      traceId: string
      foundMs: number | null
      polls: number
      trace: Trace | null
      error?: string
      forgotten?: true
      ownSpans?: number
    }
  | ({ kind: 'log-probe'; spec: string } & SentProbe)
  /** `perRequest`: labels of the stream, not of the line alone, whose value is the request's own. */
  | {
      kind: 'log-lines'
      spec: string
      stamp: string
      query: string
      foundMs: number | null
      polls: number
      lines: LogLine[]
      perRequest?: string[]
      error?: string
    }
  /**
   * A trace id cut out of a line by the deployed derivedFields regex, and whether Jaeger knew it; asked only for the request's own.
   * `regex`: the one
   * that fitted, or all there are; empty: none. `matcher`: it names a label. `links`: what the field that fitted makes of the id;
   * `ignored`: regexes of
   * fields of its name, which Grafana does not use. `error`: of the regex, of its file (`file`), or, with a trace id, of Jaeger.
   */
  | {
      kind: 'log-link'
      spec: string
      regex: string
      traceId: string | null
      found: boolean
      matcher?: 'label'
      links?: FieldLink[]
      ignored?: string[]
      file?: string
      error?: string
    }
  /**
   * What became of a record of several lines: the entries that carry its stamp, and `pieces`: entries near them that begin like the middle
   * of a record.
   * `rows`: of how many lines each is. `error`: of the request (status 0) or of the store.
   */
  | ({
      kind: 'log-record'
      spec: string
      query: string
      foundMs: number | null
      polls: number
      lines: RecordLine[]
      pieces: RecordLine[]
    } & SentProbe)
  /**
   * Of a service whose promised spans did not come: the lines in which it says that it could not send any, the newest. `count` is a lower
   * bound when `more`.
   */
  | {
      kind: 'export-errors'
      spec: string
      service: string
      query: string
      fromMs: number
      untilMs: number
      count: number
      more: boolean
      lines: LogLine[]
      error?: string
    }
  /**
   * Uniquely stamped requests, `steady` of them at a steady rate and `burst` at once: stamp = prefix + row number in six digits. What
   * became of each one's
   * line. `twice`: so many came in two streams as well, and the labels of the first such pair. `glued`: so many are only inside another
   * line's entry.
   */
  | {
      kind: 'log-flow'
      spec: string
      prefix: string
      query: string
      startedMs: number
      steady: number
      burst: number
      rows: FlowRow[]
      pages: number
      twice?: { lines: number; labels: [Labels, Labels] }
      glued?: number
      error?: string
    }
  /**
   * The stamped, traced requests beside an outage (stamp = prefix + row number in six digits), what became of each one's span and line, and
   * how the
   * two stores answered meanwhile. The faults are entries of their own, under this id or that of the experiment.
   */
  | {
      kind: 'outage'
      outage: string
      prefix: string
      startedMs: number
      rows: OutageRow[]
      stores: Partial<Record<'jaeger' | 'loki', StoreAnswers>>
      error?: string
    }
  /**
   * The stamped, traced requests of every keeps-answering, sent in turn for the whole drill: row n asks requests[n % requests.length], its
   * stamp is prefix + n and its trace id the stamp's MD5.
   */
  | { kind: 'answers'; prefix: string; requests: HttpProbe[]; startedMs: number; rows: AnswerRow[] }
  /**
   * Of the answered requests of a log flow, how many left a trace; `missing` are the first ids that did not, `missingSampled` what their
   * own lines say of that.
   */
  | {
      kind: 'trace-flow'
      spec: string
      service: string
      sent: number
      found: number
      missing: string[]
      missingSampled?: boolean
      foundMs: number
      error?: string
    }
  /**
   * From a trace id to the lines that carry it: their number by service. `sampled`: what the lines of a service say of that. `instead`:
   * where the id finds nothing of a service, what the request's stamp finds.
   */
  | {
      kind: 'trace-log'
      spec: string
      traceId: string
      query: string
      sentMs: number
      foundMs: number | null
      polls: number
      lines: Record<string, number>
      sampled?: Record<string, boolean>
      instead?: Record<string, StampedLines>
      error?: string
    }
  /**
   * From a span of `service` to the log lines of its trace, as the deployed Grafana would go (tracesToLogs). `query` null: it shows no
   * link, for the span has
   * none of `missing`; or for what `trouble` says. `lines`: so many does it find, `own` of them of the trace.
   */
  | {
      kind: 'trace-search'
      spec: string
      traceId: string
      service: string
      file: string
      query: string | null
      fromMs: number
      untilMs: number
      missing: string[]
      lines: number
      own: number
      trouble?: string
      error?: string
    }
  /**
   * Lines that explain a fired alert: of its service, of level WARN and worse, from its cause to its last firing sample. `count` is a lower
   * bound when `more`.
   */
  | {
      kind: 'alert-logs'
      experiment: string | null
      alert: string
      labels: Labels
      services: string[]
      fromMs: number
      untilMs: number
      query: string
      count: number
      more: boolean
      lines: ExplainingLine[]
      traces?: TracedRequest[]
      error?: string
    }
  /** The dashboard that shows the SLOs, as it is in its file; `error` when it could not be read. */
  | { kind: 'dashboard'; file: string; title: string; panels: DashboardPanel[]; error?: string }
  /**
   * A panel's query answered by Prometheus. deployed: as Grafana sends it; drill: the same with its ranges cut to `windowMs`, inside the
   * load that the
   * drill knows. At `untilMs` alone, or at each step from `fromMs` on when `stepMs` is given. `panel`: which of the dashboard's. `calc`:
   * what the panel
   * makes of such a course when it shows one number. `rangesMs`: over what time the deployed panel really looks, its recording rules
   * opened.
   */
  | {
      kind: 'panel'
      title: string
      panelType: string
      refId: string
      expr: string
      form: 'deployed' | 'drill'
      query: string
      fromMs: number
      untilMs: number
      stepMs?: number
      windowMs?: number
      panel?: number
      calc?: string
      rangesMs?: number[]
      series: Series[]
      error?: string
    }
  /**
   * In steady state, before anything is harmed: what a rule's value is for each of its subjects, and what the drill measured of them
   * itself. `active`: alerts of its name. `alone`: no traffic but the drill's own is known. `steady`: whether the steady state was reached.
   * `afterwards`: read once more after the last experiment, because a metric had no series yet.
   */
  | {
      kind: 'subjects'
      alert: string
      expr: string
      series: Series[]
      needs: NeededSeries[]
      active: { labels: Labels; state: string }[]
      own: OwnMeasurement[]
      alone: boolean
      steady: boolean
      afterwards?: true
    }
  /** What the panels' numbers come from, in (fromMs, untilMs]; of ALERTS, what was there before the list was asked. */
  | { kind: 'counters'; metric: string; fromMs: number; untilMs: number; series: CounterSeries[] }
  /** A source that could not be read. Verdicts that need it become unknown. */
  | {
      kind: 'source-error'
      source: 'prometheus' | 'alertmanager' | 'loki' | 'jaeger' | 'receiver' | 'k6' | 'chaos'
      experiment: string | null
      message: string
    }
  /**
   * What failed beside other faults is run once more, alone: further experiments and outages (`confirms`: of which), and what was in force
   * beside each the first time.
   */
  | { kind: 'confirmation'; experiments: PlannedExperiment[]; outages: PlannedOutage[]; beside: Record<string, string[]> }
  /**
   * Of a game day, before each injection: the experiment that it is judged as (`confirms`: of which it is one, its fire leg begun by hand).
   * `unjudged`: why no alert is demanded of it; what it may make fire is listed all the same.
   */
  | { kind: 'by-hand'; experiment: PlannedExperiment; unjudged?: string }
  | { kind: 'note'; message: string; experiment?: string }
  /** The verifier's own trace id (its spans are in the same Jaeger). */
  | { kind: 'self-trace'; traceId: string; service: string }
  | {
      kind: 'footer'
      ended: 'completed' | 'unhealthy-before' | 'interrupted' | 'aborted'
      undone: string[]
      notUndone: string[]
      detail?: string
    }

/** A request of the drill's own, and its answer: status 0 is none, `error` says why. */
export interface SentProbe {
  stamp: string
  traceId: string
  sentMs: number
  status: number
  error?: string
}

export type DeliveryCase = 'inhibition' | 'silence' | 'grouping' | 'repeat'

export interface LoadSummary {
  iterations: number
  droppedIterations: number
  requests: number
  failedRequests: number
  /** Achieved requests per second over the leg. */
  ratePerS: number
  durationP95Ms: number
  /** Responses by status code. */
  statuses: Record<string, number>
  /** Answers with another status than the scenario expects; absent: none. */
  unexpected?: number
  /** The same second by second and service by service: what was seen between any two instants. */
  slices?: LoadSlice[]
  /** Of requests that carry a tag `row`: each answer, sent at `sentMs` in unix ms. */
  rows?: AnswerRow[]
  /** Answers are missing: more was sent, and answered, than is counted here. */
  incomplete?: true
  /** What each pod of a Job sent, where k6 ran in pods. */
  pods?: { pod: string; requests: number; trouble?: string }[]
}

/** Answers of one service in one second of k6's clock, by the time they came. */
export interface LoadSlice {
  /** Unix ms, a whole second. */
  fromMs: number
  service: string
  /** '0' is no answer at all. */
  statuses: Record<string, number>
  /** Upper bound in ms (10 % apart) -> answers; those without status left out. */
  latency: Record<string, number>
}

/** Series that a value is made of: how many there are for each subject; `any`: with any matchers, by the labels they name. */
export interface NeededSeries {
  selector: string
  series: Series[]
  any?: Series[]
  /** Of a histogram's buckets: the same of its _count. */
  counts?: Series[]
}

/** What a part said of itself; of a counter how much it rose in `overMs`. */
export interface OwnMeasurement {
  what: PartMeasure
  part: string
  values?: Record<string, number>
  overMs?: number
  error?: string
}

/** A counter's samples in a window, thinned to those that say how much it rose: the first, the last, and both sides of each reset. */
export interface CounterSeries {
  metric: Labels
  values: Sample[]
  /** How many samples there were. */
  count: number
}

/**
 * Milliseconds since the flow's begin: sent, answered, HTTP status (0: no answer), the line's own time and its first sighting in the store
 * (-1: never), copies of the line, other lines with that stamp.
 */
export type FlowRow = [
  sentMs: number,
  answeredMs: number,
  status: number,
  storedMs: number,
  arrivedMs: number,
  copies: number,
  others: number,
]

/**
 * Milliseconds since the begin: sent, answered, HTTP status (0: no answer), first sighting of its span and of its line in the stores (-1:
 * never), copies of the line.
 */
export type OutageRow = [sentMs: number, answeredMs: number, status: number, spanMs: number, lineMs: number, copies: number]

/** Row number, ms since the begin when it was sent, ms until its answer, HTTP status (0: no answer). */
export type AnswerRow = [row: number, sentMs: number, tookMs: number, status: number]

/**
 * Unix ms from and until; the share of the machine's CPU time that programs outside of the target and the drill used, 0 to 1, without those
 * that give way to all others (SCHED_IDLE); the share of time in which anything at all waited for a CPU (-1: the kernel does not say).
 */
export type ObservedSecond = [fromMs: number, untilMs: number, othersShare: number, pressure: number]

/** How often a store was asked, and when (ms since the begin) it gave no answer. */
export interface StoreAnswers {
  asked: number
  failedMs: number[]
  lastError?: string
}

/** How many lines of a request there are, and the trace ids in them. */
export interface StampedLines {
  lines: number
  traceIds: string[]
}

export interface ExplainingLine extends LogLine {
  /** Cut out by the deployed derivedFields regex. */
  traceId: string | null
}

/** A request of an experiment, as its trace has it at the service that took it. */
export interface TracedRequest {
  traceId: string
  service: string
  operation: string
  /** Unix ms. */
  atMs: number
  durationMs: number
  status?: string
  error: boolean
}

export interface DashboardPanel {
  title: string
  type: string
  queries: number
  unit?: string
  /** Ends of the scale: what thresholds in percent refer to. */
  min?: number
  max?: number
  thresholds: { mode: string; steps: { value: number | null; color: string }[] }
  /** Title of the promise that it keeps, be its own as it may. */
  promise?: string
  /** Why its thresholds colour nothing. */
  colourless?: string
  /** What changes its numbers on the way to the eye and is not calculated here. */
  computed?: string[]
  /** Of Grafana's own list of alerts: what it leaves out. */
  alertList?: { firing: boolean; labels: string; name: string }
}

export interface LoadedGroup {
  name: string
  file: string
  intervalMs: number
  rules: {
    name: string
    query: string
    forMs: number
    keepFiringForMs: number
    labels: Labels
    annotations: Labels
    health: string
    lastError: string
    type: string
  }[]
}

/** A trace in a store-neutral form. Times in microseconds since the epoch. */
export interface Trace {
  traceId: string
  spans: Span[]
  /** What each service's spans have in common, as its process says; not kept in a journal. */
  resources?: Record<string, Labels>
  /** The store had so many more; they were not kept. */
  droppedSpans?: number
}

export interface Span {
  spanId: string
  parentSpanId: string | null
  service: string
  operation: string
  kind: string
  startUs: number
  durationUs: number
  attributes: Record<string, string>
  links: { traceId: string; spanId: string }[]
  error: boolean
  /** So many attributes were cut short or left out. */
  clipped?: number
}

export interface LogLine {
  /** Nanoseconds since the epoch, as text. */
  timeNs: string
  line: string
  /** Stream labels and, where the store returns them, parsed fields. */
  labels: Labels
  /** Its length in characters, when `line` is only its begin and the part around what was looked for. */
  clipped?: number
}

export interface RecordLine extends LogLine {
  rows: number
}

/** A journal read back: entries in order, and what was wrong with the file (torn last line, unknown kinds, other version). */
export interface Journal {
  entries: JournalEntry[]
  problems: string[]
  /** Entries are lost, repeated, out of order or unreadable in the middle: nothing that it lacks is anyone's failure. */
  damage?: string
}
