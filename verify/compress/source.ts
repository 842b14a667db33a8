import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, Scalar } from 'yaml'
import type { Document, Node, YAMLMap } from 'yaml'
import { FiredrillError } from '../model/error.ts'
import { applyEdits } from './expr.ts'
import type { Edit } from './expr.ts'

/**
 * A YAML text that is edited in place: the document says where a value stands, and only those bytes are replaced.
 * (Document.toString would reformat: quotes, indentation, long lines.)
 */
export class YamlSource {
  readonly text: string
  readonly file: string
  readonly document: Document.Parsed
  readonly lines = new LineCounter()
  readonly #edits = new Map<number, Edit>()

  /** @throws FiredrillError YAML_SYNTAX */
  constructor(text: string, file: string) {
    this.text = text
    this.file = file
    this.document = parseDocument(text, { lineCounter: this.lines, merge: true })
    const error = this.document.errors[0]
    if (error !== undefined)
      throw this.error(
        'YAML_SYNTAX',
        error.message.split('\n')[0]?.replace(/ at line .*$/, '') ?? 'not YAML',
        error.pos[0],
        error.pos[1] - error.pos[0],
      )
    if (this.document.contents !== null && !isMap(this.document.contents))
      throw this.error('YAML_SHAPE', 'the file must be a mapping', 0, 1)
  }

  get root(): YAMLMap | undefined {
    return isMap(this.document.contents) ? this.document.contents : undefined
  }

  /** The node behind a key, aliases followed. */
  get(map: YAMLMap, key: string): Node | undefined {
    return this.#resolve(map.get(key, true))
  }

  map(map: YAMLMap | undefined, key: string): YAMLMap | undefined {
    const node = map === undefined ? undefined : this.get(map, key)
    return isMap(node) ? node : undefined
  }

  /** The mappings of a sequence; anything else in it is left alone. */
  maps(map: YAMLMap | undefined, key: string): YAMLMap[] {
    const node = map === undefined ? undefined : this.get(map, key)
    return isSeq(node) ? node.items.map((item) => this.#resolve(item)).filter((item) => isMap(item)) : []
  }

  scalar(map: YAMLMap | undefined, key: string): Scalar | undefined {
    const node = map === undefined ? undefined : this.get(map, key)
    return isScalar(node) ? node : undefined
  }

  string(map: YAMLMap | undefined, key: string): string | undefined {
    const value = this.scalar(map, key)?.value
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }

  /** Replaces parts of a scalar; `edits` are positions in its value. What surrounds them keeps its bytes where YAML's escapes allow. */
  editScalar(scalar: Scalar, value: string, edits: readonly Edit[]): void {
    if (edits.length === 0) return
    const [start, end] = rangeOf(scalar)
    const offsets = this.#offsets(scalar, value)
    if (offsets === undefined) {
      // The value is escaped or folded: write it anew, as a double-quoted scalar on the place of the old one.
      const tail = /[ \t\n]*$/.exec(this.text.slice(start, end))?.[0] ?? ''
      const block = scalar.type === Scalar.BLOCK_FOLDED || scalar.type === Scalar.BLOCK_LITERAL
      this.#add({ from: start, to: end, text: JSON.stringify(applyEdits(value, edits)) + (block ? tail : '') })
      return
    }
    for (const edit of edits) this.#add({ from: offsets(edit.from), to: offsets(edit.to), text: edit.text })
  }

  replaceScalar(scalar: Scalar, value: string, replacement: string): void {
    this.editScalar(scalar, value, [{ from: 0, to: value.length, text: replacement }])
  }

  /** Adds `key: value` as the first entry of a block or flow mapping. */
  insert(map: YAMLMap, key: string, value: string): void {
    const first = map.items[0]?.key
    const [start] = rangeOf(isScalar(first) ? first : map)
    if (map.flow === true) {
      const at = rangeOf(map)[0] + 1
      this.#add({ from: at, to: at, text: map.items.length === 0 ? `${key}: ${value}` : `${key}: ${value}, ` })
      return
    }
    const column = this.lines.linePos(start).col - 1
    this.#add({ from: start, to: start, text: `${key}: ${value}\n${' '.repeat(column)}` })
  }

  insertAtStart(text: string): void {
    const at = this.document.contents === null ? 0 : rangeOf(this.document.contents)[0]
    this.#add({ from: at, to: at, text })
  }

  toString(): string {
    return applyEdits(
      this.text,
      [...this.#edits.values()].sort((a, b) => a.from - b.from),
    )
  }

  error(code: string, message: string, offset: number, length: number, next?: string): FiredrillError {
    const { line, col } = this.lines.linePos(offset)
    return new FiredrillError(code, message, {
      place: { file: this.file, line, column: col, source: this.text.split('\n')[line - 1] ?? '', length: Math.max(1, length) },
      ...(next === undefined ? {} : { next }),
    })
  }

  /** Where position `at` of a scalar's value stands in the text. */
  locate(scalar: Scalar, value: string, at: number): number {
    return this.#offsets(scalar, value)?.(at) ?? rangeOf(scalar)[0]
  }

  #resolve(node: unknown): Node | undefined {
    if (isAlias(node)) return node.resolve(this.document)
    return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined
  }

  #add(edit: Edit): void {
    // An anchored value is reached again through each of its aliases, and stands in the text once.
    const before = this.#edits.get(edit.from)
    if (before === undefined) this.#edits.set(edit.from, edit)
    else if (before.from === before.to && before.text !== edit.text) this.#edits.set(edit.from, { ...edit, text: before.text + edit.text })
  }

  #offsets(scalar: Scalar, value: string): ((at: number) => number) | undefined {
    const [start, end] = rangeOf(scalar)
    if (scalar.type === Scalar.PLAIN) return this.text.slice(start, end) === value ? (at) => start + at : undefined
    if (scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE)
      return this.text.slice(start + 1, end - 1) === value ? (at) => start + 1 + at : undefined
    if (scalar.type !== Scalar.BLOCK_LITERAL) return undefined
    const header = this.text.indexOf('\n', start) + 1
    const rows = this.text.slice(header, end).split('\n')
    const starts: { value: number; text: number }[] = []
    let valueAt = 0
    let textAt = header
    for (const [index, row] of value.split('\n').entries()) {
      const found = rows[index]
      if (found === undefined) break
      if (!found.endsWith(row)) return undefined
      starts.push({ value: valueAt, text: textAt + found.length - row.length })
      valueAt += row.length + 1
      textAt += found.length + 1
    }
    return (at) => {
      const row = starts.findLast((candidate) => candidate.value <= at)
      return row === undefined ? header : row.text + at - row.value
    }
  }
}

function rangeOf(node: Node): [number, number] {
  const range = node.range
  if (range === undefined || range === null) throw new Error('a parsed node has a range')
  return [range[0], range[1]]
}
