import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Node } from 'yaml'
import { shownRange, YamlText } from '../config/yaml/yaml-text.ts'
import { parseDuration } from '../promql/duration.ts'
import { FiredrillError } from '../model/error.ts'
import type { ErrorPlace } from '../model/error.ts'
import type { Unit } from '../model/param.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { kebabCase } from '../text/names.ts'

/** A specification is written by hand; what is larger is another file, or an attack on the parser. */
export const MAX_CHARACTERS = 262_144

/** What else is known, so that a misspelt name is found before anything is started. Absent: not checked here. */
export interface Known {
  faults?: readonly Unit[]
  scenarios?: readonly Unit[]
  /** Of the specification's own platform.yaml. */
  services?: readonly string[]
  parts?: readonly string[]
  resources?: readonly string[]
}

/**
 * One YAML file being read. Every reading function returns undefined after it has noted a problem, so that all problems of
 * a file come out of one reading.
 */
export interface Source {
  file: string
  text: string
  known: Known
  yaml: YamlText
  problems: FiredrillError[]
}

/** A node together with where it stands; `path` is what a person calls it: `experiments[0].fire.level`. */
export interface Place {
  source: Source
  node: Node | null
  path: string
  /** Where to point when the node itself is empty (its key, or its parent). */
  fallback: number
}

/** Reads one value, and says what it may be: docs/specification.md is written from it. */
export interface Read<T> {
  (place: Place): T | undefined
  /** 'a text', 'a duration such as 5m': as messages and documents name it. */
  type: string
  /** Of a list or a mapping with free keys: what is in it. */
  inner?: Read<unknown>
  /** Of a mapping: its keys, by the name that the model has for them. */
  keys?: Keys
}

export function reader<T>(type: string, read: (place: Place) => T | undefined, more: Pick<Read<T>, 'inner' | 'keys'> = {}): Read<T> {
  return Object.assign(read, { type, ...more })
}

export interface SpecFile {
  /** Path as shown to a person; rules are those in a folder rules/. */
  file: string
  text: string
}

/** Nothing changes a document: a file that stays the same from one reading to the next is parsed once. */
const opened = new Map<string, YamlText>()
/** Two specifications of a platform or so. */
const KEPT = 64

function yamlOf({ file, text }: SpecFile): YamlText {
  const key = `${file}\0${text}`
  const yaml = opened.get(key) ?? new YamlText(text, file)
  // The newest last: the oldest is forgotten first.
  opened.delete(key)
  opened.set(key, yaml)
  for (const oldest of opened.keys()) {
    if (opened.size <= KEPT) break
    opened.delete(oldest)
  }
  return yaml
}

/** The document's root, or undefined when the text is no single plain YAML document. */
export function openSource(from: SpecFile, problems: FiredrillError[], known: Known = {}): Place | undefined {
  const { file, text } = from
  if (text.length > MAX_CHARACTERS) {
    problems.push(
      new FiredrillError('SPEC_TOO_LARGE', `the file has ${text.length} characters; a specification file may have ${MAX_CHARACTERS}`, {
        place: { file },
        next: 'Split it, or remove what is no specification from the folder.',
      }),
    )
    return undefined
  }
  const yaml = yamlOf(from)
  const { problem: found } = yaml
  if (found === undefined) return { source: { file, text, known, yaml, problems }, node: yaml.contents, path: '', fallback: 0 }
  problems.push(
    found.code === 'RESOURCE_EXHAUSTION'
      ? new FiredrillError('SPEC_TOO_DEEP', 'the file is nested too deeply to be read', { place: { file } })
      : yaml.error(
          'SPEC_YAML',
          found.message,
          found.range,
          found.code === 'MULTIPLE_DOCS'
            ? 'Put the second one into a file of its own.'
            : 'Correct the YAML; nothing else of this file was read.',
        ),
  )
  return undefined
}

/** Where a node stands, for problems found after reading: a value over several lines by its first, a collection by where it begins. */
export function whereIs({ source, node, fallback }: Place): ErrorPlace {
  return source.yaml.place(shownRange(node, fallback))
}

export function problem(place: Place, code: string, message: string, next?: string): undefined {
  const text = place.path === '' ? message : `${place.path}: ${message}`
  place.source.problems.push(new FiredrillError(code, text, { place: whereIs(place), ...(next === undefined ? {} : { next }) }))
  return undefined
}

// ------------------------------------------------------------------------------------------------ what values may be

/** Aliases can make a short file endless, and a reader look elsewhere: they are refused, and so are the anchors they need. */
function isPlain(place: Place): boolean {
  const { node } = place
  const anchor = node !== null && 'anchor' in node ? node.anchor : undefined
  if (!isAlias(node) && anchor === undefined) return true
  const next = isAlias(node) ? 'Write the value out: a reader sees at once what is promised.' : 'Remove the anchor.'
  problem(place, 'SPEC_ALIAS', 'anchors and aliases are not read in a specification', next)
  return false
}

function kindOf(node: Node | null): string {
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  if (isScalar(node) && node.value !== null) return typeof node.value === 'string' ? 'a text' : `a ${typeof node.value}`
  return 'empty'
}

const TYPE_NAMES = { string: 'a text', number: 'a number', boolean: 'true or false' }
interface Scalars {
  string: string
  number: number
  boolean: boolean
}

/** A scalar of one of these types. */
export function scalar<K extends keyof Scalars>(...types: K[]): Read<Scalars[K]> {
  const wanted = types.map((type) => TYPE_NAMES[type]).join(' or ')
  return reader(wanted, (place) => {
    if (!isPlain(place)) return undefined
    const value: unknown = isScalar(place.node) ? place.node.value : null
    if (types.some((type) => typeof value === type)) return value as Scalars[K]
    const next =
      wanted === TYPE_NAMES.string && isScalar(place.node) && value !== null ? `Put it in quotes: '${String(value)}'.` : undefined
    return problem(place, 'SPEC_TYPE', `must be ${wanted}, is ${kindOf(place.node)}`, next)
  })
}

/** `read`, and then `then` of its value, which notes what is wrong with it. */
export function refined<T, U>(read: Read<T>, type: string, then: (value: T, place: Place) => U | undefined): Read<U> {
  return reader(type, (place) => {
    const value = read(place)
    return value === undefined ? undefined : then(value, place)
  })
}

export const text = refined(scalar('string'), 'a text', (value, place) =>
  value.trim() === '' ? problem(place, 'SPEC_EMPTY', 'must not be empty') : value,
)

export const flag = scalar('boolean')

export function numberFrom(min: number, max: number): Read<number> {
  return refined(scalar('number'), `a number from ${min} to ${max}`, (value, place) =>
    value >= min && value <= max ? value : problem(place, 'SPEC_RANGE', `must be from ${min} to ${max}, is ${value}`),
  )
}

export const anyNumber = refined(scalar('number'), 'a number', (value, place) =>
  Number.isFinite(value) ? value : problem(place, 'SPEC_TYPE', `must be a number, is ${value}`),
)

export function integerFrom(min: number, max: number): Read<number> {
  return refined(numberFrom(min, max), `a whole number from ${min} to ${max}`, (value, place) =>
    Number.isInteger(value) ? value : problem(place, 'SPEC_TYPE', `${value} is not a whole number`),
  )
}

export const httpStatus = integerFrom(100, 599)

/** '5m' -> 300000. */
export const duration = refined(scalar('string', 'number'), 'a duration such as 5m', (value, place) => {
  const ms = typeof value === 'string' ? parseDuration(value) : value === 0 ? 0 : undefined
  return ms ?? problem(place, 'SPEC_DURATION', `"${value}" is no duration`, 'Write it as Prometheus does: 500ms, 30s, 5m, 1h30m.')
})

export const positiveDuration = refined(duration, 'a duration longer than 0, such as 5m', (ms, place) =>
  ms === 0 ? problem(place, 'SPEC_RANGE', 'must be longer than 0') : ms,
)

export function oneOf<const T extends string>(...known: T[]): Read<T> {
  return refined(text, known.map((each) => `\`${each}\``).join(', '), (value, place) => {
    const found = known.find((each) => each === value)
    return found ?? problem(place, 'SPEC_UNKNOWN_VALUE', `"${value}" is not one of ${known.join(', ')}`, suggestion(value, known))
  })
}

export const kebab = refined(text, 'a name in kebab-case', (value, place) =>
  /^[a-z0-9]+(-[a-z0-9]+)*$/.test(value)
    ? value
    : problem(place, 'SPEC_NAME', `"${value}" must be in kebab-case`, `Write it as "${kebabCase(value)}".`),
)

// ------------------------------------------------------------------------------------------------------- collections

export function listOf<T>(read: Read<T>, options: { min?: number } = {}): Read<T[]> {
  const { min = 0 } = options
  const read_ = (place: Place): T[] | undefined => {
    if (!isPlain(place)) return undefined
    if (!isSeq(place.node)) return problem(place, 'SPEC_TYPE', `must be a list, is ${kindOf(place.node)}`)
    const { items, range } = place.node
    if (items.length < min) return problem(place, 'SPEC_EMPTY', `must have at least ${min} entr${min === 1 ? 'y' : 'ies'}`)
    const fallback = range?.[0] ?? place.fallback
    return all(items.map((item, index) => read({ ...place, node: item as Node | null, path: `${place.path}[${index}]`, fallback })))
  }
  return reader(min === 0 ? 'a list' : `a list of at least ${min}`, read_, { inner: read })
}

/** A mapping with free keys. */
export function mapOf<T>(read: Read<T>): Read<Record<string, T>> {
  const read_ = (place: Place): Record<string, T> | undefined => {
    const children = entriesOf(place)
    const values = children && all(children.map(([, child]) => read(child)))
    return values && Object.fromEntries(values.map((value, index) => [children?.[index]?.[0] ?? '', value]))
  }
  return reader('a mapping', read_, { inner: read })
}

function all<T>(values: (T | undefined)[]): T[] | undefined {
  return values.every((value) => value !== undefined) ? values : undefined
}

function entriesOf(place: Place): [string, Place][] | undefined {
  if (!isPlain(place)) return undefined
  if (!isMap(place.node)) return problem(place, 'SPEC_TYPE', `must be a mapping, is ${kindOf(place.node)}`)
  const children: [string, Place][] = []
  for (const pair of place.node.items) {
    const keyNode = pair.key as Node | null
    if (!isScalar(keyNode) || typeof keyNode.value !== 'string') {
      problem({ ...place, node: keyNode }, 'SPEC_TYPE', 'a key must be a plain text')
      continue
    }
    const path = place.path === '' ? keyNode.value : `${place.path}.${keyNode.value}`
    const fallback = keyNode.range?.[0] ?? place.fallback
    children.push([keyNode.value, { source: place.source, node: pair.value as Node | null, path, fallback }])
  }
  return children
}

/** A key of a mapping: how its value is read, whether it must be there, and what docs/specification.md says of it. */
export interface Key<T = unknown, How = 'needed' | 'optional' | 'defaulted'> {
  read: Read<T>
  how: How
  doc: string
  fallback?: T
  /** Its name in YAML; without it the model's name in kebab-case and without the unit: `scrapeIntervalMs` is `scrape-interval`. */
  key?: string
  /** YAML for the document, where the project's own specification has none. */
  example?: string
}
// oxlint-disable-next-line typescript/no-explicit-any -- a key's type is found again by inference
export type Keys = Record<string, Key<any>>
type More = Pick<Key, 'key' | 'example'>

export function need<T>(read: Read<T>, doc: string, more: More = {}): Key<T, 'needed'> {
  return { read, how: 'needed', doc, ...more }
}

/** Absent from the value when it is absent from the file. */
export function may<T>(read: Read<T>, doc: string, more: More = {}): Key<T, 'optional'> {
  return { read, how: 'optional', doc, ...more }
}

export function byDefault<T>(read: Read<T>, fallback: NoInfer<T>, doc: string, more: More = {}): Key<T, 'defaulted'> {
  return { read, how: 'defaulted', doc, fallback, ...more }
}

type ValueOf<K> = K extends Key<infer T> ? T : never
type OptionalNames<K> = { [N in keyof K]: K[N] extends Key<unknown, 'optional'> ? N : never }[keyof K]
export type Values<K> = { [N in Exclude<keyof K, OptionalNames<K>>]: ValueOf<K[N]> } & { [N in OptionalNames<K>]?: ValueOf<K[N]> }

export function yamlKey(name: string, { key }: Pick<Key, 'key'>): string {
  return key ?? name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The place of a key, or of the whole mapping when the key is absent or none is named. */
export type At<K> = (name?: keyof K & string) => Place

export function mapping<const K extends Keys>(keys: K): Read<Values<K>>
/** `then` looks at the keys together, once each of them is well. */
export function mapping<const K extends Keys, T>(keys: K, then: (values: Values<K>, at: At<K>) => T | undefined): Read<T>
export function mapping<K extends Keys>(keys: K, then?: (values: Values<K>, at: At<K>) => unknown): Read<unknown> {
  const named = Object.entries(keys).map(([name, key]) => ({ name, key, yaml: yamlKey(name, key) }))
  const known = named.map(({ yaml }) => yaml)
  const read = (place: Place): unknown => {
    const entries = entriesOf(place)
    if (entries === undefined) return undefined
    const { problems } = place.source
    const before = problems.length
    const children = new Map(entries)
    const values: Record<string, unknown> = {}
    const missing: string[] = []
    for (const { name, key, yaml } of named) {
      const child = children.get(yaml)
      const value: unknown = child === undefined ? structuredClone<unknown>(key.fallback) : key.read(child)
      if (value !== undefined) values[name] = value
      else if (child === undefined && key.how === 'needed') missing.push(yaml)
    }
    for (const [yaml, child] of entries)
      if (!known.includes(yaml)) unknownKey(yaml, { ...child, path: place.path }, missing, known, children)
    for (const yaml of missing) problem(place, 'SPEC_MISSING_KEY', `"${yaml}" is missing`)
    if (problems.length > before) return undefined
    const value =
      then === undefined ? values : then(values as Values<K>, (name) => children.get(yamlKey(name ?? '', keys[name ?? ''] ?? {})) ?? place)
    return problems.length > before ? undefined : value
  }
  return reader('a mapping', read, { keys })
}

/** A missing key that is spelt nearly so is what was meant: it is not reported as missing besides. */
function unknownKey(yaml: string, place: Place, missing: string[], known: readonly string[], children: ReadonlyMap<string, Place>): void {
  const renamed = missing.findIndex((each) => suggestion(yaml, [each]).startsWith('Did you mean'))
  const absent = known.filter((each) => !children.has(each) && !missing.includes(each))
  const near = suggestion(yaml, renamed >= 0 ? missing.splice(renamed, 1) : [...missing, ...absent])
  problem({ ...place, node: null }, 'SPEC_UNKNOWN_KEY', `unknown key "${yaml}"`, near)
  // Underlines the whole key.
  const found = place.source.problems.at(-1)?.place
  if (found !== undefined) found.length = yaml.length
}

/** The place of a value inside a node that has been read without a problem. */
export function child(root: Place, ...path: (string | number)[]): Place {
  let place = root
  for (const key of path) {
    const { node } = place
    const items = node !== null && 'items' in node ? node.items : []
    const found: unknown =
      typeof key === 'number'
        ? items[key]
        : (items as { key: { value?: unknown }; value: unknown }[]).find((pair) => pair.key.value === key)?.value
    if (found === undefined || found === null) return place
    const shown = typeof key === 'number' ? `${place.path}[${key}]` : place.path === '' ? key : `${place.path}.${key}`
    place = { ...place, node: found as Place['node'], path: shown }
  }
  return place
}
