import type { TimeRange, TimeSpan } from '../model/route.ts'
import { daysIn, MONTHS, WEEKDAYS } from '../text/calendar.ts'
import { remembered } from '../text/remembered.ts'
import type { RouteSource } from './tree.ts'

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

/** HH:MM; NaN for another text. */
export function minuteOf(text = ''): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number)
  return hour * 60 + minute
}

/** `monday:friday`, `1:15`, `december`; NaN or -1 for what is none. */
export function rangeOf(name: keyof typeof NUMBERED, text: string): TimeRange {
  const [from = '', to = from] = text.toLowerCase().split(':')
  return [numberOf(name, from), numberOf(name, to)]
}

function numberOf(name: keyof typeof NUMBERED, text: string): number {
  if (name === 'weekdays') return WEEKDAYS.indexOf(text)
  return name === 'months' && MONTHS.includes(text) ? MONTHS.indexOf(text) + 1 : Number(text)
}

/** As timeinterval.go's ContainsTime: https://github.com/prometheus/alertmanager/blob/v0.27.0/timeinterval/timeinterval.go */
export function covers(spans: readonly TimeSpan[], atMs: number): boolean {
  return spans.some((span) => coversClock(span, clockAt(atMs, span.location ?? 'UTC')))
}

function coversClock({ minutes, weekdays, daysOfMonth, months, years }: TimeSpan, now: Clock): boolean {
  const fromStart = (day: number): number => (day < 0 ? daysIn(now.year, now.month) + day + 1 : day)
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
  if (zonesOf(all).length > 1) return true
  for (const clock of clocks(all, fromMs))
    if (
      clock.minute < 1439 &&
      active?.some((span) => coversClock(span, clock)) !== false &&
      !muted.some((span) => coversClock(span, clock))
    )
      return true
  return false
}

/**
 * The first minute of the four years from `fromMs` on that one of two intervals covers and the other does not, as it is written in a
 * sentence, and which one covers it. Their zones and years are compared as they are written. Undefined: they are the same.
 */
export function firstDifference(
  promised: readonly TimeSpan[],
  deployed: readonly TimeSpan[],
  fromMs: number,
): { expected: string; observed: string } | undefined {
  const zones = [promised, deployed].map((spans) => zonesOf(spans).join(', '))
  if (zones[0] !== zones[1]) return { expected: `location: ${zones[0] ?? ''}`, observed: `location: ${zones[1] ?? ''}` }
  const years = [promised, deployed].map((spans) => yearsOf(spans).join(', '))
  if (years[0] !== years[1]) return { expected: `years: ${years[0] ?? ''}`, observed: `years: ${years[1] ?? ''}` }
  for (const clock of clocks([...promised, ...deployed], fromMs)) {
    const [wanted, found] = [promised, deployed].map((spans) => spans.some((span) => coversClock(span, clock)))
    if (wanted === found) continue
    const at = `${WEEKDAYS[clock.weekday] ?? ''} ${clock.year}-${twoDigits(clock.month)}-${twoDigits(clock.day)} at ${clockTime(clock.minute)}`
    return { expected: `${wanted === true ? 'in' : 'outside of'} it on ${at}`, observed: found === true ? 'in it' : 'outside of it' }
  }
  return undefined
}

/** Of each day the minutes at which one of the spans begins or ends; the date is one of all zones. */
function* clocks(spans: readonly TimeSpan[], fromMs: number): Generator<Clock> {
  const bounds = [0, ...spans.flatMap(({ minutes = [] }) => minutes.flat())]
  const minutes = [...new Set(bounds)].filter((minute) => minute < 1440).sort((a, b) => a - b)
  for (let day = 0; day < DAYS_LOOKED_AT; day++) {
    const date = clockAt(fromMs + day * DAY_MS, 'UTC')
    for (const minute of minutes) yield { ...date, minute }
  }
}

function zonesOf(spans: readonly TimeSpan[]): string[] {
  return [...new Set(spans.map(({ location = 'UTC' }) => location))].sort()
}

function yearsOf(spans: readonly TimeSpan[]): string[] {
  return [...new Set(spans.map(({ years }) => years?.map((range) => [...new Set(range)].join(':')).join(' ') ?? 'all'))].sort()
}

/** As `times` of routing.yaml has it. */
export function specifiedSpan({ minutes, weekdays, daysOfMonth, months, years, location }: TimeSpan): Record<string, string | string[]> {
  const ranges = (given: readonly TimeRange[] | undefined, named: (value: number) => string = String): string[] | undefined =>
    given?.map(([from, to]) => (from === to ? named(from) : `${named(from)}:${named(to)}`))
  const span = {
    'times': minutes?.map(([from, to]) => `${clockTime(from)}-${clockTime(to)}`),
    'weekdays': ranges(weekdays, (day) => WEEKDAYS[day] ?? ''),
    'days-of-month': ranges(daysOfMonth),
    'months': ranges(months, (month) => MONTHS[month - 1] ?? ''),
    'years': ranges(years),
    location,
  }
  return Object.fromEntries(Object.entries(span).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}

function clockTime(minute: number): string {
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
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
  const weekday = WEEKDAYS.indexOf(text('weekday').toLowerCase())
  return { minute: Number(text('hour')) * 60 + Number(text('minute')), weekday, day, month, year }
}
