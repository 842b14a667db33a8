/**
 * Unix ms of an RFC 3339 text, digits beyond the millisecond cut off (as Prometheus cuts its sample times), or undefined.
 * The Go zero time "0001-01-01T00:00:00Z" (endsAt of a firing alert) gives undefined too.
 */
export function parseInstant(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/.exec(text)
  if (match === null || match[1] === '0001') return undefined
  const part = (index: number): number => Number(match[index] ?? 0)
  const days = daysFromEpoch(part(1), part(2), part(3))
  const fraction = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))
  const zoneMin = (match[8] === '-' ? -1 : 1) * (part(9) * 60 + part(10))
  return ((days * 24 + part(4)) * 60 + part(5) - zoneMin) * 60_000 + part(6) * 1_000 + fraction
}

/**
 * Civil date to days since 1970-01-01 (http://howardhinnant.github.io/date_algorithms.html). Date itself is a clock and not for pure
 * folders.
 */
function daysFromEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** Time of day in UTC with ms: 14:35:47.123. */
export function clockTime(ms: number): string {
  const inDay = ((Math.round(ms) % 86_400_000) + 86_400_000) % 86_400_000
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${two(Math.floor(inDay / 3_600_000))}:${two(Math.floor(inDay / 60_000) % 60)}:${two(Math.floor(inDay / 1_000) % 60)}.${String(inDay % 1_000).padStart(3, '0')}`
}

/** 12.345 s, for sentences. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3).replace(/\.?0+$/, '')} s`
}
