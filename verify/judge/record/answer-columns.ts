import type { AnswerRow } from '../../model/journal.ts'
import { ByteReader, isWhole, shelved, withoutSign, withSign, writeWhole } from './whole-numbers.ts'

/** One stamped request that an answer is promised for, unix ms. */
export interface Answer {
  sentMs: number
  tookMs: number
  /** 0: no answer. */
  status: number
}

/** Whole numbers of 32 bits where they all are. */
type Cells = Int32Array | Float64Array

function cellsOf(values: Float64Array): Cells {
  return values.every((value) => (value | 0) === value) ? Int32Array.from(values) : values
}

/** The rows of one entry as they stand in the journal, in a twentieth of the memory. */
export class AnswerRows {
  /** Of each row what the one before does not say, or, where one is no whole number, each cell as it is. */
  private readonly cells: Uint8Array | Float64Array

  /** @throws TypeError where a row is none */
  constructor(rows: readonly AnswerRow[]) {
    const cells = new Float64Array(WIDTH * rows.length)
    for (const [index, [row, sentMs, tookMs, status]] of rows.entries()) cells.set([row, sentMs, tookMs, status], WIDTH * index)
    this.cells = packed(cells) ?? cells
  }

  each(look: (row: number, sentMs: number, tookMs: number, status: number) => void): void {
    const { cells } = this
    if (!(cells instanceof Uint8Array)) {
      for (let at = 0; at < cells.length; at += WIDTH)
        look(cells[at] ?? NaN, cells[at + 1] ?? NaN, cells[at + 2] ?? NaN, cells[at + 3] ?? NaN)
      return
    }
    let [row, sentMs, stepMs, tookMs, status] = [-1, 0, 0, 0, 0]
    for (const read = new ByteReader(cells); !read.isOver;) {
      const code = read.whole()
      const isUsual = code % 2 === 0
      stepMs += withSign((code - (code % 2)) / 2)
      sentMs += stepMs
      tookMs += withSign(read.whole())
      row += isUsual ? 1 : withSign(read.whole())
      status += isUsual ? 0 : withSign(read.whole())
      look(row, sentMs, tookMs, status)
    }
  }
}

/** Cells of a row. */
const WIDTH = 4

/** Usual is the next row, with the same status, a step after the last one: two bytes. Undefined where a cell cannot be written so. */
function packed(cells: Float64Array): Uint8Array | undefined {
  if (!cells.every(isWhole)) return undefined
  const bytes: number[] = []
  const write = (value: number): number => writeWhole(bytes, bytes.length, value)
  let [lastRow, lastSentMs, lastStepMs, lastTookMs, lastStatus] = [-1, 0, 0, 0, 0]
  for (let at = 0; at < cells.length; at += WIDTH) {
    const [row = NaN, sentMs = NaN, tookMs = NaN, status = NaN] = cells.subarray(at, at + WIDTH)
    const stepMs = sentMs - lastSentMs
    const isUsual = row === lastRow + 1 && status === lastStatus
    const code = withoutSign(stepMs - lastStepMs) * 2 + (isUsual ? 0 : 1)
    if (!Number.isSafeInteger(code)) return undefined
    write(code)
    write(withoutSign(tookMs - lastTookMs))
    if (!isUsual) {
      write(withoutSign(row - lastRow))
      write(withoutSign(status - lastStatus))
    }
    ;[lastRow, lastSentMs, lastStepMs, lastTookMs, lastStatus] = [row, sentMs, stepMs, tookMs, status]
  }
  return shelved(bytes)
}

/** Answers by the time that their requests were sent. */
export class Answers {
  private readonly firstMs: number
  /** Since the first. */
  private readonly sentMs: Cells
  private readonly tookMs: Cells
  private readonly status: Cells

  constructor(sentMs: ArrayLike<number>, tookMs: ArrayLike<number>, status: ArrayLike<number>) {
    const order = byTime(sentMs)
    const inOrder = (column: ArrayLike<number>, since = 0): Cells => {
      const cells = new Float64Array(order.length)
      for (const [index, place] of order.entries()) cells[index] = (column[place] ?? NaN) - since
      return cellsOf(cells)
    }
    this.firstMs = sentMs[order[0] ?? 0] ?? 0
    this.sentMs = inOrder(sentMs, this.firstMs)
    this.tookMs = inOrder(tookMs)
    this.status = inOrder(status)
  }

  filter(is: (answer: Answer) => boolean): Answer[] {
    const found: Answer[] = []
    for (let at = 0; at < this.sentMs.length; at++) {
      const answer = this.at(at)
      if (is(answer)) found.push(answer)
    }
    return found
  }

  /** Each of those sent in [fromMs, untilMs]. As numbers: of a long drill they are a million, and as objects as much garbage. */
  eachSentIn(fromMs: number, untilMs: number, look: (sentMs: number, tookMs: number, status: number) => void): void {
    const until = this.first((sentMs) => sentMs > untilMs)
    for (let at = this.first((sentMs) => sentMs >= fromMs); at < until; at++)
      look(this.firstMs + (this.sentMs[at] ?? NaN), this.tookMs[at] ?? NaN, this.status[at] ?? NaN)
  }

  between(fromMs: number, untilMs: number): Answer[] {
    const found: Answer[] = []
    this.eachSentIn(fromMs, untilMs, (sentMs, tookMs, status) => found.push({ sentMs, tookMs, status }))
    return found
  }

  /** The last of those sent before `untilMs` that is so. */
  lastBefore(untilMs: number, is: (answer: Answer) => boolean): Answer | undefined {
    for (let at = this.first((sentMs) => sentMs >= untilMs) - 1; at >= 0; at--) {
      const answer = this.at(at)
      if (is(answer)) return answer
    }
    return undefined
  }

  /** The first of those sent after `fromMs` that is so. */
  firstAfter(fromMs: number, is: (answer: Answer) => boolean): Answer | undefined {
    for (let at = this.first((sentMs) => sentMs > fromMs); at < this.sentMs.length; at++) {
      const answer = this.at(at)
      if (is(answer)) return answer
    }
    return undefined
  }

  private at(place: number): Answer {
    return { sentMs: this.firstMs + (this.sentMs[place] ?? NaN), tookMs: this.tookMs[place] ?? NaN, status: this.status[place] ?? NaN }
  }

  private first(isSo: (sentMs: number) => boolean): number {
    let [low, high] = [0, this.sentMs.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isSo(this.firstMs + (this.sentMs[middle] ?? Infinity))) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Places in the order of their times. To sort a million copies them first, and they are nearly always in order. */
function byTime(timesMs: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(timesMs.length)
  let isInOrder = true
  for (let place = 0; place < order.length; place++) {
    order[place] = place
    if (place > 0 && (timesMs[place] ?? 0) < (timesMs[place - 1] ?? 0)) isInOrder = false
  }
  return isInOrder ? order : order.sort((a, b) => (timesMs[a] ?? 0) - (timesMs[b] ?? 0))
}
