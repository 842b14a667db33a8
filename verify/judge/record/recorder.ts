import type { Journal, JournalEntry, LoadedGroup, Series } from '../../model/journal.ts'
import { PROBE_LABEL, PROBE_NAME } from '../../model/probe.ts'
import type { Labels } from '../../model/spec.ts'
import { labelKey, withoutLabels } from '../../promql/labels.ts'
import { CLOCK_OFFSET, inPrometheusTime, offsetOf } from '../../promql/prometheus-time.ts'
import { parseInstant } from '../../text/instant.ts'
import { AnswerRows } from './answer-columns.ts'
import { packed } from './load-seconds.ts'
import { withPackedWaits } from './packed-waits.ts'
import { ascending, PackedSamples, Unpacked } from './packed-samples.ts'
import type { Samples } from './packed-samples.ts'
import { messageOf } from '../../text/error-text.ts'

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>

/** A series as parallel columns: a tenth of the memory of the journal's [time, text] pairs. Times ascending, without duplicates. */
export interface Column extends Samples {
  labels: Labels
}

export interface Evaluated {
  seq: number
  expr: string
  startMs: number
  endMs: number
  stepMs: number
  series: Column[]
}

/** One alert instance over the whole run: its label set (with alertname, without alertstate) and each ALERTS sample. */
export interface AlertHistory {
  alert: string
  labels: Labels
  timesMs: number[]
  states: ('pending' | 'firing')[]
  /** ALERTS_FOR_STATE at the same instants: activeAt in whole unix seconds; NaN where it was not recorded. */
  activeAtS: number[]
  seqs: number[]
}

/** One alert inside one delivered message. */
export interface Notified {
  seq: number
  arrivedMs: number
  receiver: string
  groupLabels: Labels
  status: 'firing' | 'resolved'
  labels: Labels
  annotations: Labels
  startsAtMs: number | undefined
  endsAtMs: number | undefined
}

/** A POST that is no Alertmanager webhook (Slack, Discord, or something else altogether). */
export interface OtherPost {
  seq: number
  arrivedMs: number
  receiver: string
  /** Of chat messages only: to the character as it came. */
  body: unknown
}

/** Scrapes of one target, by their start; duration NaN where unknown. */
export interface ScrapeColumn {
  job: string
  instance: string
  timesMs: number[]
  up: number[]
  durationsMs: number[]
}

/** Every kind of entry, and the list of the record that its entries are kept in as they are; null: they are folded, or for people alone. */
export const LISTS = {
  'header': null,
  'leg': 'legs',
  'fault': 'faults',
  'load': 'loads',
  'raw': null,
  'evaluated': null,
  'signal-samples': null,
  'alerts-series': null,
  'rules': null,
  'active-alerts': null,
  'targets': 'targets',
  'health': null,
  'cpu-waits': 'cpuWaits',
  'notification': null,
  'alertmanager': 'alertmanager',
  'delivery-probe': 'deliveryProbes',
  'trace-probe': 'traceProbes',
  'trace': 'traces',
  'log-probe': 'logProbes',
  'log-lines': 'logLines',
  'log-link': 'logLinks',
  'log-record': 'logRecords',
  'export-errors': 'exportErrors',
  'log-flow': 'logFlows',
  'answers': null,
  'subjects': 'subjects',
  'outage': 'outages',
  'trace-flow': 'traceFlows',
  'trace-log': 'traceLogs',
  'trace-search': 'traceSearches',
  'alert-logs': null,
  'dashboard': null,
  'panel': 'panels',
  'counters': 'counters',
  'source-error': 'sourceErrors',
  'confirmation': 'confirmations',
  'by-hand': 'byHand',
  'note': 'notes',
  'self-trace': null,
  'footer': null,
} as const satisfies Record<JournalEntry['kind'], string | null>
type Lists = { [K in JournalEntry['kind'] as NonNullable<(typeof LISTS)[K]>]: Entry<K>[] }

/** A journal folded into what verdicts need. Grows with the evidence, not with the text it came in. */
export interface RunRecord extends Lists {
  header: Entry<'header'> | undefined
  footer: Entry<'footer'> | undefined
  /** Last one wins: key `${experiment}\n${what}`. */
  evaluated: Map<string, Evaluated>
  sawAlerts: boolean
  alerts: AlertHistory[]
  alertsSeqs: number[]
  scrapes: ScrapeColumn[]
  scrapeSeqs: number[]
  health: { metric: string; column: Column; seq: number }[]
  rules: { seq: number; atMs: number; groups: LoadedGroup[] }[]
  notified: Notified[]
  /** Messages about the drill's own synthetic alerts: evidence of delivery, and of nothing else. */
  probed: Notified[]
  otherPosts: OtherPost[]
  answers: (Omit<Entry<'answers'>, 'rows'> & { rows: AnswerRows })[]
  /** Of the last attempt. */
  dashboard: Entry<'dashboard'> | undefined
  lastAtMs: number
  problems: string[]
}

const LONGEST_NAME = 60

/** Folds entries one by one; `finish` may be called once. An entry that is damaged inside is named in `problems` and left out. */
export class Recorder {
  private readonly record: RunRecord = {
    ...(Object.fromEntries(Object.values(LISTS).flatMap((list) => (list === null ? [] : [[list, []]]))) as unknown as Lists),
    header: undefined,
    footer: undefined,
    evaluated: new Map(),
    sawAlerts: false,
    alerts: [],
    alertsSeqs: [],
    scrapes: [],
    scrapeSeqs: [],
    health: [],
    rules: [],
    notified: [],
    probed: [],
    otherPosts: [],
    answers: [],
    dashboard: undefined,
    lastAtMs: 0,
    problems: [],
  }
  private readonly values = new Map<string, unknown>()
  private readonly texts = new Map<string, string>()
  private readonly bodies = new Map<string, Body>()
  private readonly alerts = new Map<string, AlertRows>()
  private readonly scrapes = new Map<string, ScrapeRows>()
  private readonly healthRows = new Map<string, { metric: string; labels: Labels; samples: PackedSamples; seq: number }>()

  add(entry: JournalEntry): void {
    try {
      this.fold(entry)
      if (entry.atMs > this.record.lastAtMs) this.record.lastAtMs = entry.atMs
    } catch (error) {
      this.record.problems.push(`entry ${entry.seq} (${entry.kind}) is damaged and was left out: ${messageOf(error)}`)
    }
  }

  finish(problems: string[]): RunRecord {
    const { record } = this
    record.problems.unshift(...problems)
    for (const [key, rows] of this.alerts) {
      record.alerts.push(rows.history())
      this.alerts.delete(key)
    }
    for (const [key, rows] of this.scrapes) {
      record.scrapes.push(rows.column())
      this.scrapes.delete(key)
    }
    for (const { metric, labels, samples, seq } of this.healthRows.values())
      record.health.push({ metric, column: new PackedColumn(labels, samples.closed()), seq })
    allInPrometheusTime(record)
    return record
  }

  /** Equal values are kept once: a drill that tries again reads the same rules and notifies with the same labels. */
  private once<T>(value: T): T {
    const text = JSON.stringify(value)
    const known = this.values.get(text) as T | undefined
    if (known !== undefined) return known
    this.values.set(text, value)
    return value
  }

  /** Names of experiments, legs, faults and the like are kept once, in any kind of entry. */
  private withKnownTexts<E extends JournalEntry>(entry: E): E {
    for (const [key, value] of Object.entries(entry)) {
      if (typeof value === 'string' && value.length <= LONGEST_NAME) (entry as Record<string, unknown>)[key] = this.text(value)
    }
    return entry
  }

  private posted(body: unknown): Body {
    const text = JSON.stringify(body) ?? 'null'
    const known = this.bodies.get(text)
    if (known !== undefined) known.again()
    const posted = known ?? new Body(text)
    this.bodies.set(text, posted)
    return posted
  }

  private text(text: string): string {
    const known = this.texts.get(text)
    if (known === undefined) this.texts.set(text, text)
    return known ?? text
  }

  private fold(entry: JournalEntry): void {
    const { record } = this
    switch (entry.kind) {
      case 'header':
        record.header ??= entry
        break
      case 'footer':
        record.footer = entry
        break
      case 'load':
        record.loads.push(this.withKnownTexts({ ...packed(entry), params: this.once(entry.params) }))
        break
      case 'raw':
        this.raw(entry)
        break
      case 'evaluated':
        record.evaluated.set(`${entry.experiment}\n${entry.what}`, {
          seq: entry.seq,
          expr: entry.expr,
          startMs: entry.startMs,
          endMs: entry.endMs,
          stepMs: entry.stepMs,
          series: entry.series.map(columnOf),
        })
        break
      case 'alerts-series':
        this.alertsSeries(entry)
        break
      case 'rules':
        record.rules.push({ seq: entry.seq, atMs: entry.atMs, groups: this.once(entry.groups) })
        break
      case 'health':
        this.health(entry)
        break
      case 'notification':
        this.notification(entry)
        break
      case 'dashboard':
        record.dashboard = entry
        break
      // Before anything is harmed: further readings of a drill that tries again are not looked at.
      case 'subjects':
        if (record.subjects.every(({ alert, afterwards }) => alert !== entry.alert || afterwards !== entry.afterwards))
          record.subjects.push(entry)
        break
      case 'targets':
        if (record.targets.length === 0) record.targets.push(entry)
        break
      case 'answers':
        record.answers.push({ ...entry, requests: this.once(entry.requests), rows: new AnswerRows(entry.rows) })
        break
      case 'alertmanager':
        record.alertmanager.push(new Answered(entry, this.posted(entry.body)))
        break
      case 'cpu-waits':
        record.cpuWaits.push(withPackedWaits(entry))
        break
      default: {
        const list = LISTS[entry.kind]
        if (list !== null) (record[list] as JournalEntry[]).push(this.withKnownTexts(entry))
      }
    }
  }

  /** Begin and end are separate entries of the same series. */
  private health(entry: Entry<'health'>): void {
    for (const series of entry.series) {
      const labels = withoutLabels(series.metric, ['__name__'])
      const key = `${entry.metric}\n${labelKey(labels)}`
      let row = this.healthRows.get(key)
      if (row === undefined)
        this.healthRows.set(key, (row = { metric: entry.metric, labels, samples: new PackedSamples(), seq: entry.seq }))
      for (const [timeS, value] of series.values) row.samples.add(toMs(timeS), sampleValue(value))
    }
  }

  /** Of the raw samples only scrapes are judged; everything else is there for people (and for better checks later). */
  private raw(entry: Entry<'raw'>): void {
    const named = /^\s*(up|scrape_duration_seconds)\b/.exec(entry.query)?.[1]
    for (const series of entry.series) {
      const name = series.metric['__name__'] ?? named
      if (name !== 'up' && name !== 'scrape_duration_seconds') continue
      if (this.record.scrapeSeqs.at(-1) !== entry.seq) this.record.scrapeSeqs.push(entry.seq)
      const job = series.metric['job'] ?? ''
      const instance = series.metric['instance'] ?? ''
      const key = `${job}\n${instance}`
      let rows = this.scrapes.get(key)
      if (rows === undefined) this.scrapes.set(key, (rows = new ScrapeRows(job, instance)))
      for (const [timeS, value] of series.values) rows.add(toMs(timeS), name === 'up' ? 'up' : 'duration', Number(value))
    }
  }

  private alertsSeries(entry: Entry<'alerts-series'>): void {
    if (entry.metric === 'ALERTS') this.record.sawAlerts = true
    this.record.alertsSeqs.push(entry.seq)
    for (const series of entry.series) {
      const labels = withoutLabels(series.metric, ['__name__', 'alertstate'])
      const key = labelKey(labels)
      let rows = this.alerts.get(key)
      if (rows === undefined) this.alerts.set(key, (rows = new AlertRows(labels)))
      rows.seqs.add(entry.seq)
      const state = series.metric['alertstate']
      for (const [timeS, value] of series.values) {
        if (entry.metric === 'ALERTS_FOR_STATE') rows.add('activeAtS', toMs(timeS), Number(value))
        else if (state === 'pending' || state === 'firing') rows.add('firing', toMs(timeS), Number(state === 'firing'))
      }
    }
  }

  private notification(entry: Entry<'notification'>): void {
    const body = entry.body
    const alerts = typeof body === 'object' && body !== null && 'alerts' in body ? body.alerts : undefined
    if (!Array.isArray(alerts)) {
      this.record.otherPosts.push(new Post(entry, this.posted(body)))
      return
    }
    const groupLabels = this.once(labelsIn((body as { groupLabels?: unknown }).groupLabels))
    for (const alert of alerts as unknown[]) {
      if (typeof alert !== 'object' || alert === null) continue
      const fields = alert as Record<string, unknown>
      const labels = this.once(labelsIn(fields['labels']))
      // What a drill that was killed left in Alertmanager says nothing about this one.
      if (
        labels[PROBE_LABEL] !== undefined &&
        labels[PROBE_LABEL] !== this.record.header?.runId &&
        labels['alertname']?.startsWith(PROBE_NAME) === true
      )
        continue
      const ours = labels[PROBE_LABEL] !== undefined && labels[PROBE_LABEL] === this.record.header?.runId
      const list = ours ? this.record.probed : this.record.notified
      list.push({
        seq: entry.seq,
        arrivedMs: entry.arrivedMs,
        receiver: this.text(entry.receiver),
        groupLabels,
        status: fields['status'] === 'resolved' ? 'resolved' : 'firing',
        labels,
        annotations: this.once(labelsIn(fields['annotations'])),
        startsAtMs: parseInstant(fields['startsAt']),
        endsAtMs: parseInstant(fields['endsAt']),
      })
    }
  }
}

/** How far Prometheus' clock is ahead of the drill's, by the drill's own question. */
export function clockOffsetMs({ health }: Pick<RunRecord, 'health'>): number {
  return Math.round(1_000 * aheadS(health))
}

function aheadS(health: RunRecord['health']): number {
  return health.find(({ metric }) => metric === CLOCK_OFFSET)?.column.values.at(-1) ?? 0
}

/** What is known at the end alone: by then most is folded. */
function allInPrometheusTime(record: RunRecord): void {
  const offsetMs = offsetOf(aheadS(record.health))
  if (offsetMs === 0) return
  const moved = <T extends JournalEntry>(entries: T[]): T[] => entries.map((entry) => inPrometheusTime(entry, offsetMs))
  const later = (atMs: number | undefined): number | undefined => (atMs === undefined ? undefined : atMs + offsetMs)
  record.legs = moved(record.legs)
  record.loads = moved(record.loads)
  record.sourceErrors = moved(record.sourceErrors)
  record.faults = moved(record.faults)
  record.answers = record.answers.map((entry) => ({ ...entry, atMs: entry.atMs + offsetMs, startedMs: entry.startedMs + offsetMs }))
  record.subjects = moved(record.subjects)
  record.cpuWaits = record.cpuWaits.map((entry) => withPackedWaits(entry, offsetMs))
  record.outages = moved(record.outages)
  record.notified = record.notified.map((alert) => ({ ...alert, arrivedMs: alert.arrivedMs + offsetMs }))
  // The drill itself said when these began and ended.
  record.probed = record.probed.map((alert) => ({
    ...alert,
    arrivedMs: alert.arrivedMs + offsetMs,
    startsAtMs: later(alert.startsAtMs),
    endsAtMs: later(alert.endsAtMs),
  }))
  record.otherPosts = record.otherPosts.map((post) => (post instanceof Post ? post.at(post.arrivedMs + offsetMs) : post))
  record.deliveryProbes = moved(record.deliveryProbes)
  if (record.footer !== undefined) record.footer = inPrometheusTime(record.footer, offsetMs)
  record.lastAtMs += offsetMs
}

export function recordOf(journal: Journal): RunRecord {
  const recorder = new Recorder()
  for (const entry of journal.entries) recorder.add(entry)
  return recorder.finish(journal.problems)
}

/** A body as text until it is asked for; one that came several times is then kept as it is. */
class Body {
  private readonly text: string
  private isRepeated = false
  private known: unknown
  constructor(text: string) {
    this.text = text
  }

  again(): void {
    this.isRepeated = true
  }

  value(): unknown {
    const value = this.known ?? (JSON.parse(this.text) as unknown)
    if (this.isRepeated) this.known = value
    return value
  }
}

/** A chat message. */
class Post implements OtherPost {
  readonly seq: number
  readonly arrivedMs: number
  readonly receiver: string
  private readonly posted: Body
  constructor({ seq, arrivedMs, receiver }: Omit<OtherPost, 'body'>, posted: Body) {
    this.seq = seq
    this.arrivedMs = arrivedMs
    this.receiver = receiver
    this.posted = posted
  }

  get body(): unknown {
    return this.posted.value()
  }

  /** The same by another clock. */
  at(arrivedMs: number): Post {
    return new Post({ seq: this.seq, arrivedMs, receiver: this.receiver }, this.posted)
  }
}

/** What Alertmanager answered: a diagnosis may want it. */
class Answered {
  readonly seq: number
  readonly atMs: number
  readonly kind = 'alertmanager'
  readonly what: Entry<'alertmanager'>['what']
  private readonly posted: Body
  constructor({ seq, atMs, what }: Entry<'alertmanager'>, posted: Body) {
    this.seq = seq
    this.atMs = atMs
    this.what = what
    this.posted = posted
  }

  get body(): unknown {
    return this.posted.value()
  }
}

class AlertRows {
  readonly seqs = new Set<number>()
  private readonly labels: Labels
  private readonly firing = new PackedSamples()
  private readonly activeAtS = new PackedSamples()
  constructor(labels: Labels) {
    this.labels = labels
  }

  add(what: 'firing' | 'activeAtS', timeMs: number, value: number): void {
    this[what].add(timeMs, value)
  }

  history(): AlertHistory {
    const { timesMs, values } = this.firing.closed().unpack()
    const active = this.activeAtS.closed().unpack()
    let place = 0
    return {
      alert: this.labels['alertname'] ?? '',
      labels: this.labels,
      timesMs,
      states: values.map((firing) => (firing === 1 ? 'firing' : 'pending')),
      activeAtS: timesMs.map((t) => {
        while ((active.timesMs[place] ?? Infinity) < t) place++
        return active.timesMs[place] === t ? (active.values[place] ?? NaN) : NaN
      }),
      seqs: [...this.seqs],
    }
  }
}

/** Two series: of a long drill these are most of what is kept. */
class ScrapeRows {
  private readonly ups = new PackedSamples()
  private readonly durations = new PackedSamples()
  private readonly job: string
  private readonly instance: string
  constructor(job: string, instance: string) {
    this.job = job
    this.instance = instance
  }

  add(timeMs: number, what: 'up' | 'duration', value: number): void {
    const samples = what === 'up' ? this.ups : this.durations
    samples.add(timeMs, value)
  }

  column(): ScrapeColumn {
    return new PackedScrapes(this.job, this.instance, this.ups.closed(), this.durations.closed())
  }
}

/** A series, its samples packed until they are asked for. */
class PackedColumn implements Column {
  readonly labels: Labels
  private readonly samples: Unpacked<Samples>
  constructor(labels: Labels, samples: PackedSamples) {
    this.labels = labels
    this.samples = new Unpacked(samples.length, () => samples.unpack())
  }

  get timesMs(): number[] {
    return this.samples.get().timesMs
  }

  get values(): number[] {
    return this.samples.get().values
  }
}

/** The same of a target. */
class PackedScrapes implements ScrapeColumn {
  readonly job: string
  readonly instance: string
  private readonly scrapes: Unpacked<Pick<ScrapeColumn, 'timesMs' | 'up' | 'durationsMs'>>
  private readonly ups: PackedSamples
  private readonly durations: PackedSamples
  constructor(job: string, instance: string, ups: PackedSamples, durations: PackedSamples) {
    this.job = job
    this.instance = instance
    this.ups = ups
    this.durations = durations
    this.scrapes = new Unpacked(ups.length + durations.length, () => together(ups.unpack(), durations.unpack()))
  }

  get timesMs(): number[] {
    return this.scrapes.get().timesMs
  }

  get up(): number[] {
    return this.scrapes.get().up
  }

  get durationsMs(): number[] {
    return this.scrapes.get().durationsMs
  }

  upBetween(fromMs: number, untilMs: number): Pick<ScrapeColumn, 'timesMs' | 'up'> {
    const { timesMs, values } = this.ups.between(fromMs, untilMs)
    return { timesMs, up: values }
  }

  eachUp(use: (timeMs: number, up: number) => void): void {
    this.ups.each(use)
  }

  around(fromMs: number, untilMs: number): ScrapeColumn {
    let [beforeMs, afterMs] = [fromMs, untilMs]
    let [isBefore, isAfter] = [false, false]
    for (const samples of [this.ups, this.durations])
      samples.each((timeMs) => {
        if (timeMs < fromMs && (!isBefore || timeMs > beforeMs)) [beforeMs, isBefore] = [timeMs, true]
        if (timeMs > untilMs && (!isAfter || timeMs < afterMs)) [afterMs, isAfter] = [timeMs, true]
      })
    const { job, instance } = this
    return { job, instance, ...together(this.ups.between(beforeMs, afterMs), this.durations.between(beforeMs, afterMs)) }
  }
}

/** Of a target's scrapes those from one time to another, unix ms, the one before and the one after. A copy, as upBetween makes one. */
export function scrapesAround(column: ScrapeColumn, fromMs: number, untilMs: number): ScrapeColumn {
  return column instanceof PackedScrapes ? column.around(fromMs, untilMs) : column
}

/** `up` of a target from one time to another, unix ms, both included. A copy: of a long drill all scrapes are too much to hold. */
export function upBetween(column: ScrapeColumn, fromMs: number, untilMs: number): Pick<ScrapeColumn, 'timesMs' | 'up'> {
  if (column instanceof PackedScrapes) return column.upBetween(fromMs, untilMs)
  const isInside = (timeMs = NaN): boolean => timeMs >= fromMs && timeMs <= untilMs
  return { timesMs: column.timesMs.filter(isInside), up: column.up.filter((_, index) => isInside(column.timesMs[index])) }
}

/** Each `up` of a target, by time; nothing of them is held. */
export function eachUp(column: ScrapeColumn, use: (timeMs: number, up: number) => void): void {
  if (column instanceof PackedScrapes) column.eachUp(use)
  else for (const [index, up] of column.up.entries()) use(column.timesMs[index] ?? NaN, up)
}

function together(ups: Samples, durations: Samples): Pick<ScrapeColumn, 'timesMs' | 'up' | 'durationsMs'> {
  // The rule: each scrape has both.
  if (isSame(ups.timesMs, durations.timesMs)) {
    // In place: of a long drill a copy more is megabytes.
    for (const [index, seconds] of durations.values.entries()) durations.values[index] = seconds * 1_000
    return { timesMs: ups.timesMs, up: ups.values, durationsMs: durations.values }
  }
  const [timesMs, up, durationsMs]: [number[], number[], number[]] = [[], [], []]
  for (let u = 0, d = 0; u < ups.timesMs.length || d < durations.timesMs.length;) {
    const timeMs = Math.min(ups.timesMs[u] ?? Infinity, durations.timesMs[d] ?? Infinity)
    timesMs.push(timeMs)
    up.push(ups.timesMs[u] === timeMs ? (ups.values[u++] ?? NaN) : NaN)
    durationsMs.push(durations.timesMs[d] === timeMs ? (durations.values[d++] ?? NaN) * 1_000 : NaN)
  }
  return { timesMs, up, durationsMs }
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index])
}

function columnOf(series: Series): Column {
  const column: Column = { labels: series.metric, timesMs: [], values: [] }
  for (const [timeS, value] of series.values) {
    column.timesMs.push(toMs(timeS))
    column.values.push(sampleValue(value))
  }
  return { labels: series.metric, ...ascending(column) }
}

function toMs(timeS: number): number {
  const ms = Math.round(timeS * 1_000)
  if (!Number.isFinite(ms)) throw new TypeError(`sample time ${String(timeS)} is no number`)
  return ms
}

/** Prometheus prints +Inf, -Inf and NaN. */
function sampleValue(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Infinity
  if (text === '-Inf') return -Infinity
  return Number(text)
}

function labelsIn(value: unknown): Labels {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
}
