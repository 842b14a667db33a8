import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JournalEntry } from '../../model/journal.ts'
import type { Page } from '../../model/page.ts'
import { judge } from '../../judge/judge.ts'
import { checks as registry } from '../../judge/drill-checks.ts'
import { parseJournal } from '../../judge/record/parse-journal.ts'
import { allWell, namedText } from '../../../testing/journals/named-journal.ts'
import { summarise } from '../summarise.ts'
import { MOST_POINTS, thinned } from './entries.ts'
import { isDrawn, mayBeShown, pageOf } from './make-page.ts'
import { lanesOf, resolvedAt } from './lanes.ts'
import { SHOWN_CHECKS } from './proofs.ts'

function drawn(name: string): Page {
  const journal = parseJournal(namedText(name).trim().split('\n'))
  return pageOf(journal, summarise(journal, judge(journal)))
}

const WELL = drawn('all-well')
const JOURNAL = allWell()
const header = JOURNAL.entries.find((entry) => entry.kind === 'header')!

test('each experiment and outage of the plan has its lane, in the order of the plan', () => {
  const labels = (group: string): string[] => WELL.lanes.filter((lane) => lane.group === group).map(({ label }) => label)
  assert.deepEqual(
    labels('experiments'),
    header.plan.experiments.map(({ id }) => id),
  )
  assert.deepEqual(
    labels('outages'),
    header.plan.outages?.map(({ id }) => id),
  )
})

test("a lane's legs and faults are those of the journal, to the millisecond", () => {
  const { id } = header.plan.experiments.find(({ legs }) => legs.some(({ fault }) => fault !== undefined))!
  const lane = WELL.lanes.find(({ opens }) => opens === id)!
  const legs = JOURNAL.entries.filter((entry) => entry.kind === 'leg').filter(({ experiment }) => experiment === id)
  assert.deepEqual(
    lane.bars.filter(({ kind }) => kind === 'fire').map(({ fromMs, untilMs, pointer }) => [fromMs, untilMs, pointer]),
    [
      [
        legs.find(({ leg, phase }) => leg === 'fire' && phase === 'begin')?.atMs,
        legs.find(({ leg, phase }) => leg === 'fire' && phase === 'end')?.atMs,
        legs.find(({ leg, phase }) => leg === 'fire' && phase === 'begin')?.seq,
      ],
    ],
  )
  const faults = JOURNAL.entries.filter((entry) => entry.kind === 'fault').filter(({ experiment, ok }) => experiment === id && ok)
  assert.deepEqual(
    lane.bars.filter(({ kind }) => kind === 'fault').map(({ fromMs, untilMs }) => [fromMs, untilMs]),
    faults
      .filter(({ phase }) => phase === 'inject')
      .map((inject) => [inject.startedMs, faults.find(({ phase, seq }) => phase === 'undo' && seq > inject.seq)?.effectiveMs]),
  )
})

test('every notification of the journal is a mark at its receiver', () => {
  const marks = WELL.lanes
    .filter(({ group }) => group === 'notifications')
    .flatMap((lane) => lane.marks.map(({ pointer }) => [lane.label, pointer]))
  const arrived = JOURNAL.entries.filter((entry) => entry.kind === 'notification').map(({ receiver, seq }) => [receiver, seq])
  assert.ok(arrived.length > 10)
  assert.deepEqual(new Set(marks.map(String)), new Set(arrived.map(String)))
})

test('an alert fires on its lane where its verdict says so', () => {
  for (const [id, signal] of Object.entries(WELL.signals)) {
    const fired = signal.marks.find(({ text }) => text === 'firing')
    const { alert } = header.plan.experiments.find((experiment) => experiment.id === id)!
    const bars = WELL.lanes.find((lane) => lane.group === 'alerts' && lane.label === alert)!.bars.filter(({ kind }) => kind === 'firing')
    assert.ok(
      fired !== undefined && bars.some(({ fromMs, untilMs }) => fromMs <= fired.atMs + 1 && untilMs >= fired.atMs - 1),
      `${id} fires at ${fired?.atMs}`,
    )
  }
})

test('an alert is pending until it fires: a state lasts until the evaluation that no longer has it', () => {
  const steps: number[] = []
  for (const { bars } of WELL.lanes.filter(({ group }) => group === 'alerts'))
    for (const firing of bars.filter(({ kind }) => kind === 'firing')) {
      const before = bars.findLast(
        ({ kind, fromMs, text }) => kind === 'pending' && fromMs < firing.fromMs && text.slice(8) === firing.text.slice(7),
      )
      if (before !== undefined) steps.push(Math.round(firing.fromMs - before.untilMs))
    }
  assert.ok(steps.length > 5)
  assert.deepEqual(new Set(steps), new Set([0]))
})

test("a rule's page has the messages about its own alert, firing and resolved, each with its whole body", () => {
  const { messages } = WELL.signals['redis-killed']!
  for (const status of ['firing', 'resolved'])
    assert.ok(
      messages.some((message) => message.status === status && message.receiver === 'critical'),
      status,
    )
  for (const { pointer, body, receiver, atMs } of messages) {
    const entry = JOURNAL.entries.find(({ seq }) => seq === pointer)
    assert.ok(entry?.kind === 'notification')
    assert.deepEqual([receiver, atMs], [entry.receiver, entry.arrivedMs])
    assert.deepEqual(JSON.parse(body), entry.body)
    assert.match(body, /RedisConnectionFailed/)
  }
})

test("a curve is the condition's value as Prometheus evaluated it", () => {
  const entry = JOURNAL.entries.find((each) => each.kind === 'evaluated' && each.what === 'value')!
  assert.ok(entry.kind === 'evaluated')
  const signal = WELL.signals[entry.experiment]!
  const known = new Map(
    entry.series.flatMap(({ values }) => values).map(([timeS, value]) => [`${Math.round(timeS * 1_000)} ${Number(value)}`, true]),
  )
  const points = signal.value.flatMap((curve) => curve.points).filter(([, value]) => value !== null)
  assert.ok(points.length > 20)
  for (const [atMs, value] of points) assert.ok(known.has(`${atMs} ${value}`), `${atMs} ${value}`)
  assert.ok(signal.value.some(({ subject }) => subject))
})

test('a drill in which all is well has a whole chain; a broken one names its first broken link and reaches none behind it', () => {
  for (const signal of Object.values(WELL.signals))
    assert.ok(signal.chain.every(({ status }) => status !== 'fail' && status !== 'not reached'))
  const unnotified = Object.values(drawn('alertmanager-not-notified').signals)[0]!.chain
  assert.equal(unnotified.find(({ status }) => status === 'fail')?.name, 'notified')
  assert.equal(unnotified.find(({ name }) => name === 'firing')?.status, 'pass')
  assert.equal(unnotified.find(({ name }) => name === 'resolved notified')?.status, 'not reached')
})

test('must, may and must not of the isolation are those of the specification, and nothing is wrong where all is well', () => {
  const { rows, alerts } = WELL.isolation
  for (const { experiment, cells } of rows) {
    const planned = header.plan.experiments.find(({ id }) => id === experiment)!
    cells.forEach(({ expected, wrong, fired }, index) => {
      const alert = alerts[index]!
      const must = alert === planned.alert || planned.alsoMust.some((ref) => ref.alert === alert)
      assert.equal(expected, must ? 'must' : planned.may.some((ref) => ref.alert === alert) ? 'may' : 'must not')
      assert.equal(wrong, false)
      if (alert === planned.alert) assert.equal(fired, true, `${experiment} ${alert}`)
    })
  }
})

test('each cell of the isolation leads to the verdict that it rests on', () => {
  for (const { experiment, cells } of WELL.isolation.rows) {
    const own = WELL.report.rules.flatMap(({ experiments }) => experiments)
    const { verdicts } = own.find(({ id }) => id === experiment)!
    cells.forEach(({ expected, opens }, index) => {
      const [room, id, check] = opens.split('/')
      assert.deepEqual([room, id], ['experiment', experiment])
      assert.ok(
        verdicts.some((verdict) => verdict.check === check),
        `${opens} of ${WELL.isolation.alerts[index]}`,
      )
      if (expected === 'must not') assert.equal(check, 'isolation')
    })
  }
})

test('an alert has a mark where it resolved, at the instant that its verdict has', () => {
  for (const [id, signal] of Object.entries(WELL.signals)) {
    const resolved = signal.marks.find(({ text }) => text === 'resolved')!
    const { alert } = header.plan.experiments.find((experiment) => experiment.id === id)!
    const { marks } = WELL.lanes.find((lane) => lane.group === 'alerts' && lane.label === alert)!
    assert.ok(
      marks.some(({ kind, atMs }) => kind === 'resolved' && Math.abs(atMs - resolved.atMs) <= 1),
      `${id} resolved at ${resolved.atMs}, its lane has ${marks.map(({ atMs }) => atMs).join()}`,
    )
  }
})

test('no alert counts as resolved that fires at the reading, or whose evaluations were missed', () => {
  const run = (fromMs: number, untilMs: number): { fromMs: number; untilMs: number } => ({ fromMs, untilMs })
  assert.deepEqual(resolvedAt([run(0, 10_000)], 1_000, 12_000, []), [11_000])
  assert.deepEqual(resolvedAt([run(0, 10_000)], 1_000, 11_999, []), [], 'the next evaluation may not have been read')
  const twice = [run(0, 10_000), run(15_000, 20_000)]
  assert.deepEqual(resolvedAt(twice, 1_000, 30_000, []), [11_000, 21_000])
  assert.deepEqual(resolvedAt(twice, 1_000, 30_000, [{ atMs: 13_000 }]), [21_000])
  assert.deepEqual(resolvedAt(twice, 1_000, 30_000, [{ atMs: 9_000 }]), [11_000, 21_000], 'before it')
})

test('every check of an experiment is in a column of the matrix', () => {
  const ofExperiments = registry.filter(({ meta }) => meta.scope === 'experiment').map(({ meta }) => meta.id)
  assert.ok(ofExperiments.length > 10)
  assert.deepEqual(
    ofExperiments.filter((id) => !SHOWN_CHECKS.has(id)),
    [],
  )
})

test('each span of a trace stands below its parent', () => {
  assert.ok(WELL.traces.length > 0)
  for (const trace of WELL.traces) {
    assert.equal(trace.spans[0]?.depth, 0)
    trace.spans.forEach((span, index) => assert.ok(index === 0 || span.depth <= trace.spans[index - 1]!.depth + 1))
  }
})

test('the page needs no entry that isDrawn leaves out', () => {
  const journal = { ...JOURNAL, entries: JOURNAL.entries.filter(isDrawn) }
  const report = summarise(JOURNAL, judge(JOURNAL))
  assert.ok(journal.entries.length < JOURNAL.entries.length)
  assert.deepEqual(pageOf(journal, report), pageOf(JOURNAL, report))
})

test('thinning keeps the lowest and the highest, the first and the order', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 9_000 }), (values) => {
      const points = values.map((value, index): [number, number] => [index, value])
      const kept = thinned(points)
      assert.ok(kept.length <= MOST_POINTS * 1.5)
      const numbers = kept.map(([, value]) => value ?? Number.NaN)
      assert.equal(Math.max(...numbers), Math.max(...values))
      assert.equal(Math.min(...numbers), Math.min(...values))
      assert.ok(kept.every(([atMs], index) => index === 0 || atMs > kept[index - 1]![0]))
    }),
    { numRuns: 30 },
  )
})

test('how long answers, spans and lines of an outage took is of every request, not of those that are drawn', () => {
  for (const course of WELL.outages) {
    const entry = JOURNAL.entries.find(({ seq }) => seq === course.pointer)!
    assert.ok(entry.kind === 'outage')
    const of = { answer: true, span: entry.stores.jaeger !== undefined, line: entry.stores.loki !== undefined }
    const asked = Object.entries(of).flatMap(([name, was]) => (was ? [name] : []))
    assert.deepEqual(
      course.spreads.map((each) => each.of),
      asked,
      course.outage,
    )
    if (!of.span) continue
    const spans = entry.rows.filter(([, , , spanMs]) => spanMs >= 0).map(([sentMs, , , spanMs]) => spanMs - sentMs)
    const spread = course.spreads.find(({ of }) => of === 'span')!
    assert.deepEqual([spread.sent, spread.came], [entry.rows.length, spans.length], course.outage)
    assert.equal(spread.quantiles?.max, spans.length === 0 ? undefined : Math.max(...spans), course.outage)
    assert.equal(spread.quantiles?.min, spans.length === 0 ? undefined : Math.min(...spans), course.outage)
  }
})

test('no line that is drawn or wanted is passed over before it is parsed, and most others are', () => {
  const lines = namedText('all-well').trim().split('\n')
  const passedOver = lines.filter((line) => !mayBeShown(line, new Set()))
  assert.ok(passedOver.length > lines.length / 4, `${passedOver.length} of ${lines.length}`)
  for (const line of passedOver) assert.equal(isDrawn(JSON.parse(line) as JournalEntry), false, line.slice(0, 200))
  const { seq } = JSON.parse(passedOver[0]!) as JournalEntry
  assert.equal(mayBeShown(passedOver[0]!, new Set([seq])), true)
  assert.equal(mayBeShown(passedOver[0]!.replace('{', '{ '), new Set()), true, 'a line that another program wrote is parsed')
})

test('before ALERTS is read, while a drill runs, an alert is on its lane as its notifications have it', () => {
  const [header] = JOURNAL.entries
  assert.ok(header?.kind === 'header')
  const at = (s: number): string => new Date(header.atMs + s * 1_000).toISOString()
  const labels = { alertname: 'RedisConnectionFailed', severity: 'critical', job: 'redis-exporter' }
  const notified = (seq: number, status: 'firing' | 'resolved', more: object = {}): JournalEntry => ({
    seq,
    atMs: header.atMs + seq * 1_000,
    kind: 'notification',
    path: '/critical',
    receiver: 'critical',
    arrivedMs: header.atMs + seq * 1_000,
    method: 'POST',
    headers: {},
    body: { alerts: [{ status, labels, startsAt: at(2), endsAt: status === 'resolved' ? at(9) : '0001-01-01T00:00:00Z', ...more }] },
  })
  const alerts = (...entries: JournalEntry[]): unknown[] =>
    lanesOf([header, ...entries])
      .filter(({ group }) => group === 'alerts')
      .map(({ label, severity, bars, marks }) => [
        label,
        severity,
        ...bars.map((bar) => [(bar.fromMs - header.atMs) / 1_000, (bar.untilMs - header.atMs) / 1_000, bar.kind, bar.pointer]),
        ...marks.map((mark) => [(mark.atMs - header.atMs) / 1_000, mark.kind, mark.pointer]),
      ])
  assert.deepEqual(alerts(notified(4, 'firing'), notified(5, 'firing')), [['RedisConnectionFailed', 'critical', [2, 5, 'firing', 4]]])
  assert.deepEqual(alerts(notified(4, 'firing'), notified(11, 'resolved'), notified(12, 'resolved')), [
    ['RedisConnectionFailed', 'critical', [2, 9, 'firing', 4], [9, 'resolved', 11]],
  ])
  assert.deepEqual(alerts(notified(4, 'firing', { labels: { ...labels, firedrill: 'run' } })), [], 'of the delivery exercise')
  for (const broken of [{ labels: null }, { startsAt: 'soon' }, { labels: { job: 'a' } }])
    assert.deepEqual(alerts(notified(4, 'firing', broken)), [])
  // Clipped to the drill: a journal may hold any time.
  assert.deepEqual(alerts(notified(4, 'firing', { startsAt: '0002-01-01T00:00:00Z' })), [
    ['RedisConnectionFailed', 'critical', [0, 4, 'firing', 4]],
  ])
})
