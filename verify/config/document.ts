import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar } from 'yaml'
import type { Document, Node, Pair } from 'yaml'
import { parseDuration } from '../promql/duration.ts'
import { FiredrillError } from '../model/error.ts'

/** Larger files are refused. 10,000 alert rules are about 4 MB. */
export const MAX_BYTES = 16 * 1024 * 1024
/** Nodes a document may have once its aliases are followed. */
const MAX_NODES = 4_000_000
const MAX_DEPTH = 100

/** One text with its place: a file, or a file inside a manifest (then lines and columns are those of the manifest). */
export interface ConfigText {
  /** As shown to people, and relative to where the command was called. */
  file: string
  /** Path as the component sees it: the file's own path, or <configmap>/<key>. */
  path: string
  text: string
  /** Added to lines and columns: where an embedded text begins. */
  lineOffset: number
  columnOffset: number
}

export interface Place {
  file: string
  line: number
  column: number
  length: number
}

interface Source {
  text: ConfigText
  lines: LineCounter
  document: Document
}

/** A node of a YAML (or JSON) document that knows where it stands. Asking for what is not there gives undefined, never an error. */
export class Cursor {
  readonly source: Source
  readonly node: Node | null
  /** Points at the key when the value is empty. */
  readonly fallback: number
  readonly key: string

  constructor(source: Source, node: Node | null, fallback: number, key: string) {
    this.source = source
    this.node = isAlias(node) ? (node.resolve(source.document) ?? null) : node
    this.fallback = node?.range?.[0] ?? fallback
    this.key = key
  }

  get(...path: (string | number)[]): Cursor | undefined {
    const [step, ...rest] = path
    if (step === undefined) return this
    const next = typeof step === 'number' ? this.items()[step] : this.child(step)
    return rest.length === 0 ? next : next?.get(...rest)
  }

  /** The value at the path, or this where there is none: what a finding points at. */
  near(...path: (string | number)[]): Cursor {
    return this.get(...path) ?? this
  }

  private child(name: string): Cursor | undefined {
    const pair = this.pairs().find(([key]) => key === name)
    return pair?.[1]
  }

  has(name: string): boolean {
    return this.child(name) !== undefined
  }

  /** Keys and values of a mapping, `<<` merged in (own keys win). */
  pairs(...path: (string | number)[]): [string, Cursor][] {
    if (path.length > 0) return this.get(...path)?.pairs() ?? []
    if (!isMap(this.node)) return []
    const own: [string, Cursor][] = []
    const merged: [string, Cursor][] = []
    for (const pair of this.node.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : ''
      const value = new Cursor(this.source, pair.value, pair.key?.range?.[0] ?? this.fallback, key)
      if (key === '<<') merged.push(...(value.isList() ? value.items().flatMap((item) => item.pairs()) : value.pairs()))
      else own.push([key, value])
    }
    return [...own, ...merged.filter(([key]) => !own.some(([other]) => other === key))]
  }

  items(...path: (string | number)[]): Cursor[] {
    if (path.length > 0) return this.get(...path)?.items() ?? []
    return isSeq(this.node)
      ? (this.node.items as (Node | null)[]).map((item, index) => new Cursor(this.source, item, this.fallback, String(index)))
      : []
  }

  isList(): boolean {
    return isSeq(this.node)
  }

  isMap(): boolean {
    return isMap(this.node)
  }

  /** Scalars as text: 4317 and "4317" are the same. */
  string(...path: (string | number)[]): string | undefined {
    const at = this.get(...path)
    if (!isScalar(at?.node) || at.node.value === null || at.node.value === undefined) return undefined
    // 1_000 or 0x10 would lose their spelling, true its case: the source is what the component reads.
    return typeof at.node.value === 'string' ? at.node.value : (at.node.source ?? String(at.node.value))
  }

  /** A list of texts; one text alone is a list of one, as compose and many others accept. */
  strings(...path: (string | number)[]): string[] {
    const at = this.get(...path)
    if (at === undefined) return []
    return at.isList() ? at.items().map((item) => item.string() ?? '') : at.string() === undefined ? [] : [at.string() ?? '']
  }

  bool(...path: (string | number)[]): boolean | undefined {
    const text = this.string(...path)
    return text === undefined ? undefined : /^(true|yes|on)$/i.test(text)
  }

  /** As a YAML parser gives it to a program. */
  plain(): unknown {
    return this.node === null ? null : this.node.toJSON()
  }

  number(...path: (string | number)[]): number | undefined {
    const text = this.string(...path)
    return text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text)
  }

  /** Prometheus or Go duration in ms; undefined when absent or no duration. */
  durationMs(...path: (string | number)[]): number | undefined {
    const text = this.string(...path)
    if (text === undefined) return undefined
    const prometheus = parseDuration(text)
    if (prometheus !== undefined) return prometheus
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)]
    if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) return undefined
    const factor: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
    return parts.reduce((sum, part) => sum + Number(part[1]) * (factor[part[2] ?? ''] ?? 0), 0)
  }

  labels(...path: (string | number)[]): Record<string, string> {
    return Object.fromEntries((this.get(...path)?.pairs() ?? []).map(([key, value]) => [key, value.string() ?? '']))
  }

  /** Where the value stands; `offset` and `length` point into a text, say an expression. */
  place(offset = 0, length?: number): Place {
    const start = this.node?.range?.[0] ?? this.fallback
    const whole =
      length ??
      Math.min(80, Math.max(1, (this.source.text.text.slice(start, this.node?.range?.[1] ?? start + 1).split('\n')[0] ?? '').length))
    const position =
      isScalar(this.node) && offset > 0
        ? this.inside(this.node, offset)
        : isScalar(this.node) && length !== undefined
          ? this.inside(this.node, 0)
          : start
    return this.at(position, whole)
  }

  private at(position: number, length: number): Place {
    const { line, col } = this.source.lines.linePos(Math.min(position, this.source.text.text.length))
    const { file, lineOffset, columnOffset } = this.source.text
    return { file, line: Math.max(1, line) + lineOffset, column: Math.max(1, col) + columnOffset, length }
  }

  private inside(scalar: Scalar, offset: number): number {
    const start = scalar.range?.[0] ?? this.fallback
    const { text } = this.source.text
    if (scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE) return start + 1 + offset
    if (scalar.type !== Scalar.BLOCK_LITERAL && scalar.type !== Scalar.BLOCK_FOLDED) return start + offset
    const content = text.indexOf('\n', start) + 1
    const indent = /^[ \t]*/.exec(text.slice(content).replace(/^(?:[ \t]*\n)+/, ''))?.[0].length ?? 0
    const before = String(scalar.value).slice(0, offset).split('\n')
    let at = content
    for (let line = 1; line < before.length; line++) at = text.indexOf('\n', at) + 1
    return at + indent + (before.at(-1)?.length ?? 0)
  }

  /** A text inside this document (a ConfigMap's value) as a file of its own. */
  embedded(path: string): ConfigText | undefined {
    if (!isScalar(this.node) || typeof this.node.value !== 'string') return undefined
    const start = this.place(0, 1)
    const block = this.node.type === Scalar.BLOCK_LITERAL
    return {
      file: this.source.text.file,
      path,
      text: this.node.value,
      lineOffset: start.line - 1,
      columnOffset: block ? Math.max(0, start.column - 1) : 0,
    }
  }

  get text(): ConfigText {
    return this.source.text
  }
}

/** Text -> the documents in it. Throws FiredrillError for what cannot be read: broken YAML, bombs, cycles, binary, oversize. */
export function openDocuments(text: ConfigText): Cursor[] {
  const { file } = text
  if (text.text.length > MAX_BYTES)
    throw unreadable(
      'CONFIG_TOO_LARGE',
      file,
      `the file is larger than ${MAX_BYTES / 1024 / 1024} MiB`,
      'Is it configuration? Name the right file, or split it.',
    )
  if (text.text.includes('\0'))
    throw unreadable('CONFIG_BINARY', file, 'this is a binary file, not configuration', 'Name a YAML or JSON file.')
  const lines = new LineCounter()
  try {
    const parsed = parseAllDocuments(text.text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'silent',
      version: '1.2',
      intAsBigInt: false,
    })
    const documents = Array.isArray(parsed) ? parsed : []
    const cursors: Cursor[] = []
    for (const document of documents) {
      const [error] = document.errors
      if (error !== undefined) {
        const { line, col } = lines.linePos(error.pos[0])
        throw new FiredrillError('CONFIG_YAML', (error.message.split('\n')[0] ?? 'broken YAML').replace(/ at line.*$/, ''), {
          place: {
            file,
            line: line + text.lineOffset,
            column: col + text.columnOffset,
            source: text.text.split('\n')[line - 1] ?? '',
            length: 1,
          },
          next: 'Correct the YAML; nothing of this file could be checked.',
        })
      }
      refuseBombs(document, text)
      cursors.push(new Cursor({ text, lines, document }, document.contents as Node | null, 0, ''))
    }
    return cursors
  } catch (error) {
    if (error instanceof FiredrillError) throw error
    if (error instanceof RangeError) throw unreadable('CONFIG_TOO_DEEP', file, `nested deeper than can be read`, 'Is it configuration?')
    if (error instanceof Error)
      throw unreadable(
        'CONFIG_YAML',
        file,
        error.message.split('\n')[0] ?? 'broken YAML',
        'Correct the YAML; nothing of this file could be checked.',
      )
    throw error
  }
}

/** A key that stands twice in one mapping: the Go parsers of Prometheus and its like refuse such a file. Merge keys may. */
export function duplicateKey(root: Cursor): { key: string; at: Place } | undefined {
  const seen = new Set<Node>()
  const look = (at: Cursor): { key: string; at: Place } | undefined => {
    if (at.node === null || seen.has(at.node)) return undefined
    seen.add(at.node)
    if (isMap(at.node)) {
      const names = new Set<string>()
      for (const pair of at.node.items as Pair<Node, Node | null>[]) {
        const name = isScalar(pair.key) ? String(pair.key.value) : ''
        const value = new Cursor(at.source, pair.value, pair.key?.range?.[0] ?? at.fallback, name)
        if (name !== '' && name !== '<<' && names.has(name))
          return { key: name, at: new Cursor(at.source, pair.key, at.fallback, name).place() }
        names.add(name)
        const inside = look(value)
        if (inside !== undefined) return inside
      }
      return undefined
    }
    for (const item of at.items()) {
      const inside = look(item)
      if (inside !== undefined) return inside
    }
    return undefined
  }
  return look(root)
}

function unreadable(code: string, file: string, message: string, next: string): FiredrillError {
  return new FiredrillError(code, message, { place: { file }, next })
}

/** Aliases make a graph of the tree: refused when it has a cycle or unfolds beyond MAX_NODES. */
function refuseBombs(document: Document, text: ConfigText): void {
  const sizes = new Map<Node, number>()
  const open = new Set<Node>()
  // Anchors by name as they stand at each moment: an alias means the last anchor before it.
  const anchors = new Map<string, Node>()
  const size = (node: Node | null | undefined, depth: number): number => {
    if (node === null || node === undefined) return 1
    if (depth > MAX_DEPTH) throw unreadable('CONFIG_TOO_DEEP', text.file, `nested deeper than ${MAX_DEPTH} levels`, 'Is it configuration?')
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target === undefined)
        throw unreadable('CONFIG_YAML', text.file, `alias *${node.source} has no anchor before it`, 'Correct the YAML.')
      if (open.has(target))
        throw unreadable('CONFIG_CYCLE', text.file, `anchor &${node.source} contains itself`, 'Remove the alias that points back.')
      return sizes.get(target) ?? 1
    }
    const anchor = (node as { anchor?: string }).anchor
    if (anchor !== undefined) anchors.set(anchor, node)
    open.add(node)
    let total = 1
    if (isMap(node))
      for (const pair of node.items as Pair<Node, Node | null>[]) total += size(pair.key, depth + 1) + size(pair.value, depth + 1)
    else if (isSeq(node)) for (const item of node.items as Node[]) total += size(item, depth + 1)
    open.delete(node)
    if (anchor !== undefined) sizes.set(node, total)
    if (total > MAX_NODES)
      throw unreadable('CONFIG_BOMB', text.file, `its aliases unfold to more than ${MAX_NODES} nodes`, 'Write it without nested aliases.')
    return total
  }
  size(document.contents as Node | null, 0)
}
