import { evaluationIntervalOf, groupHolding } from '../promql/loaded-clocks.ts'
import type { LoadedGroup, LogLine } from '../model/journal.ts'
import type { LegName, PlannedExperiment } from '../model/plan.ts'
import type { HttpProbe, Labels } from '../model/spec.ts'
import type { UnknownCause } from '../model/verdict.ts'
import { compares } from '../promql/operators.ts'
import type { Anchors, EvidenceKey, EvidenceMap, Leg, Span, Subject } from './drill-check.ts'
import { exercisesOf } from './delivery/judge-exercises.ts'
import { hasLabels } from '../promql/labels.ts'
import type { CutScrape } from './alert/cut-scrape.ts'
import { replaysOf } from './alert/replay.ts'
import { whyCut } from './alert/why-cut.ts'
import { groupsWith } from './alert/rules-named.ts'
import { namesakeOf, NO_NAMESAKE } from './alert/severity-ladder.ts'
import { answersTo, inForce } from './signal/faults-in-force.ts'
import { waitsOf } from './signal/late-answers.ts'
import { outageOf } from './signal/outage-evidence.ts'
import { ofExperiment } from './record/by-name.ts'
import { lastingRefusal } from './record/lasting-refusal.ts'
import { clockOffsetMs, eachUp } from './record/recorder.ts'
import type { AlertHistory, Evaluated, RunRecord } from './record/recorder.ts'
import { spanPathOf } from './signal/span-path.ts'
import { episodesOf } from './alert/episodes.ts'
import { remembered } from '../text/remembered.ts'

/** Evidence that is not in the journal, and what that means for a check that needs it. */
export class Missing {
  readonly cause: UnknownCause
  readonly text: string
  constructor(cause: UnknownCause, text: string) {
    this.cause = cause
    this.text = text
  }
}

export type Answer<K extends EvidenceKey> = EvidenceMap[K] | Missing

/** What the subject of a verdict is; experiments bring the richest evidence. */
export type About =
  | { scope: 'experiment'; experiment: PlannedExperiment }
  // `id`: of the rule, trace path, log stream or outage in the specification.
  | { scope: 'rule' | 'trace' | 'log' | 'outage'; id: string }
  | { scope: 'drill' }

/** Hands out evidence by name, each piece derived at most once. */
export class EvidenceRoom {
  private readonly cache = new Map<EvidenceKey, unknown>()
  private namesake: ((labels: Labels) => boolean) | undefined
  readonly run: RunRecord
  readonly about: About
  constructor(run: RunRecord, about: About) {
    this.run = run
    this.about = about
  }

  get<K extends EvidenceKey>(key: K): Answer<K> {
    if (!this.cache.has(key)) this.cache.set(key, this.derive(key))
    return this.cache.get(key) as Answer<K>
  }

  /** The evidence, or undefined when it is missing: for diagnosis, which says what it can. */
  ask<K extends EvidenceKey>(key: K): EvidenceMap[K] | undefined {
    const answer = this.get(key)
    return answer instanceof Missing ? undefined : answer
  }

  private derive(key: EvidenceKey): unknown {
    const { run, about } = this
    switch (key) {
      case 'spec':
        return run.header?.spec ?? gone('the journal has no header')
      case 'runId':
        return run.header?.runId ?? gone('the journal has no header')
      case 'timing':
        return run.header?.plan.timing ?? gone('the journal has no header')
      case 'promised':
        return run.header === undefined ? gone('the journal has no header') : (run.header.plan.promised ?? null)
      case 'alerts':
        return run.sawAlerts ? this.ownAlerts() : gone('ALERTS of the run was not recorded')
      case 'scrapes':
        return run.scrapes.length > 0 ? run.scrapes : gone('no scrape (up, scrape_duration_seconds) was recorded')
      case 'health':
        return run.health
      case 'rules':
        return run.rules.at(-1) ?? gone('the loaded rules were not recorded')
      case 'ruleReadings':
        return run.rules.length > 0 ? run.rules : gone('the loaded rules were not recorded')
      case 'notified':
        return this.withoutNamesakes(run.notified)
      case 'probed':
        return run.probed
      case 'exercises':
        return exercisesOf(run.deliveryProbes)
      case 'chat':
        return { receivers: run.header?.chatReceivers ?? [], posts: run.otherPosts, untilMs: run.footer?.atMs ?? run.lastAtMs }
      case 'spans':
        return spansOf(run)
      case 'targets':
        return run.targets[0] ?? gone('the scrape targets at the start were not recorded')
      case 'faults':
        return run.faults
      case 'footer':
        return run.footer ?? new Missing('interrupted', 'the journal has no footer: the run was cut off')
      case 'dashboard':
        return (
          run.dashboard ??
          (run.header?.spec.slo.panels.length === 0 || ofSignalsAlone(run)
            ? null
            : gone('no dashboard was read: the target has no configuration folder, or the drill ended before'))
        )
      case 'panels':
        return run.panels
      case 'counters':
        return run.counters
      case 'allLoads':
        return run.loads
      case 'traceSpec':
        return (
          run.header?.spec.traces.find((spec) => about.scope === 'trace' && spec.id === about.id) ??
          gone('the specification has no such trace')
        )
      case 'logSpec':
        return (
          run.header?.spec.logs.find((spec) => about.scope === 'log' && spec.service === about.id) ??
          gone('the specification has no such log')
        )
      case 'clockOffsetMs':
        return clockOffsetMs(run)
      case 'traces':
        return this.traces()
      case 'logs':
        return this.logs()
      case 'logRecord': {
        const spec = this.get('logSpec')
        if (spec instanceof Missing) return spec
        const { request, trace } = spec.multiline ?? {}
        const made =
          request ??
          (trace !== undefined && run.header?.plan.traces.includes(trace) === true
            ? run.header.spec.traces.find(({ id }) => id === trace)?.request
            : undefined)
        return { entry: run.logRecords.findLast((entry) => entry.spec === spec.service), expectStatus: made?.expectStatus }
      }
      case 'logFlows':
        return run.logFlows.filter((entry) => about.scope === 'log' && entry.spec === about.id)
      case 'traceFlows':
        return run.traceFlows
      case 'traceSearches':
        return run.traceSearches.filter((entry) => about.scope === 'trace' && entry.spec === about.id)
      case 'traceLogs':
        return run.traceLogs.filter((entry) => about.scope === 'trace' && entry.spec === about.id)
      case 'spanPath': {
        const spec = this.get('traceSpec')
        return spec instanceof Missing ? spec : spanPathOf(run, spec)
      }
      case 'outageSpec':
        return (
          run.header?.spec.outages?.find((spec) => about.scope === 'outage' && spec.id === about.id) ??
          gone('the specification has no such outage')
        )
      case 'faultsInForce':
        return inForce(run)
      case 'answers':
        return (request: HttpProbe) => answersTo(run, request)
      case 'requestWaits':
        return (request: HttpProbe) => waitsOf(run, request)
      case 'whyCut':
        return (cut: CutScrape) => whyCut(run, cut)
      case 'rule':
        return this.rule()
      case 'outage':
        return this.outage()
      case 'logLinks':
        return run.logLinks.filter((entry) => about.scope === 'log' && entry.spec === about.id)
      default:
        return about.scope === 'experiment' ? this.ofExperiment(key, about.experiment) : gone(`${key} belongs to an experiment`)
    }
  }

  private ofExperiment(key: EvidenceKey, experiment: PlannedExperiment): unknown {
    const { run } = this
    switch (key) {
      case 'experiment':
        return experiment
      case 'legs': {
        const legs = legsOf(run, experiment.id)
        return legs.size > 0 ? legs : gone('the experiment never began')
      }
      case 'loads': {
        const from = beganMs(run, experiment.id)
        return ofExperiment(run.loads, experiment.id).filter((entry) => entry.atMs >= from)
      }
      case 'condition':
      case 'value':
      case 'injection':
        return run.evaluated.get(`${experiment.id}\n${key}`) ?? gone(`the ${key} expression was not evaluated`)
      case 'anchors':
        return this.anchors(experiment)
      case 'subject':
        return this.subject(experiment)
      case 'replays': {
        const condition = this.get('condition')
        if (condition instanceof Missing) return condition
        if (!run.sawAlerts) return gone('ALERTS of the run was not recorded')
        if (run.scrapes.length === 0) return gone('no scrape (up, scrape_duration_seconds) was recorded')
        const group = groupHolding(groupsWith(run.rules.at(-1)?.groups ?? NO_GROUPS, experiment.alert), experiment.alert, {
          ...experiment.labels,
          ...experiment.subject,
        })?.name
        const spans = spansByAlert(run).get(experiment.alert) ?? []
        const span = spans.findLast((candidate) => candidate.experiment.id === experiment.id)
        // Until the same rule is drilled again: the tail of an alert that clears late belongs to the one that caused it.
        const nextMs = Math.min(...spans.filter((other) => other.beginMs > (span?.endMs ?? 0)).map((other) => other.beginMs))
        return replaysOf(
          { ...run, alerts: this.ownAlerts() },
          experiment,
          condition,
          group,
          { fromMs: span?.beginMs ?? 0, untilMs: nextMs },
          spans.map((other) => other.experiment).filter((other) => other.id !== experiment.id),
        )
      }
      default:
        return gone(`${key} is not about an experiment`)
    }
  }

  private anchors(experiment: PlannedExperiment): Answer<'anchors'> {
    const legs = legsOf(this.run, experiment.id)
    const fire = legs.get('fire')
    if (fire === undefined) return new Missing('interrupted', 'the fire leg never began')
    return anchorsOf(this.run, experiment, fire, legs.get('clear')?.endMs ?? this.run.lastAtMs, this.ask('injection'))
  }

  private ownAlerts(): AlertHistory[] {
    return this.withoutNamesakes(this.run.alerts)
  }

  /**
   * Without what belongs to another rule of the experiment's name. The same array where there is none, so that what is found in it is found
   * once for all experiments.
   */
  private withoutNamesakes<T extends { labels: Labels }>(all: T[]): T[] {
    this.namesake ??=
      this.about.scope === 'experiment' ? namesakeOf(this.run.rules.at(-1)?.groups ?? [], this.about.experiment) : NO_NAMESAKE
    const isNamesake = this.namesake
    return isNamesake === NO_NAMESAKE ? all : all.filter(({ labels }) => !isNamesake(labels))
  }

  private subject(experiment: PlannedExperiment): Answer<'subject'> {
    const legs = legsOf(this.run, experiment.id)
    const fire = legs.get('fire') ?? legs.get('observe')
    if (fire === undefined) return new Missing('interrupted', 'the fire leg never began')
    if (!this.run.sawAlerts) return gone('ALERTS of the run was not recorded')
    const condition = this.ask('condition')
    const timing = this.ask('timing')
    const stepMs =
      condition?.stepMs ??
      (timing === undefined ? 1_000 : evaluationIntervalOf(timing, experiment.alert, { ...experiment.labels, ...experiment.subject }))
    // The evaluation of the last slot may not have been committed when ALERTS was read.
    const untilMs = condition === undefined ? this.run.lastAtMs : condition.endMs - condition.stepMs
    const endMs = (legs.get('clear') ?? legs.get('observe'))?.endMs ?? untilMs
    const histories = this.ownAlerts().filter(
      (history) => history.alert === experiment.alert && hasLabels(history.labels, experiment.subject),
    )
    const episodes = histories.flatMap((history) => episodesOf(history, stepMs, untilMs).map((episode) => ({ ...episode, history })))
    // An episode of the quiet leg is over, or it is the quiet leg's failure; this one is what the fire leg caused.
    const own = episodes
      .filter((episode) => (episode.endedMs ?? Infinity) > fire.beginMs && episode.activeAtMs <= endMs)
      .sort((a, b) => a.activeAtMs - b.activeAtMs)
    return { episodes: own, stepMs, untilMs } satisfies Subject
  }

  private traces(): Answer<'traces'> {
    const { run, about } = this
    if (about.scope !== 'trace') return gone('no trace is asked for')
    const probes = run.traceProbes.filter((probe) => probe.spec === about.id)
    if (probes.length === 0) return gone('no request was sent for this trace')
    return probes.map((probe) => ({ probe, answer: run.traces.findLast((entry) => entry.traceId === probe.traceId) }))
  }

  private rule(): Answer<'rule'> {
    const { run, about } = this
    const spec = run.header?.spec.rules.find(({ alert }) => about.scope === 'rule' && alert === about.id)
    if (spec === undefined) return gone('the specification has no such rule')
    const promised = run.header?.plan.promised?.rules.find(({ alert }) => alert === spec.alert)
    if (promised?.value === undefined) return gone('the journal is older than this check')
    const own = run.subjects.filter(({ alert }) => alert === spec.alert)
    const seen = own.find(({ afterwards }) => afterwards === undefined)
    return {
      spec,
      promised: { ...promised, value: promised.value },
      seen,
      downAt: (job) => lastDownMs(run, job, seen?.atMs ?? -Infinity),
      afterwards: own.find(({ afterwards }) => afterwards === true),
      drilled: (run.header?.plan.experiments ?? []).flatMap(({ id, alert }) => {
        const values = alert === spec.alert ? run.evaluated.get(`${id}\nvalue`) : undefined
        return values === undefined ? [] : [{ experiment: id, values }]
      }),
    }
  }

  private outage(): Answer<'outage'> {
    const spec = this.get('outageSpec')
    if (spec instanceof Missing) return spec
    const found = outageOf(this.run, spec)
    if (found === undefined)
      return new Missing(
        this.run.footer?.ended === 'completed' ? 'evidence-missing' : 'interrupted',
        'the requests of this outage were not recorded: the drill ended before',
      )
    if (found.away.length === 0 && found.refused === undefined) {
      const never = `${spec.fault?.id ?? spec.during ?? 'the fault'} was never in effect`
      const why = lastingRefusal(this.run, spec.during ?? spec.id, found.entry.startedMs)
      return why === undefined ? new Missing('not-injected', never) : new Missing('not-injectable', `${never}: ${why}`)
    }
    return found
  }

  /** A request through one service to another leaves its stamp in the lines of both. */
  private ofAnother({ labels }: LogLine, service: string): boolean {
    const logs = this.run.header?.spec.logs ?? []
    const own = logs.find((spec) => spec.service === service)
    return (
      logs.some((spec) => spec.service !== service && hasLabels(labels, spec.labels)) &&
      (own === undefined || !hasLabels(labels, own.labels))
    )
  }

  private logs(): Answer<'logs'> {
    const { run, about } = this
    if (about.scope !== 'log') return gone('no log is asked for')
    const probes = run.logProbes.filter((probe) => probe.spec === about.id)
    if (probes.length === 0) return gone('no request was sent for this log')
    return probes.map((probe) => {
      const seen = run.logLines
        .filter((entry) => entry.stamp === probe.stamp)
        .map((entry) => ({ ...entry, lines: entry.lines.filter((line) => !this.ofAnother(line, about.id)) }))
      // Lines with its stamp that are labelled as another service's.
      const strangers = run.logLines
        .filter((entry) => entry.stamp === probe.stamp)
        .flatMap((entry) => entry.lines.filter((line) => this.ofAnother(line, about.id)))
      return { probe, answer: seen.at(-1), seen, strangers }
    })
  }
}

/** Traces, lines or outages were asked for by name, and no experiment. */
function ofSignalsAlone({ header }: RunRecord): boolean {
  if (header === undefined || header.plan.experiments.length > 0) return false
  const { traces, logs, outages = [] } = header.plan
  return traces.length + logs.length + outages.length > 0
}

function gone(text: string): Missing {
  return new Missing('evidence-missing', text)
}

/** The legs of the last attempt (only an unknown outcome is tried again). */
export function legsOf(run: RunRecord, experiment: string): Map<LegName, Leg> {
  return attemptsIn(run)(experiment).legs
}

/** When its last attempt began, unix ms; Infinity: it never did. */
export function beganMs(run: RunRecord, experiment: string): number {
  return Math.min(
    Infinity,
    ...legsOf(run, experiment)
      .values()
      .map((leg) => leg.beginMs),
  )
}

const NO_GROUPS: readonly LoadedGroup[] = []

/** Asked for by every check of every experiment; a record does not change once it is judged. */
const attemptsIn = remembered((run: RunRecord) => remembered((experiment: string) => readAttempts(run, experiment)))

/** A drill of many experiments has ten times as many legs. */
const legsBy = remembered((run: RunRecord) => Map.groupBy(run.legs, ({ experiment }) => experiment))

/** From when to when an attempt went, and its fire leg. */
type Attempt = Pick<Span, 'beginMs' | 'endMs' | 'fireFromMs'>

/** When each attempt went, oldest first, and the legs of the last one: a leg that begins anew begins another attempt. */
function readAttempts(run: RunRecord, experiment: string): { attempts: Attempt[]; legs: Map<LegName, Leg> } {
  const attempts: Attempt[] = []
  let legs = new Map<LegName, Leg>()
  for (const entry of legsBy(run).get(experiment) ?? []) {
    const name = entry.leg as LegName
    if (entry.phase === 'begin') {
      if (legs.has(name)) {
        attempts.push(attemptOf(legs))
        legs = new Map()
      }
      legs.set(name, { name, beginMs: entry.atMs, endMs: run.lastAtMs, ended: undefined, detail: undefined, pointers: [entry.seq] })
    } else {
      const leg = legs.get(name)
      if (leg === undefined) continue
      leg.endMs = entry.atMs
      leg.ended = entry.ended ?? 'held'
      leg.detail = entry.detail
      leg.pointers.push(entry.seq)
    }
  }
  if (legs.size > 0) attempts.push(attemptOf(legs))
  return { attempts, legs }
}

function attemptOf(byName: ReadonlyMap<LegName, Leg>): Attempt {
  const legs = [...byName.values()]
  return {
    beginMs: Math.min(...legs.map((leg) => leg.beginMs)),
    endMs: Math.max(...legs.map((leg) => leg.endMs)),
    fireFromMs: legs.find((leg) => leg.name === 'fire' || leg.name === 'observe')?.beginMs ?? Infinity,
  }
}

const spansOf = remembered(readSpans)
const spansByAlert = remembered((run: RunRecord) => Map.groupBy(spansOf(run), ({ experiment }) => experiment.alert))

/** When each experiment was under way, earlier attempts included: what went off in one of those has its cause there. */
function readSpans(run: RunRecord): Span[] {
  const spans: Span[] = []
  for (const experiment of run.header?.plan.experiments ?? []) {
    const { attempts } = attemptsIn(run)(experiment.id)
    attempts.forEach((attempt, index) => {
      spans.push({ experiment, ...attempt, ...(index < attempts.length - 1 ? { superseded: true as const } : {}) })
    })
  }
  return spans
}

/** Between the look at all targets and `untilMs`. */
function lastDownMs({ targets, scrapes }: RunRecord, job: string | undefined, untilMs: number): number | undefined {
  const fromMs = targets[0]?.atMs ?? untilMs
  let last: number | undefined
  for (const column of scrapes)
    if (column.job === job)
      eachUp(column, (timeMs, up) => {
        if (up === 0 && timeMs >= fromMs && timeMs <= untilMs) last = Math.max(last ?? timeMs, timeMs)
      })
  return last
}

/** k6 is a process that starts and ends in its own time; its traffic begins after the one and stops before the other. */
const LOAD_STOP_MS = 3_000

/** A leg ends for its cause when the fault is undone or the load stops, whichever is first (may be gone) and last (surely is). */
function anchorsOf(run: RunRecord, experiment: PlannedExperiment, fire: Leg, untilMs: number, injection: Evaluated | undefined): Anchors {
  const own = <E extends { experiment: string; atMs: number }>(entries: E[]): E[] =>
    ofExperiment(entries, experiment.id).filter((entry) => entry.atMs >= fire.beginMs && entry.atMs <= untilMs)
  const injected = own(run.faults).filter((entry) => entry.phase === 'inject' && entry.leg === 'fire' && entry.ok)
  const undone = own(run.faults).filter((entry) => entry.phase === 'undo' && entry.leg !== 'quiet')
  const began = own(run.loads).filter((entry) => entry.phase === 'begin' && entry.leg === 'fire')
  const stopped = own(run.loads).filter((entry) => entry.phase === 'end' && entry.leg === 'fire')
  const firstHeld = injection === undefined ? undefined : heldAt(injection, experiment).find((t) => t >= fire.beginMs)
  const onFrom = [...injected.map((entry) => entry.startedMs), ...began.map((entry) => entry.atMs)]
  const onBy = [...injected.map((entry) => entry.effectiveMs), ...began.map((entry) => Math.max(entry.atMs, firstHeld ?? 0))]
  const offFrom = [...undone.map((entry) => entry.startedMs), ...stopped.map((entry) => entry.overMs?.[0] ?? entry.atMs - LOAD_STOP_MS)]
  const offBy = [...undone.map((entry) => entry.effectiveMs), ...stopped.map((entry) => entry.overMs?.[1] ?? entry.atMs)]
  return {
    onFromMs: onFrom.length > 0 ? Math.min(...onFrom) : fire.beginMs,
    onByMs: onBy.length > 0 ? Math.max(...onBy) : fire.beginMs,
    offFromMs: offFrom.length > 0 ? Math.min(...offFrom) : fire.endMs,
    offByMs: offBy.length > 0 ? Math.max(...offBy) : fire.endMs,
    pointers: [...injected, ...undone, ...began, ...stopped].map((entry) => entry.seq).sort((a, b) => a - b),
  }
}

/** Instants at which the cause's own signal was at its level. */
export function heldAt(injection: Evaluated, experiment: PlannedExperiment): number[] {
  const { comparator, threshold } = experiment.injection
  const times = injection.series.flatMap((column) =>
    column.timesMs.filter((_, index) => compares(column.values[index] ?? NaN, comparator, threshold)),
  )
  return [...new Set(times)].sort((a, b) => a - b)
}
