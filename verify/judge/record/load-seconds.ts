import type { JournalEntry, LoadSlice, LoadSummary } from '../../model/journal.ts'
import { ByteReader, shelved, writeWhole } from './whole-numbers.ts'

type Load = Extract<JournalEntry, { kind: 'load' }>

const SLICE_MS = 1_000
const MOST = 0xffff

/** Services, statuses and bounds of latency are few; each has a number here. */
class Names {
  private readonly names: string[] = []
  private readonly numbers = new Map<string, number>()

  /** Undefined when there are more than a cell can number. */
  numberOf(name: string): number | undefined {
    const known = this.numbers.get(name)
    if (known !== undefined || this.names.length > MOST) return known
    this.numbers.set(name, this.names.length)
    return this.names.push(name) - 1
  }

  name(number: number): string {
    return this.names[number] ?? ''
  }
}

const NAMES = new Names()

/**
 * The seconds that k6 counted, which are most of a long journal, as cells of 16 bits, and of one byte while they are small: a twentieth of
 * the memory. Of each second: seconds since the first, service, how many statuses and how many latencies, and of each of these its name and
 * its count.
 */
interface Seconds {
  firstMs: number
  lastMs: number
  bytes: Uint8Array
}

/** And of the whole load how many answers had each status: the status' number here and its count, in turn. */
type Counted = Seconds & { statuses: readonly number[] }

/** Undefined where a second is not as k6 wrote it, or too much for a cell: it is then kept as it is. */
function pack(slices: readonly LoadSlice[]): Seconds | undefined {
  if (!Array.isArray(slices)) return undefined
  const cells: number[] = []
  let [firstMs, lastMs] = [Infinity, -Infinity]
  for (const slice of slices) {
    if (typeof slice?.fromMs !== 'number') return undefined
    firstMs = Math.min(firstMs, slice.fromMs)
    lastMs = Math.max(lastMs, slice.fromMs)
  }
  for (const { fromMs, service, statuses, latency } of slices) {
    const number = typeof service === 'string' ? NAMES.numberOf(service) : undefined
    const [some, others] = [countsIn(statuses), countsIn(latency)]
    if (number === undefined || some === undefined || others === undefined) return undefined
    cells.push((fromMs - firstMs) / SLICE_MS, number, some.length / 2, others.length / 2, ...some, ...others)
  }
  return cells.every(fits) ? { firstMs, lastMs, bytes: shelved(bytesOf(cells)) } : undefined
}

function cellsOf(bytes: Uint8Array): number[] {
  const cells: number[] = []
  for (const read = new ByteReader(bytes); !read.isOver;) cells.push(read.whole())
  return cells
}

function bytesOf(cells: readonly number[]): number[] {
  const bytes: number[] = []
  for (const cell of cells) writeWhole(bytes, bytes.length, cell)
  return bytes
}

function fits(cell: number): boolean {
  return Number.isInteger(cell) && cell >= 0 && cell <= MOST
}

function countsIn(row: unknown): number[] | undefined {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return undefined
  const cells: number[] = []
  for (const [name, count] of Object.entries(row)) {
    const number = NAMES.numberOf(name)
    if (number === undefined || typeof count !== 'number') return undefined
    cells.push(number, count)
  }
  return cells
}

/** Of one service, or of all: the seconds that reach into the time given, unix ms. */
function unpack({ firstMs, lastMs, bytes }: Seconds, service: string | typeof EVERY, fromMs: number, untilMs: number): LoadSlice[] {
  const found: LoadSlice[] = []
  if (lastMs + SLICE_MS <= fromMs || firstMs >= untilMs) return found
  const wanted = service === EVERY ? EVERY : NAMES.numberOf(service)
  const cells = cellsOf(bytes)
  for (let at = 0; at < cells.length;) {
    const [second = 0, number = 0, statuses = 0, latencies = 0] = [cells[at], cells[at + 1], cells[at + 2], cells[at + 3]]
    const beginMs = firstMs + second * SLICE_MS
    const between = at + 4 + 2 * statuses
    const next = between + 2 * latencies
    if ((wanted === EVERY || wanted === number) && beginMs + SLICE_MS > fromMs && beginMs < untilMs)
      found.push({
        fromMs: beginMs,
        service: NAMES.name(number),
        statuses: rowIn(cells, at + 4, between),
        latency: rowIn(cells, between, next),
      })
    at = next
  }
  return found
}

function rowIn(cells: readonly number[], from: number, until: number): Record<string, number> {
  const row: Record<string, number> = {}
  for (let at = from; at < until; at += 2) row[NAMES.name(cells[at] ?? 0)] = cells[at + 1] ?? 0
  return row
}

const EVERY = Symbol('every service')
const PACKED = new WeakMap<object, Counted>()
/** One for all: an object with getters of its own takes half a kilobyte, and so does one whose names are numbers. */
const UNPACKED = {
  slices: {
    enumerable: true,
    configurable: true,
    get(this: object): LoadSlice[] | undefined {
      const seconds = PACKED.get(this)
      return seconds && unpack(seconds, EVERY, -Infinity, Infinity)
    },
  },
  statuses: {
    enumerable: true,
    configurable: true,
    get(this: object): Record<string, number> | undefined {
      const counted = PACKED.get(this)
      return counted && rowIn(counted.statuses, 0, counted.statuses.length)
    },
  },
}

/** The entry with its seconds packed, and its statuses; they are unpacked when a check asks for them. */
export function packed(entry: Load): Load {
  const { summary } = entry
  const seconds = summary?.slices === undefined ? undefined : pack(summary.slices)
  if (summary === undefined || seconds === undefined) return entry
  const statuses = countsIn(summary.statuses)
  if (statuses === undefined) return entry
  const { slices: _, statuses: __, ...rest } = summary
  PACKED.set(rest, { ...seconds, statuses })
  return { ...entry, summary: Object.defineProperties(rest, UNPACKED) as LoadSummary }
}

/** What k6 counted of one service in the seconds that reach into the time given, unix ms. */
export function slicesOf(load: Load, service: string | undefined, fromMs: number, untilMs: number): LoadSlice[] {
  return service === undefined ? [] : read(load, service, fromMs, untilMs)
}

/** The same of every service. */
export function everySliceOf(load: Load, fromMs: number, untilMs: number): LoadSlice[] {
  return read(load, EVERY, fromMs, untilMs)
}

function read({ summary }: Load, service: string | typeof EVERY, fromMs: number, untilMs: number): LoadSlice[] {
  if (summary === undefined) return []
  const seconds = PACKED.get(summary)
  if (seconds !== undefined) return unpack(seconds, service, fromMs, untilMs)
  return (summary.slices ?? []).filter(
    (slice) => (service === EVERY || slice.service === service) && slice.fromMs + SLICE_MS > fromMs && slice.fromMs < untilMs,
  )
}
