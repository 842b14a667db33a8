import { ByteReader, isWhole, LONGEST, shelved, withoutSign, withSign, writeWhole } from './whole-numbers.ts'

export interface Samples {
  timesMs: number[]
  values: number[]
}

/** Bytes of the longest sample: its time and how its value is written, and the value. */
const LONGEST_SAMPLE = LONGEST + 8
/** A value: the one before, its own bytes, or a whole number of one of UNITS by its distance to the last of that kind. */
const [SAME, BYTES, FIRST_UNIT] = [0, 1, 2] as const
/** A counter's; nanoseconds, as Prometheus' own durations are. */
const UNITS = [1, 1e9] as const
const MOST_CHUNK = 16 * 1024

const float = new Float64Array(1)
const floatBytes = new Uint8Array(float.buffer)

/** Samples of one series as bytes, a time in one and a value that changes in few: of a long journal they are most of what is kept. */
export class PackedSamples {
  private readonly full: Uint8Array[] = []
  private chunk = new Uint8Array(64)
  private size = 0
  private ascending = true
  private timeMs = 0
  private stepMs = 0
  private value = NaN
  private readonly wholes = UNITS.map(() => 0)
  length = 0

  /** @throws TypeError where the time is none */
  add(timeMs: number, value: number): void {
    const stepMs = timeMs - this.timeMs
    const unit = Object.is(value, this.value) ? -1 : UNITS.findIndex((each) => isWholeIn(value, each))
    const how = Object.is(value, this.value) ? SAME : unit === -1 ? BYTES : FIRST_UNIT + unit
    // How the distance to the one before changes, its sign, and how the value is written.
    const code = withoutSign(stepMs - this.stepMs) * 4 + how
    if (!Number.isInteger(timeMs) || !Number.isSafeInteger(code)) throw new TypeError(`sample time ${timeMs} ms is no time`)
    if (this.size + LONGEST_SAMPLE > this.chunk.length) this.grow()
    this.size = writeWhole(this.chunk, this.size, code)
    if (how === BYTES) {
      float[0] = value
      this.chunk.set(floatBytes, this.size)
      this.size += 8
    } else if (unit !== -1) {
      const whole = wholeIn(value, UNITS[unit] ?? 1)
      this.size = writeWhole(this.chunk, this.size, withoutSign(whole - (this.wholes[unit] ?? 0)))
      this.wholes[unit] = whole
    }
    if (this.length > 0 && stepMs <= 0) this.ascending = false
    this.timeMs = timeMs
    this.stepMs = stepMs
    this.value = value
    this.length++
  }

  /** By time and each time once, as queries answer; of overlapping answers the later one wins. */
  unpack(): Samples {
    // Filled, not grown: what an array leaves behind while it grows is twice what it holds in the end.
    const [timesMs, values] = [new Array<number>(this.length), new Array<number>(this.length)]
    let index = 0
    this.each((timeMs, value) => {
      timesMs[index] = timeMs
      values[index++] = value
    })
    return this.ascending ? { timesMs, values } : ascending({ timesMs, values })
  }

  /** Those from one time to another, both included, as they were added. */
  between(fromMs: number, untilMs: number): Samples {
    const found: Samples = { timesMs: [], values: [] }
    this.each((timeMs, value) => {
      if (timeMs >= fromMs && timeMs <= untilMs) add(found, timeMs, value)
    })
    return found
  }

  /** Each as it was added. */
  each(use: (timeMs: number, value: number) => void): void {
    let [timeMs, stepMs, value] = [0, 0, NaN]
    const wholes = UNITS.map(() => 0)
    for (const bytes of [...this.full, this.chunk.subarray(0, this.size)]) {
      const read = new ByteReader(bytes)
      while (!read.isOver) {
        const code = read.whole()
        const how = code % 4
        stepMs += withSign((code - how) / 4)
        timeMs += stepMs
        if (how === BYTES) {
          for (let place = 0; place < 8; place++) floatBytes[place] = read.byte()
          value = float[0] ?? NaN
        } else if (how !== SAME) {
          const unit = how - FIRST_UNIT
          const whole = (wholes[unit] ?? 0) + withSign(read.whole())
          wholes[unit] = whole
          value = whole / (UNITS[unit] ?? 1)
        }
        use(timeMs, value)
      }
    }
  }

  /**
   * Nothing more is added: what was kept free for it is given back, and what overlaps is put in order once and for all, of two the later
   * one. Sample by sample: as arrays a series of days would be twenty times as large.
   */
  closed(): PackedSamples {
    if (this.ascending) return this.trimmed()
    const late = new Map<number, number>()
    this.eachInOrder(
      () => undefined,
      (timeMs, value) => late.set(timeMs, value),
    )
    const lateMs = Float64Array.from(late.keys()).sort()
    const inOrder = new PackedSamples()
    let place = 0
    this.eachInOrder((timeMs, value) => {
      for (let next = lateMs[place]; next !== undefined && next < timeMs; next = lateMs[++place]) inOrder.add(next, late.get(next) ?? NaN)
      const isSaidAgain = lateMs[place] === timeMs
      inOrder.add(timeMs, (isSaidAgain ? late.get(timeMs) : value) ?? NaN)
      if (isSaidAgain) place++
    })
    return inOrder.trimmed()
  }

  /** Those that are later than all before them, and the others. */
  private eachInOrder(use: (timeMs: number, value: number) => void, late?: (timeMs: number, value: number) => void): void {
    let lastMs = -Infinity
    this.each((timeMs, value) => {
      if (timeMs <= lastMs) return late?.(timeMs, value)
      lastMs = timeMs
      use(timeMs, value)
    })
  }

  /** Nothing more is added; in the order it came. */
  trimmed(): this {
    const bytes = this.full.reduce((sum, each) => sum + each.length, this.size)
    const together = bytes <= MOST_CHUNK ? [...this.full.splice(0), this.chunk.subarray(0, this.size)] : []
    this.chunk = shelved(together.length > 1 ? together.flatMap((each) => [...each]) : this.chunk.subarray(0, this.size))
    this.size = this.chunk.length
    return this
  }

  /** A chunk more: to copy all into a larger one would leave as much again behind. */
  private grow(): void {
    this.full.push(this.chunk.subarray(0, this.size))
    this.chunk = new Uint8Array(Math.min(MOST_CHUNK, 2 * this.chunk.length))
    this.size = 0
  }
}

function wholeIn(value: number, unit: number): number {
  return Math.round(value * unit)
}

/** Whether exactly the value comes back. */
function isWholeIn(value: number, unit: number): boolean {
  const whole = wholeIn(value, unit)
  return isWhole(whole) && whole / unit === value
}

/** By time and each time once; of two the later one wins. Linear where only the ends of answers overlap. */
export function ascending(samples: Samples): Samples {
  if (samples.timesMs.every((timeMs, index) => index === 0 || timeMs > (samples.timesMs[index - 1] ?? 0))) return samples
  const inOrder: Samples = { timesMs: [], values: [] }
  const late = new Map<number, number>()
  let lastMs = -Infinity
  for (const [index, timeMs] of samples.timesMs.entries()) {
    const value = samples.values[index] ?? NaN
    if (timeMs <= lastMs) late.set(timeMs, value)
    else {
      add(inOrder, timeMs, value)
      lastMs = timeMs
    }
  }
  return merged(inOrder, late)
}

/** What came late is the later of two. */
function merged(inOrder: Samples, late: ReadonlyMap<number, number>): Samples {
  const all: Samples = { timesMs: [], values: [] }
  const lateMs = [...late.keys()].sort((a, b) => a - b)
  let place = 0
  for (const [index, timeMs] of inOrder.timesMs.entries()) {
    for (let next = lateMs[place]; next !== undefined && next < timeMs; next = lateMs[++place]) add(all, next, late.get(next) ?? NaN)
    const same = lateMs[place] === timeMs
    add(all, timeMs, (same ? late.get(timeMs) : inOrder.values[index]) ?? NaN)
    if (same) place++
  }
  return all
}

function add({ timesMs, values }: Samples, timeMs: number, value: number): void {
  timesMs.push(timeMs)
  values.push(value)
}

/** All series of any usual drill, and a few of one that is hundreds of times as long. */
const MOST_SAMPLES = 500_000
const unpacked: { owner: Unpacked<unknown>; length: number }[] = []
let held = 0

/** What is made of packed samples when it is asked for, and forgotten when others are. */
export class Unpacked<T> {
  private known: T | undefined
  private readonly make: () => T
  private readonly length: number
  constructor(length: number, make: () => T) {
    this.length = length
    this.make = make
  }

  get(): T {
    if (this.known !== undefined) return this.known
    const made = this.make()
    this.known = made
    unpacked.push({ owner: this, length: this.length })
    held += this.length
    while (held > MOST_SAMPLES && unpacked.length > 1) {
      const oldest = unpacked.shift()
      held -= oldest?.length ?? 0
      oldest?.owner.forget()
    }
    return made
  }

  private forget(): void {
    this.known = undefined
  }
}
