import type { FlowRow, LogLine } from '../../model/journal.ts'
import type { Labels } from '../../model/spec.ts'

const DIGITS = 6

/** The stamp of request `index` of a flow: fixed width, so that no stamp is the begin of another. */
export function flowStamp(prefix: string, index: number): string {
  return prefix + String(index).padStart(DIGITS, '0')
}

/** One request; times in ms since the flow's begin, -1 for what did not happen. */
interface Entry {
  sent: number
  answered: number
  /** 0 without an answer. */
  status: number
  stored: number
  arrived: number
  copies: number
  /** Lines about the same request with another text. */
  others: number
  text: string
  labels: Labels
  /** Stands inside the entry of another line. */
  inside: boolean
}

/** Requests of one flow and the lines found for each. */
export class FlowTally {
  private readonly entries: Entry[]
  /** Lines that are in more than one stream, and the labels of the first pair of those. */
  twice: { lines: number; labels: [Labels, Labels] } | undefined
  readonly prefix: string
  readonly startedMs: number
  readonly size: number

  constructor(prefix: string, startedMs: number, size: number) {
    this.prefix = prefix
    this.startedMs = startedMs
    this.size = size
    const none = { sent: -1, answered: -1, status: 0, stored: -1, arrived: -1, copies: 0, others: 0, text: '', labels: {}, inside: false }
    this.entries = Array.from({ length: size }, () => ({ ...none }))
  }

  request(index: number, sentMs: number): void {
    this.at(index).sent = sentMs - this.startedMs
  }

  answer(index: number, answeredMs: number, status: number): void {
    Object.assign(this.at(index), { answered: answeredMs - this.startedMs, status })
  }

  /** A first look: when the line was there. */
  sight(line: LogLine, nowMs: number): void {
    const index = this.indexOf(line.line)
    if (index !== null && this.at(index).arrived === -1) this.at(index).arrived = nowMs - this.startedMs
  }

  /** The full read at the end; each line is to be given once. */
  count(line: LogLine, nowMs: number): void {
    const index = this.indexOf(line.line)
    if (index === null) return
    this.sight(line, nowMs)
    this.within(line.line, index)
    const entry = this.at(index)
    if (entry.copies === 0) {
      entry.text = line.line
      entry.stored = Number(line.timeNs.slice(0, -6)) - this.startedMs
      entry.copies = 1
      entry.labels = this.sharedLabels(line, index)
    } else if (entry.text === line.line) {
      entry.copies += 1
      if (entry.copies === 2) this.elsewhere(entry.labels, this.sharedLabels(line, index))
    }
    // A service may say more than one thing about a request; that is no duplicate.
    else entry.others += 1
  }

  /** Lines that came inside another one's entry: as lines of their own they are lost. */
  get glued(): number {
    return this.entries.filter(({ inside, copies }) => inside && copies === 0).length
  }

  private within(text: string, own: number): void {
    for (let at = text.indexOf(this.prefix); at >= 0; at = text.indexOf(this.prefix, at + 1)) {
      const index = this.indexOf(text.slice(at, at + this.prefix.length + DIGITS))
      if (index !== null && index !== own) this.at(index).inside = true
    }
  }

  /** A resent line comes into its own stream; one that two scrape jobs read does not. */
  private elsewhere(first: Labels, second: Labels): void {
    if (JSON.stringify(first) !== JSON.stringify(second))
      this.twice = { lines: (this.twice?.lines ?? 0) + 1, labels: this.twice?.labels ?? [first, second] }
  }

  /** Sorted; without what is a line's own (its trace id, say). */
  private sharedLabels({ line, labels }: LogLine, index: number): Labels {
    const own = flowStamp(this.prefix, index)
    return Object.fromEntries(
      Object.entries(labels)
        .filter(([, value]) => !value.includes(own) && !(value.length >= 16 && line.includes(value)))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  }

  /** Whether the line of each answered request was seen. */
  get complete(): boolean {
    return this.entries.every(({ status, arrived }) => status === 0 || arrived !== -1)
  }

  /** Indices of the answered requests. */
  answeredIndices(): number[] {
    return this.entries.flatMap(({ status }, index) => (status === 0 ? [] : [index]))
  }

  rows(): FlowRow[] {
    return this.entries.map(({ sent, answered, status, stored, arrived, copies, others }) => [
      sent,
      answered,
      status,
      stored,
      arrived,
      copies,
      others,
    ])
  }

  private at(index: number): Entry {
    const entry = this.entries[index]
    if (entry === undefined) throw new RangeError(`request ${index} of a flow of ${this.size}`)
    return entry
  }

  private indexOf(line: string): number | null {
    const at = line.indexOf(this.prefix)
    if (at < 0) return null
    const digits = line.slice(at + this.prefix.length, at + this.prefix.length + DIGITS)
    const index = /^\d{6}$/.test(digits) ? Number(digits) : this.size
    return index < this.size ? index : null
  }
}
