import { isMap, isScalar } from 'yaml'
import type { Node } from 'yaml'
import { openDocument } from '../config/yaml/cursor.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import { rangeOf } from '../config/yaml/yaml-text.ts'
import type { Range, YamlText } from '../config/yaml/yaml-text.ts'
import { applyEdits } from './expr.ts'
import type { Edit } from './expr.ts'

/**
 * A YAML text that is edited in place: the document says where a value stands, and only those bytes are replaced.
 * (Document.toString would reformat: quotes, indentation, long lines.)
 */
export class EditedYaml {
  readonly yaml: YamlText
  readonly root: Cursor
  readonly #edits = new Map<number, Edit>()

  /** @throws FiredrillError YAML_SYNTAX, YAML_SHAPE */
  constructor(text: string, file: string) {
    this.root = openDocument(text, file, 'YAML_SYNTAX')
    this.yaml = this.root.source.yaml
    if (this.root.node !== null && !this.root.isMap()) throw this.root.error('YAML_SHAPE', 'the file must be a mapping')
  }

  /** Replaces parts of a scalar; `edits` are positions in its value. What surrounds them keeps its bytes where YAML's escapes allow. */
  edit({ node }: Cursor, edits: readonly Edit[]): void {
    if (!isScalar(node) || edits.length === 0) return
    const placed = edits.map(({ from, to, text }) => ({
      from: this.yaml.offsetIn(node, from),
      last: this.yaml.offsetIn(node, to - 1),
      text,
    }))
    for (const { from, last, text } of placed) {
      if (from !== undefined && last !== undefined) this.#add({ from, to: last + 1, text })
      else return this.#rewrite(node, applyEdits(String(node.value), edits))
    }
  }

  /** An escaped value is written anew, as a double-quoted scalar in place of the old one. */
  #rewrite(node: Node, value: string): void {
    const [from, to] = rangeOf(node) ?? [0, 0]
    this.#add({ from, to, text: JSON.stringify(value) })
  }

  /** Adds `key: value` as the first entry of a block or flow mapping. */
  insert({ node }: Cursor, key: string, value: string): void {
    if (!isMap(node)) return
    const [start] = rangeOf(node.items[0]?.key) ?? rangeOf(node) ?? [0]
    if (node.flow === true) {
      const at = (rangeOf(node)?.[0] ?? 0) + 1
      this.#add({ from: at, to: at, text: node.items.length === 0 ? `${key}: ${value}` : `${key}: ${value}, ` })
      return
    }
    const { column } = this.yaml.place([start, start + 1])
    this.#add({ from: start, to: start, text: `${key}: ${value}\n${' '.repeat(column - 1)}` })
  }

  insertAtStart(text: string): void {
    const [at] = rangeOf(this.root.node) ?? [0]
    this.#add({ from: at, to: at, text })
  }

  toString(): string {
    return applyEdits(
      this.yaml.text,
      [...this.#edits.values()].sort((a, b) => a.from - b.from),
    )
  }

  /** Where position `at` of a scalar's value stands in the text. */
  locate({ node }: Cursor, at: number, length: number): Range {
    const from = (isScalar(node) ? this.yaml.offsetIn(node, at) : undefined) ?? rangeOf(node)?.[0] ?? 0
    return [from, from + length]
  }

  #add(edit: Edit): void {
    // An anchored value is reached again through each of its aliases, and stands in the text once.
    const before = this.#edits.get(edit.from)
    if (before === undefined) this.#edits.set(edit.from, edit)
    else if (before.from === before.to && before.text !== edit.text) this.#edits.set(edit.from, { ...edit, text: before.text + edit.text })
  }
}
