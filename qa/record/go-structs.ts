import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Tree } from '../../verify/lint/known-keys/outline.ts'

/** What go-structs/main.go prints of a type: a mapping of keys, `#type` of a value, or null for what is not looked into. */
export type Value = Tree | string | null

/** Of a component of the collector, or of a type of another program. */
export interface Struct {
  /** receiver, exporter and so on, or the package of the type. */
  kind: string
  /** The names of the component, the oldest last, or that of the type. */
  types: readonly string[]
  keys: Value
  /** It reads itself, and takes a key that it does not know without a word. */
  ignores: boolean
}

/** What is said by hand of what no struct says. */
export interface ByHand {
  /** Keys by the block, or by `/` and the Go type, that has them; `&TYPE` stands for the keys of a Go type. */
  added: Readonly<Record<string, Tree>>
  /** Types by their older names. */
  renamed: Readonly<Record<string, string>>
  /** Types of packages that many others share: their names without their paths are of one type each. */
  common: RegExp
}

/**
 * Structs by what was asked for, in that order, with the checksums of their modules.
 * @param asked MODULE@VERSION or MODULE@VERSION#PACKAGE.TYPE each
 * @param words what a Go type that reads a text takes for one: a type of lint's, or its words; of any other any text is taken
 * @returns undefined where the modules cannot be had: no go, no network
 */
export function readStructs(
  asked: readonly string[],
  words: Readonly<Record<string, string>>,
): { sources: Record<string, string>; structs: [string, Struct][] } | undefined {
  let answer: string
  try {
    const program = fileURLToPath(new URL('go-structs/main.go', import.meta.url))
    answer = execFileSync('go', ['run', program, ...asked], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e8 })
  } catch {
    return undefined
  }
  const { sources, components } = JSON.parse(answer) as { sources: Record<string, string>; components: Record<string, Struct> }
  const modules = [...new Set(asked.map((name) => name.split('#')[0] ?? ''))]
  return {
    sources: Object.fromEntries(modules.map((name) => [name, sources[name] ?? ''])),
    structs: asked.flatMap((name): [string, Struct][] => {
      const its = components[name]
      return its === undefined ? [] : [[name, { ...its, keys: inWords(its.keys, words) }]]
    }),
  }
}

/** Blocks of lint's outlines of those of Go's types, with what is by hand, and what stands in several places as a block of its own. */
export function outlineBlocks(read: ReadonlyMap<string, Value>, byHand: ByHand): Record<string, Value> {
  const blocks = new Map(read)
  for (const [block, keys] of Object.entries(byHand.added))
    if (!block.startsWith('/')) blocks.set(block, overlaid(blocks.get(block) ?? {}, keys))
  const types = new Map<string, Tree>()
  for (const value of blocks.values()) collectTypes(value, types, byHand)
  const whole = new Map([...blocks].map(([block, value]) => [block, spoken(value, types, byHand)]))
  const shared = new Shared([...whole.values()])
  const lines: Record<string, Value> = {}
  for (const [block, value] of whole) if (typeof value === 'object' && value !== null) lines[block] = shared.fieldsOf(value)
  return { ...lines, ...shared.blocks() }
}

/** One line for each of a record's keys, sorted. */
export function written(lists: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  const lines = (record: Readonly<Record<string, unknown>>): string =>
    Object.entries(record)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(',\n')
  return `{\n${Object.entries(lists)
    .map(([name, record]) => `  ${JSON.stringify(name)}: {\n${lines(record)}\n  }`)
    .join(',\n')}\n}\n`
}

/** Keys of either version; what one of them does not look into, or has with another type, is not looked into. */
export function merged(one: Value, other: Value): Value {
  if (one === null || other === null || typeof one === 'string' || typeof other === 'string') {
    const both = new Set([one, other])
    return one === other ? one : both.has('#int') && both.has('#uint') ? '#int' : null
  }
  const both = (key: string): Value => {
    const [mine, theirs] = [one[key], other[key]]
    if (mine === undefined || theirs === undefined) return mine ?? theirs ?? null
    // The name of the newer type.
    return key === NAME ? theirs : merged(mine, theirs)
  }
  return Object.fromEntries([...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [key, both(key)]))
}

/** Under this key the Go program gives the type that a mapping is read to. */
const NAME = '$'

function inWords(value: Value, words: Readonly<Record<string, string>>): Value {
  if (typeof value === 'string' && value.startsWith('#') && value.includes('.')) {
    const its = words[value.slice(1)]
    return its === undefined ? null : `#${its}`
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, inWords(below, words)]))
}

/** What stands by hand is right. */
function overlaid(base: Value, added: Value): Value {
  if (typeof base !== 'object' || base === null || typeof added !== 'object' || added === null) return added
  return { ...base, ...Object.fromEntries(Object.entries(added).map(([key, below]) => [key, overlaid(base[key] ?? null, below)])) }
}

/** Every Go type by its name of today, with the keys of all its versions in all components. */
function collectTypes(value: Value, into: Map<string, Tree>, byHand: ByHand): void {
  if (typeof value !== 'object' || value === null) return
  const name = nameOf(value, byHand)
  if (name !== undefined) {
    const before = into.get(name)
    into.set(name, before === undefined ? value : (merged(before, value) as Tree))
  }
  for (const below of Object.values(value)) collectTypes(below, into, byHand)
}

function nameOf(value: Tree, { renamed }: ByHand): string | undefined {
  const name = value[NAME]
  return typeof name === 'string' ? (renamed[name] ?? name) : undefined
}

/**
 * With what is part of a mapping as its keys, and what is added to a type by hand; `&TYPE` by
 * hand is a Go type that was read. A type of the collector's own has the keys of all its versions, also in a component that is not to be
 * had in all.
 */
function spoken(value: Value, types: ReadonlyMap<string, Tree>, byHand: ByHand): Value {
  if (typeof value === 'string' && value.startsWith('&')) {
    const type = types.get(value.slice(1))
    if (type === undefined) throw new Error(`${value}: no module that is read has this type (&TYPE by hand)`)
    return spoken(type, types, byHand)
  }
  if (typeof value !== 'object' || value === null) return value
  const name = nameOf(value, byHand)
  const everywhere = name === undefined || !byHand.common.test(name) ? undefined : types.get(name)
  const whole = overlaid(everywhere === undefined ? value : merged(value, everywhere), byHand.added[`/${name}`] ?? {}) as Tree
  const keys: Record<string, Value> = name === undefined ? {} : { [NAME]: name }
  for (const [key, below] of Object.entries(whole)) {
    if (key === NAME) continue
    const isPart = key.startsWith(`${NAME} `) || key.startsWith('&')
    const part = isPart ? (spoken(key.startsWith('&') ? key : below, types, byHand) as Tree) : { [key]: spoken(below, types, byHand) }
    for (const [each, its] of Object.entries(part)) if (each !== NAME) keys[each] = keys[each] === undefined ? its : merged(keys[each], its)
  }
  return Object.fromEntries(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Mappings that stand in several places stand once, as a block of their own. */
class Shared {
  readonly #times = new Map<string, number>()
  readonly #names = new Map<string, string>()
  readonly #blocks: Record<string, Value> = {}

  constructor(trees: readonly Value[]) {
    for (const tree of trees) this.#count(tree)
  }

  /** @returns the keys of a mapping, with the name of a block where one is shared. */
  fieldsOf(tree: Tree): Tree {
    const below = (value: Value): Value => {
      if (typeof value !== 'object' || value === null) return value
      const text = Shared.#text(value)
      // A short one is not worth a line of its own.
      if ((this.#times.get(text) ?? 0) < 2 || text.length < 60) return this.fieldsOf(value)
      const name = this.#names.get(text) ?? this.#newName(value)
      this.#names.set(text, name)
      this.#blocks[name] ??= this.fieldsOf(value)
      return `@${name}`
    }
    return Object.fromEntries(
      Object.entries(tree)
        .filter(([key]) => key !== NAME)
        .map(([key, value]) => [key, below(value)]),
    )
  }

  /** @returns the shared blocks by name, complete once all trees were asked for. */
  blocks(): Readonly<Record<string, Value>> {
    return this.#blocks
  }

  #newName(value: Tree): string {
    const type = typeof value[NAME] === 'string' ? value[NAME] : 'keys'
    const same = Object.keys(this.#blocks).filter((name) => name === type || name.startsWith(`${type} `)).length
    const name = same === 0 ? type : `${type} ${same + 1}`
    this.#blocks[name] ??= null
    return name
  }

  #count(value: Value): void {
    if (typeof value !== 'object' || value === null) return
    const text = Shared.#text(value)
    const before = this.#times.get(text) ?? 0
    this.#times.set(text, before + 1)
    if (before === 0) for (const below of Object.values(value)) this.#count(below)
  }

  static #text(value: Tree): string {
    return JSON.stringify(value, (key, each: unknown) => (key === NAME ? undefined : each))
  }
}
