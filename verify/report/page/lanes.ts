import type { JournalEntry } from '../../model/journal.ts'
import type { Bar, Lane, Mark } from '../../model/page.ts'
import type { Plan, Timing } from '../../model/plan.ts'
import { evaluationIntervalOf } from '../../promql/loaded-clocks.ts'
import { parseInstant } from '../../text/instant.ts'
import { entriesOf, experimentsOf, seriesOf } from './entries.ts'
import type { Entry } from './entries.ts'
import { countOf } from '../../text/count-of.ts'

/**
 * Every row of the drill over its time axis: experiments, outages, alerts, notifications, load, missed evaluations. `lastMs`: until then
 * goes what has not ended.
 */
export function lanesOf(entries: readonly JournalEntry[], lastMs = lastOf(entries)): Lane[] {
  const header = entriesOf(entries, 'header')[0]
  const confirmed = entriesOf(entries, 'confirmation')
  const plan = header?.plan
  const experiments = experimentsOf(entries)
  const planless = new Set(entriesOf(entries, 'by-hand').map(({ experiment }) => experiment?.id))
  const severities = new Map((header?.spec.rules ?? []).map((rule) => [rule.alert, rule.labels['severity'] ?? '']))
  const missed = missedMarks(entries)
  return [
    ...experiments.map((experiment): Lane => ({
      group: 'experiments',
      label: experiment.id,
      opens: experiment.id,
      bars: [
        // What is confirmed alone or done by hand has no place in the plan of before.
        ...(experiment.confirms === undefined && !planless.has(experiment.id) ? [planned(header, plan, experiment)] : []),
        ...legsOf(entries, experiment.id, lastMs),
        ...faultsOf(entries, experiment.id, lastMs),
      ].flat(),
      marks: [],
    })),
    ...outageLanes(entries, header, [...(plan?.outages ?? []), ...confirmed.flatMap((entry) => entry.outages ?? [])], lastMs),
    ...byHandLanes(entries, lastMs),
    ...(entries.some((entry) => entry.kind === 'alerts-series')
      ? alertLanes(entries, severities, plan?.timing, missed)
      : notifiedLanes(entries, severities, lastMs)),
    ...notificationLanes(entries),
    ...loadLanes(entries, lastMs),
    ...missedLane(missed),
  ].filter((lane) => lane.bars.length > 0 || lane.marks.length > 0)
}

function lastOf(entries: readonly JournalEntry[]): number {
  return entries.at(-1)?.atMs ?? 0
}

function planned(header: Entry<'header'> | undefined, plan: Plan | undefined, at: { startMs: number; durationMs: number }): Bar[] {
  if (header === undefined || plan === undefined) return []
  const fromMs = header.zeroMs + at.startMs
  return [{ fromMs, untilMs: fromMs + at.durationMs, kind: 'planned', text: 'planned, at most', pointer: header.seq }]
}

/** The legs of an experiment; of one that was tried again those of each attempt. */
export function legsOf(entries: readonly JournalEntry[], experiment: string, lastMs = lastOf(entries)): Bar[] {
  const bars: Bar[] = []
  const open = new Map<string, Entry<'leg'>>()
  for (const entry of entriesOf(entries, 'leg')) {
    if (entry.experiment !== experiment) continue
    const begun = open.get(entry.leg)
    if (entry.phase === 'begin') open.set(entry.leg, entry)
    else if (begun !== undefined) {
      open.delete(entry.leg)
      const ended = entry.ended === undefined ? '' : ` (${entry.ended})`
      bars.push({ fromMs: begun.atMs, untilMs: entry.atMs, kind: kindOf(entry.leg), text: `${entry.leg}${ended}`, pointer: begun.seq })
    }
  }
  for (const [leg, begun] of open)
    bars.push({ fromMs: begun.atMs, untilMs: lastMs, kind: kindOf(leg), text: `${leg}, not ended`, pointer: begun.seq })
  return bars
}

function kindOf(leg: string): Bar['kind'] {
  return leg === 'before' || leg === 'quiet' || leg === 'settle' || leg === 'fire' || leg === 'clear' ? leg : 'settle'
}

/** Each time a fault was in force, from the earliest instant of its injection to the latest of its undo. */
export function faultsOf(entries: readonly JournalEntry[], owner: string, lastMs = lastOf(entries)): Bar[] {
  const bars: Bar[] = []
  const open = new Map<string, Entry<'fault'>>()
  for (const entry of entriesOf(entries, 'fault')) {
    if (entry.experiment !== owner) continue
    const key = `${entry.fault} ${entry.target}`
    const injected = open.get(key)
    if (entry.phase === 'inject') {
      if (entry.ok) open.set(key, entry)
    } else if (injected !== undefined) {
      open.delete(key)
      bars.push({
        fromMs: injected.startedMs,
        untilMs: entry.effectiveMs,
        kind: 'fault',
        text: `${entry.fault} on ${entry.target}`,
        pointer: injected.seq,
      })
    }
  }
  for (const injected of open.values())
    bars.push({
      fromMs: injected.startedMs,
      untilMs: lastMs,
      kind: 'fault',
      text: `${injected.fault} on ${injected.target}: not undone`,
      pointer: injected.seq,
    })
  return bars
}

function outageLanes(
  entries: readonly JournalEntry[],
  header: Entry<'header'> | undefined,
  outages: NonNullable<Plan['outages']>,
  lastMs: number,
): Lane[] {
  const seen = entriesOf(entries, 'outage')
  return outages.map((outage): Lane => {
    const own = seen.filter((entry) => entry.outage === outage.id)
    const requests = own.map((entry): Bar => {
      const sent = Array.isArray(entry.rows) ? entry.rows.map((row) => Number(row[0])).filter(Number.isFinite) : []
      const lastSentMs = sent.reduce((a, b) => Math.max(a, b), 0)
      return {
        fromMs: entry.startedMs,
        untilMs: entry.startedMs + lastSentMs,
        kind: 'requests',
        text: `${sent.length} stamped requests`,
        pointer: entry.seq,
      }
    })
    return {
      group: 'outages',
      label: outage.id,
      opens: outage.id,
      bars: [
        ...(outage.during === undefined && outage.confirms === undefined ? planned(header, header?.plan, outage) : []),
        ...requests,
        ...faultsOf(entries, outage.during ?? outage.id, lastMs),
      ],
      marks: [],
    }
  })
}

/** The owner of what is injected by hand on a game day. */
const BY_HAND = 'gameday'

function byHandLanes(entries: readonly JournalEntry[], lastMs: number): Lane[] {
  const lanes = Map.groupBy(faultsOf(entries, BY_HAND, lastMs), ({ text }) => text.replace(/: not undone$/, ''))
  return [...lanes].map(([label, bars]): Lane => ({ group: 'experiments', label, bars, marks: [] }))
}

/**
 * Pending and firing of each alert name, from Prometheus' own ALERTS: a state lasts until the evaluation that no longer has it. At the one
 * that no longer has it firing it resolved.
 */
function alertLanes(
  entries: readonly JournalEntry[],
  severities: ReadonlyMap<string, string>,
  timing: Timing | undefined,
  missed: readonly Mark[],
): Lane[] {
  const lanes = new Map<string, Lane>()
  for (const entry of entriesOf(entries, 'alerts-series')) {
    if (entry.metric !== 'ALERTS') continue
    for (const one of seriesOf(entry)) {
      const { alertname = '', alertstate = '', __name__: _, ...labels } = one.metric
      if (alertname === '' || (alertstate !== 'pending' && alertstate !== 'firing')) continue
      const lane: Lane = lanes.get(alertname) ?? {
        group: 'alerts',
        label: alertname,
        severity: severities.get(alertname) ?? labels['severity'] ?? '',
        bars: [],
        marks: [],
      }
      lanes.set(alertname, lane)
      const who = Object.entries(labels)
        .filter(([name]) => name !== 'severity')
        .map(([, value]) => value)
        .join(' ')
      const stepMs = timing === undefined ? 0 : evaluationIntervalOf(timing, alertname, labels)
      const runs = runsOf(one.values.map(([timeS]) => timeS * 1_000))
      for (const { fromMs, untilMs } of runs)
        lane.bars.push({ fromMs, untilMs: untilMs + stepMs, kind: alertstate, text: `${alertstate} ${who}`, pointer: entry.seq })
      if (alertstate === 'firing' && stepMs > 0)
        for (const atMs of resolvedAt(runs, stepMs, entry.atMs, missed))
          lane.marks.push({ atMs, kind: 'resolved', text: `resolved ${who}`, pointer: entry.seq })
    }
  }
  for (const lane of lanes.values()) {
    lane.bars.sort((a, b) => a.fromMs - b.fromMs)
    lane.marks.sort((a, b) => a.atMs - b.atMs)
  }
  return [...lanes.values()].sort((a, b) => (a.bars[0]?.fromMs ?? 0) - (b.bars[0]?.fromMs ?? 0))
}

/**
 * Firing of each alert name as its notifications have it: what is known while a drill runs, or of one that was cut off before ALERTS was
 * read. Synthetic alerts of the delivery exercise are none.
 */
function notifiedLanes(entries: readonly JournalEntry[], severities: ReadonlyMap<string, string>, lastMs: number): Lane[] {
  const firstMs = entries[0]?.atMs ?? 0
  const within = (ms: number): number => Math.min(lastMs, Math.max(firstMs, ms))
  const lanes = new Map<string, Lane>()
  const open = new Map<string, Bar>()
  for (const { body, seq } of entriesOf(entries, 'notification')) {
    for (const { status, labels, startsAt, endsAt } of notifiedAlerts(body)) {
      const { alertname = '', firedrill, severity = '', ...rest } = labels
      const startMs = parseInstant(startsAt)
      if (alertname === '' || firedrill !== undefined || startMs === undefined) continue
      const lane: Lane = lanes.get(alertname) ?? {
        group: 'alerts',
        label: alertname,
        severity: severities.get(alertname) ?? severity,
        bars: [],
        marks: [],
      }
      lanes.set(alertname, lane)
      // One receiver after the other says the same.
      const key = JSON.stringify([alertname, Object.entries(labels).sort(), startMs])
      const text = `firing, as notified ${Object.values(rest).join(' ')}`.trim()
      const bar = open.get(key) ?? { fromMs: within(startMs), untilMs: lastMs, kind: 'firing' as const, text, pointer: seq }
      if (!open.has(key)) lane.bars.push(bar)
      open.set(key, bar)
      const endMs = parseInstant(endsAt)
      if (status !== 'resolved' || endMs === undefined) continue
      bar.untilMs = Math.max(bar.fromMs, within(endMs))
      const resolved = text.replace('firing', 'resolved')
      if (!lane.marks.some((mark) => mark.text === resolved && mark.atMs === bar.untilMs))
        lane.marks.push({ atMs: bar.untilMs, kind: 'resolved', text: resolved, pointer: seq })
    }
  }
  return [...lanes.values()].sort((a, b) => (a.bars[0]?.fromMs ?? 0) - (b.bars[0]?.fromMs ?? 0))
}

/** The alerts of a webhook's body that are whole; none of a chat message. */
function notifiedAlerts(body: unknown): { status: unknown; labels: Record<string, string>; startsAt: unknown; endsAt: unknown }[] {
  const alerts = typeof body === 'object' && body !== null ? (body as { alerts?: unknown }).alerts : undefined
  if (!Array.isArray(alerts)) return []
  return (alerts as unknown[]).flatMap((alert) => {
    if (typeof alert !== 'object' || alert === null) return []
    const { status, labels, startsAt, endsAt } = alert as Record<string, unknown>
    if (typeof labels !== 'object' || labels === null) return []
    const texts = Object.entries(labels).map(([name, value]) => [name, String(value)])
    return [{ status, labels: Object.fromEntries(texts) as Record<string, string>, startsAt, endsAt }]
  })
}

/** Stretches of samples without a hole; a step is the smallest distance between two. */
export function runsOf(timesMs: readonly number[]): { fromMs: number; untilMs: number }[] {
  const gaps = timesMs.slice(1).map((atMs, index) => atMs - timesMs[index]!)
  const stepMs = gaps.filter((gap) => gap > 0).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const runs: { fromMs: number; untilMs: number }[] = []
  for (const atMs of timesMs) {
    const last = runs.at(-1)
    if (last !== undefined && atMs - last.untilMs <= 1.5 * stepMs) last.untilMs = atMs
    else runs.push({ fromMs: atMs, untilMs: atMs })
  }
  return runs
}

/**
 * The evaluations at which an alert was no longer firing. It is not known of an alert whose last sample is as new as the reading, nor of a
 * hole in which evaluations were missed.
 */
export function resolvedAt(
  runs: readonly { fromMs: number; untilMs: number }[],
  stepMs: number,
  readMs: number,
  missed: readonly Pick<Mark, 'atMs'>[],
): number[] {
  return runs.flatMap(({ untilMs }, index) => {
    const next = runs[index + 1]
    const untilReadMs = next === undefined ? readMs : Infinity
    const isHole = next !== undefined && missed.some(({ atMs }) => atMs > untilMs && atMs <= next.fromMs + stepMs)
    return isHole || untilMs + 2 * stepMs > untilReadMs ? [] : [untilMs + stepMs]
  })
}

function notificationLanes(entries: readonly JournalEntry[]): Lane[] {
  const lanes = new Map<string, Mark[]>()
  for (const entry of entriesOf(entries, 'notification')) {
    const said = messageOf(entry.body)
    const marks = lanes.get(entry.receiver) ?? []
    lanes.set(entry.receiver, marks)
    marks.push({ atMs: entry.arrivedMs, kind: said.resolved ? 'resolved' : 'firing', text: said.text, pointer: entry.seq })
  }
  return [...lanes].map(([receiver, marks]): Lane => ({ group: 'notifications', label: receiver, bars: [], marks }))
}

/** Who a message is about, of a webhook's body or of a chat message. */
function messageOf(body: unknown): { resolved: boolean; text: string } {
  if (typeof body !== 'object' || body === null) return { resolved: false, text: 'a body that is not JSON' }
  const { status, alerts, attachments } = body as { status?: unknown; alerts?: unknown; attachments?: unknown }
  if (Array.isArray(alerts)) {
    const names = (alerts as unknown[]).map((alert) => {
      const labels = typeof alert === 'object' && alert !== null ? (alert as { labels?: unknown }).labels : undefined
      return typeof labels === 'object' && labels !== null ? String((labels as Record<string, unknown>)['alertname'] ?? '?') : '?'
    })
    const states = (alerts as unknown[]).map((alert) =>
      typeof alert === 'object' && alert !== null ? (alert as { status?: unknown }).status : '',
    )
    const resolved = status === 'resolved' || (status === undefined && states.length > 0 && states.every((state) => state === 'resolved'))
    return { resolved, text: `${resolved ? 'resolved' : 'firing'}: ${[...new Set(names)].join(', ')}` }
  }
  const first: unknown = Array.isArray(attachments) ? attachments[0] : undefined
  const title = typeof first === 'object' && first !== null ? String((first as { title?: unknown }).title ?? '') : ''
  return { resolved: /^\[RESOLVED/i.test(title), text: title === '' ? 'a chat message' : title }
}

/** The runs of each k6 scenario. */
function loadLanes(entries: readonly JournalEntry[], lastMs: number): Lane[] {
  const lanes = new Map<string, Bar[]>()
  const open = new Map<string, Bar>()
  for (const entry of entriesOf(entries, 'load')) {
    const bars = lanes.get(entry.scenario) ?? []
    lanes.set(entry.scenario, bars)
    const text = `${entry.scenario} for ${entry.experiment} ${entry.leg}`
    const begun = open.get(text)
    if (entry.phase === 'begin') {
      const bar: Bar = { fromMs: entry.atMs, untilMs: Math.max(entry.atMs, lastMs), kind: 'load', text, pointer: entry.seq }
      bars.push(bar)
      open.set(text, bar)
    } else if (begun !== undefined) {
      begun.untilMs = entry.atMs
      open.delete(text)
    }
  }
  return [...lanes].map(([label, bars]): Lane => ({ group: 'load', label, bars, marks: [] }))
}

export const MISSED = 'prometheus_rule_group_iterations_missed_total'

/** Evaluations that Prometheus left out, as it counts them itself. */
export function missedMarks(entries: readonly JournalEntry[]): Mark[] {
  const marks: Mark[] = []
  for (const entry of entriesOf(entries, 'health')) {
    if (entry.metric !== MISSED) continue
    for (const { values } of seriesOf(entry)) {
      values.forEach(([timeS, value], index) => {
        const before = Number(values[index - 1]?.[1] ?? value)
        const more = Number(value) - before
        if (more > 0) marks.push({ atMs: timeS * 1_000, kind: 'missed', text: `${countOf(more, 'evaluation')} missed`, pointer: entry.seq })
      })
    }
  }
  return marks
}

function missedLane(marks: Mark[]): Lane[] {
  return marks.length === 0 ? [] : [{ group: 'evaluations', label: 'missed evaluations', bars: [], marks }]
}
