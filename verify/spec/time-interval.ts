import type { TimeRange, TimeSpan } from '../model/route.ts'
import { minuteOf, rangeOf } from '../routing/time-spans.ts'
import { listOf, mapping, may, problem, refined, text, type Read } from './reader.ts'

type Unit = Parameters<typeof rangeOf>[0]

/** Smallest and greatest value, and how it is written. */
const UNITS: Record<Unit, { from: number; to: number; form: string }> = {
  weekdays: { from: 0, to: 6, form: 'monday or monday:friday' },
  daysOfMonth: { from: -31, to: 31, form: '1, 1:15 or -3:-1' },
  months: { from: 1, to: 12, form: 'december, 12 or 6:8' },
  years: { from: 1970, to: 9_999, form: '2027 or 2027:2028' },
}

function range(unit: Unit): Read<TimeRange> {
  const { from, to, form } = UNITS[unit]
  return refined(text, `a range such as ${form}`, (written, place) => {
    const [first, last] = rangeOf(unit, written)
    const isOne = [first, last].every(
      (each) => Number.isInteger(each) && each >= from && each <= to && (unit !== 'daysOfMonth' || each !== 0),
    )
    const inOrder = first <= last || (first > 0 && last < 0)
    return isOne && inOrder && written.split(':').length <= 2
      ? [first, last]
      : problem(place, 'SPEC_TIME_INTERVAL', `"${written}" is no range of ${unit}`, `Write ${form}.`)
  })
}

const minutes: Read<TimeRange> = refined(text, 'a range such as 09:00-17:30', (written, place) => {
  const [, from, to] = /^(\d\d:\d\d)\s*-\s*(\d\d:\d\d)$/.exec(written) ?? []
  const [first, last] = [minuteOf(from), minuteOf(to)]
  return from !== undefined && first < last && last <= 1440 && /:[0-5]\d$/.test(from) && /:[0-5]\d$/.test(to ?? '')
    ? [first, last]
    : problem(
        place,
        'SPEC_TIME_INTERVAL',
        `"${written}" is no range of a day`,
        'Write 09:00-17:30. One over midnight is two: 22:00-24:00 and 00:00-06:00.',
      )
})

/** One of the times of an interval: all that it names must hold. */
const span: Read<TimeSpan> = mapping({
  minutes: may(listOf(minutes, { min: 1 }), 'Of the day; the end is not in it.', { key: 'times', example: 'times: [09:00-17:30]' }),
  weekdays: may(listOf(range('weekdays'), { min: 1 }), 'Both ends are in it.', { example: "weekdays: ['monday:friday']" }),
  daysOfMonth: may(listOf(range('daysOfMonth'), { min: 1 }), 'From 1, or from -1 backwards.', { example: "days-of-month: ['-3:-1']" }),
  months: may(listOf(range('months'), { min: 1 }), 'By name or number.', { example: "months: ['december']" }),
  years: may(listOf(range('years'), { min: 1 }), 'As numbers.', { example: "years: ['2027']" }),
  location: may(text, 'Zone of the IANA database, UTC when absent.', { example: 'location: Asia/Seoul' }),
})

export const timeInterval: Read<TimeSpan[]> = listOf(span, { min: 1 })
