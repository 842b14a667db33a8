/**
 * Durations as Prometheus writes them ('30s', '1m30s', '5m', '1h', '500ms', '0'), in milliseconds, the one time unit here.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
 */
const UNITS_MS = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const
const FACTORS = Object.values(UNITS_MS)
const PATTERN = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/** Milliseconds, or undefined when the text is not a Prometheus duration. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (text === '') return undefined
  const match = PATTERN.exec(text)
  if (match === null) return undefined
  let sum = 0
  FACTORS.forEach((factor, index) => {
    const count = match[index + 1]
    if (count !== undefined) sum += Number(count) * factor
  })
  return sum
}

/** The shortest Prometheus spelling, as Prometheus itself prints it: 90000 -> '1m30s', 0 -> '0s'. `ms` must be a whole number. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  let rest = ms
  let text = ''
  for (const [unit, factor] of Object.entries(UNITS_MS)) {
    // Years and weeks are printed only when exact, so that 8d stays 8d and not 1w1d.
    if ((unit === 'y' || unit === 'w') && rest % factor !== 0) continue
    const count = Math.floor(rest / factor)
    if (count === 0) continue
    text += `${count}${unit}`
    rest -= count * factor
  }
  return text
}
