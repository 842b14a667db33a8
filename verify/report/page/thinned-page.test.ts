import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allWell } from '../../../testing/journals/named-journal.ts'
import { judge } from '../../judge/judge.ts'
import type { Bar, Lane, Mark, Page } from '../../model/page.ts'
import type { Report } from '../../model/report.ts'
import { summarise } from '../summarise.ts'
import { drawnOf } from './make-page.ts'
import { MOST_CURVES, MOST_IN_LANE, MOST_POINTERS, thinnedPage } from './thinned-page.ts'

const JOURNAL = allWell()
const PAGE = drawnOf(JOURNAL, summarise(JOURNAL, judge(JOURNAL)))

/** Messages every second, every tenth of them "resolved". */
function messages(count: number): Mark[] {
  return Array.from({ length: count }, (_, index) => ({
    atMs: index * 1_000,
    kind: index % 10 === 9 ? 'resolved' : 'firing',
    text: `message ${index}`,
    pointer: index,
  }))
}

function lane(more: { marks?: Mark[]; bars?: Bar[] }): Page {
  return { ...PAGE, lanes: [{ group: 'notifications', label: 'ops', bars: [], marks: [], ...more } satisfies Lane] }
}

test('the page of a usual drill stays as it is', () => {
  assert.equal(thinnedPage(PAGE), PAGE)
  const full = lane({ marks: messages(MOST_IN_LANE) })
  assert.equal(thinnedPage(full), full)
})

test('of too many marks neighbours of one kind are one that counts them, none is lost, and the notes say so', () => {
  const count = 50 * MOST_IN_LANE
  const { lanes, report } = thinnedPage(lane({ marks: messages(count) }))
  const marks = lanes[0]!.marks
  assert.ok(marks.length <= MOST_IN_LANE + 2, `${marks.length} marks`)
  const counted = (kind: Mark['kind']): number =>
    marks.filter((mark) => mark.kind === kind).reduce((sum, { text }) => sum + 1 + Number(/ and (\d+) more until /.exec(text)?.[1] ?? 0), 0)
  assert.deepEqual([counted('firing'), counted('resolved')], [0.9 * count, 0.1 * count])
  assert.equal(marks[0]?.text, 'message 0 and 49 more until 00:00:54.000')
  assert.match(report.problems.at(-1) ?? '', /^this page draws neighbours of one kind as one, .*: ops$/)
})

test('bars that become one reach from the first begin to the last end', () => {
  const bars = Array.from({ length: 2 * MOST_IN_LANE }, (_, index): Bar => {
    return { fromMs: index * 10_000, untilMs: index * 10_000 + 5_000, kind: 'fault', text: 'kill redis', pointer: index }
  })
  const { fromMs, untilMs, text } = thinnedPage(lane({ bars })).lanes[0]!.bars[0]!
  assert.deepEqual([fromMs, untilMs, text], [0, 15_000, 'kill redis and 1 more until 00:00:15.000'])
})

test('of a verdict that rests on very many entries the page has the first, wherever the verdict stands', () => {
  const pointers = Array.from({ length: 10 * MOST_POINTERS }, (_, index) => index)
  const [verdict] = PAGE.report.others
  const long = { ...verdict!, pointers }
  const given: Report = { ...PAGE.report, others: [long], causes: [{ root: long, also: [long], consequences: [long] }] }
  const { report } = thinnedPage({ ...PAGE, report: given })
  assert.doesNotMatch(JSON.stringify([report.others, report.causes]), new RegExp(`\\b${MOST_POINTERS}\\b`))
  assert.deepEqual(report.causes[0]?.root.pointers, pointers.slice(0, MOST_POINTERS))
  assert.equal(
    report.problems.at(-1),
    `this page has the first ${MOST_POINTERS} journal entries of each verdict: 1 verdicts rest on more, all are in report.json`,
  )
  assert.equal(given.others[0]?.pointers.length, pointers.length, 'report.json keeps all')
})

test('of a signal with very many series the subject is drawn first, and the notes say how many there are', () => {
  const [id, signal] = Object.entries(PAGE.signals)[0]!
  const value = Array.from({ length: 3 * MOST_CURVES }, (_, index) => ({
    label: `{instance="${index}"}`,
    subject: index === 3 * MOST_CURVES - 1,
    points: [],
  }))
  const { signals, report } = thinnedPage({ ...PAGE, signals: { [id]: { ...signal, value } } })
  const drawn = signals[id]!.value
  assert.deepEqual([drawn.length, drawn[0]?.label], [MOST_CURVES, value.at(-1)?.label])
  assert.match(report.problems.at(-1) ?? '', new RegExp(`: ${id} has ${3 * MOST_CURVES}$`))
})
