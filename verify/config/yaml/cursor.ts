import { Document, isAlias, isMap, isScalar, isSeq, Scalar, visit } from 'yaml'
import type { Alias, Node, Pair } from 'yaml'
import { parseDuration } from '../../promql/duration.ts'
import { FiredrillError } from '../../model/error.ts'
import type { ErrorPlace } from '../../model/error.ts'
import { remembered } from '../../text/remembered.ts'
import { rangeOf, shownRange, YamlText } from './yaml-text.ts'

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

/** What the program refuses that reads the file. */
export interface WrongValue {
  at: Cursor
  subject: string
  expected: string
  observed: string
}

interface Source {
  text: ConfigText
  yaml: YamlText
  document: Document
}

/** A node of a YAML (or JSON) document that knows where it stands. Asking for what is not there gives undefined, never an error. */
export class Cursor {
  readonly source: Source
  readonly node: Node | null
  /** Where its key stands, of an item its list; what is pointed at when the value is empty. */
  readonly keyAt: number
  readonly key: string
  /** Nothing changes a document, so what a node holds is found once; every check asks for it. */
  private ownPairs: readonly (readonly [string, Cursor])[] | undefined
  private ownItems: readonly Cursor[] | undefined
  private ownText: ConfigText | undefined

  constructor(source: Source, node: Node | null, keyAt: number, key: string) {
    this.source = source
    this.node = isAlias(node) ? (targetsIn(source.document).get(node) ?? null) : node
    this.keyAt = keyAt
    this.key = key
  }

  get start(): number {
    return rangeOf(this.node)?.[0] ?? this.keyAt
  }

  get(...path: (string | number)[]): Cursor | undefined {
    const [only] = path
    // Nearly always one key is asked for.
    return path.length === 1 && typeof only === 'string' ? valueOf(this, only) : followed(this, path)
  }

  /** The value at the path, or this where there is none: what a finding points at. */
  near(...path: (string | number)[]): Cursor {
    return this.get(...path) ?? this
  }

  has(name: string): boolean {
    return valueOf(this, name) !== undefined
  }

  /** Keys and values of a mapping, `<<` merged in (own keys win). */
  pairs(...path: (string | number)[]): readonly (readonly [string, Cursor])[] {
    if (path.length > 0) return this.get(...path)?.pairs() ?? []
    return (this.ownPairs ??= this.readPairs())
  }

  private readPairs(): [string, Cursor][] {
    if (!isMap(this.node)) return []
    const own: [string, Cursor][] = []
    const merged: (readonly [string, Cursor])[] = []
    for (const pair of this.node.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : ''
      const value = new Cursor(this.source, pair.value, pair.key?.range?.[0] ?? this.start, key)
      if (key === '<<') merged.push(...(value.isList() ? value.items().flatMap((item) => item.pairs()) : value.pairs()))
      else own.push([key, value])
    }
    for (const [key, value] of merged) if (!own.some(([other]) => other === key)) own.push([key, value])
    return own
  }

  items(...path: (string | number)[]): readonly Cursor[] {
    if (path.length > 0) return this.get(...path)?.items() ?? []
    return (this.ownItems ??= isSeq(this.node)
      ? (this.node.items as (Node | null)[]).map((item, index) => new Cursor(this.source, item, this.start, String(index)))
      : [])
  }

  /** 'yes' in quotes is a text for every parser, without them a truth for some. */
  isQuoted(): boolean {
    return isScalar(this.node) && (this.node.type === Scalar.QUOTE_DOUBLE || this.node.type === Scalar.QUOTE_SINGLE)
  }

  isList(): boolean {
    return isSeq(this.node)
  }

  isMap(): boolean {
    return isMap(this.node)
  }

  /** Scalars as text: 4317 and "4317" are the same. */
  string(...path: (string | number)[]): string | undefined {
    const at = path.length === 0 ? this : this.get(...path)
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
    const start = this.start
    const written = this.source.text.text
    const newline = written.indexOf('\n', start)
    const firstLine = Math.min(this.node?.range?.[1] ?? start + 1, newline === -1 ? written.length : newline) - start
    const from = isScalar(this.node) && (offset > 0 || length !== undefined) ? this.inside(this.node, offset) : start
    const { line, column } = this.source.yaml.place([from, from + 1])
    const { file, lineOffset, columnOffset } = this.source.text
    return { file, line: line + lineOffset, column: column + columnOffset, length: length ?? Math.min(80, Math.max(1, firstLine)) }
  }

  private inside(scalar: Scalar, offset: number): number {
    const quoted = scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE
    return this.source.yaml.offsetIn(scalar, offset) ?? (scalar.range?.[0] ?? this.keyAt) + (quoted ? 1 : 0) + offset
  }

  /** Where its key stands. */
  keyPlace(): Place {
    const length = Math.max(1, this.key.length)
    const { line, column } = this.source.yaml.place([this.keyAt, this.keyAt + length])
    const { file, lineOffset, columnOffset } = this.source.text
    return { file, line: line + lineOffset, column: column + columnOffset, length }
  }

  /** First and last line, that of its key included. */
  lines(): [number, number] {
    const [start, end] = [Math.min(this.keyAt, this.start), (rangeOf(this.node)?.[1] ?? this.start + 1) - 1]
    const lineOf = (offset: number): number => this.source.yaml.place([offset, offset + 1]).line + this.source.text.lineOffset
    return [lineOf(start), lineOf(Math.max(start, end))]
  }

  /** A text inside this document (a ConfigMap's value) as a file of its own. */
  embedded(path: string): ConfigText | undefined {
    if (!isScalar(this.node) || typeof this.node.value !== 'string') return undefined
    // The same text each time: what it holds is read once (openDocuments).
    if (this.ownText?.path === path) return this.ownText
    const start = this.place(0, 1)
    const block = this.node.type === Scalar.BLOCK_LITERAL
    this.ownText = {
      file: this.source.text.file,
      path,
      text: this.node.value,
      lineOffset: start.line - 1,
      columnOffset: block ? Math.max(0, start.column - 1) : 0,
    }
    return this.ownText
  }

  get text(): ConfigText {
    return this.source.text
  }

  /** All texts that it was read from: several files may make one configuration. */
  get texts(): readonly ConfigText[] {
    return [this.text]
  }

  /** Where a caret points: at the value (a collection by its first character), or at the key. */
  shown(part: 'value' | 'key' = 'value'): ErrorPlace {
    return this.source.yaml.place(part === 'key' ? [this.keyAt, this.keyAt + this.key.length] : shownRange(this.node, this.keyAt))
  }

  error(code: string, message: string, next?: string, part?: 'value' | 'key'): FiredrillError {
    return new FiredrillError(code, message, { place: this.shown(part), ...(next === undefined ? {} : { next }) })
  }
}

function followed(from: Cursor, path: readonly (string | number)[]): Cursor | undefined {
  let at: Cursor | undefined = from
  for (const step of path) {
    if (at === undefined) return undefined
    at = typeof step === 'number' ? at.items()[step] : valueOf(at, step)
  }
  return at
}

function valueOf(mapping: Cursor, name: string): Cursor | undefined {
  for (const pair of mapping.pairs()) if (pair[0] === name) return pair[1]
  return undefined
}

/** All values that are no mapping and no list, at any depth. Documents have no cycles and are not deep. */
export function scalarsIn(at: Cursor): readonly Cursor[] {
  const known =
    scalars.get(at) ?? (at.string() !== undefined ? [at] : [...at.items(), ...at.pairs().map(([, each]) => each)].flatMap(scalarsIn))
  scalars.set(at, known)
  return known
}

const scalars = new WeakMap<Cursor, readonly Cursor[]>()

/** The one document of a text; of an empty text a cursor without a node. @throws FiredrillError `code` for broken YAML */
export function openDocument(text: string, file: string, code: string, options: { uniqueKeys?: boolean; isEdited?: boolean } = {}): Cursor {
  const yaml = new YamlText(text, file, options)
  const { problem, contents } = yaml
  if (problem !== undefined) throw yaml.error(code, problem.message, problem.range)
  const source = {
    text: { file, path: file, text, lineOffset: 0, columnOffset: 0 },
    yaml,
    document: yaml.documents[0] ?? new Document(null),
  }
  if (!isHarmless(yaml)) refuseBombs(source.document, source.text)
  return new Cursor(source, contents, 0, '')
}

/** What an alias stands for: the last anchor of its name before it. The library walks the whole document for each; this once for all. */
const targetsIn = remembered((document: Document): Map<Alias, Node | null> => {
  const anchors = new Map<string, Node>()
  const found = new Map<Alias, Node | null>()
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) found.set(node, anchors.get(node.source) ?? null)
      else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return found
})

/**
 * Text -> the documents in it. Nothing changes a document: texts that stay the same from one lint to the next (`mutate`) are read once.
 * Throws FiredrillError for what cannot be read: broken YAML, bombs, cycles, binary, oversize.
 */
export const openDocuments = remembered(parsed)

/** The same; of what cannot be read, which is said elsewhere, none. */
export function readableDocuments(text: ConfigText): Cursor[] {
  try {
    return openDocuments(text)
  } catch (error) {
    if (error instanceof FiredrillError) return []
    throw error
  }
}

function parsed(text: ConfigText): Cursor[] {
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
  const next = 'Correct the YAML; nothing of this file could be checked.'
  try {
    const yaml = new YamlText(text.text, file, { uniqueKeys: false, documents: 'any' })
    if (yaml.problem !== undefined) {
      const { length: _, ...place } = yaml.place(yaml.problem.range)
      throw new FiredrillError('CONFIG_YAML', yaml.problem.message, {
        place: { ...place, line: place.line + text.lineOffset, column: place.column + text.columnOffset, length: 1 },
        next,
      })
    }
    return yaml.documents.map((document) => {
      if (!isHarmless(yaml)) refuseBombs(document, text)
      return new Cursor({ text, yaml, document }, document.contents, 0, '')
    })
  } catch (error) {
    if (error instanceof FiredrillError) throw error
    if (error instanceof RangeError) throw unreadable('CONFIG_TOO_DEEP', file, `nested deeper than can be read`, 'Is it configuration?')
    if (error instanceof Error) throw unreadable('CONFIG_YAML', file, error.message.split('\n')[0] ?? 'broken YAML', next)
    throw error
  }
}

/** A key that stands twice in one mapping: the Go parsers of Prometheus and its like refuse such a file. Merge keys may. */
export const duplicateKey = remembered(lookForDuplicate)

/** Of most documents this is the answer, and needs no cursors. What an alias stands for is met where it is written. */
function hasDuplicate(node: Node | null): boolean {
  if (isSeq(node)) return (node.items as (Node | null)[]).some(hasDuplicate)
  if (!isMap(node)) return false
  const pairs = node.items as Pair<Node, Node | null>[]
  return (pairs.length <= FEW ? isTwice(pairs) : isTwiceOfMany(pairs)) || pairs.some(({ value }) => hasDuplicate(value))
}

/** Up to so many keys are sooner compared than put into a set. */
const FEW = 8

function nameOf({ key }: Pair<Node, Node | null>): string {
  const name = isScalar(key) ? String(key.value) : ''
  return name === '<<' ? '' : name
}

function isTwice(pairs: readonly Pair<Node, Node | null>[]): boolean {
  for (let one = 1; one < pairs.length; one++) {
    const name = nameOf(pairs[one]!)
    if (name !== '') for (let other = 0; other < one; other++) if (nameOf(pairs[other]!) === name) return true
  }
  return false
}

function isTwiceOfMany(pairs: readonly Pair<Node, Node | null>[]): boolean {
  const names = pairs.map(nameOf).filter((name) => name !== '')
  return new Set(names).size < names.length
}

function lookForDuplicate(root: Cursor): { key: string; at: Place } | undefined {
  if (!hasDuplicate(root.node)) return undefined
  const seen = new Set<Node>()
  const look = (at: Cursor): { key: string; at: Place } | undefined => {
    if (at.node === null || seen.has(at.node)) return undefined
    seen.add(at.node)
    if (isMap(at.node)) {
      const names = new Set<string>()
      for (const pair of at.node.items as Pair<Node, Node | null>[]) {
        const name = isScalar(pair.key) ? String(pair.key.value) : ''
        const value = new Cursor(at.source, pair.value, pair.key?.range?.[0] ?? at.start, name)
        if (name !== '' && name !== '<<' && names.has(name))
          return { key: name, at: new Cursor(at.source, pair.key, at.start, name).place() }
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

/** Without aliases a text has no more nodes than characters. */
function isHarmless({ isRegular, text }: YamlText): boolean {
  return isRegular && text.length < MAX_NODES
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
    if (anchor !== undefined) {
      anchors.set(anchor, node)
      open.add(node)
    }
    let total = 1
    if (isMap(node))
      for (const pair of node.items as Pair<Node, Node | null>[]) total += size(pair.key, depth + 1) + size(pair.value, depth + 1)
    else if (isSeq(node)) for (const item of node.items as Node[]) total += size(item, depth + 1)
    if (anchor !== undefined) {
      open.delete(node)
      sizes.set(node, total)
    }
    if (total > MAX_NODES)
      throw unreadable('CONFIG_BOMB', text.file, `its aliases unfold to more than ${MAX_NODES} nodes`, 'Write it without nested aliases.')
    return total
  }
  size(document.contents as Node | null, 0)
}
