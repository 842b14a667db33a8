import type { FlowRow, LogLine } from '../../model/journal.ts'
import type { Labels } from '../../model/spec.ts'

const DIGITS = 6
/** What lies must not fill the memory. */
const STREAMS = 100

/** The stamp of request `index` of a flow: fixed width, so that no stamp is the begin of another. */
export function flowStamp(prefix: string, index: number): string {
  return prefix + String(index).padStart(DIGITS, '0')
}

/**
 * Keeps account of a flow in a few numbers a request, so that 50,000 lines cost megabytes and not their text. Times in ms since
 * `startedMs`.
 */
export class FlowTally {
  private readonly sent: Float64Array
  private readonly answered: Float64Array
  private readonly status: Uint16Array
  private readonly stored: Float64Array
  private readonly arrived: Float64Array
  private readonly copies: Uint32Array
  private readonly others: Uint32Array
  private readonly text: Uint32Array
  private readonly stream: Uint32Array
  private readonly inside: Uint8Array
  private readonly labels = new Map<number, Labels>()
  private foundCount = 0
  /** Lines that are in more than one stream, and the labels of the first pair of those. */
  twice: { lines: number; labels: [Labels, Labels] } | undefined
  readonly prefix: string
  readonly startedMs: number
  readonly size: number

  constructor(prefix: string, startedMs: number, size: number) {
    this.prefix = prefix
    this.startedMs = startedMs
    this.size = size
    this.sent = new Float64Array(size).fill(-1)
    this.answered = new Float64Array(size).fill(-1)
    this.status = new Uint16Array(size)
    this.stored = new Float64Array(size).fill(-1)
    this.arrived = new Float64Array(size).fill(-1)
    this.copies = new Uint32Array(size)
    this.others = new Uint32Array(size)
    this.text = new Uint32Array(size)
    this.stream = new Uint32Array(size)
    this.inside = new Uint8Array(size)
  }

  request(index: number, sentMs: number): void {
    this.sent[index] = sentMs - this.startedMs
  }

  answer(index: number, answeredMs: number, status: number): void {
    this.answered[index] = answeredMs - this.startedMs
    this.status[index] = status
  }

  /** A first look: when the line was there. */
  sight(line: LogLine, nowMs: number): void {
    const index = this.indexOf(line.line)
    if (index === null || this.arrived[index] !== -1) return
    this.arrived[index] = nowMs - this.startedMs
    this.foundCount += 1
  }

  /** The full read at the end; each line is to be given once. */
  count(line: LogLine, nowMs: number): void {
    const index = this.indexOf(line.line)
    if (index === null) return
    this.sight(line, nowMs)
    this.within(line.line, index)
    const hash = fnv1a(line.line)
    if (this.copies[index] === 0) {
      this.text[index] = hash
      this.stored[index] = Number(line.timeNs.slice(0, -6)) - this.startedMs
      this.copies[index] = 1
      this.stream[index] = this.streamOf(line, index)
    } else if (this.text[index] === hash) {
      this.copies[index] = (this.copies[index] ?? 0) + 1
      this.elsewhere(line, index)
    }
    // A service may say more than one thing about a request; that is no duplicate.
    else this.others[index] = (this.others[index] ?? 0) + 1
  }

  /** Lines that came inside another one's entry: as lines of their own they are lost. */
  get glued(): number {
    return this.inside.reduce((sum, is, index) => sum + (is === 1 && this.copies[index] === 0 ? 1 : 0), 0)
  }

  private within(text: string, own: number): void {
    for (let at = text.indexOf(this.prefix); at >= 0; at = text.indexOf(this.prefix, at + 1)) {
      const index = this.indexOf(text.slice(at, at + this.prefix.length + DIGITS))
      if (index !== null && index !== own) this.inside[index] = 1
    }
  }

  /** A resent line comes into its own stream; one that is read twice by different rules does not. */
  private elsewhere(line: LogLine, index: number): void {
    const first = this.labels.get(this.stream[index] ?? 0)
    const stream = this.streamOf(line, index)
    const second = this.labels.get(stream)
    if (stream === this.stream[index] || first === undefined || second === undefined || this.copies[index] !== 2) return
    this.twice = { lines: (this.twice?.lines ?? 0) + 1, labels: this.twice?.labels ?? [first, second] }
  }

  /** Streams are few: what is a line's own (its trace id, say) is left out. */
  private streamOf({ line, labels }: LogLine, index: number): number {
    const own = flowStamp(this.prefix, index)
    const shared = Object.fromEntries(
      Object.entries(labels).filter(([, value]) => !value.includes(own) && !(value.length >= 16 && line.includes(value))),
    )
    const key = fnv1a(JSON.stringify(Object.entries(shared).sort()))
    if (this.labels.size < STREAMS && !this.labels.has(key)) this.labels.set(key, shared)
    return key
  }

  /** Whether each answered request's line was seen. */
  get complete(): boolean {
    if (this.foundCount >= this.size) return true
    for (let index = 0; index < this.size; index += 1) if (this.status[index] !== 0 && this.arrived[index] === -1) return false
    return true
  }

  /** Indices of the answered requests. */
  answeredIndices(): number[] {
    return Array.from({ length: this.size }, (_, index) => index).filter((index) => this.status[index] !== 0)
  }

  rows(): FlowRow[] {
    return Array.from({ length: this.size }, (_, i): FlowRow => [
      this.sent[i] ?? -1,
      this.answered[i] ?? -1,
      this.status[i] ?? 0,
      this.stored[i] ?? -1,
      this.arrived[i] ?? -1,
      this.copies[i] ?? 0,
      this.others[i] ?? 0,
    ])
  }

  private indexOf(line: string): number | null {
    const at = line.indexOf(this.prefix)
    if (at < 0) return null
    const digits = line.slice(at + this.prefix.length, at + this.prefix.length + DIGITS)
    const index = /^\d{6}$/.test(digits) ? Number(digits) : this.size
    return index < this.size ? index : null
  }
}

/** 32 bits are enough to tell two lines of one request apart. http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
