export interface Samples {
  timesMs: number[]
  values: number[]
}

/** Bytes of the longest sample: a change of 53 bits, and a value. */
const LONGEST = 8 + 8

/** Samples of one series as bytes, a time in one and a value that changes in eight: of a long journal they are most of what is kept. */
export class PackedSamples {
  private bytes = new Uint8Array(64)
  private view = new DataView(this.bytes.buffer)
  private size = 0
  private ascending = true
  private timeMs = 0
  private stepMs = 0
  private value = NaN
  length = 0

  /** @throws TypeError where the time is none */
  add(timeMs: number, value: number): void {
    const stepMs = timeMs - this.timeMs
    const change = stepMs - this.stepMs
    const same = Object.is(value, this.value)
    // How the distance to the one before changes, its sign, and whether a value follows.
    const code = (change < 0 ? -2 * change - 1 : 2 * change) * 2 + (same ? 0 : 1)
    if (!Number.isInteger(timeMs) || !Number.isSafeInteger(code)) throw new TypeError(`sample time ${timeMs} ms is no time`)
    if (this.size + LONGEST > this.bytes.length) this.grow()
    let left = code
    for (; left >= 128; left = Math.floor(left / 128)) this.bytes[this.size++] = (left % 128) + 128
    this.bytes[this.size++] = left
    if (!same) {
      this.view.setFloat64(this.size, value)
      this.size += 8
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

  /** Each as it was added. */
  each(use: (timeMs: number, value: number) => void): void {
    const { bytes, view, length } = this
    let [at, timeMs, stepMs, value] = [0, 0, 0, NaN]
    for (let count = 0; count < length; count++) {
      let [code, scale] = [0, 1]
      for (let byte = 128; byte >= 128; scale *= 128) {
        byte = bytes[at++] ?? 0
        code += (byte % 128) * scale
      }
      const signed = Math.floor(code / 2)
      stepMs += signed % 2 === 1 ? -(signed + 1) / 2 : signed / 2
      timeMs += stepMs
      if (code % 2 === 1) {
        value = view.getFloat64(at)
        at += 8
      }
      use(timeMs, value)
    }
  }

  /** Nothing more is added: what was kept free for it is given back, and what overlaps is put in order once and for all. */
  closed(): PackedSamples {
    if (this.ascending) {
      this.use(this.bytes.slice(0, this.size))
      return this
    }
    const { timesMs, values } = this.unpack()
    const inOrder = new PackedSamples()
    for (const [index, timeMs] of timesMs.entries()) inOrder.add(timeMs, values[index] ?? NaN)
    return inOrder.closed()
  }

  private grow(): void {
    const larger = new Uint8Array(Math.ceil(this.bytes.length * 1.5) + LONGEST)
    larger.set(this.bytes)
    this.use(larger)
  }

  private use(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
  }
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
