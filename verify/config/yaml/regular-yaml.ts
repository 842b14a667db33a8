import { CST, Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'

/*
 * Most of what people write is regular: block mappings and lists, scalars on one line, `|` blocks, and JSON. This reads it eight times
 * as fast as the library `yaml`, to the same nodes (its classes, values, styles, ranges; no comments). It judges nothing: at the first
 * thing that is not regular (anchors, tags, folded lines, tabs, several documents, anything that could be a mistake) it gives up, and the
 * library reads the text and says what is wrong with it. regular-yaml.test.ts holds both against each other.
 */

/** A node of the library: without an array for its range, of which a file of 10,000 rules has 130,000. */
class Regular {
  readonly start: number
  /** Of the value. */
  end: number
  /** Behind the spaces and comments that follow it. */
  next: number
  declare range: [number, number, number]

  constructor(start: number, end: number) {
    this.start = start
    this.end = end
    this.next = end
  }
}

class RegularScalar extends Regular {
  value: unknown
  source: string
  type: Scalar.Type

  constructor(value: unknown, start: number, end: number, source: string, type: Scalar.Type) {
    super(start, end)
    this.value = value
    this.source = source
    this.type = type
  }
}

class RegularMap extends Regular {
  readonly items: RegularPair[] = []
  declare flow?: true
}

class RegularSeq extends Regular {
  readonly items: Regular[] = []
  declare flow?: true
}

class RegularPair {
  readonly key: RegularScalar
  readonly value: Regular

  constructor(key: RegularScalar, value: Regular) {
    this.key = key
    this.value = value
  }
}

const range: PropertyDescriptor & ThisType<Regular> = {
  get() {
    return [this.start, this.end, this.next]
  },
  set([start, end, next]: [number, number, number]) {
    Object.assign(this, { start, end, next })
  },
}

/** The library's nodes mark themselves by defining a hidden property each; here the prototypes have the mark. */
for (const [own, like] of [
  [RegularScalar, new Scalar(null)],
  [RegularMap, new YAMLMap()],
  [RegularSeq, new YAMLSeq()],
  [RegularPair, new Pair(null)],
] as const) {
  const marks: Record<string, PropertyDescriptor> = Object.getOwnPropertyDescriptors(like)
  for (const shown of Object.keys(like)) delete marks[shown]
  Object.setPrototypeOf(own.prototype, Object.create(Object.getPrototypeOf(like) as object, marks) as object)
  if (own !== RegularPair) Object.defineProperty(own.prototype, 'range', range)
}

const LF = 10
const SPACE = 32
const DOUBLE_QUOTE = 34
const HASH = 35
const QUOTE = 39
const PLUS = 43
const COMMA = 44
const MINUS = 45
const DOT = 46
const COLON = 58
const BRACKET = 91
const CLOSING_BRACKET = 93
const BRACE = 123
const PIPE = 124
const CLOSING_BRACE = 125
const GREATER = 62

/** No plain scalar begins with these (`-` may, `?` and `:` are left to the library). */
const INDICATORS = new Set([...'?:,[]{}#&*!|>\'"%@`'].map((character) => character.charCodeAt(0)))
/** What could begin a number, a truth or a null. */
const TYPED = new Set([...'0123456789+-.~nNtTfF'].map((character) => character.charCodeAt(0)))
/** The library gives some of these a meaning of its own; carriage returns and tabs make what is regular complicated. */
const IRREGULAR_CHARACTERS = /[\0-\x09\x0b-\x1f\ufeff]/
const MAX_DEPTH = 60
/** Half of what an implicit key may have. */
const MAX_KEY = 500

/** Thrown where a text stops being regular; made once, its stack says nothing. */
const IRREGULAR = new Error('not regular YAML')

/** The one document of a regular text, as the library reads it by the core schema; undefined when the library must read it. */
export function readRegular(text: string, uniqueKeys: boolean): Document.Parsed | undefined {
  if (IRREGULAR_CHARACTERS.test(text)) return undefined
  try {
    return new RegularReader(text, uniqueKeys).document()
  } catch (error) {
    if (error === IRREGULAR) return undefined
    throw error
  }
}

class RegularReader {
  readonly #text: string
  readonly #uniqueKeys: boolean
  /** Where the next token of a block stands; the text's length at its end. */
  #at = 0
  /** Its column; -1 at the text's end. */
  #indent = 0
  /** The deepest comment of the lines skipped before it, -1 without one: the collection it belongs to ends behind it. */
  #comments = -1
  #depth = 0
  /** The text ends with an empty value: the library counts the lines behind it to that. */
  #endsEmpty = false
  readonly #names = new Map<string, string>()

  constructor(text: string, uniqueKeys: boolean) {
    this.#text = text
    this.#uniqueKeys = uniqueKeys
  }

  document(): Document.Parsed {
    this.#nextLine(0)
    let start = this.#at
    if (this.#text.startsWith('---\n', start) && this.#indent === 0) {
      this.#nextLine(start + 4)
    } else start = this.#at
    if (this.#indent !== 0) throw IRREGULAR
    this.#comments = -1
    const first = this.#text.charCodeAt(this.#at)
    const isFlow = first === BRACE || first === BRACKET
    const contents = isFlow ? this.#rootFlow() : this.#block(0)
    if (this.#at !== this.#text.length) throw IRREGULAR
    const document = new Document(undefined, { version: '1.2' })
    document.contents = contents as unknown as typeof document.contents
    document.range = [start, contents.next, this.#endsEmpty ? contents.next : this.#text.length]
    return document as Document.Parsed
  }

  #rootFlow(): Regular {
    const node = this.#flow(this.#at, -1)
    node.next = this.#endOfLine(node.end)
    this.#at = node.next
    return node
  }

  /**
   * Goes to the next line with a token; `from` must be the beginning of a line. Comments deeper than `inside` still belong to the value
   * before it. Returns where that value ends.
   */
  #nextLine(from: number, inside = Infinity): number {
    const text = this.#text
    let attached = from
    let attaching = true
    this.#comments = -1
    for (let line = from; ;) {
      let at = line
      while (text.charCodeAt(at) === SPACE) at++
      if (at >= text.length) {
        this.#at = text.length
        this.#indent = -1
        return attached
      }
      const indent = at - line
      const character = text.charCodeAt(at)
      if (character === HASH) {
        const end = text.indexOf('\n', at)
        line = end === -1 ? text.length : end + 1
        attaching &&= indent > inside
        if (attaching) attached = line
        else this.#comments = Math.max(this.#comments, indent)
      } else if (character === LF) line = at + 1
      else {
        if (indent === 0 && (character === DOT || character === MINUS) && from > 0 && /^(?:---|\.\.\.)/.test(text.slice(at, at + 3)))
          throw IRREGULAR
        this.#at = at
        this.#indent = indent
        return attached
      }
    }
  }

  #block(indent: number): Regular {
    if (++this.#depth > MAX_DEPTH) throw IRREGULAR
    const node = this.#isDash(this.#at) ? this.#list(indent) : this.#mapping(indent)
    this.#depth--
    return node
  }

  /** A collection ends with its last value, or behind the comments that stand as deep as it does. */
  #close(collection: RegularMap | RegularSeq, indent: number): void {
    if (this.#indent > indent) throw IRREGULAR
    if (this.#comments === -1 || indent === 0 || this.#comments < indent) collection.next = collection.end
    else {
      collection.next = this.#at
      this.#comments = -1
    }
  }

  #mapping(indent: number): Regular {
    const map = new RegularMap(this.#at, 0)
    do {
      const colon = this.#key(this.#at)
      const key = this.#scalar
      if (colon === -1) throw IRREGULAR
      const value = this.#value(colon + 1, indent, true)
      map.items.push(new RegularPair(key, value))
      map.end = value.next
    } while (this.#indent === indent && !this.#isDash(this.#at))
    if (this.#indent === indent) throw IRREGULAR
    this.#refuseTwins(map)
    this.#close(map, indent)
    return map
  }

  #list(indent: number): Regular {
    const list = new RegularSeq(this.#at, 0)
    do {
      const item = this.#item(this.#at + 1, indent)
      list.items.push(item)
      list.end = item.next
    } while (this.#indent === indent && this.#isDash(this.#at))
    this.#close(list, indent)
    return list
  }

  /** What follows a dash: a collection or key in its line is as deep as its column. */
  #item(from: number, indent: number): Regular {
    let at = from
    while (this.#text.charCodeAt(at) === SPACE) at++
    const character = this.#text.charCodeAt(at)
    if (character === LF || character === HASH || at >= this.#text.length) return this.#value(from, indent, false)
    const column = indent + 1 + at - from
    if (this.#isDash(at)) return this.#inside(at, column)
    if (character !== BRACE && character !== BRACKET && character !== PIPE && character !== GREATER) {
      if (this.#key(at) !== -1) return this.#inside(at, column)
    }
    return this.#value(from, indent, false)
  }

  #inside(at: number, column: number): Regular {
    this.#at = at
    this.#indent = column
    this.#comments = -1
    return this.#block(column)
  }

  /** What follows a colon or a dash in a collection so deep: in the same line, or in lines below it. */
  #value(from: number, indent: number, isOfMapping: boolean): Regular {
    const text = this.#text
    let at = from
    while (text.charCodeAt(at) === SPACE) at++
    const character = text.charCodeAt(at)
    if (character === LF || character === HASH || at >= text.length) return this.#below(from, at, indent, isOfMapping)
    const node =
      character === BRACE || character === BRACKET
        ? this.#flow(at, indent)
        : character === PIPE || character === GREATER
          ? this.#blockScalar(at, indent)
          : this.#inline(at)
    if (character !== PIPE && character !== GREATER) node.next = this.#nextLine(this.#endOfLine(node.end), indent)
    // Lines that go on with it, or are too deep.
    if (this.#indent > indent) throw IRREGULAR
    return node
  }

  #below(from: number, at: number, indent: number, isOfMapping: boolean): Regular {
    const isCommented = at < this.#text.length && this.#text.charCodeAt(at) === HASH
    this.#nextLine(this.#endOfLine(from))
    if (this.#indent > indent || (isOfMapping && this.#indent === indent && this.#isDash(this.#at))) {
      this.#comments = -1
      const first = this.#text.charCodeAt(this.#at)
      if (first === BRACE || first === BRACKET) throw IRREGULAR
      return this.#block(this.#indent)
    }
    // The library counts comments to an empty value.
    if (isCommented || this.#comments !== -1) throw IRREGULAR
    this.#endsEmpty = this.#indent === -1
    return new RegularScalar(null, at, at, '', 'PLAIN')
  }

  /** A scalar in its line; what follows it must be a comment. */
  #inline(at: number): Regular {
    if (this.#key(at) !== -1) throw IRREGULAR
    return this.#scalar
  }

  /** The scalar that the last #key read. */
  #scalar = new RegularScalar(null, 0, 0, '', 'PLAIN')

  /** Reads the scalar at a place of a block; where the colon behind it stands, -1 when it is no key. */
  #key(at: number): number {
    const text = this.#text
    const character = text.charCodeAt(at)
    if (character === DOUBLE_QUOTE || character === QUOTE) {
      const end = this.#quoted(at)
      let colon = end
      while (text.charCodeAt(colon) === SPACE) colon++
      if (text.charCodeAt(colon) !== COLON) return -1
      if (!this.#isBlank(colon + 1) || colon - at > MAX_KEY) throw IRREGULAR
      return colon
    }
    if (INDICATORS.has(character) || (character === MINUS && this.#isBlank(at + 1))) throw IRREGULAR
    let end = at
    for (let i = at; ; i++) {
      const next = text.charCodeAt(i)
      if (next === SPACE) {
        if (text.charCodeAt(i + 1) === HASH) break
      } else if (next === LF || i >= text.length) break
      else if (next === COLON && this.#isBlank(i + 1)) {
        if (i - at > MAX_KEY) throw IRREGULAR
        this.#scalar = this.#plain(at, end, true)
        return i
      } else end = i + 1
    }
    this.#scalar = this.#plain(at, end, false)
    return -1
  }

  #plain(from: number, to: number, isKey: boolean): RegularScalar {
    const written = this.#text.slice(from, to)
    if (TYPED.has(written.charCodeAt(0))) return typed(written, from, to)
    // Names come again and again: one string each.
    let name = written
    if (isKey) {
      name = this.#names.get(written) ?? written
      if (name === written) this.#names.set(written, written)
    }
    return new RegularScalar(name, from, to, name, 'PLAIN')
  }

  /** Reads a quoted scalar within its line; returns its end. */
  #quoted(at: number): number {
    const text = this.#text
    const isDouble = text.charCodeAt(at) === DOUBLE_QUOTE
    let end = text.indexOf(isDouble ? '"' : "'", at + 1)
    if (isDouble) while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
    else while (end !== -1 && text.charCodeAt(end + 1) === QUOTE) end = text.indexOf("'", end + 2)
    if (end === -1) throw IRREGULAR
    const written = text.slice(at + 1, end)
    if (written.includes('\n')) throw IRREGULAR
    const value = !isDouble ? written.replaceAll("''", "'") : written.includes('\\') ? unescaped(text.slice(at, end + 1), at) : written
    this.#scalar = new RegularScalar(value, at, end + 1, value, isDouble ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE')
    return end + 1
  }

  /** `|` and `>` without an indentation indicator. */
  #blockScalar(at: number, indent: number): Regular {
    const text = this.#text
    const header = /[|>][-+]? *\n/y
    header.lastIndex = at
    const [written] = header.exec(text) ?? []
    if (written === undefined) throw IRREGULAR
    const from = at + written.length
    let first = from
    while (text.charCodeAt(first) === SPACE || text.charCodeAt(first) === LF) first++
    const column = first - text.lastIndexOf('\n', first - 1) - 1
    // Empty, or with empty lines first.
    if (first >= text.length || column <= indent || first - from !== column) throw IRREGULAR
    const end = this.#endOfBlockScalar(from, column, text.charCodeAt(at + 1) === PLUS)
    const source = text.slice(from, end)
    const value = blockValue(text.slice(at, from).trimEnd(), source, column, at, indent)
    this.#nextLine(end)
    const type = text.charCodeAt(at) === PIPE ? 'BLOCK_LITERAL' : 'BLOCK_FOLDED'
    return new RegularScalar(value, at, end, value, type)
  }

  #endOfBlockScalar(from: number, column: number, isKept: boolean): number {
    const text = this.#text
    // Behind the last line of it, and behind the last one that is not empty.
    let end = from
    let filled = from
    while (end < text.length) {
      let at = end
      while (text.charCodeAt(at) === SPACE) at++
      const isEmpty = text.charCodeAt(at) === LF
      if (!isEmpty && at - end < column) break
      const next = text.indexOf('\n', at)
      const isDropped = isEmpty && at - end <= column
      end = next === -1 ? text.length : next + 1
      if (!isDropped) filled = end
    }
    // A text that ends within its empty lines is rare.
    if (end >= text.length && (isKept || filled !== end) && !text.endsWith('\n')) throw IRREGULAR
    return isKept ? end : filled
  }

  /** `{...}` or `[...]`; its further lines must be deeper than `indent`. Its end is that of its bracket. */
  #flow(at: number, indent: number): Regular {
    if (++this.#depth > MAX_DEPTH) throw IRREGULAR
    const isMapping = this.#text.charCodeAt(at) === BRACE
    const closing = isMapping ? CLOSING_BRACE : CLOSING_BRACKET
    const node = isMapping ? new RegularMap(at, 0) : new RegularSeq(at, 0)
    node.flow = true
    let next = this.#skip(at + 1, indent)
    if (this.#text.charCodeAt(next) === closing) next++
    else
      for (;;) {
        next = node instanceof RegularMap ? this.#flowPair(node, next, indent) : this.#flowItem(node.items, next, indent)
        const character = this.#text.charCodeAt(next++)
        if (character === closing) break
        if (character !== COMMA) throw IRREGULAR
        next = this.#skip(next, indent)
      }
    if (node instanceof RegularMap) this.#refuseTwins(node)
    node.end = next
    node.next = next
    this.#depth--
    return node
  }

  #flowItem(items: Regular[], at: number, indent: number): number {
    const item = this.#flowValue(at, indent)
    const next = this.#skip(item.end, indent)
    item.next = next
    items.push(item)
    return next
  }

  #flowPair(map: RegularMap, at: number, indent: number): number {
    const text = this.#text
    const character = text.charCodeAt(at)
    const isQuoted = character === DOUBLE_QUOTE || character === QUOTE
    let colon = isQuoted ? this.#quoted(at) : this.#flowPlain(at)
    const key = this.#scalar
    while (text.charCodeAt(colon) === SPACE) colon++
    if (text.charCodeAt(colon) !== COLON || (!isQuoted && !this.#isBlank(colon + 1)) || colon - at > MAX_KEY) throw IRREGULAR
    const value = this.#flowValue(this.#skip(colon + 1, indent), indent)
    map.items.push(new RegularPair(key, value))
    let end = value.end
    while (text.charCodeAt(end) === SPACE) end++
    value.next = text.charCodeAt(end) === LF ? end + 1 : end
    return this.#skip(end, indent)
  }

  #flowValue(at: number, indent: number): Regular {
    const character = this.#text.charCodeAt(at)
    if (character === BRACE || character === BRACKET) return this.#flow(at, indent)
    if (character === DOUBLE_QUOTE || character === QUOTE) this.#quoted(at)
    else this.#flowPlain(at)
    return this.#scalar
  }

  /** Reads a plain scalar inside brackets; returns its end. What follows it is for the caller to judge. */
  #flowPlain(at: number): number {
    const text = this.#text
    const first = text.charCodeAt(at)
    if (INDICATORS.has(first) || (first === MINUS && !/[\w.]/.test(text.charAt(at + 1)))) throw IRREGULAR
    let end = at
    for (let i = at; ; i++) {
      const next = text.charCodeAt(i)
      if (next === SPACE) continue
      if (next === LF || next === COMMA || next === CLOSING_BRACE || next === CLOSING_BRACKET || next === BRACE || next === BRACKET) break
      if (i >= text.length) break
      if (next === HASH && text.charCodeAt(i - 1) === SPACE) throw IRREGULAR
      if (next === COLON) {
        if (this.#isBlank(i + 1)) break
        if (/[,[\]{}]/.test(text.charAt(i + 1))) throw IRREGULAR
      }
      end = i + 1
    }
    this.#scalar = this.#plain(at, end, true)
    return end
  }

  /** The next token inside brackets. */
  #skip(from: number, indent: number): number {
    const text = this.#text
    let at = from
    let line = -1
    for (;;) {
      const character = text.charCodeAt(at)
      if (character === LF) line = at + 1
      else if (character !== SPACE) break
      at++
    }
    if (at >= text.length || text.charCodeAt(at) === HASH) throw IRREGULAR
    if (line !== -1 && (at - line <= indent || (at === line && /^(?:---|\.\.\.)/.test(text.slice(at, at + 3))))) throw IRREGULAR
    return at
  }

  /** The beginning of the next line, when there are only spaces and a comment before it. */
  #endOfLine(from: number): number {
    const text = this.#text
    let at = from
    while (text.charCodeAt(at) === SPACE) at++
    if (at >= text.length) return text.length
    if (text.charCodeAt(at) === HASH && at > from) {
      const end = text.indexOf('\n', at)
      return end === -1 ? text.length : end + 1
    }
    if (text.charCodeAt(at) !== LF) throw IRREGULAR
    return at + 1
  }

  #isDash(at: number): boolean {
    return this.#text.charCodeAt(at) === MINUS && this.#isBlank(at + 1)
  }

  /** A space, a line's end or the text's. */
  #isBlank(at: number): boolean {
    const character = this.#text.charCodeAt(at)
    return character === SPACE || character === LF || at >= this.#text.length
  }

  /** A key that stands twice is the library's to report. */
  #refuseTwins({ items }: RegularMap): void {
    if (this.#uniqueKeys && new Set(items.map(({ key }) => key.value)).size < items.length) throw IRREGULAR
  }
}

function isEscaped(text: string, quote: number): boolean {
  let slashes = 0
  while (text.charAt(quote - 1 - slashes) === '\\') slashes++
  return slashes % 2 === 1
}

/** @throws IRREGULAR for an escape that does not exist */
function unescaped(source: string, offset: number): string {
  return resolved({ type: 'double-quoted-scalar', offset, indent: 0, source })
}

function resolved(token: CST.FlowScalar | CST.BlockScalar): string {
  const { value } = CST.resolveAsScalar(token, true, () => {
    throw IRREGULAR
  })
  return value
}

/** What the library makes of a block scalar; where every line is at its indentation, that is its lines without it. */
function blockValue(header: string, source: string, column: number, offset: number, indent: number): string {
  const lines = source.split('\n')
  const last = lines.pop()
  if (header[0] === '|' && header !== '|+' && last === '' && lines.every((line) => line.length === 0 || line.length > column)) {
    const value = lines.map((line) => line.slice(column)).join('\n')
    if (lines.at(-1) !== '' && value.length > 0) return header === '|-' ? value : `${value}\n`
  }
  return resolved({
    type: 'block-scalar',
    offset,
    indent,
    source,
    props: [{ type: 'block-scalar-header', offset, indent, source: header }],
  })
}

/** A plain scalar by the core schema (https://yaml.org/spec/1.2.2/#103-core-schema). */
function typed(source: string, from: number, to: number): RegularScalar {
  const scalar = new RegularScalar(source, from, to, source, 'PLAIN')
  if (/^(?:~|[Nn]ull|NULL)$/.test(source)) scalar.value = null
  else if (/^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/.test(source)) scalar.value = source[0] === 't' || source[0] === 'T'
  else if (/^[-+]?[0-9]+$/.test(source)) scalar.value = Number.parseInt(source, 10)
  else if (/^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/.test(source)) {
    scalar.value = Number.parseFloat(source)
    // For those who write it again.
    if (source.endsWith('0')) Object.assign(scalar, { minFractionDigits: source.length - source.indexOf('.') - 1 })
  }
  // 0o17, 0x1f, 1e3, .inf, .nan
  else if (/^[-+]?(?:[0-9.]+[eE]|0[ox]|\.(?:inf|Inf|INF|nan|NaN|NAN)$)/.test(source)) throw IRREGULAR
  return scalar
}
