import { clockTime } from '../text/instant.ts'

/** UTC, without Date (a clock, and not for pure folders): 2026-11-22 14:35:47. */
export function dateTime(ms: number): string {
  if (!Number.isFinite(ms)) return 'unknown'
  const days = Math.floor(ms / 86_400_000)
  // http://howardhinnant.github.io/date_algorithms.html#civil_from_days
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${clockTime(ms).slice(0, 8)}`
}

/** 4 s, 1 min 40 s, 2 h 5 min. */
export function took(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1_000))
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3_600)} h ${Math.floor(whole / 60) % 60} min`
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
