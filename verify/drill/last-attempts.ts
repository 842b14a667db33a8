import { packed } from '../judge/record/load-seconds.ts'
import type { JournalEntry } from '../model/journal.ts'

const NO_HEADERS = {}
/** Of no experiment alone. */
const BY_TIME = new Set<JournalEntry['kind']>(['notification', 'alerts-series', 'health', 'raw', 'load'])
/** Parsed when it is asked for: of a gigabyte nearly all of these are forgotten before. */
class Unread {
  readonly atMs: number
  private readonly text: string
  constructor({ atMs }: JournalEntry, text: string) {
    this.atMs = atMs
    this.text = text
  }

  read(): JournalEntry {
    return JSON.parse(this.text) as JournalEntry
  }
}

/** Of an attempt, and long. */
const LONG = new Set<JournalEntry['kind']>(['evaluated', 'alert-logs', 'signal-samples', 'load'])
/** So many are kept before those of an earlier time are looked for. */
const PRUNE_AT = 5_000

/**
 * Reported entries; of values and of the logs beside an alert only those of an experiment's last attempt: the report shows no others.
 * `alone`: of everything else as well, for a journal so long that no page shows all of it. `leftOut` counts what was.
 */
export class LastAttempts {
  leftOut = 0
  private readonly alone: boolean
  /** By their place in the journal. No list: of a gigabyte what is left out would take more of it than what is kept. */
  private readonly all = new Map<number, JournalEntry | Unread>()
  private place = 0
  private readonly replaced = new Map<string, number[]>()
  private readonly parts = new Map<string, unknown>()
  /** Of the attempt that is under way or was the last: its begin, and the legs that have begun. */
  private readonly attempts = new Map<string, { beganMs: number; legs: Set<string> }>()
  private byTime: number[] = []
  private pruneAt = PRUNE_AT

  constructor(alone: boolean) {
    this.alone = alone
  }

  /** `text`: what the entry was read from. */
  add(entry: JournalEntry, text?: string): void {
    if (entry.kind === 'leg') this.forget(`alert-logs ${entry.experiment}`)
    if (entry.kind === 'evaluated' || entry.kind === 'alert-logs' || entry.kind === 'signal-samples') {
      const key = `${entry.kind} ${entry.experiment}`
      if (entry.kind !== 'alert-logs') this.forget(key)
      this.replaceable(key)
    }
    const isOwned = this.alone && this.ofAttempt(entry)
    // What goes with its attempt is forgotten soon: to pack it or to keep it parsed costs more than to read the last one's again.
    if (text !== undefined && this.alone && LONG.has(entry.kind) && (isOwned || entry.kind !== 'load'))
      this.all.set(this.place++, new Unread(entry, text))
    else this.all.set(this.place++, isOwned && entry.kind === 'load' ? entry : this.withKnownParts(entry))
  }

  entries(): JournalEntry[] {
    if (this.alone) this.prune()
    return Array.from(this.all.values(), (entry) => (entry instanceof Unread ? entry.read() : entry))
  }

  /** A leg that begins anew begins another attempt, as for the judge. Whether the entry goes with one. */
  private ofAttempt(entry: JournalEntry): boolean {
    if (entry.kind === 'leg' && entry.phase === 'begin') {
      const attempt = this.attempts.get(entry.experiment)
      if (attempt === undefined || attempt.legs.has(entry.leg)) {
        this.leftOut += this.forget(`attempt ${entry.experiment}`)
        this.attempts.set(entry.experiment, { beganMs: entry.atMs, legs: new Set([entry.leg]) })
      } else attempt.legs.add(entry.leg)
    }
    const owned = (entry.kind === 'load' && this.attempts.has(entry.experiment)) || entry.kind === 'leg' || entry.kind === 'fault'
    if (owned) this.replaceable(`attempt ${entry.experiment}`)
    if (owned || !BY_TIME.has(entry.kind)) return owned
    this.byTime.push(this.place)
    if (this.byTime.length < this.pruneAt) return false
    this.prune()
    this.pruneAt = this.byTime.length + PRUNE_AT
    return false
  }

  /** Leaves out what was before the earliest of the last attempts. */
  private prune(): void {
    const fromMs = [...this.attempts.values()].reduce((first, { beganMs }) => Math.min(first, beganMs), Infinity)
    if (fromMs === Infinity) return
    const kept: number[] = []
    for (const place of this.byTime) {
      if ((this.all.get(place)?.atMs ?? 0) >= fromMs) kept.push(place)
      else {
        this.all.delete(place)
        this.leftOut++
      }
    }
    this.byTime = kept
  }

  /** Of a drill that tries again and again the messages and the loads are the most, and alike. */
  private withKnownParts(entry: JournalEntry): JournalEntry {
    if (entry.kind === 'notification') return { ...entry, headers: NO_HEADERS, body: this.once(entry.body) }
    return entry.kind === 'load' ? { ...packed(entry), params: this.once(entry.params) } : entry
  }

  private once<T>(part: T): T {
    // Of one attempt there are few, and what was of the others is to be forgotten.
    if (this.alone) return part
    const text = JSON.stringify(part) ?? ''
    const known = (this.parts.get(text) as T | undefined) ?? part
    this.parts.set(text, known)
    return known
  }

  private replaceable(key: string): void {
    const places = this.replaced.get(key) ?? []
    places.push(this.place)
    this.replaced.set(key, places)
  }

  private forget(key: string): number {
    const places = this.replaced.get(key) ?? []
    for (const place of places) this.all.delete(place)
    this.replaced.delete(key)
    return places.length
  }
}
