import { JOURNAL_VERSION } from '../../model/journal.ts'
import type { Journal, JournalEntry } from '../../model/journal.ts'
import { LISTS } from './recorder.ts'
import { countOf } from '../../text/count-of.ts'

/** Everything else is counted by these; where one is damaged further inside, its own verdict is. */
function tellsWhatWasPromised({ spec, plan }: Extract<JournalEntry, { kind: 'header' }>): boolean {
  const lists = (holder: unknown, names: readonly string[]): boolean =>
    typeof holder === 'object' && holder !== null && names.every((name) => Array.isArray((holder as Record<string, unknown>)[name]))
  return lists(spec, ['rules', 'traces', 'logs']) && lists(plan, ['experiments', 'traces', 'logs'])
}

/** What is wrong with a journal, one sentence a kind: a journal may have millions of lines. */
class Problems {
  private readonly texts: string[] = []
  private readonly unknown = new Map<string, { count: number; line: number }>()
  private unreadable = { count: 0, line: 0 }
  private readonly broken = { gap: { count: 0, first: '' }, order: { count: 0, first: '' } }
  private nextSeq = 0
  private lastSeq = -1

  line(text: string, number: number, last: boolean): JournalEntry | undefined {
    if (text.trim() === '') return undefined
    let entry: JournalEntry
    try {
      entry = JSON.parse(text) as JournalEntry
    } catch {
      // A process that was killed while it wrote leaves half a line; anywhere else half a line is damage.
      if (last) this.texts.push(`line ${number}: torn (the writer was stopped in the middle of it); read up to there`)
      else if (this.unreadable.count++ === 0) this.unreadable.line = number
      return undefined
    }
    if (typeof entry !== 'object' || entry === null || typeof entry.kind !== 'string' || typeof entry.seq !== 'number') {
      if (this.unreadable.count++ === 0) this.unreadable.line = number
      return undefined
    }
    if (!Object.hasOwn(LISTS, entry.kind)) {
      const seen = this.unknown.get(entry.kind)
      if (seen === undefined) this.unknown.set(entry.kind, { count: 1, line: number })
      else seen.count++
      this.sequence(entry.seq, number)
      return undefined
    }
    this.sequence(entry.seq, number)
    this.lastSeq = entry.seq
    if (entry.kind === 'header' && !tellsWhatWasPromised(entry)) {
      this.texts.push(`line ${number}: the header holds no specification or no plan; skipped`)
      return undefined
    }
    if (entry.kind === 'header' && entry.version !== JOURNAL_VERSION)
      this.texts.push(
        `line ${number}: journal version ${entry.version}, this program knows ${JOURNAL_VERSION}; read as far as it is understood`,
      )
    return entry
  }

  private sequence(seq: number, number: number): void {
    if (seq !== this.nextSeq) {
      const kind = seq > this.nextSeq ? this.broken.gap : this.broken.order
      if (kind.count++ === 0) kind.first = `line ${number}: sequence number ${seq} where ${this.nextSeq} was expected`
    }
    this.nextSeq = seq + 1
  }

  finish(sawHeader: boolean, sawFooter: boolean): { problems: string[]; damage?: string } {
    const { gap, order } = this.broken
    if (gap.count > 0) this.texts.push(`${gap.first}; entries are missing${further(gap.count)}`)
    if (order.count > 0) this.texts.push(`${order.first}; entries are repeated or out of order${further(order.count)}`)
    if (this.unreadable.count > 0)
      this.texts.push(`${countOf(this.unreadable.count, 'unreadable line')}, the first is line ${this.unreadable.line}; skipped`)
    for (const [kind, { count, line }] of this.unknown)
      this.texts.push(`${count} entry(ies) of unknown kind ${JSON.stringify(kind)}, the first in line ${line}; skipped`)
    if (!sawHeader) this.texts.push('no header: the journal does not say which specification and plan it belongs to')
    if (!sawFooter) this.texts.push(`no footer: the run was cut off after entry ${this.lastSeq}`)
    const damage =
      order.count > 0
        ? `${order.first}, entries are repeated or out of order`
        : gap.count > 0
          ? `${gap.first}, entries are missing`
          : this.unreadable.count > 0
            ? `line ${this.unreadable.line} is unreadable`
            : undefined
    return { problems: this.texts, ...(damage === undefined ? {} : { damage }) }
  }
}

function further(count: number): string {
  return count > 1 ? ` (${count - 1} more of the kind)` : ''
}

/** Gives each entry to `add`, in order. The last line is known as such only at the end: it alone may be torn. */
class Lines {
  private readonly problems = new Problems()
  private readonly saw = new Set<JournalEntry['kind']>()
  private pending: string | undefined
  private number = 0
  private readonly add: (entry: JournalEntry, text: string) => void
  constructor(add: (entry: JournalEntry, text: string) => void) {
    this.add = add
  }

  /** A trailing newline makes an empty last "line", which is none. */
  line(text: string): void {
    if (text.trim() === '') return
    this.take(false)
    this.pending = text
    this.number++
  }

  finish(): Omit<Journal, 'entries'> {
    this.take(true)
    return this.problems.finish(this.saw.has('header'), this.saw.has('footer'))
  }

  private take(last: boolean): void {
    const text = this.pending ?? ''
    const entry = this.pending === undefined ? undefined : this.problems.line(text, this.number, last)
    if (entry === undefined) return
    this.saw.add(entry.kind)
    this.add(entry, text)
  }
}

/** Text or lines of journal.ndjson -> Journal. Never throws: what cannot be read is named in `problems`. */
export function parseJournal(input: string | Iterable<string>): Journal {
  const entries: JournalEntry[] = []
  const lines = new Lines((entry) => entries.push(entry))
  for (const line of typeof input === 'string' ? input.split('\n') : input) lines.line(line)
  return { entries, ...lines.finish() }
}

/** The same, one entry at a time and nothing kept: `add` gets each entry in order, and the text that it was made of. */
export async function readJournal(
  lines: AsyncIterable<string>,
  add: (entry: JournalEntry, text: string) => void,
): Promise<Omit<Journal, 'entries'>> {
  const read = new Lines(add)
  for await (const line of lines) read.line(line)
  return read.finish()
}
