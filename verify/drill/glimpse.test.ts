import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allWell } from '../../testing/journals/named-journal.ts'
import { recordedPrometheus } from '../../testing/virtual/recorded-prometheus.ts'
import { judge } from '../judge/judge.ts'
import { windowsSoFar } from '../judge/windows-so-far.ts'
import type { JournalEntry, Series } from '../model/journal.ts'
import { NOT_RECORDED } from '../model/journal.ts'
import type { Lane, Page, Signal } from '../model/page.ts'
import { livePageOf } from '../report/page/live.ts'
import { isDrawnLive, pageOf } from '../report/page/make-page.ts'
import { summarise } from '../report/summarise.ts'
import { selectorsOf } from '../run/experiment/signal-samples.ts'
import { CLOCK_OFFSET, inPrometheusTime } from '../promql/prometheus-time.ts'
import type { PrometheusSource } from '../run/ports.ts'
import type { Connected } from './connect.ts'
import { glimpsing, MOST_SAMPLED, MOST_VALUES, type Look } from './glimpse.ts'

const entries = await withSamples(allWell().entries)
const JOURNAL = { entries, problems: [] }
const REPORT = pageOf(JOURNAL, summarise(JOURNAL, judge(JOURNAL)))
/** When the drill began to read what it had only watched until then. */
const COLLECTED = entries.findIndex(({ kind }) => kind === 'alerts-series')
const LIVE = entries.filter(isDrawnLive)

/** The same drill with the raw samples of each experiment, a counter that rises at every scrape. */
async function withSamples(all: JournalEntry[]): Promise<JournalEntry[]> {
  const [header, footer] = [all[0], all.at(-1)]
  assert.ok(header?.kind === 'header' && footer?.kind === 'footer')
  const { experiments, timing } = header.plan
  const rising: Pick<PrometheusSource, 'query'> = {
    query: (expr, atMs = 0) => {
      if (expr.startsWith('count(')) return Promise.resolve([{ metric: {}, values: [[atMs / 1_000, '1']] }])
      const seconds = Number(/\[(\d+)s\]$/.exec(expr)?.[1])
      const untilS = Math.floor(atMs / 1_000)
      const times = Array.from({ length: seconds }, (_, index) => untilS - seconds + 1 + index)
      return Promise.resolve([{ metric: { job: expr }, values: times.map((timeS) => [timeS, String((timeS * 3) % 1_000_000)]) }])
    },
  }
  const samples = await Promise.all(
    experiments.map(async (experiment, index): Promise<JournalEntry> => {
      const legs = all.filter((entry) => entry.kind === 'leg' && entry.experiment === experiment.id)
      const fromMs = legs[0]!.atMs
      const untilMs = legs.at(-1)!.atMs + timing.scrapeIntervalMs + timing.evaluationIntervalMs
      const found = await selectorsOf(experiment, { fromMs, untilMs }, timing, rising as PrometheusSource)
      const place = { seq: footer.seq + index, atMs: footer.atMs }
      return { ...place, kind: 'signal-samples', experiment: experiment.id, fromMs, untilMs, ...found }
    }),
  )
  return [...all.slice(0, -1), ...samples, { ...footer, seq: footer.seq + samples.length }]
}

/** What is asked for of raw samples, beside the values. */
const isOfSamples = (expr: string): boolean => expr.startsWith('count(') || /\{.*\[\d+s\]$/.test(expr)

/** A look at the recorded drill, as it was at `now.ms`; `asked`: what Prometheus was asked. */
function looking(secrets: string[] = []): { look: Look; now: { ms: number }; asked: string[] } {
  const now = { ms: 0 }
  const asked: string[] = []
  const recorded = recordedPrometheus(entries, () => now.ms)
  const prometheus: Pick<PrometheusSource, 'query' | 'queryRange'> = {
    query: (expr, atMs) => (asked.push(expr), recorded.query(expr, atMs)),
    queryRange: (expr, fromMs, untilMs, stepMs) => (
      asked.push(`${expr} ${Math.round(untilMs - fromMs)}`),
      recorded.queryRange(expr, fromMs, untilMs, stepMs)
    ),
  }
  const look = glimpsing({ prometheus: prometheus as Connected['prometheus'], secrets }, { now: () => now.ms })
  return { look, now, asked }
}

/** The pages of a drill that is looked at every two seconds until its evidence is read, and the last glimpses. */
async function watched(): Promise<{ pages: Page[]; glimpses: JournalEntry[] }> {
  const { look, now } = looking()
  const pages: Page[] = []
  const endMs = entries[COLLECTED]!.atMs - 1
  for (now.ms = entries[0]!.atMs + 2_000; now.ms < endMs; now.ms = Math.min(endMs, now.ms + 2_000)) {
    const soFar = LIVE.filter(({ atMs }) => atMs <= now.ms)
    pages.push(livePageOf(soFar, now.ms, undefined, await look(soFar)))
  }
  now.ms = endMs
  const soFar = LIVE.filter(({ atMs }) => atMs <= endMs)
  const glimpses = await look(soFar)
  pages.push(livePageOf(soFar, endMs, undefined, glimpses))
  return { pages, glimpses }
}

const WATCHED = watched()
const lanesOf = (page: Page, group: Lane['group']): unknown =>
  page.lanes
    .filter((lane) => lane.group === group)
    .map(({ label, bars, marks }) => ({
      label,
      bars: bars.map(({ pointer: _, ...bar }) => bar),
      marks: marks.map(({ pointer: _, ...mark }) => mark),
    }))

test('while the drill runs its lanes have pending and firing as ALERTS has them, and at the end what the report has', async () => {
  const { pages } = await WATCHED
  const kinds = (page: Page): string[] =>
    page.lanes.filter(({ group }) => group === 'alerts').flatMap(({ bars }) => bars.map(({ kind }) => kind))
  const pending = pages.findIndex((page) => kinds(page).includes('pending'))
  assert.ok(pending > 0 && pending < pages.length / 2, `pending is seen at look ${pending} of ${pages.length}`)
  assert.deepEqual(lanesOf(pages.at(-1)!, 'alerts'), lanesOf(REPORT, 'alerts'))
})

test("a signal's chart grows while its experiment runs, and has the report's values when it is over", async () => {
  const { pages } = await WATCHED
  const points = (page: Page, id: string): number => page.signals[id]!.value.reduce((sum, curve) => sum + curve.points.length, 0)
  for (const [id, signal] of Object.entries(REPORT.signals)) {
    const course = pages.map((page) => points(page, id))
    assert.ok(
      course.every((count, index) => count >= (course[index - 1] ?? 0)),
      `${id} loses points: ${course.join()}`,
    )
    assert.deepEqual(pages.at(-1)!.signals[id]!.value, signal.value, id)
  }
})

test("its raw samples grow beside it, a few experiments in a look, and are the report's when it is over", async () => {
  const { pages } = await WATCHED
  for (const [id, { raw }] of Object.entries(REPORT.signals)) {
    const course = pages.map((page) => page.signals[id]!.raw.flatMap(({ curves }) => curves.map(({ points }) => points.length)))
    assert.ok(course.filter((counts) => counts.length > 0).length > 2 && raw.length > 0, id)
    assert.deepEqual(pages.at(-1)!.signals[id]!.raw, raw, id)
  }
  const { look, now, asked } = looking()
  now.ms = entries[COLLECTED]!.atMs - 1
  await look(LIVE.filter(({ atMs }) => atMs <= now.ms))
  const experiments = Object.values(REPORT.signals).filter(({ raw }) => raw.length > 0)
  assert.ok(experiments.length > 2 * MOST_SAMPLED)
  const most = Math.max(...experiments.map(({ raw }) => raw.length))
  assert.ok(asked.filter(isOfSamples).length <= MOST_SAMPLED * most * 2, asked.filter(isOfSamples).join('\n'))
})

test('while it runs a chart has the legal windows of the plan and what was observed, as the verdicts have them at the end', async () => {
  const { pages } = await WATCHED
  const experiments = entries.flatMap((entry) => (entry.kind === 'header' ? entry.plan.experiments : []))
  const windows = windowsSoFar(LIVE, experiments)
  const end = livePageOf(LIVE, entries.at(-1)!.atMs, undefined, [], windows)
  for (const [id, signal] of Object.entries(REPORT.signals)) {
    assert.ok(
      pages.every(({ signals }) => signals[id]!.windows.length === 0),
      'a page that is given none has none',
    )
    assert.deepEqual(
      end.signals[id]!.marks.map(({ text, kind, atMs }) => [text, kind, Math.round(atMs)]).sort(),
      signal.marks.map(({ text, kind, atMs }) => [text, kind, Math.round(atMs)]).sort(),
      id,
    )
    for (const name of ['pending', 'firing', 'resolved']) {
      const [own, judged] = [end.signals[id]!, signal].map((each) => each.windows.find(({ text }) => text === `${name}: legal window`)!)
      assert.equal(own?.fromMs, judged?.fromMs, `${id} ${name}`)
      // Where a load took time to take hold, the judge gives that time.
      assert.ok(own!.untilMs <= judged!.untilMs && judged!.untilMs - own!.untilMs < 5_000, `${id} ${name}`)
    }
  }
})

test('of a leg that has not begun there is no window and no mark; of an undo none before it is done', () => {
  const experiments = entries.flatMap((entry) => (entry.kind === 'header' ? entry.plan.experiments : []))
  for (const { id } of experiments) {
    const at = (leg: string): string[] => {
      const begun = entries.findIndex((entry) => entry.kind === 'leg' && entry.experiment === id && entry.leg === leg)
      const isCause = (entry: JournalEntry): boolean =>
        (entry.kind === 'load' || entry.kind === 'fault') && entry.experiment === id && entry.leg === 'fire'
      const last = leg === 'fire' ? entries.findIndex((entry, index) => index > begun && isCause(entry)) : begun
      const soFar = entries.slice(0, last + 1).filter(isDrawnLive)
      const page = livePageOf(soFar, entries[last]!.atMs, undefined, [], windowsSoFar(soFar, experiments))
      return page.signals[id]!.windows.map(({ text }) => text.split(':')[0]!)
    }
    assert.deepEqual(at('before'), [], id)
    assert.deepEqual(at('fire'), ['pending', 'firing', 'notified'], id)
    assert.deepEqual(at('clear'), ['pending', 'firing', 'notified', 'resolved', 'resolved notified'], id)
  }
})

test("a drill whose clock is behind Prometheus' has the same live page and the same report, as soon as that was measured", async () => {
  const offsetMs = 400
  const measured = entries.findIndex(({ kind }) => kind === 'targets')
  const first = entries[measured]!
  const said = (seconds: number): JournalEntry => ({
    seq: NOT_RECORDED,
    atMs: first.atMs,
    kind: 'health',
    metric: CLOCK_OFFSET,
    series: [{ metric: {}, values: [[first.atMs / 1_000, String(seconds)]] }],
  })
  // What the recorded drill says of its own is the same clock's.
  const journal = entries.filter((entry) => entry.kind !== 'health' || entry.metric !== CLOCK_OFFSET)
  const right = journal.toSpliced(measured, 0, said(0))
  const behind = journal.map((entry) => inPrometheusTime(entry, -offsetMs)).toSpliced(measured, 0, said(offsetMs / 1_000))
  const experiments = entries.flatMap((entry) => (entry.kind === 'header' ? entry.plan.experiments : []))
  const sinceMs = entries[0]!.atMs
  const at = async (all: JournalEntry[], aheadMs: number, passedMs: number): Promise<Page> => {
    const now = { ms: sinceMs + passedMs }
    const recorded = recordedPrometheus(entries, () => now.ms)
    const look = glimpsing({ prometheus: recorded as Connected['prometheus'], secrets: [] }, { now: () => now.ms - aheadMs })
    const soFar = all.filter((entry) => isDrawnLive(entry) && entry.atMs <= now.ms - aheadMs)
    return livePageOf(soFar, now.ms - aheadMs, undefined, await look(soFar), windowsSoFar(soFar, experiments))
  }
  const fireMs = entries.find((entry) => entry.kind === 'leg' && entry.leg === 'clear')!.atMs - sinceMs
  const [own, theirs] = [await at(right, 0, fireMs), await at(behind, offsetMs, fireMs)]
  const window = (page: Page): unknown => Object.values(page.signals).flatMap(({ windows }) => windows)
  assert.ok((window(own) as unknown[]).length > 3)
  assert.deepEqual({ ...theirs, report: null }, { ...own, report: null })
  const drawn = (all: JournalEntry[]): Page => pageOf({ entries: all, problems: [] }, summarise(JOURNAL, judge(JOURNAL)))
  const { evidence: _, ...same } = drawn(behind)
  const { evidence: __, ...whole } = drawn(right)
  assert.deepEqual(same, whole)
})

test('missed evaluations are marked as soon as Prometheus has counted them', async () => {
  const missed = entries.find((entry) => entry.kind === 'health' && entry.metric.includes('missed'))
  assert.ok(missed?.kind === 'health')
  const { look, now } = looking()
  const series = missed.series as Series[]
  const before = series[0]!.values
  const atS = before[Math.floor(before.length / 2)]![0]
  series[0]!.values = before.map(([timeS, value]) => [timeS, timeS >= atS ? String(Number(value) + 2) : value])
  try {
    const marks = async (atMs: number): Promise<string[]> => {
      now.ms = atMs
      const soFar = LIVE.filter((entry) => entry.atMs <= atMs)
      const page = livePageOf(soFar, atMs, undefined, await look(soFar))
      return page.lanes
        .filter(({ group }) => group === 'evaluations')
        .flatMap((lane) => lane.marks.map(({ text, pointer }) => `${text} #${pointer}`))
    }
    assert.deepEqual(await marks(atS * 1_000 - 1), [])
    assert.deepEqual(await marks(atS * 1_000 + 1_000), [`2 evaluations missed #${NOT_RECORDED}`])
  } finally {
    series[0]!.values = before
  }
})

/** What is no matter of verdicts, which a drill that runs has not. */
const shown = ({ lanes, traces, outages, signals }: Page): unknown => ({
  lanes,
  traces,
  outages,
  signals: Object.values(signals).map(({ windows: _, marks: __, chain: ___, ...signal }: Signal) => signal),
})

test("after the journal's last entry the live page is the report's, whatever was glimpsed before", async () => {
  const { glimpses } = await WATCHED
  assert.ok(glimpses.length > 5 && glimpses.every(({ seq }) => seq === NOT_RECORDED))
  const last = entries.at(-1)!
  assert.deepEqual(shown(livePageOf(LIVE, last.atMs, undefined, glimpses)), shown(REPORT))
})

test('only what is new is asked for, of what runs; nothing of an experiment that has not begun', async () => {
  const { look, now, asked } = looking()
  const begin = LIVE.find(({ kind }) => kind === 'leg')!.atMs
  const at = async (ms: number): Promise<string[]> => {
    now.ms = ms
    asked.length = 0
    await look(LIVE.filter((entry) => entry.atMs <= ms))
    return asked.filter((expr) => !isOfSamples(expr))
  }
  assert.equal((await at(begin - 1_000)).length, 2, 'no leg has begun: ALERTS and missed evaluations alone')
  await at(begin + 1_000)
  const later = await at(begin + 3_000)
  for (const expr of later) assert.ok(Number(/(\d+)(?:s\])?$/.exec(expr)?.[1]) <= 10_000, expr)
  const running = (atMs: number): number =>
    new Set(LIVE.flatMap((entry) => (entry.kind === 'leg' && entry.atMs <= atMs ? [entry.experiment] : []))).size
  assert.equal(later.length, 2 + running(begin + 3_000))
})

test('an observation of many rules asks for a few conditions a look, and for each in its turn', async () => {
  const { look, now, asked } = looking()
  const header = entries.find((entry) => entry.kind === 'header')!
  const [one] = header.plan.experiments
  const many = Array.from({ length: 3 * MOST_VALUES }, (_, index) => ({ ...one!, id: `rule-${index}`, valueExpr: `up == ${index}` }))
  const observed: JournalEntry[] = [
    { ...header, plan: { ...header.plan, experiments: many } },
    ...many.map(({ id }, index) => ({
      seq: index + 1,
      atMs: header.zeroMs,
      kind: 'leg' as const,
      experiment: id,
      leg: 'observe',
      phase: 'begin' as const,
    })),
  ]
  const seen = new Set<string>()
  for (let turn = 1; turn <= 3; turn += 1) {
    now.ms = header.zeroMs + turn * 5_000
    asked.length = 0
    await look(observed)
    const conditions = asked.filter((expr) => expr.startsWith('up =='))
    assert.equal(conditions.length, MOST_VALUES)
    for (const expr of conditions) seen.add(expr.replace(/ \d+(\.\d+)?$/, ''))
  }
  assert.equal(seen.size, many.length)
  asked.length = 0
  await look(observed)
  assert.deepEqual(
    asked.filter((expr) => !expr.startsWith('up ==') && !isOfSamples(expr)),
    [],
    'before the next evaluation nothing can be new',
  )
})

test('a second attempt is drawn from where the journal of the first ends', async () => {
  const { look, now } = looking()
  now.ms = entries.at(-1)!.atMs
  const [alerts] = await look(LIVE)
  assert.ok(alerts?.kind === 'alerts-series')
  const recordedMs = entries[COLLECTED]!.atMs
  assert.ok(alerts.series.every(({ values }) => values.every(([timeS]) => timeS * 1_000 >= recordedMs)))
})

test('a label that holds a secret is not shown', async () => {
  const { look, now } = looking(['RedisConnectionFailed'])
  now.ms = entries[COLLECTED]!.atMs - 1
  const text = JSON.stringify(await look(LIVE.filter(({ atMs }) => atMs <= now.ms)))
  assert.match(text, /"alertname":"\*\*\*"/)
  assert.doesNotMatch(text, /"alertname":"RedisConnectionFailed"/)
})
