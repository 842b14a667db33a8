import { isScalar, LineCounter, parseAllDocuments, Scalar } from 'yaml'
import type { Document, Node } from 'yaml'
import { FiredrillError } from '../../model/error.ts'
import type { ErrorPlace } from '../../model/error.ts'

/** Offsets in a text: [from, to), UTF-16 units. */
export type Range = readonly [from: number, to: number]

/** A YAML text, parsed once, that knows where each of its nodes stands. The one place where YAML becomes nodes and offsets become lines. */
export class YamlText {
  readonly text: string
  readonly file: string
  readonly documents: Document.Parsed[]
  /** The first thing that is not YAML, or a second document where one is expected: one wrong character makes the parser stumble often. */
  readonly problem: { code: string; message: string; range: Range } | undefined
  readonly #lines = new LineCounter()

  constructor(text: string, file: string, options: { uniqueKeys?: boolean; documents?: 'one' | 'any' } = {}) {
    this.text = text
    this.file = file
    const { uniqueKeys = true, documents = 'one' } = options
    // The core schema keeps "no" and "12:30" text, as YAML 1.2 has it.
    const parsed = parseAllDocuments(text, {
      lineCounter: this.#lines,
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
    const { line, col } = this.#lines.linePos(Math.min(from, this.text.length))
    const start = this.#lines.lineStarts[line - 1] ?? 0
    const stop = this.text.indexOf('\n', start)
    const source = this.text.slice(start, stop === -1 ? undefined : stop).replace(/\r$/, '')
    const length = Math.max(1, Math.min(to, start + source.length) - from)
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col), source, length }
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
