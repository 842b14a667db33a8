import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Node } from 'yaml'
import { parseDuration } from '../promql/duration.ts'
import { FiredrillError } from '../model/error.ts'
import type { ErrorPlace } from '../model/error.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { kebabCase } from '../text/names.ts'

/** A specification is written by hand; what is larger is another file, or an attack on the parser. */
export const MAX_CHARACTERS = 262_144

/** What the other parts know, so that a misspelt name is found before anything is started. Absent: not checked here. */
export interface Known {
  faults?: readonly string[]
  scenarios?: readonly string[]
}

/**
 * One YAML file being read. Every reading function returns undefined after it has noted a problem, so that all problems of
 * a file come out of one reading.
 */
export interface Source {
  file: string
  text: string
  known: Known
  lines: LineCounter
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

export type Read<T> = (place: Place) => T | undefined

/** The document's root, or undefined when the text is no single plain YAML document. */
export function openSource(file: string, text: string, problems: FiredrillError[], known: Known = {}): Place | undefined {
  const source: Source = { file, text, known, lines: new LineCounter(), problems }
  if (text.length > MAX_CHARACTERS) {
    problems.push(
      new FiredrillError('SPEC_TOO_LARGE', `the file has ${text.length} characters; a specification file may have ${MAX_CHARACTERS}`, {
        place: { file },
        next: 'Split it, or remove what is no specification from the folder.',
      }),
    )
    return undefined
  }
  // The core schema keeps "no" and "12:30" text, as YAML 1.2 has it.
  const document = parseDocument(text, { lineCounter: source.lines, prettyErrors: false, uniqueKeys: true })
  // One wrong character makes the YAML parser stumble several times: the first place is the cause.
  const error = document.errors.at(0)
  if (error === undefined) return { source, node: document.contents as Node | null, path: '', fallback: 0 }
  const place = placeAt(source, error.pos[0], error.pos[1])
  switch (error.code) {
    case 'RESOURCE_EXHAUSTION':
      problems.push(new FiredrillError('SPEC_TOO_DEEP', 'the file is nested too deeply to be read', { place: { file } }))
      break
    case 'MULTIPLE_DOCS':
      problems.push(
        new FiredrillError('SPEC_YAML', 'the file holds more than one YAML document', {
          place,
          next: 'Put the second one into a file of its own.',
        }),
      )
      break
    default:
      problems.push(
        new FiredrillError('SPEC_YAML', error.message.split('\n')[0] ?? error.message, {
          place,
          next: 'Correct the YAML; nothing else of this file was read.',
        }),
      )
  }
  return undefined
}

function placeAt(source: Source, offset: number, end = offset + 1): ErrorPlace {
  const { line, col } = source.lines.linePos(offset)
  if (line === 0) return { file: source.file, line: 1, column: 1 }
  const start = source.lines.lineStarts[line - 1] ?? 0
  const stop = source.text.indexOf('\n', start)
  const text = source.text.slice(start, stop === -1 ? undefined : stop).replace(/\r$/, '')
  return { file: source.file, line, column: col, source: text, length: Math.max(1, Math.min(end, start + text.length) - offset) }
}

/** Where a node stands, for problems found after reading (`range` of yaml is [start, end of value, end of node]). */
export function whereIs(place: Place): ErrorPlace {
  const range = place.node?.range
  if (range === undefined || range === null) return placeAt(place.source, place.fallback)
  const [start, end] = range
  // A value over several lines is underlined in its first line only; a collection is marked where it begins.
  return placeAt(place.source, start, isScalar(place.node) ? end : start + 1)
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
  problem(
    place,
    'SPEC_ALIAS',
    'anchors and aliases are not read in a specification',
    isAlias(node) ? 'Write the value out: a reader sees at once what is promised.' : 'Remove the anchor.',
  )
  return false
}

function scalar(place: Place, wanted: string): unknown {
  const { node } = place
  if (!isPlain(place)) return undefined
  if (isScalar(node) && node.value !== null) return node.value
  return problem(place, 'SPEC_TYPE', `must be ${wanted}, is ${kindOf(node)}`)
}

function kindOf(node: Node | null): string {
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  if (isScalar(node) && node.value !== null) return typeof node.value === 'string' ? 'a text' : `a ${typeof node.value}`
  return 'empty'
}

export const text: Read<string> = (place) => {
  const value = scalar(place, 'a text')
  if (value === undefined) return undefined
  if (typeof value !== 'string')
    return problem(place, 'SPEC_TYPE', `must be a text, is ${kindOf(place.node)}`, `Put it in quotes: '${String(value)}'.`)
  if (value.trim() === '') return problem(place, 'SPEC_EMPTY', 'must not be empty')
  return value
}

export const flag: Read<boolean> = (place) => {
  const value = scalar(place, 'true or false')
  if (value === undefined || typeof value === 'boolean') return value
  return problem(place, 'SPEC_TYPE', `must be true or false, is ${kindOf(place.node)}`)
}

export function numberFrom(min: number, max: number): Read<number> {
  return (place) => {
    const value = scalar(place, 'a number')
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !Number.isFinite(value))
      return problem(place, 'SPEC_TYPE', `must be a number, is ${kindOf(place.node)}`)
    if (value < min || value > max) return problem(place, 'SPEC_RANGE', `must be from ${min} to ${max}, is ${value}`)
    return value
  }
}

export const anyNumber = numberFrom(-Number.MAX_VALUE, Number.MAX_VALUE)
export function integerFrom(min: number, max: number): Read<number> {
  return (place) => {
    const value = numberFrom(min, max)(place)
    return value === undefined || Number.isInteger(value) ? value : problem(place, 'SPEC_TYPE', `${value} is not a whole number`)
  }
}

export const httpStatus: Read<number> = (place) => {
  const value = numberFrom(100, 599)(place)
  return value === undefined || Number.isInteger(value) ? value : problem(place, 'SPEC_RANGE', 'must be a whole number')
}

/** '5m' -> 300000. */
export const duration: Read<number> = (place) => {
  const value = scalar(place, 'a duration such as 5m')
  if (value === undefined) return undefined
  const ms = typeof value === 'string' ? parseDuration(value) : value === 0 ? 0 : undefined
  return ms ?? problem(place, 'SPEC_DURATION', `"${String(value)}" is no duration`, 'Write it as Prometheus does: 500ms, 30s, 5m, 1h30m.')
}

export const positiveDuration: Read<number> = (place) => {
  const ms = duration(place)
  return ms === 0 ? problem(place, 'SPEC_RANGE', 'must be longer than 0') : ms
}

export function oneOf<const T extends string>(...known: T[]): Read<T> {
  return (place) => {
    const value = text(place)
    if (value === undefined) return undefined
    return (
      known.find((each) => each === value) ??
      problem(place, 'SPEC_UNKNOWN_VALUE', `"${value}" is not one of ${known.join(', ')}`, suggestion(value, known))
    )
  }
}

export const kebab: Read<string> = (place) => {
  const value = text(place)
  if (value === undefined || /^[a-z0-9]+(-[a-z0-9]+)*$/.test(value)) return value
  return problem(place, 'SPEC_NAME', `"${value}" must be in kebab-case`, `Write it as "${kebabCase(value)}".`)
}

// ------------------------------------------------------------------------------------------------------- collections

export function listOf<T>(read: Read<T>, options: { min?: number } = {}): Read<T[]> {
  return (place) => {
    if (!isPlain(place)) return undefined
    if (!isSeq(place.node)) return problem(place, 'SPEC_TYPE', `must be a list, is ${kindOf(place.node)}`)
    const { items } = place.node
    if (items.length < (options.min ?? 0))
      return problem(place, 'SPEC_EMPTY', `must have at least ${options.min} entr${options.min === 1 ? 'y' : 'ies'}`)
    const values = items.map((item, index) =>
      read({ ...place, node: item as Node | null, path: `${place.path}[${index}]`, fallback: place.node?.range?.[0] ?? place.fallback }),
    )
    return values.every((value) => value !== undefined) ? (values as T[]) : undefined
  }
}

/** A mapping with free keys. */
export function mapOf<T>(read: Read<T>): Read<Record<string, T>> {
  return (place) => {
    const children = entriesOf(place)
    if (children === undefined) return undefined
    const values = children.map(([key, child]) => [key, read(child)] as const)
    return values.every(([, value]) => value !== undefined) ? (Object.fromEntries(values) as Record<string, T>) : undefined
  }
}

function entriesOf(place: Place): [string, Place][] | undefined {
  if (!isPlain(place)) return undefined
  if (!isMap(place.node)) return problem(place, 'SPEC_TYPE', `must be a mapping, is ${kindOf(place.node)}`)
  const children: [string, Place][] = []
  for (const pair of place.node.items) {
    const keyNode = pair.key as Node | null
    const keyPlace: Place = { ...place, node: keyNode }
    if (!isScalar(keyNode) || typeof keyNode.value !== 'string') {
      problem(keyPlace, 'SPEC_TYPE', 'a key must be a plain text')
      continue
    }
    const path = place.path === '' ? keyNode.value : `${place.path}.${keyNode.value}`
    children.push([
      keyNode.value,
      { source: place.source, node: pair.value as Node | null, path, fallback: keyNode.range?.[0] ?? place.fallback },
    ])
  }
  return children
}

/** The fields of one mapping, taken by name; what nobody took is an unknown key. */
export interface Fields {
  place: Place
  need<T>(key: string, read: Read<T>): T | undefined
  may<T>(key: string, read: Read<T>): T | undefined
  has(key: string): boolean
  at(key: string): Place
}

/** `build` takes all fields it knows and returns the value; called once, and its result dropped when anything was wrong. */
export function mapping<T>(build: (fields: Fields) => T | undefined): Read<T> {
  return (place) => {
    const entries = entriesOf(place)
    if (entries === undefined) return undefined
    const children = new Map(entries)
    const known: string[] = []
    const before = place.source.problems.length
    const take = <V>(key: string, read: Read<V>, needed: boolean): V | undefined => {
      known.push(key)
      const child = children.get(key)
      if (child !== undefined) return read(child)
      if (needed) missing.push(key)
      return undefined
    }
    const missing: string[] = []
    const value = build({
      place,
      need: (key, read) => take(key, read, true),
      may: (key, read) => take(key, read, false),
      has: (key) => children.has(key),
      at: (key) => children.get(key) ?? place,
    })
    for (const [key, child] of entries) {
      if (known.includes(key)) continue
      const renamed = missing.findIndex((each) => suggestion(key, [each]).startsWith('Did you mean'))
      const near =
        renamed >= 0
          ? suggestion(key, missing.splice(renamed, 1))
          : suggestion(key, [...missing, ...known.filter((each) => !children.has(each) && !missing.includes(each))])
      problem({ ...child, node: null, path: place.path }, 'SPEC_UNKNOWN_KEY', `unknown key "${key}"`, near)
      widen(place.source.problems, key.length)
    }
    for (const key of missing) problem(place, 'SPEC_MISSING_KEY', `"${key}" is missing`)
    return place.source.problems.length === before ? value : undefined
  }
}

/** Underlines the whole key in the problem noted last. */
function widen(problems: FiredrillError[], length: number): void {
  const place = problems.at(-1)?.place
  if (place !== undefined) place.length = length
}
