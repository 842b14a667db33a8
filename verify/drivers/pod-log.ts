import type { LoadSummary } from '../model/journal.ts'
import { K6Slices } from './k6-slices.ts'

const LAST_LINES = 5
/** How far back a new connection begins. */
const BACK_MS = 1_000
/** What it may bring once more is no older: a second is rounded down. */
const KNOWN_MS = 3_000

/**
 * The log of a pod that runs k6, read with timestamps: samples and, as the last line, the summary of the scenario. A connection that broke
 * goes on a second before the newest line; what was read already is left out by its timestamps. (Lines of the two outputs of a container
 * are not always in order, and the API server may know whole seconds alone.) Whether a line was lost is seen in the end: k6's own count of
 * its requests must be that of the samples.
 */
export class PodLog {
  private readonly slices: K6Slices
  private rest = ''
  private newestMs = -Infinity
  /** Timestamp -> lines read that have it; of the last seconds. */
  private readonly recent = new Map<string, number>()
  /** The same, of those that this connection may bring once more. */
  private again = new Map<string, number>()
  private found: LoadSummary | null = null
  private readonly said: string[] = []

  /** `services`: base URLs by name, as the pod reaches them. */
  constructor(services: Record<string, string>) {
    this.slices = new K6Slices(services)
  }

  /** RFC 3339, or undefined: from the beginning. To be called before each connection. */
  since(): string | undefined {
    this.rest = ''
    this.again = new Map(this.recent)
    return this.newestMs === -Infinity ? undefined : new Date(this.newestMs - BACK_MS).toISOString()
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
    const atMs = Date.parse(stamp)
    if (space < 20 || Number.isNaN(atMs)) return this.read(line)
    const left = this.again.get(stamp) ?? 0
    if (left > 0) {
      this.again.set(stamp, left - 1)
      return
    }
    this.recent.set(stamp, (this.recent.get(stamp) ?? 0) + 1)
    if (atMs > this.newestMs) {
      this.newestMs = atMs
      this.forget()
    }
    this.read(line.slice(space + 1))
  }

  /** In the order in which they came: the oldest are the first. */
  private forget(): void {
    for (const stamp of this.recent.keys()) {
      if (Date.parse(stamp) >= this.newestMs - KNOWN_MS) return
      this.recent.delete(stamp)
    }
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
