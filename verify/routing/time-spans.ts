import type { TimeRange, TimeSpan } from '../model/route.ts'
import { remembered } from '../text/remembered.ts'
import type { RouteSource } from './tree.ts'

const DAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const NUMBERED = { weekdays: 'weekdays', daysOfMonth: 'days_of_month', months: 'months', years: 'years' } as const

/** The named time intervals of a configuration that Alertmanager has loaded: what it would refuse is not expected. */
export function timeSpans<S extends RouteSource<S>>(alertmanager: S): Record<string, TimeSpan[]> {
  const named = ['time_intervals', 'mute_time_intervals'].flatMap((key) => alertmanager.get(key)?.items() ?? [])
  return Object.fromEntries(named.map((each) => [each.string('name') ?? '', (each.get('time_intervals')?.items() ?? []).map(spanOf)]))
}

function spanOf<S extends RouteSource<S>>(at: S): TimeSpan {
  const span: TimeSpan = {}
  if (at.has('times'))
    span.minutes = (at.get('times')?.items() ?? []).map((each) => [minuteOf(each.string('start_time')), minuteOf(each.string('end_time'))])
  for (const [name, key] of Object.entries(NUMBERED) as [keyof typeof NUMBERED, string][])
    if (at.has(key)) span[name] = at.strings(key).map((text) => rangeOf(name, text))
  const location = at.string('location')
  if (location !== undefined && location !== '') span.location = location
  return span
}

function minuteOf(text = ''): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number)
  return hour * 60 + minute
}

function rangeOf(name: keyof typeof NUMBERED, text: string): TimeRange {
  const [from = '', to = from] = text.toLowerCase().split(':')
  return [numberOf(name, from), numberOf(name, to)]
}

function numberOf(name: keyof typeof NUMBERED, text: string): number {
  if (name === 'weekdays') return DAYS.indexOf(text)
  return name === 'months' && MONTHS.includes(text) ? MONTHS.indexOf(text) + 1 : Number(text)
}

/** As timeinterval.go's ContainsTime: https://github.com/prometheus/alertmanager/blob/v0.27.0/timeinterval/timeinterval.go */
export function covers(spans: readonly TimeSpan[], atMs: number): boolean {
  return spans.some((span) => coversClock(span, clockAt(atMs, span.location ?? 'UTC')))
}

function coversClock({ minutes, weekdays, daysOfMonth, months, years }: TimeSpan, now: Clock): boolean {
  const fromStart = (day: number): number => (day < 0 ? daysIn(now) + day + 1 : day)
  return (
    (minutes?.some(([from, to]) => now.minute >= from && now.minute < to) ?? true) &&
    within(weekdays, now.weekday) &&
    within(
      daysOfMonth?.map(([from, to]): TimeRange => [fromStart(from), fromStart(to)]),
      now.day,
    ) &&
    within(months, now.month) &&
    within(years, now.year)
  )
}

const DAY_MS = 86_400_000
/** Each weekday and day of the month in each month, a leap year among them. */
const DAYS_LOOKED_AT = 4 * 365 + 1

/**
 * Whether a notification may leave at some minute of the four years from `fromMs` on: within one of the active spans, where there are such,
 * and outside of the muted ones. The last minute of a day is none: 23:59 is meant for its end. True where the spans are of several zones.
 */
export function isEverOpen(active: readonly TimeSpan[] | undefined, muted: readonly TimeSpan[], fromMs: number): boolean {
  const all = [...(active ?? []), ...muted]
  if (new Set(all.map(({ location = 'UTC' }) => location)).size > 1) return true
  const bounds = [0, ...all.flatMap(({ minutes = [] }) => minutes.flat())]
  const minutes = [...new Set(bounds)].filter((minute) => minute < 1439)
  for (let day = 0; day < DAYS_LOOKED_AT; day++) {
    const date = clockAt(fromMs + day * DAY_MS, 'UTC')
    const isOpen = (minute: number): boolean => {
      const clock = { ...date, minute }
      return active?.some((span) => coversClock(span, clock)) !== false && !muted.some((span) => coversClock(span, clock))
    }
    if (minutes.some(isOpen)) return true
  }
  return false
}

function daysIn({ year, month }: { year: number; month: number }): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  if (month === 2) return isLeap ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function within(ranges: readonly TimeRange[] | undefined, value: number): boolean {
  return ranges?.some(([from, to]) => value >= from && value <= to) ?? true
}

/** minute: of the day; weekday: 0 is Sunday; month: 1 is January. */
interface Clock {
  minute: number
  weekday: number
  day: number
  month: number
  year: number
}

const formatIn = remembered(
  (timeZone: string) =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      weekday: 'long',
      hour: 'numeric',
      minute: 'numeric',
    }),
)

function clockAt(atMs: number, location: string): Clock {
  const parts = formatIn(location).formatToParts(atMs)
  const text = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? ''
  const [year, month, day] = [Number(text('year')), Number(text('month')), Number(text('day'))]
  const weekday = DAYS.indexOf(text('weekday').toLowerCase())
  return { minute: Number(text('hour')) * 60 + Number(text('minute')), weekday, day, month, year }
}
