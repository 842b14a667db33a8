import type { JournalEntry, ObservedSecond } from '../../model/journal.ts'
import { PackedSamples } from './packed-samples.ts'

type CpuWaits = Extract<JournalEntry, { kind: 'cpu-waits' }>
type Waits = Pick<CpuWaits, 'seconds' | 'waits'>

/**
 * What each part waited, packed until it is asked for: only a failure asks, and as objects it is thirty times as large. `laterMs` is added
 * to what the clock said.
 */
export function withPackedWaits(entry: CpuWaits, laterMs = 0): CpuWaits {
  return withWaits(entry, packed(entry), laterMs)
}

function withWaits({ seq, atMs, kind, unobserved }: CpuWaits, read: () => Waits, laterMs: number): CpuWaits {
  return {
    seq,
    atMs,
    kind,
    ...(unobserved === undefined ? {} : { unobserved }),
    get seconds() {
      return read().seconds.map(([fromMs, untilMs, ...shares]): ObservedSecond => [fromMs + laterMs, untilMs + laterMs, ...shares])
    },
    get waits() {
      return read().waits
    },
  } satisfies CpuWaits
}

/** As text where it is not as the drill wrote it. Each reader is made by a function of its own: in this one it would keep the text. */
function packed(waits: Waits): () => Waits {
  const text = JSON.stringify({ seconds: waits.seconds, waits: waits.waits })
  const read = readerOf(waits)
  return read !== undefined && JSON.stringify(read()) === text ? read : fromText(text)
}

function readerOf(waits: Waits): (() => Waits) | undefined {
  try {
    const own = new PackedWaits(waits)
    return () => own.unpack()
  } catch {
    // A time that is none.
    return undefined
  }
}

function fromText(text: string): () => Waits {
  return () => JSON.parse(text) as Waits
}

class PackedWaits {
  private readonly from: PackedSamples
  private readonly until: PackedSamples
  private readonly waited: PackedSamples
  /** Part -> how many of `waited` are its own. */
  private readonly parts: string
  constructor({ seconds, waits }: Waits) {
    const [from, until, waited] = [new PackedSamples(), new PackedSamples(), new PackedSamples()]
    for (const [fromMs, untilMs, others, pressure] of seconds) {
      from.add(fromMs, others)
      until.add(untilMs, pressure)
    }
    const parts = Object.entries(waits).map(([part, own]) => [part, own.length] as const)
    for (const own of Object.values(waits)) for (const [index, waitedMs] of own) waited.add(index, waitedMs)
    ;[this.from, this.until, this.waited] = [from.trimmed(), until.trimmed(), waited.trimmed()]
    this.parts = JSON.stringify(parts)
  }

  unpack(): Waits {
    const [from, until, waited] = [pairsIn(this.from), pairsIn(this.until), pairsIn(this.waited)]
    let taken = 0
    const own = (count: number): [number, number][] => waited.slice(taken, (taken += count))
    return {
      seconds: from.map(([fromMs, others], index) => [fromMs, until[index]?.[0] ?? NaN, others, until[index]?.[1] ?? NaN]),
      waits: Object.fromEntries((JSON.parse(this.parts) as [string, number][]).map(([part, count]) => [part, own(count)])),
    }
  }
}

function pairsIn(samples: PackedSamples): [number, number][] {
  const pairs: [number, number][] = []
  samples.each((first, second) => pairs.push([first, second]))
  return pairs
}
