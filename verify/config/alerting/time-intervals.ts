import { MONTHS, WEEKDAYS } from '../../text/calendar.ts'
import type { Cursor, WrongValue } from '../yaml/cursor.ts'

/** https://prometheus.io/docs/alerting/latest/configuration/#time_interval-0, as timeinterval/timeinterval.go of 0.27 reads it. */
export function refusedIntervals(alertmanager: Cursor): WrongValue[] {
  const found: WrongValue[] = []
  const names: string[] = []
  for (const interval of ['time_intervals', 'mute_time_intervals'].flatMap((key) => alertmanager.get(key)?.items() ?? [])) {
    const subject = interval.string('name') ?? 'time_intervals'
    const refuse = (at: Cursor, expected: string, observed: string): void => void found.push({ subject, at, expected, observed })
    if (!interval.has('name')) refuse(interval, 'a name', 'no name')
    if (names.includes(subject)) refuse(interval.near('name'), 'one time interval per name', `a second ${subject}`)
    names.push(subject)
    for (const one of interval.get('time_intervals')?.items() ?? []) {
      for (const range of one.get('times')?.items() ?? []) timesOf(range, refuse)
      for (const at of one.get('weekdays')?.items() ?? []) rangeOf(at, (text) => WEEKDAYS.indexOf(text), WEEKDAYS.join(', '), refuse)
      for (const at of one.get('months')?.items() ?? [])
        rangeOf(
          at,
          (text) => (MONTHS.includes(text) ? MONTHS.indexOf(text) + 1 : /^([1-9]|1[012])$/.test(text) ? Number(text) : -1),
          'a month by name or number',
          refuse,
        )
      for (const at of one.get('days_of_month')?.items() ?? []) daysOf(at, refuse)
      for (const at of one.get('years')?.items() ?? []) rangeOf(at, (text) => (/^\d+$/.test(text) ? Number(text) : -1), 'a year', refuse)
      const zone = one.string('location')
      if (zone !== undefined && !isZone(zone)) refuse(one.near('location'), 'a zone of the IANA database, such as Asia/Seoul, or UTC', zone)
    }
  }
  return [...found, ...undefinedNames(alertmanager.get('route'), names, 0)]
}

type Refuse = (at: Cursor, expected: string, observed: string) => void

function timesOf(range: Cursor, refuse: Refuse): void {
  const [start, end] = (['start_time', 'end_time'] as const).map((key) => {
    const text = range.string(key)
    const match = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text ?? '')
    if (match === null) refuse(range.near(key), `${key} as HH:MM`, text ?? `no ${key}`)
    return match === null ? undefined : match[1] === undefined ? 1440 : Number(match[1]) * 60 + Number(match[2])
  })
  if (start !== undefined && end !== undefined && start >= end)
    refuse(
      range.near('start_time'),
      'an end_time after start_time: a range over midnight is two ranges, to 24:00 and from 00:00',
      `${range.string('start_time') ?? ''} to ${range.string('end_time') ?? ''}`,
    )
}

function rangeOf(at: Cursor, numberOf: (text: string) => number, expected: string, refuse: Refuse): void {
  const parts = (at.string() ?? '').toLowerCase().split(':')
  const numbers = parts.map(numberOf)
  if (parts.length > 2 || numbers.some((number) => number < 0)) refuse(at, expected, at.string() ?? '')
  else if ((numbers[0] ?? 0) > (numbers.at(-1) ?? 0)) refuse(at, 'a range whose begin is not after its end', at.string() ?? '')
}

/** Negative days count from the end of the month. */
function daysOf(at: Cursor, refuse: Refuse): void {
  const numbers = (at.string() ?? '').split(':').map((text) => (/^-?\d+$/.test(text) ? Number(text) : 0))
  const [begin = 0, end = begin] = numbers
  if (numbers.length > 2 || numbers.some((day) => day === 0 || Math.abs(day) > 31))
    refuse(at, 'days from 1 to 31 or -31 to -1', at.string() ?? '')
  else if (begin < 0 && end > 0) refuse(at, 'an end day that is negative, as the begin is', at.string() ?? '')
  else if (begin * end > 0 && begin > end) refuse(at, 'a range whose begin is not after its end', at.string() ?? '')
}

/** Go looks zones up by file name, so by case. */
function isZone(zone: string): boolean {
  if (zone === '' || zone === 'UTC' || zone === 'Local') return true
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    return false
  }
  if (/^[+-]/.test(zone)) return false
  const sameButCase = Intl.supportedValuesOf('timeZone').find((each) => each.toLowerCase() === zone.toLowerCase())
  return sameButCase === undefined || sameButCase === zone
}

function undefinedNames(route: Cursor | undefined, names: readonly string[], depth: number): WrongValue[] {
  if (route === undefined || depth > 50) return []
  const own = ['mute_time_intervals', 'active_time_intervals'].flatMap((key) =>
    (route.get(key)?.items() ?? [])
      .filter((at) => !names.includes(at.string() ?? ''))
      .map((at) => ({
        subject: at.string() ?? key,
        at,
        expected: names.length === 0 ? `a definition in time_intervals` : `one of ${names.join(', ')}`,
        observed: at.string() ?? '',
      })),
  )
  return [...own, ...(route.get('routes')?.items() ?? []).flatMap((child) => undefinedNames(child, names, depth + 1))]
}
