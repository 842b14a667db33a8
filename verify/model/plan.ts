import type { AlertRelabelling } from './relabel.ts'
import type { GroupingSpec, LoadedRoute, TimeSpan } from './route.ts'
import type { ExperimentSpec, FaultUse, Labels, LoadUse, RuleSpec } from './spec.ts'

/** Intervals as *loaded* in the running system (or, offline, as specified and compressed). Milliseconds. */
export interface Timing extends Omit<GroupingSpec, 'groupBy'> {
  scrapeIntervalMs: number
  scrapeTimeoutMs: number
  evaluationIntervalMs: number
  resendDelayMs: number
  /** Scrape interval and timeout by job where they differ from the default. */
  jobs: Record<string, { scrapeIntervalMs: number; scrapeTimeoutMs: number }>
  /**
   * The route tree as loaded; the times above are those of its root. Absent: they are those of every route, as in a plan without a running
   * system.
   */
  route?: LoadedRoute
  /** The named time intervals that routes are muted or active in, as loaded. Absent when there are none. */
  timeIntervals?: Record<string, TimeSpan[]>
  /** What Prometheus adds to every alert that it sends, unless the alert has that label. */
  externalLabels?: Labels
  /** Its alert_relabel_configs, where there are any. */
  alertRelabelling?: Omit<AlertRelabelling, 'externalLabels'>
  /** Alert rules of groups with an interval of their own, and others of the same name. Absent when there are none. */
  rules?: { alert: string; labels: Labels; intervalMs: number }[]
}

/** Half-open window [earliestMs, latestMs) relative to the fault's begin (or end, for what follows the undo). */
export interface Window {
  earliestMs: number
  latestMs: number
}

export interface LegalWindows {
  /** Relative to the begin of the fire leg (fault effective). */
  pending: Window
  firing: Window
  notified: Window
  /** Relative to the end of the fire leg (fault undone). */
  resolved: Window
  resolvedNotified: Window
}

/** One of them at its place in time, unix ms, while the drill runs. `pointer`: the journal entry from which it counts. */
export interface PlacedWindow {
  what: string
  earliestMs: number
  latestMs: number
  pointer: number
}

/** observe: nothing is done to the platform. */
export type LegName = 'before' | 'quiet' | 'settle' | 'fire' | 'clear' | 'observe'

export interface PlannedLeg {
  name: LegName
  /** Planned offset from the experiment's start. */
  atMs: number
  /** Longest time this leg may take; fire and clear end earlier when all that was awaited has arrived. */
  holdMs: number
  fault?: FaultUse
  load?: LoadUse
  level?: number
  /**
   * Of a short quiet leg: when the fault was in effect for longer (inject.startedMs to undo.effectiveMs), the near miss was none and says
   * nothing.
   */
  mustEndWithinMs?: number
  because: string
}

export interface PlannedExperiment
  extends
    Pick<ExperimentSpec, 'id' | 'title' | 'subject' | 'alsoMust' | 'may' | 'effects' | 'observes'>,
    Pick<RuleSpec, 'alert' | 'forMs' | 'keepFiringForMs' | 'labels' | 'annotations'> {
  /** It is the experiment of this id: run once more with nothing beside it, or injected by hand. */
  confirms?: string
  /** Offset from the drill's zero. */
  startMs: number
  durationMs: number
  legs: PlannedLeg[]
  windows: LegalWindows
  /** The specification's expressions, compressed as the configuration is. */
  expr: string
  valueExpr: string
  threshold: number
  comparator: string
  injection: { expr: string; comparator: string; threshold: number; title: string }
  receiver: string
  /** Those that are notified as well, because a route continues. Absent: none. */
  alsoReceivers?: string[]
  /**
   * Experiments that must be over ('ended'), or whose fault must be undone ('undone'), before this one may start. May start before startMs
   * when they are.
   */
  after?: { experiment: string; until: 'ended' | 'undone' }[]
}

/** In `after`: the drill's own traces and log lines, which must have been read before their stores or what leads there is harmed. */
export const PROBES = 'probes'

/**
 * An outage's requests begin so long before its fault, which shows how soon signals arrive as a rule, and go on at least so long after its
 * undo, which shows that they do again.
 */
export const OUTAGE_LEAD_MS = 3_000
export const OUTAGE_TAIL_MS = 3_000

/** An outage as it is walked: with a fault of its own at its own time, or beside an experiment (`during`). */
export interface PlannedOutage {
  id: string
  /** It is the outage of this id, run once more with nothing beside it. */
  confirms?: string
  title: string
  startMs: number
  durationMs: number
  fault?: FaultUse
  holdMs: number
  during?: string
  after: NonNullable<PlannedExperiment['after']>
}

/** A rule of the specification, drilled or not, as the compressed configuration has it. */
export interface PromisedRule {
  alert: string
  forMs: number
  keepFiringForMs: number
  /** Its value, what that is compared with, and the range it is taken over. Absent in older journals. */
  value?: { expr: string; threshold: number; windowMs?: number }
}

/** Which of the experiments that take turns are drilled, and why these. */
export interface PlannedTurn {
  chosen: string[]
  among: string[]
  /** `--seed` that makes the same choice. */
  seed: number
  because: string
}

/** One of those that a rule holds for, and the experiments, drilled or not, that make its alert fire. */
export interface PlannedSubject {
  alert: string
  labels: Labels
  by: string[]
}

export interface Plan {
  /** 1 = real time. */
  speed: number
  /** Makes the same choice again. */
  seed: number
  /** Absent in older journals. */
  turn?: PlannedTurn
  /** Of every drilled rule. Absent in older journals. */
  subjects?: PlannedSubject[]
  timing: Timing
  /**
   * The intervals and `for` durations that the specification promises, at the same speed: legal windows come from these, and what is
   * loaded is compared with them. Absent in older journals.
   */
  promised?: { timing: Timing; rules: PromisedRule[] }
  experiments: PlannedExperiment[]
  /** Ids of trace and log specs probed. */
  traces: string[]
  logs: string[]
  /** Absent in older journals. */
  outages?: PlannedOutage[]
  serial: boolean
  makespanMs: number
  /** No order of the experiments takes less (weighted clique of the conflict graph). */
  lowerBoundMs: number
  /** No shorter plan exists; false when the search gave up at its budget. */
  optimal?: boolean
  /** Experiment ids of the longest chain, in order. */
  criticalPath: string[]
  /** Pairs that must not overlap, with the reason. */
  conflicts: { a: string; b: string; because: string }[]
  /** Faults and loads that make another rule true, which their experiment does not name. */
  warnings?: string[]
  /** Of a game day: nothing is planned, each injection by hand is an entry of the journal. */
  gameday?: true
  /** Nothing is injected: every rule is observed for each of its subjects. */
  observe?: true
}
