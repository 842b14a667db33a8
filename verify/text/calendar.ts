/** As timeinterval.go of Alertmanager has them: https://prometheus.io/docs/alerting/latest/configuration/#time_interval-0 */
export const WEEKDAYS: readonly string[] = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
export const MONTHS: readonly string[] = 'january february march april may june july august september october november december'.split(' ')

/** What a clock in UTC shows. */
export interface UtcDate {
  minute: number
  hour: number
  /** 0 is Sunday. */
  weekday: number
  /** 1 to 31. */
  day: number
  /** 1 to 366. */
  dayOfYear: number
  /** 1 to 12. */
  month: number
  year: number
  daysInMonth: number
}

const DAY_S = 86_400
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/** Days of a month (1 to 12) of the Gregorian calendar. */
export function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** The date at so many seconds since 1970-01-01 00:00 UTC, which was a Thursday. */
export function utcDate(seconds: number): UtcDate {
  const days = Math.floor(seconds / DAY_S)
  const inDay = seconds - days * DAY_S
  // From 1 March of year 0 on, so that the leap day is the last of a year: https://howardhinnant.github.io/date_algorithms.html
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const ofEra = shifted - era * 146_097
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365)
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * ofYear + 2) / 153)
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  let dayOfYear = day
  for (let earlier = 1; earlier < month; earlier++) dayOfYear += daysIn(year, earlier)
  return {
    minute: Math.floor(inDay / 60) % 60,
    hour: Math.floor(inDay / 3600),
    weekday: (((days + 4) % 7) + 7) % 7,
    day,
    dayOfYear,
    month,
    year,
    daysInMonth: daysIn(year, month),
  }
}
