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

/** The rows of one entry as they stand in the journal, in a tenth of the memory. */
export class AnswerRows {
  /** Each cell by its distance to the one above, or, where one is no whole number, as it is. */
  private readonly cells: Uint8Array | Float64Array

  /** @throws TypeError where a row is none */
  constructor(rows: readonly AnswerRow[]) {
    const cells = new Float64Array(WIDTH * rows.length)
    for (const [index, [row, sentMs, tookMs, status]] of rows.entries()) cells.set([row, sentMs, tookMs, status], WIDTH * index)
    this.cells = cells.every(isWhole) ? packed(cells) : cells
  }

  each(look: (row: number, sentMs: number, tookMs: number, status: number) => void): void {
    const { cells } = this
    if (cells instanceof Uint8Array) {
      let [row, sentMs, tookMs, status] = [0, 0, 0, 0]
      for (const read = new ByteReader(cells); !read.isOver;) {
        row += withSign(read.whole())
        sentMs += withSign(read.whole())
        tookMs += withSign(read.whole())
        status += withSign(read.whole())
        look(row, sentMs, tookMs, status)
      }
    } else
      for (let at = 0; at < cells.length; at += WIDTH)
        look(cells[at] ?? NaN, cells[at + 1] ?? NaN, cells[at + 2] ?? NaN, cells[at + 3] ?? NaN)
  }
}

/** Cells of a row. */
const WIDTH = 4

function packed(cells: Float64Array): Uint8Array {
  const bytes: number[] = []
  for (const [at, cell] of cells.entries()) writeWhole(bytes, bytes.length, withoutSign(cell - (cells[at - WIDTH] ?? 0)))
  return shelved(bytes)
}

/** Answers by the time that their requests were sent. */
export class Answers {
  private readonly firstMs: number
  /** Since the first. */
  private readonly sentMs: Cells
  private readonly tookMs: Cells
  private readonly status: Cells

  constructor(sentMs: readonly number[], tookMs: readonly number[], status: readonly number[]) {
    const order = Uint32Array.from(sentMs.keys()).sort((a, b) => (sentMs[a] ?? 0) - (sentMs[b] ?? 0))
    const inOrder = (column: readonly number[], since = 0): Cells =>
      cellsOf(Float64Array.from(order, (place) => (column[place] ?? NaN) - since))
    this.firstMs = sentMs[order[0] ?? 0] ?? 0
    this.sentMs = inOrder(sentMs, this.firstMs)
    this.tookMs = inOrder(tookMs)
    this.status = inOrder(status)
  }

  filter(is: (answer: Answer) => boolean): Answer[] {
    return this.within(0, this.sentMs.length, is)
  }

  /** Those sent in [fromMs, untilMs]. */
  between(fromMs: number, untilMs: number): Answer[] {
    return this.within(
      this.first((sentMs) => sentMs >= fromMs),
      this.first((sentMs) => sentMs > untilMs),
      () => true,
    )
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

  private within(from: number, until: number, is: (answer: Answer) => boolean): Answer[] {
    const found: Answer[] = []
    for (let at = from; at < until; at++) {
      const answer = this.at(at)
      if (is(answer)) found.push(answer)
    }
    return found
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
