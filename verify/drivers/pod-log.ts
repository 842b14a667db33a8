import type { LoadSummary } from '../model/journal.ts'
import { K6Slices } from './k6-slices.ts'

const LAST_LINES = 5

/**
 * The log of a pod that runs k6, read with timestamps: samples and, as the last line, the summary of the scenario. A connection that broke
 * goes on where it was: `since` is asked for, and what was read already is left out by its timestamps and, where several lines have the
 * same, by their number. Whether a line was lost is seen in the end: k6's own count of its requests must be that of the samples.
 */
export class PodLog {
  private readonly slices: K6Slices
  private rest = ''
  private newest = ''
  /** Lines read that have the newest timestamp. */
  private same = 0
  /** Lines of a connection that begins anew with the newest timestamp: those read already. */
  private again = 0
  private found: LoadSummary | null = null
  private readonly said: string[] = []

  /** `services`: base URLs by name, as the pod reaches them. */
  constructor(services: Record<string, string>) {
    this.slices = new K6Slices(services)
  }

  /** RFC 3339, or undefined: from the beginning. To be called before each connection. */
  since(): string | undefined {
    this.rest = ''
    this.again = this.same
    return this.newest === '' ? undefined : this.newest
  }

  write(text: string): void {
    const lines = (this.rest + text).split('\n')
    // Half a line is no line: the next connection brings it whole.
    this.rest = lines.pop() ?? ''
    for (const line of lines) this.line(line)
  }

  /** What k6 wrote at its end; null as long as it has not. */
  get summary(): LoadSummary | null {
    return this.found
  }

  counted(): ReturnType<K6Slices['counted']> {
    return this.slices.counted()
  }

  soFar(): ReturnType<K6Slices['soFar']> {
    return this.slices.soFar()
  }

  rows(): ReturnType<K6Slices['finishRows']> {
    return this.slices.finishRows()
  }

  /** The last lines that are no samples. */
  lastWords(): string {
    return this.said.join(' | ')
  }

  private line(line: string): void {
    const space = line.indexOf(' ')
    const stamp = line.slice(0, space)
    if (!/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(stamp)) return this.read(line)
    const order = compareStamps(stamp, this.newest)
    if (order < 0) return
    if (order === 0) {
      if (this.again > 0) {
        this.again -= 1
        return
      }
      this.same += 1
    } else {
      this.newest = stamp
      this.same = 1
      this.again = 0
    }
    this.read(line.slice(space + 1))
  }

  private read(line: string): void {
    if (line.startsWith('{')) {
      const summary = summaryIn(line)
      if (summary !== null) this.found = summary
    } else if (/^(?:time=|[A-Z])/.test(line)) {
      this.said.push(line.slice(0, 500))
      if (this.said.length > LAST_LINES) this.said.shift()
    } else this.slices.write(`${line}\n`)
  }
}

/** Both UTC with a Z, and of one container: to the nanosecond, with zeros at the end left out. */
function compareStamps(a: string, b: string): number {
  const [x, y] = [a, b].map((stamp) => {
    const [seconds = '', fraction = ''] = stamp.replace('Z', '').split('.')
    return `${seconds}.${fraction.padEnd(9, '0')}`
  }) as [string, string]
  return x < y ? -1 : x > y ? 1 : 0
}

function summaryIn(line: string): LoadSummary | null {
  try {
    const value = JSON.parse(line) as Partial<LoadSummary>
    return typeof value.requests === 'number' && typeof value.iterations === 'number' && typeof value.statuses === 'object'
      ? (value as LoadSummary)
      : null
  } catch {
    return null
  }
}
