import { isScalar, parseAllDocuments, Scalar } from 'yaml'
import type { Document, Node } from 'yaml'
import { FiredrillError } from '../../model/error.ts'
import type { ErrorPlace } from '../../model/error.ts'
import { readRegular } from './regular-yaml.ts'

/** Offsets in a text: [from, to), UTF-16 units. */
export type Range = readonly [from: number, to: number]

/** A YAML text, parsed once, that knows where each of its nodes stands. The one place where YAML becomes nodes and offsets become lines. */
export class YamlText {
  readonly text: string
  readonly file: string
  readonly documents: Document.Parsed[]
  /** Without aliases, and of bounded depth: see regular-yaml.ts. */
  readonly isRegular: boolean
  /** The first thing that is not YAML, or a second document where one is expected: one wrong character makes the parser stumble often. */
  readonly problem: { code: string; message: string; range: Range } | undefined
  /** Where each line begins; made when the first place is asked for. */
  #lines: number[] | undefined

  /** With `isEdited` the document keeps its comments and can be changed and written again. */
  constructor(text: string, file: string, options: { uniqueKeys?: boolean; documents?: 'one' | 'any'; isEdited?: boolean } = {}) {
    this.text = text
    this.file = file
    const { uniqueKeys = true, documents = 'one', isEdited = false } = options
    const regular = isEdited ? undefined : readRegular(text, uniqueKeys)
    this.isRegular = regular !== undefined
    if (regular !== undefined) {
      this.documents = [regular]
      return
    }
    // The core schema keeps "no" and "12:30" text, as YAML 1.2 has it.
    const parsed = parseAllDocuments(text, {
      prettyErrors: false,
      uniqueKeys,
      logLevel: 'silent',
      version: '1.2',
    })
    this.documents = Array.isArray(parsed) ? parsed : []
    const error = this.documents.flatMap(({ errors }) => errors)[0]
    const second = documents === 'one' ? this.documents[1] : undefined
    if (error !== undefined)
      this.problem = { code: error.code, message: error.message.split(/ at line |\n/)[0] ?? 'not YAML', range: error.pos }
    else if (second !== undefined)
      this.problem = {
        code: 'MULTIPLE_DOCS',
        message: 'the file holds more than one YAML document',
        range: [second.range[0], second.range[0] + 1],
      }
  }

  get contents(): Node | null {
    return this.documents[0]?.contents ?? null
  }

  /** The line of an offset, with what a caret underlines: not beyond the line. */
  place([from, to]: Range): ErrorPlace & { line: number; column: number; length: number } {
    const lines = (this.#lines ??= lineStarts(this.text))
    const offset = Math.min(from, this.text.length)
    const line = lineOf(lines, offset)
    const start = lines[line - 1] ?? 0
    const stop = this.text.indexOf('\n', start)
    const source = this.text.slice(start, stop === -1 ? undefined : stop).replace(/\r$/, '')
    const length = Math.max(1, Math.min(to, start + source.length) - from)
    return { file: this.file, line, column: offset - start + 1, source, length }
  }

  error(code: string, message: string, range: Range, next?: string): FiredrillError {
    return new FiredrillError(code, message, { place: this.place(range), ...(next === undefined ? {} : { next }) })
  }

  /**
   * Where position `at` of a scalar's value stands in the text: the same visible character, however the lines are folded. Undefined where
   * escapes leave no such place.
   */
  offsetIn(scalar: Scalar, at: number): number | undefined {
    const [start, end] = rangeOf(scalar) ?? [0, 0]
    const quoted = scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE
    const block = scalar.type === Scalar.BLOCK_LITERAL || scalar.type === Scalar.BLOCK_FOLDED
    const from = block ? this.text.indexOf('\n', start) + 1 : quoted ? start + 1 : start
    const written = this.text.slice(from, quoted ? end - 1 : end)
    const value = typeof scalar.value === 'string' ? scalar.value : written
    const visible = (text: string): string => text.replace(/\s+/g, '')
    if (visible(written) !== visible(value)) return undefined
    let before = visible(value.slice(0, at)).length
    for (const match of written.matchAll(/\S/g)) if (before-- === 0) return from + match.index
    return from + written.trimEnd().length
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The line, from 1, that holds an offset. */
function lineOf(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((starts[middle] ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return Math.max(1, low)
}

/** Where the value of a node stands; undefined for one that was made, not read. */
export function rangeOf(node: unknown): Range | undefined {
  const range = node !== null && typeof node === 'object' && 'range' in node ? (node as Node).range : undefined
  return range === undefined || range === null ? undefined : [range[0], range[1]]
}

/** What a caret underlines: a scalar as a whole, of a collection its first character. */
export function shownRange(node: Node | null, otherwise: number): Range {
  const [from, to] = rangeOf(node) ?? [otherwise, otherwise + 1]
  return [from, isScalar(node) ? to : from + 1]
}
