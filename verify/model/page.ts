import type { Report } from './report.ts'
import type { VerdictStatus } from './verdict.ts'

/** What the page draws, made from journal and verdicts by pure functions, so that it is tested without a browser. Times are unix ms. */
export interface Page {
  report: Report
  /** One sentence: what came of the drill. */
  sentence: string
  lanes: Lane[]
  proofs: Proofs
  isolation: Isolation
  /** By experiment id. */
  signals: Record<string, Signal>
  traces: Waterfall[]
  outages: OutageCourse[]
  panels: PanelChart[]
  /** Journal entries for reading, by sequence number: what lanes, verdicts and timelines point at. Empty while a drill runs. */
  evidence: Record<number, string>
  /** Of a drill that runs: what it waits for. Absent when it is over. */
  live?: Live
}

export interface Live {
  nowMs: number
  /** When the plan is over at the latest. */
  untilMs: number
  awaited: { experiment: string; leg: string; what: string; untilMs: number }[]
  /** Of a game day: what can be done, what is in effect, what was said. */
  cockpit?: Cockpit
}

export interface Cockpit {
  choices: Choice[]
  active: InEffect[]
  /** Since when nothing is injected and nothing is in effect; null: it is not paused. */
  pausedMs: number | null
  /** Who leads it, once it was handed over. */
  lead: string
  /** Whether this page may do anything: after a handover the former one only watches. */
  mayAct: boolean
  /** The newest lines of the session. */
  said: string[]
}

export interface InEffect {
  number: number
  /** Of a fault or scenario. */
  id: string
  /** The part; empty of a scenario. */
  target: string
  sinceMs: number
  /** When it is undone by itself; absent: never. */
  untilMs?: number
}

/** A fault that this target can take, with the parts that offer what it needs; or a scenario that it can be sent. */
export interface Choice {
  kind: 'fault' | 'scenario'
  id: string
  title: string
  blastRadius: string
  /** Of a scenario one without a name. `fires`: what should fire, when, and who is notified. */
  parts: { name: string; fires: string[] }[]
  /** `default` '': it has to be given, unless `choices` has ''. `may`: what it may be, in words. */
  params: { name: string; title: string; default: string; may: string; choices?: string[] }[]
}

/** The page's code and style, each one text, with the hashes by which a content security policy lets just these run: 'sha256-...'. */
export interface PageCode {
  script: string
  scriptHash: string
  style: string
  styleHash: string
}

export type BarKind =
  | 'planned'
  // The legs of an experiment.
  | 'before'
  | 'quiet'
  | 'settle'
  | 'fire'
  | 'clear'
  | 'fault'
  | 'load'
  // The states of an alert, and when each is legal.
  | 'pending'
  | 'firing'
  | 'window'
  | 'requests'

export interface Bar {
  fromMs: number
  untilMs: number
  kind: BarKind
  text: string
  /** Sequence number of its journal entry. */
  pointer: number
}

export interface Mark {
  atMs: number
  kind: 'pending' | 'firing' | 'resolved' | 'missed'
  text: string
  pointer: number
}

/** One row over the time axis. */
export interface Lane {
  group: 'experiments' | 'outages' | 'alerts' | 'notifications' | 'load' | 'evaluations'
  label: string
  /** The experiment or outage to open. */
  opens?: string
  severity?: string
  bars: Bar[]
  marks: Mark[]
}

/** Rule x proof: each cell the verdicts of one kind about one rule, or what lint or simulate says of it. */
export interface Proofs {
  columns: { id: string; title: string }[]
  rows: { alert: string; severity: string; cells: ProofCell[] }[]
  /** Columns that nothing in this run says anything of, and why: they are left out. */
  without: { title: string; none: ProofCell['none'] }[]
}

export interface ProofCell {
  /** null: this drill has no such verdict. */
  status: VerdictStatus | null
  /** What stands there then. */
  none: 'not drilled' | 'not run'
  /** The verdicts or findings behind it. */
  says: string[]
  /** The room of the page that has them. */
  opens: string | null
}

/** Experiment x alert: what the specification expects of the alert while that fault is in force, and what was seen. */
export interface Isolation {
  alerts: string[]
  rows: { experiment: string; cells: IsolationCell[] }[]
}

export interface IsolationCell {
  expected: 'must' | 'may' | 'must not'
  fired: boolean
  /** Another experiment at the same time fires it. */
  byOther: boolean
  /** The verdicts say that this is a broken promise. */
  wrong: boolean
  /** The room of the page that has the verdict it rests on. */
  opens: string
}

/** A curve: unix ms, value; null where there was none. */
export interface Curve {
  label: string
  /** Of the subject that the experiment is about. */
  subject: boolean
  points: [atMs: number, value: number | null][]
}

/** The raw samples of one selector of the condition, of the subject's own series. */
export interface RawSignal {
  selector: string
  /** Its points are what the counter rose by since the sample before. */
  counter: boolean
  /** The ranges that the condition takes it over, and by which function. Empty: the newest sample counts. */
  windows: { by: string; rangeMs: number }[]
  /** Where the condition compares these very samples. */
  threshold?: number
  curves: Curve[]
  /** What is not among the curves, and why. */
  notes: string[]
}

export interface Signal {
  experiment: string
  expr: string
  comparator: string
  threshold: number
  forMs: number
  subject: string
  unit: 'share' | 'seconds' | 'number'
  /** A little more than its legs, which all charts of the rule's page have in sight; null: it has none. */
  extent: [fromMs: number, untilMs: number] | null
  /** The value that the condition compares, at each evaluation. */
  value: Curve[]
  /** What that value is made of. Empty in an older journal. */
  raw: RawSignal[]
  /** What the load generator measured of the same, second by second. Empty when the rule is about nothing that k6 sees. */
  measured: Curve[]
  legs: Bar[]
  faults: Bar[]
  loads: Bar[]
  windows: Bar[]
  marks: Mark[]
  messages: Message[]
  chain: ChainLink[]
}

export interface Message {
  atMs: number
  receiver: string
  status: string
  body: string
  pointer: number
}

/** From the target to the resolved notification: where it broke first. */
export interface ChainLink {
  name: string
  status: VerdictStatus | 'not reached'
  checks: string[]
  observed: string
}

export interface Waterfall {
  spec: string
  traceId: string
  startMs: number
  durationMs: number
  spans: { service: string; operation: string; depth: number; atMs: number; durationMs: number; error: boolean }[]
  /** Spans of the trace that are not shown. */
  more: number
  pointer: number
}

/** How long each stamped request's answer, span and log line took, in ms by the time it was sent; null: it never came. */
export interface OutageCourse {
  outage: string
  title: string
  faults: Bar[]
  answers: Curve
  spans: Curve
  lines: Curve
  /** Of answers, and of spans and lines where their store was asked, how many of those sent came, and after how long. */
  spreads: Spread[]
  pointer: number
}

/** Quantiles in ms of those that came; null: none did. */
export interface Spread {
  of: string
  sent: number
  came: number
  quantiles: { min: number; median: number; p99: number; max: number } | null
}

/** A panel of the SLO dashboard: the number that it showed against the truth of the same window. */
export interface PanelChart {
  title: string
  /** Of all values; percent of an error budget: 100 is all of it. */
  unit: 'share' | 'seconds' | 'percent'
  /** The promised value. */
  objective: number
  /** Where the truth is from. */
  truth: 'k6' | 'the samples of up'
  windowMs: number
  query: string
  pointer: number
  /** One, or one a service. */
  lines: PanelLine[]
}

export interface PanelLine {
  /** The service; empty of a panel with one number. */
  name: string
  /** Over the whole known load, at its end. */
  number: { atMs: number; windowMs: number; shown: number | null; truth: number | null }
  /** Of a panel that was asked for one instant alone that one point. */
  shown: Curve
  truth: Curve
}
