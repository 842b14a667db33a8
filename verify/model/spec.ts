import type { GroupingSpec, Matcher, TimeSpan } from './route.ts'

/**
 * The specification: what the requirement promises, as data. Parsed from the platform's folder,
 * never generated from what is deployed: drift between the two is what firedrill looks for.
 * All durations are those of the requirement (uncompressed), in milliseconds.
 */
export interface Spec {
  platform: PlatformSpec
  rules: RuleSpec[]
  routing: RoutingSpec
  traces: TraceSpec[]
  logs: LogSpec[]
  slo: SloSpec
  /** Absent in older journals. */
  outages?: OutageSpec[]
}

export type Labels = Record<string, string>

export interface PlatformSpec {
  because: string
  /** Defaults of prometheus.yml. */
  scrapeIntervalMs: number
  scrapeTimeoutMs: number
  evaluationIntervalMs: number
  /** --rules.alert.resend-delay. */
  resendDelayMs: number
  targets: TargetSpec[]
  services: ServiceSpec[]
  /** What faults may be in besides services. Absent in older journals. */
  parts?: PartSpec[]
}

/** Something that faults may be in. */
export interface PartSpec {
  name: string
  /** What of it can be disturbed or watched apart; absent in older journals. */
  signals?: string[]
  /** Samples that others report while it is killed (paused): series as PromQL selects it -> value. Its own scrapes fail besides. */
  whenDown?: Record<string, number>
  whenHung?: Record<string, number>
}

/** One scrape target that must exist. */
export interface TargetSpec {
  job: string
  scrapeIntervalMs?: number
  /** Default: the platform's. */
  scrapeTimeoutMs?: number
  /** Default /metrics. */
  path?: string
  /** host:port on the platform's own network, as prometheus.yml names it. */
  address: string
  auth?: 'none' | 'basic' | 'bearer'
  /** Default http. */
  scheme?: 'http' | 'https'
}

export interface ServiceSpec extends PartSpec {
  /** Label of its log lines; its name when absent. */
  container?: string
  /** Prometheus job; absent for parts that are not scraped themselves. */
  job?: string
  runtime: 'jvm' | 'rust' | 'redis' | 'mysql' | 'postgres' | 'kafka' | 'other'
  /** otel: instrumented by agent or library; none: promised to be uninstrumented. */
  tracing?: 'agent' | 'library' | 'none'
}

/**
 * How a condition comes about in time; selects the formulas of plan/windows.ts.
 * up: `up == 0`; gauge: a sampled value; rate: events per time against an absolute threshold;
 * ratio: share of a constant total; quantile: histogram_quantile.
 */
export type ConditionKind = 'up' | 'gauge' | 'rate' | 'ratio' | 'quantile'

/** What the drill measures itself, past Prometheus and every exporter: its own load's answers ... */
export const LOAD_MEASURES = ['latency', 'error-share', 'rejections'] as const
/** ... and what a part says of itself, read and never changed. */
export const PART_MEASURES = ['redis-answers', 'redis-memory-share', 'jvm-heap-share', 'slow-queries'] as const
export type LoadMeasure = (typeof LOAD_MEASURES)[number]
export type PartMeasure = (typeof PART_MEASURES)[number]

export interface MeasuredBy {
  what: LoadMeasure | PartMeasure
  /** Part that is asked, or service whose answers count; the service of the subject's job when absent. */
  part?: string
}

/** One alert rule's contract and the experiments that prove it. File name = kebab-case of the alert. */
export interface RuleSpec {
  alert: string
  because: string
  condition: {
    kind: ConditionKind
    /** The specification's own PromQL, comparison included, written for the real (uncompressed) durations. */
    expr: string
    /** The part left of the comparison, for the report's "value against threshold" and the injection proof. */
    value: string
    threshold: number
    comparator: '>' | '>=' | '<' | '<=' | '==' | '!='
    /** Range of the rate/ratio/quantile; absent for gauges and up. */
    windowMs?: number
    /** 0..1 for kind quantile. */
    quantile?: number
  }
  forMs: number
  keepFiringForMs: number
  /** Where its rule group has an interval of its own; absent: the platform's. */
  evaluationIntervalMs?: number
  /** Exact static labels of the alert besides those of the series: severity and what the rule adds. */
  labels: Labels
  /** Go-template texts as promised; the judge compares them after expansion, lint word for word. */
  annotations: Labels
  /** Values of the series' labels for which the rule must hold, e.g. job: [shop, gateway]. */
  holdsFor: Record<string, string[]>
  /** The drill's own measurement that the condition's value must agree with in steady state. Absent in older journals. */
  measuredBy?: MeasuredBy
  /** Empty: proven by lint and simulate alone. */
  experiments: ExperimentSpec[]
  /** false: copied from what is deployed, and no person has read it since. Absent: reviewed. */
  reviewed?: boolean
}

/** What proves the deployment against itself: it was copied from there and not read since. */
export interface Unreviewed {
  alerts: string[]
  /** Of so many rules of the specification. */
  of: number
  /** The routing as well. */
  routing?: true
}

/** One staircase in time: before, quiet, fire, clear. */
export interface ExperimentSpec {
  /** kebab-case, unique over all rules, e.g. redis-killed. */
  id: string
  title: string
  because: string
  /**
   * Labels that identify the one alert instance that must fire, e.g. {job: shop}. Static labels of the rule need not be repeated.
   */
  subject: Labels
  /** Near miss; absent only for experiments whose rule has its quiet leg elsewhere. */
  quiet?: LegSpec
  fire: LegSpec
  /** The cause's own signal: PromQL that returns the level reached; took hold when `value comparator threshold` during the fire leg. */
  injection: { expr: string; comparator: '>' | '>=' | '<' | '<=' | '==' | '!='; threshold: number; title: string }
  /**
   * Side effects: alert instances that may also fire while and after this experiment. `must` ones beyond the subject have to. All else must
   * stay quiet.
   */
  alsoMust: AlertRef[]
  may: AlertRef[]
  /**
   * Resources disturbed and watched, e.g. "redis", "shop:latency". Two experiments conflict when effects of one meet observes or
   * effects of the other (prefix match at ':').
   */
  effects: string[]
  observes: string[]
  /** Those of `effects` that are over as soon as the fault is undone; the others last until the experiment ends (a rate's tail). */
  endsWithUndo?: string[]
  /** What keeps answering while the fault or load is in force. */
  keepsAnswering?: AnswerPromise[]
  /** Longest time from the undo until the target answers again. Not compressed. Default plan/hold.ts RECOVERS_WITHIN_MS. */
  recoversWithinMs?: number
  /** It takes turns with the others that have this: a drill has one of them, in the place of these experiments. --thorough has all. */
  inTurnWith?: string[]
}

/**
 * A request that is answered as promised while a fault is in force, and again once it is over: the platform's side of a fault that an
 * alert only reports.
 */
export interface AnswerPromise {
  /** `expectStatus` is what it answers without the fault. */
  request: HttpProbe
  /** What it answers while the fault is in force, e.g. 502 where it needs the harmed part; `request.expectStatus` when absent. */
  statusMeanwhile?: number
  /** The longest an answer may take, ms; not compressed. */
  withinMs: number
  /** Of the requests sent while the fault is in force, the share that must be answered so: 0..1. */
  share: number
  because: string
}

export interface AlertRef {
  alert: string
  labels: Labels
  because: string
}

export interface LegSpec {
  /**
   * level: intensity below (quiet) or above (fire) the threshold; short: full intensity, shorter than `for` (only valid for up and gauge).
   */
  kind: 'level' | 'short'
  fault?: FaultUse
  load?: LoadUse
  /**
   * The level that this leg produces in the unit of condition.value (events/s or /min as the expr has it, share 0..1, slow share 0..1 for
   * quantile, bytes ratio); the grey-zone guard and windows use it.
   */
  level: number
  /** The least level reached while other experiments dilute it (they add requests to the same total); `level` when absent. */
  levelAtLeast?: number
  /** How long after its cause an event is counted, e.g. a slow request when it is answered. Not compressed. */
  countedAfterMs?: number
  /** The fault hangs its target instead of making it refuse: scrapes run into their timeout. */
  hung?: boolean
  /** Normally computed from the timing model; an override needs a because. */
  holdMs?: { ms: number; because: string }
}

export interface FaultUse {
  /** Id in the chaos registry. */
  id: string
  /** Name of a part in the target's allow-list, e.g. redis, shop. */
  target: string
  params: Record<string, string | number | boolean>
}

export interface LoadUse {
  /** One of the platform's scenarios. */
  scenario: string
  /** Passed to k6 as environment variables (upper snake case of the key). */
  params: Record<string, string | number>
}

export interface RoutingSpec extends GroupingSpec {
  because: string
  receivers: ReceiverSpec[]
  /** First match wins; the last entry has no match and is the default. What a route does not say of its own is as above. */
  routes: RouteSpec[]
  inhibitions: InhibitionSpec[]
  /** What the time intervals of the routes cover, by name; of one that is not here, the name alone is promised. */
  times?: Record<string, TimeSpan[]>
  /** As that of a rule. */
  reviewed?: boolean
}

/** Which alerts are inhibited while which other one fires. */
export interface InhibitionSpec {
  because: string
  source: Labels
  target: Record<string, string[]>
  equal: string[]
  /** Further conditions that are no equality with a text. */
  sourceMatchers?: Matcher[]
  targetMatchers?: Matcher[]
}

/** What an alert must have, and where it then goes. Absent keys are as in the routing. */
export interface RouteSpec extends Partial<GroupingSpec> {
  match: Labels
  /** Further conditions that are no equality with a text. */
  matchers?: Matcher[]
  receiver: string
  /** Whether later routes are looked at as well. */
  continues?: boolean
  /** Names of time intervals: muted within these, or outside of those. */
  muteTimes?: string[]
  activeTimes?: string[]
}

/** `webhook` is one that the drill itself can be; `none` has no integration: its alerts notify no one. */
export const RECEIVER_KINDS = [
  'webhook',
  'slack',
  'discord',
  'email',
  'pagerduty',
  'opsgenie',
  'msteams',
  'msteamsv2',
  'telegram',
  'victorops',
  'pushover',
  'wechat',
  'webex',
  'sns',
  'jira',
  'rocketchat',
  'none',
] as const

export interface ReceiverSpec {
  name: string
  kind: (typeof RECEIVER_KINDS)[number]
  sendResolved: boolean
  /** Slack and Discord are delivered switched off until a URL file is given. */
  optional: boolean
}

/** One trace path as a small tree. */
export interface TraceSpec {
  id: string
  because: string
  request: HttpProbe
  /** uninstrumented | instrumented | undefined: which form of the platform this tree describes. */
  form?: 'uninstrumented' | 'instrumented'
  tree: SpanSpec
  /** Services that must have no span in the trace. */
  absent: string[]
  maxDelayMs: number
  /** Requests sent along it; 3 when absent. One that fails on purpose is sent rarely, or it would be an error burst itself. */
  requests?: number
  /** Attribute of the entry span that holds the run id, which each request brings along as W3C baggage of that name. */
  runAttribute?: string
}

export interface HttpProbe {
  /** Name of a service in the target's endpoints. */
  service: string
  method: string
  /** May contain {stamp}. */
  path: string
  headers: Record<string, string>
  /** JSON text, may contain {stamp}. */
  body?: string
  expectStatus: number
  /** As many untraced requests of the same stamp are sent before, so that the service has its reason to refuse this one. */
  primedBy?: number
}

export interface SpanSpec {
  service: string
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal'
  /** Regex (RE2) on the operation name. */
  operation?: string
  /**
   * Attribute -> RE2 pattern of its value; alternatives for old and new semantic conventions are written "http.request.method|http.method".
   */
  attributes: Record<string, string>
  /** How it hangs below its parent: child (default) or a span link. */
  edge: 'child' | 'link'
  /** Whether it must (true) or must not (false) be marked as failed. Of the root, when absent: as its expected status has it (5xx). */
  error?: boolean
  children: SpanSpec[]
}

export interface LogSpec {
  service: string
  because: string
  request: HttpProbe
  /** RE2; {stamp} is replaced. The line must contain it. */
  contains: string
  labels: Labels
  format: 'json' | 'regex'
  /** Labels or parsed fields promised by the pipeline: name -> RE2 of the value. */
  fields: Record<string, string>
  /** Whether the line's trace id, cut out by the deployed derivedFields regex, must open in Jaeger. */
  linksToTrace: boolean
  maxDelayMs: number
  /** Stamped requests whose lines are counted: `steady` at `ratePerS`, then `burst` at once. */
  flow?: { steady: number; ratePerS: number; burst: number }
  /**
   * A record of several lines (a stack trace, a chain of causes) that must be one entry: made by a request of its own, or by that of a
   * trace path.
   * `contains` as above, over all of its lines; `fields` as above.
   */
  multiline?: { request?: HttpProbe; trace?: string; contains: string; lines: number; fields: Record<string, string> }
}

/**
 * What becomes of a signal whose way is interrupted. kept-from-then-on: what the harmed part had in memory may go with it. may-be-lost:
 * what was sent
 * meanwhile as well. Everything before and after arrives all the same.
 */
export const FATES = ['kept', 'kept-from-then-on', 'may-be-lost'] as const
export type Fate = (typeof FATES)[number]

/** The parts of the way of a span or a line. */
export const LINKS = ['service', 'exporter', 'collector', 'trace-store', 'log-collector', 'log-store'] as const
export type Link = (typeof LINKS)[number]

/**
 * An instrument itself is harmed, while one service's stamped requests go on: what survives, what is lost, and whether the evidence names
 * the part.
 */
export interface OutageSpec {
  id: string
  title: string
  because: string
  /** Either a fault of its own, held for so long (not compressed) ... */
  fault?: FaultUse
  holdMs?: number
  /** ... or those of an experiment, which proves that it is notified. */
  during?: string
  /** Sent all the while, each traced and stamped. */
  request: HttpProbe
  ratePerS: number
  /** Whether the service has to answer as ever while it lasts; not when the service itself is what is harmed. */
  answers: boolean
  /** Of the requests' spans; absent: they are not looked at. */
  spans?: Fate
  /** Of the lines that `service` writes about the requests. */
  lines?: Fate
  service: string
  /** Longest time from the undo until signals pass as before, and those kept back have arrived. Not compressed. */
  recoversWithinMs: number
  /** What else keeps answering meanwhile, besides `request`. */
  keepsAnswering?: AnswerPromise[]
  /** The part that the evidence has to point at. */
  named: Link
  effects: string[]
  observes: string[]
}

export interface SloSpec {
  because: string
  availability: number
  latencyP95Seconds: number
  errorRate: number
  windowMs: number
  /** What latency, errors and budget are computed from, independent of the panels: Prometheus metrics of one service's server side. */
  measured?: {
    service: string
    /** Counter of answers with a label for the status. */
    requests: string
    /** Histogram without its _bucket. */
    durations: string
  }
  /** The same of every service that a panel by service shows. */
  services?: { service: string; requests: string; durations: string }[]
  /** Panel title -> what it must show; `by` service: one series of each, over the range that the panel itself asks for. */
  panels: { title: string; measures: 'availability' | 'latency-p95' | 'error-rate' | 'error-budget' | 'active-alerts'; by?: 'service' }[]
}
