import { isMap, isScalar, isSeq, parseDocument, type Document, type Node, type Pair, type Scalar } from 'yaml'
import { seeded } from '../../testing/random/seeded-random.ts'
import type { ConfigText } from '../../verify/config/yaml/cursor.ts'
import type { Mutant } from './mutant.ts'
import { difference } from './difference.ts'

/**
 * Changes that know nothing of what lint looks for: of every scalar, key, list item and path of every file one is deleted, misspelt,
 * swapped with its neighbour, moved by one, or given another file's value. The operators read YAML and nothing else.
 */
type Blind = 'deleted' | 'misspelt' | 'swapped' | 'off by one' | 'of another file' | 'path shortened' | 'file missing'

type Path = (string | number)[]

/** One place of a document: its scalar, key or item, and how to change it there and back. */
interface Step {
  operator: Blind
  what: string
  /** Applies the change and gives back what undoes it. */
  apply(): () => void
}

/** A change that is written out when it is wanted: the whole file before and after; nothing where it changes nothing. */
interface Possible {
  file: string
  operator: Blind
  what: string
  make(): [unchanged: string, mutated: string] | undefined
}

interface Values {
  /** Scalars of all files: where a value of another file comes from. */
  all: { file: string; key: string; value: unknown }[]
  random: () => number
}

export interface BlindOptions {
  seed: number
  /** At most so many, drawn over files and operators in turn; all when absent. */
  sample?: number
  /** Files, part of the name; all when empty. */
  only?: readonly string[]
}

export function blindMutants(texts: readonly ConfigText[], { seed, sample, only = [] }: BlindOptions): Mutant[] {
  const random = seeded(seed)
  const read = texts.filter(({ file }) => /\.(ya?ml|json)$/.test(file)).map((text) => ({ text, document: parseDocument(text.text) }))
  const values: Values = { all: read.flatMap(({ text, document }) => scalarsOf(text.file, document)), random }
  const possible = [
    ...read.flatMap(({ text, document }) => ofDocument(text, document, values)),
    ...texts.filter(({ file }) => file.endsWith('.sh')).flatMap((text) => ofScript(text)),
    ...texts.map(({ file }): Possible => ({ file, operator: 'file missing', what: 'the file is not there', make: () => ['there', ''] })),
  ]
  const seen = new Set<string>()
  const found: Mutant[] = []
  for (const { file, operator, what, make } of sample === undefined ? possible : inTurn(possible, random)) {
    if (found.length === sample) break
    if (only.length > 0 && !only.some((part) => file.includes(part))) continue
    const [unchanged, mutated] = make() ?? []
    if (unchanged === undefined || mutated === undefined || unchanged === mutated || seen.has(`${file}\0${mutated}`)) continue
    seen.add(`${file}\0${mutated}`)
    found.push({ id: `b${found.length + 1}`, operator, file, what, text: mutated, touches: [], ...difference(unchanged, mutated) })
  }
  return found
}

/** Files and operators in turn, so that a large dashboard does not crowd out the rest. */
function inTurn(possible: readonly Possible[], random: () => number): Possible[] {
  const groups = new Map<string, Possible[]>()
  for (const each of shuffled(possible, random)) {
    const key = `${each.file}\0${each.operator}`
    const group = groups.get(key) ?? []
    group.push(each)
    groups.set(key, group)
  }
  const turns = [...groups.values()].flatMap((group) => group.map((each, turn) => ({ each, turn })))
  return turns.sort((a, b) => a.turn - b.turn).map(({ each }) => each)
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

function ofDocument({ file }: ConfigText, document: Document, values: Values): Possible[] {
  const isJson = file.endsWith('.json')
  const render = (): string => (isJson ? `${JSON.stringify(document.toJS(), null, 2)}\n` : document.toString({ lineWidth: 0 }))
  const [unchanged, meaning] = [render(), JSON.stringify(document.toJS())]
  return stepsOf(document, file, values).map(({ operator, what, apply }) => ({
    file,
    operator,
    what,
    make: () => {
      const undo = apply()
      try {
        // What a YAML parser reads the same is no change; an alias without its anchor cannot be written.
        return JSON.stringify(document.toJS()) === meaning ? undefined : [unchanged, render()]
      } catch {
        return undefined
      } finally {
        undo()
      }
    },
  }))
}

function scalarsOf(file: string, document: Document): Values['all'] {
  const found: Values['all'] = []
  const walk = (node: unknown, key: string): void => {
    if (isScalar(node)) found.push({ file, key, value: node.value })
    else if (isMap(node)) for (const pair of node.items as Pair<Node, Node | null>[]) walk(pair.value, keyOf(pair))
    else if (isSeq(node)) for (const item of node.items) walk(item, key)
  }
  walk(document.contents, '')
  return found
}

const keyOf = (pair: Pair<Node, Node | null>): string => (isScalar(pair.key) ? String(pair.key.value) : '')

function stepsOf(document: Document, file: string, values: Values): Step[] {
  const steps: Step[] = []
  const visit = (node: unknown, path: Path): void => {
    if (isMap(node)) {
      const pairs = node.items as Pair<Node, Node | null>[]
      pairs.forEach((pair, index) => {
        const below = [...path, keyOf(pair)]
        steps.push(...ofPlace(pairs, index, below), ...ofKey(pair, pairs[index + 1], below, file, values))
        if (isScalar(pair.value)) steps.push(...ofScalar(pair.value, below, file, keyOf(pair), values))
        else visit(pair.value, below)
      })
    } else if (isSeq(node)) {
      const items = node.items as Node[]
      items.forEach((item, index) => {
        const below = [...path, index]
        steps.push(...ofPlace(items, index, below))
        if (index + 1 < items.length) steps.push(swapped(`${shown(below)}: items`, () => swapIn(items, index)))
        if (isScalar(item)) steps.push(...ofScalar(item, below, file, String(path.findLast((step) => typeof step === 'string')), values))
        else visit(item, below)
      })
    }
  }
  visit(document.contents, [])
  return steps
}

const shown = (path: Path): string => path.join('.')

/** A key with its value, or an item, deleted. */
function ofPlace(list: unknown[], index: number, path: Path): Step[] {
  const apply = (): (() => void) => {
    const [gone] = list.splice(index, 1)
    return () => void list.splice(index, 0, gone)
  }
  return [{ operator: 'deleted', what: `${shown(path)} deleted`, apply }]
}

const swapped = (where: string, apply: Step['apply']): Step => ({ operator: 'swapped', what: `${where} swapped with the next`, apply })

function swapIn(list: unknown[], index: number): () => void {
  const swap = (): void => {
    const held = list[index]
    list[index] = list[index + 1]
    list[index + 1] = held
  }
  swap()
  return swap
}

function setting<Key extends string, Value>(holder: Record<Key, Value>, key: Key, to: Value): () => void {
  const before = holder[key]
  holder[key] = to
  return () => {
    holder[key] = before
  }
}

function ofKey(pair: Pair<Node, Node | null>, next: Pair<Node, Node | null> | undefined, path: Path, file: string, values: Values): Step[] {
  const key = pair.key
  if (!isScalar(key) || typeof key.value !== 'string' || key.value === '<<') return []
  const rename = (operator: Blind, to: string): Step => ({
    operator,
    what: `key ${shown(path)} -> ${to}`,
    apply: () => setting(key as { value: unknown }, 'value', to),
  })
  const steps = misspellings(key.value).map((to) => rename('misspelt', to))
  const other = drawnFrom(
    values,
    (each) => each.file !== file && each.key !== '' && each.key !== key.value,
    (each) => each.key,
  )
  if (other !== undefined) steps.push(rename('of another file', String(other)))
  if (next !== undefined)
    steps.push(
      swapped(`${shown(path)}: value`, () => {
        const [mine, its] = [pair.value, next.value]
        pair.value = its
        next.value = mine
        return () => {
          pair.value = mine
          next.value = its
        }
      }),
    )
  return steps
}

function ofScalar(scalar: Scalar, path: Path, file: string, key: string, values: Values): Step[] {
  const set = (operator: Blind, to: unknown): Step => ({
    operator,
    what: `${shown(path)}: ${short(scalar.value)} -> ${short(to)}`,
    apply: () => {
      // The source of a number is how it was written: the changed one has none.
      const held = { ...scalar }
      scalar.value = to
      delete scalar.source
      delete scalar.format
      return () => Object.assign(scalar, held)
    },
  })
  const { value } = scalar
  const steps: Step[] = []
  if (typeof value === 'boolean') steps.push(set('off by one', !value))
  if (typeof value === 'number') steps.push(set('off by one', value + (values.random() < 0.5 ? 1 : -1)))
  if (typeof value === 'string') {
    steps.push(...misspellings(value).map((to) => set('misspelt', to)))
    steps.push(...numbersMoved(value, values.random).map((to) => set('off by one', to)))
    steps.push(...shortenedPaths(value).map((to) => set('path shortened', to)))
  }
  const sameType = (each: Values['all'][number]): boolean =>
    each.file !== file && typeof each.value === typeof value && each.value !== value
  const take = (each: Values['all'][number]): unknown => each.value
  const other = drawnFrom(values, (each) => each.key === key && sameType(each), take) ?? drawnFrom(values, sameType, take)
  if (other !== undefined) steps.push(set('of another file', other))
  return steps
}

function drawnFrom<Of>(
  { all, random }: Values,
  fits: (each: Values['all'][number]) => boolean,
  take: (each: Values['all'][number]) => Of,
): Of | undefined {
  const some = all.filter(fits)
  const one = some[Math.floor(random() * some.length)]
  return one === undefined ? undefined : take(one)
}

/** Each word with two of its letters the wrong way round, or without its last one. */
function misspellings(text: string): string[] {
  return [...text.matchAll(/[A-Za-z]{3,}/g)].map(({ 0: word, index }) => {
    const turned = `${word[0]}${word[2]}${word[1]}${word.slice(3)}`
    return text.slice(0, index) + (turned === word ? word.slice(0, -1) : turned) + text.slice(index + word.length)
  })
}

function numbersMoved(text: string, random: () => number): string[] {
  return [...text.matchAll(/\d+/g)].map(({ 0: digits, index }) => {
    const number = Number(digits)
    const moved = String(number === 0 || random() < 0.5 ? number + 1 : number - 1).padStart(digits.length, '0')
    return text.slice(0, index) + moved + text.slice(index + digits.length)
  })
}

/** Without one of its folders or its last part. */
function shortenedPaths(text: string): string[] {
  if (/\s/.test(text)) return []
  return [...text.matchAll(/\/[\w.-]+/g)].map(({ 0: part, index }) => text.slice(0, index) + text.slice(index + part.length))
}

/** Lines and words of a shell script. */
function ofScript({ file, text }: ConfigText): Possible[] {
  const lines = text.split('\n')
  const make = (operator: Blind, index: number, to: string[], count = 1): Possible => ({
    file,
    operator,
    what: `line ${index + 1}: ${short(lines[index]?.trim())} -> ${to.length === 0 ? 'deleted' : short(to[0]?.trim())}`,
    make: () => [text, [...lines.slice(0, index), ...to, ...lines.slice(index + count)].join('\n')],
  })
  return lines.flatMap((line, index) => {
    if (line.trim() === '' || /^\s*#/.test(line)) return []
    const next = lines[index + 1] ?? ''
    return [
      make('deleted', index, []),
      ...misspellings(line).map((to) => make('misspelt', index, [to])),
      ...numbersMoved(line, () => 0).map((to) => make('off by one', index, [to])),
      // A comment says nothing: with one, no command changes its place.
      ...(next.trim() === '' || /^\s*#/.test(next) ? [] : [make('swapped', index, [next, line], 2)]),
    ]
  })
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replaceAll('\n', '\\n')
  return line.length > 60 ? `${line.slice(0, 60)}...` : line
}
