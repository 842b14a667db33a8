import type { CheckMeta } from '../model/check-meta.ts'
import type { JournalEntry, LoadedGroup, LogLine } from '../model/journal.ts'
import type { LegName, Plan, PlannedExperiment, PromisedRule, Timing } from '../model/plan.ts'
import type { HttpProbe, Labels, LogSpec, OutageSpec, RuleSpec, Spec, TraceSpec } from '../model/spec.ts'
import type { Verdict } from '../model/verdict.ts'
import type { Exercise } from './delivery/exercise.ts'
import type { Episode } from './alert/episodes.ts'
import type { AlertHistory, Column, Evaluated, Notified, OtherPost, ScrapeColumn } from './record/recorder.ts'
import type { CutScrape } from './alert/cut-scrape.ts'
import type { WhyCut } from './alert/why-cut.ts'
import type { InstanceReplay } from './alert/replay.ts'
import type { OutageEvidence } from './signal/outage-evidence.ts'
import type { RequestWaits } from './record/cpu-waits.ts'
import type { Answers } from './record/answer-columns.ts'
import type { InForce, Presence } from './signal/faults-in-force.ts'
import type { SpanPath } from './signal/span-path.ts'

export type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>

export interface Leg {
  name: LegName
  beginMs: number
  endMs: number
  ended: Entry<'leg'>['ended']
  detail: string | undefined
  pointers: number[]
}

/** Of an experiment's cause, unix ms. */
export interface Anchors extends Presence {
  pointers: number[]
}

/** When and with whom an experiment ran: what isolation attributes by. */
export interface Span {
  experiment: PlannedExperiment
  beginMs: number
  endMs: number
  fireFromMs: number
  /** The experiment was tried again later; that attempt is judged. */
  superseded?: true
}

/** The one alert instance that an experiment is about. */
export interface Subject {
  /** Episodes of all recorded instances that carry its labels (usually one), by activeAt, that began in or after the fire leg. */
  episodes: (Episode & { history: AlertHistory })[]
  stepMs: number
  /** Until when ALERTS was compared. */
  untilMs: number
}

/** Chat receivers that the drill stands in for, what came to them, and until when something could come. */
export interface ChatEvidence {
  receivers: readonly string[]
  posts: readonly OtherPost[]
  untilMs: number
}

/** All evidence there is, by the name under which a check asks for it. */
export interface EvidenceMap {
  experiment: PlannedExperiment
  spec: Spec
  runId: string
  timing: Timing
  /** What the specification promises of the same intervals, and `for` of every rule; null in older journals. */
  promised: NonNullable<Plan['promised']> | null
  legs: ReadonlyMap<LegName, Leg>
  anchors: Anchors
  loads: Entry<'load'>[]
  condition: Evaluated
  value: Evaluated
  injection: Evaluated
  /** Every alert instance of the run. */
  alerts: AlertHistory[]
  subject: Subject
  /** Spec expression x state machine against ALERTS, for each label set of the rule, in this experiment's time. */
  replays: InstanceReplay[]
  scrapes: ScrapeColumn[]
  health: { metric: string; column: Column; seq: number }[]
  rules: { seq: number; groups: LoadedGroup[] }
  /** Every reading of the loaded rules, the latest last: they may have been reloaded in the middle. */
  ruleReadings: { seq: number; atMs: number; groups: LoadedGroup[] }[]
  notified: Notified[]
  /** What the delivery exercise did, and the notifications about its synthetic alerts. */
  exercises: Exercise[]
  probed: Notified[]
  chat: ChatEvidence
  /** All experiments that ran, this one included. */
  spans: Span[]
  targets: Entry<'targets'>
  faults: Entry<'fault'>[]
  footer: Entry<'footer'>
  /** null when the specification promises no panel, or no experiment was planned. */
  dashboard: Entry<'dashboard'> | null
  panels: Entry<'panel'>[]
  counters: Entry<'counters'>[]
  /** Every load of the run, whichever experiment it belonged to. */
  allLoads: Entry<'load'>[]
  traceSpec: TraceSpec
  /** How far Prometheus' clock is ahead of the drill's. */
  clockOffsetMs: number
  traces: { probe: Entry<'trace-probe'>; answer: Entry<'trace'> | undefined }[]
  logSpec: LogSpec
  logs: {
    probe: Entry<'log-probe'>
    answer: Entry<'log-lines'> | undefined
    seen: readonly Entry<'log-lines'>[]
    strangers: readonly LogLine[]
  }[]
  logLinks: Entry<'log-link'>[]
  logFlows: Entry<'log-flow'>[]
  /**
   * What was found of the promised record of several lines; the status that its request should have, undefined when that request was not
   * part of the drill.
   */
  logRecord: { entry: Entry<'log-record'> | undefined; expectStatus: number | undefined }
  traceFlows: Entry<'trace-flow'>[]
  traceLogs: Entry<'trace-log'>[]
  /** The same as the deployed Grafana goes there; none where it was not known how. */
  traceSearches: Entry<'trace-search'>[]
  spanPath: SpanPath
  outageSpec: OutageSpec
  /** Every fault of the run, whosever it was. */
  faultsInForce: InForce[]
  /** A rule of the specification, drilled or not, and what was seen of its subjects. */
  rule: {
    spec: RuleSpec
    promised: PromisedRule & Required<Pick<PromisedRule, 'value'>>
    seen: Entry<'subjects'> | undefined
    /** Of a job: when it was down, by a scrape between the look at all targets and the end of this reading; unix ms, the last such time. */
    downAt: (job: string | undefined) => number | undefined
    /** Read once more where a metric had no series yet. */
    afterwards: Entry<'subjects'> | undefined
    /** Its value while an experiment of it ran. */
    drilled: { experiment: string; values: Evaluated }[]
  }
  /** What became of each such request; undefined when none was recorded. */
  answers: (request: HttpProbe) => Answers | undefined
  /** What the machine kept such a request waiting, by what was recorded of its parts' waits for a CPU. */
  requestWaits: (request: HttpProbe) => RequestWaits
  /** Why the compressed timeout cut a scrape. */
  whyCut: (cut: CutScrape) => WhyCut
  outage: OutageEvidence
}

export type EvidenceKey = keyof EvidenceMap
export type Source = Entry<'source-error'>['source']

/** Where evidence comes from: when that source could not be read, nothing can be said. Absent: the drill itself knows. */
export const SOURCE_OF: Partial<Record<EvidenceKey, Source>> = {
  condition: 'prometheus',
  value: 'prometheus',
  injection: 'prometheus',
  alerts: 'prometheus',
  subject: 'prometheus',
  rule: 'prometheus',
  replays: 'prometheus',
  scrapes: 'prometheus',
  health: 'prometheus',
  panels: 'prometheus',
  counters: 'prometheus',
  allLoads: 'k6',
  rules: 'prometheus',
  ruleReadings: 'prometheus',
  targets: 'prometheus',
  notified: 'receiver',
  probed: 'receiver',
  chat: 'receiver',
  loads: 'k6',
  traces: 'jaeger',
  logs: 'loki',
  logLinks: 'jaeger',
  logFlows: 'loki',
  logRecord: 'loki',
  traceLogs: 'loki',
  traceSearches: 'loki',
}

/** What a check says; the runner makes the Verdict of it. */
export interface Finding extends Pick<Verdict, 'status' | 'expected' | 'observed' | 'cause' | 'diagnosis' | 'pointers'> {
  /** The service or part that is to be changed, where the check knows it: findings of one check about one part have one cause. */
  part?: string
  /** The services that may have handled the requests which failed: that the machine kept another service waiting explains nothing. */
  handledBy?: readonly string[]
  /** By the specified rule nothing was due, from what Prometheus had: it is a failure only where the load was as ordered. */
  undue?: true
  /** What the machine kept each of the failed requests waiting is taken into account already. */
  waitsJudged?: true
  /** All that failed came late: when it was under way, by how much at most, and what it may take, where no scrape is in its way. */
  late?: { fromMs: number; untilMs: number; byMs: number; roomMs: number }
  /** Unknown only because what these checks look at never came: when one of them failed, this says nothing more and is skipped. */
  follows?: readonly string[]
  /** Of a rule: the subjects that it fails for; firing: its alert is active there without a cause. */
  failedFor?: { subject: Labels; firing: boolean }[]
  window?: { what: string; earliestMs: number; latestMs: number; observedMs: number | null }
}

export type Scope = 'experiment' | 'rule' | 'trace' | 'log' | 'outage' | 'drill'

export interface JudgeMeta<K extends EvidenceKey> extends CheckMeta {
  scope: Scope
  needs: readonly K[]
  /**
   * Whether it says anything only when the cause was really there and the start was healthy.
   * pass: a pass becomes unknown without them, a fail stays (a false alarm needs no cause). both: neither stays.
   */
  needsInjection: 'no' | 'pass' | 'both'
  /**
   * Whether a machine that was too slow can alone make it fail. excuses: it asks when something came, or whether it came in time.
   * no-excuse: it asks what something says, where it went, or about the evidence itself.
   */
  slowMachine: 'excuses' | 'no-excuse'
  /** Whether a failure is explained by walking the chain from target to delivery. */
  diagnose?: boolean
}

export interface Check<K extends EvidenceKey = EvidenceKey> {
  meta: JudgeMeta<K>
  judge(evidence: Pick<EvidenceMap, K>): Finding
}

/** Ties the needs of the meta to the type of the evidence. */
export function defineCheck<const K extends EvidenceKey>(meta: JudgeMeta<K>, judge: (evidence: Pick<EvidenceMap, K>) => Finding): Check {
  return { meta, judge: judge as Check['judge'] }
}
