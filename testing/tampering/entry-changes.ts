/**
 * Test code: changes to the entries of a journal, one a row of a table. A line that ends with a colon names the entries that the rows below
 * it are about; a row has what a person would say of it, the change, and columns of its own, with tabs between them. A line that
 * begins with a tab goes on with the row above it.
 *
 * A change is `path operator argument`, several between " ; "; behind " ;; " stands what is altered in a copy of the entry beside it. In a
 * path [..] are items of a list: all (*), by number, by range, or by what they are (=, ^= begins with, ~ pattern, ! is not there).
 */
import { readFileSync } from 'node:fs'
import type { JournalEntry } from '../../verify/model/journal.ts'

export interface EntryChange {
  what: string
  kind: JournalEntry['kind']
  /** The scope says `all`. */
  all: boolean
  /** The altered entry, several, or none; undefined: not this one. */
  change(entry: JournalEntry): JournalEntry[] | undefined
  /** Further columns. */
  columns: string[]
}

type Fields = Record<string, unknown>
/** What a value becomes: itself altered, several in its place, or nothing. `owner`: what it is a field of. */
type Act = (value: unknown, owner: Fields) => unknown[]
interface Step {
  /** A field of this name; of the items of a list: those that are meant. */
  name?: string
  items?: (item: unknown, index: number, length: number) => boolean
}

function conditionOf(text: string): (item: unknown) => boolean {
  const [, not = '', path = '', operator = '', wanted = ''] = /^(!?)([^=~^]+)(=|\^=|~)?(.*)$/s.exec(text) ?? []
  return (item) => {
    const value = path.split('/').reduce<unknown>((at, name) => (at as Fields | undefined)?.[name], item)
    if (operator === '') return (value === undefined) === (not === '!')
    const shown = typeof value === 'string' ? value : JSON.stringify(value)
    return operator === '=' ? shown === wanted : operator === '~' ? new RegExp(wanted).test(shown) : shown.startsWith(wanted)
  }
}

function conditionsOf(text: string): (item: unknown) => boolean {
  const conditions = text.split(',').map(conditionOf)
  return (item) => conditions.every((holds) => holds(item))
}

/** `*`, `3`, `1%2` (every second, from the second on), `-4..-1`, or conditions that an item must meet. */
function itemsOf(text: string): NonNullable<Step['items']> {
  if (text === '*') return () => true
  const [, rest, of] = /^(\d)%(\d)$/.exec(text) ?? []
  if (rest !== undefined) return (_, index) => index % Number(of) === Number(rest)
  const [, from, to = from] = /^(-?\d+)(?:\.\.(-?\d+))?$/.exec(text) ?? []
  if (from !== undefined) {
    const [first, last] = [Number(from), Number(to)]
    return (_, index, length) => index >= (first < 0 ? length + first : first) && index <= (last < 0 ? length + last : last)
  }
  return conditionsOf(text)
}

function stepsOf(path: string): Step[] {
  return [...path.matchAll(/\[([^\]]*)\]|([^/[]+)/g)].map(([, items, name]) =>
    items === undefined ? { name: name ?? '' } : { items: itemsOf(items) },
  )
}

/** Lets `act` alter what the path leads to, in a copy. */
function altered(value: unknown, [step, ...rest]: Step[], act: Act, owner: Fields = {}): unknown[] {
  if (step === undefined) return act(value, owner)
  if (step.items !== undefined) {
    const list = value as unknown[]
    return [list.flatMap((item, index) => (step.items?.(item, index, list.length) === true ? altered(item, rest, act) : [item]))]
  }
  const fields = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Fields) }) as Fields
  const name = step.name ?? ''
  const [made, ...others] = altered(fields[name], rest, act, fields)
  if (others.length > 0) throw new Error(`${name} is no item of a list`)
  if (made === undefined) Reflect.deleteProperty(fields, name)
  else fields[name] = made
  return [fields]
}

/** A text stays a text; times in seconds keep their milliseconds. */
function calculated(value: unknown, by: (number: number) => number): unknown {
  const made = by(Number(value ?? 0))
  return typeof value === 'string' ? String(made) : Number.isInteger(made) ? made : Math.round(made * 1_000) / 1_000
}

/** The operators of a row, each with what stands behind it. */
const OPERATORS: Record<string, (argument: string, entry: Fields) => Act> = {
  drop: () => () => [],
  set: (text, entry) => () => [JSON.parse(text.replace('{traceId}', String(entry['traceId'])))],
  add: (text) => (value) => [calculated(value, (number) => number + Number(text))],
  mul: (text) => (value) => [value === null ? null : calculated(value, (number) => number * Number(text))],
  half: () => (value) => [calculated(value, (number) => Math.floor(number / 2))],
  addNs: (text) => (value) => [String(BigInt(String(value)) + BigInt(text))],
  cut: (text) => (value) => [String(value).slice(0, Number(text))],
  upper: () => (value) => [String(value).toUpperCase()],
  /** The last digit of the seconds of an instant. */
  second: () => (value) => [String(value).replace(/\d(?=(\.\d+)?Z$)/, (digit) => String((Number(digit) + 1) % 10))],
  replace: (text, entry) => {
    const [, pattern = '', by = ''] = /^\/(.*)\/ (.*)$/.exec(text) ?? []
    return (value) => [String(value).replace(new RegExp(pattern), by.replace('{traceId}', String(entry['traceId'])))]
  },
  /** Only fields whose name fits. */
  keep: (pattern) => (value) => [Object.fromEntries(Object.entries(value as Fields).filter(([name]) => new RegExp(pattern).test(name)))],
  from: (name) => (_, owner) => [owner[name]],
  below: (name) => (value) => [{ [name]: value }],
  either: (text) => (value) => [text.split(' ').find((each) => each !== value)],
  rename: (text) => (value) => {
    const [from = '', to = ''] = text.split(' ')
    const { [from]: kept, ...others } = value as Fields
    return [{ ...others, [to]: kept }]
  },
  /** A list of samples goes on for one more. */
  goOn: () => (value) => [[...(value as unknown[]), [Number((value as number[][]).at(-1)?.[0] ?? 0) + 1, '1']]],
  tear: (text) => (value) => {
    const [field = '', at = ''] = text.split(' ')
    const whole = String((value as Fields)[field])
    return [whole.slice(0, Number(at)), whole.slice(Number(at))].map((part) => ({ ...(value as Fields), [field]: part }))
  },
  /** Another like it beside it, but for these fields. */
  copy: (text) => (value) => [
    value,
    [...text.matchAll(/([^\s=]+)=(\S+)/g)].reduce(
      (copy, [, path = '', json = '']) => altered(copy, stepsOf(path), () => [JSON.parse(json)])[0],
      value,
    ),
  ],
}

/** Of `path operator argument`, several of them between semicolons; undefined: none of them found anything. */
function changed(entry: JournalEntry, changes: string): JournalEntry | 'dropped' | undefined {
  let hits = 0
  let made: unknown[] = [entry]
  for (const change of changes.split(' ; ')) {
    const words = change.split(' ')
    const at = words.findIndex((word) => Object.hasOwn(OPERATORS, word))
    const act = OPERATORS[words[at] ?? '']?.(words.slice(at + 1).join(' '), entry as unknown as Fields)
    if (act === undefined) throw new Error(`no operator in ${change}`)
    made = made.flatMap((one) =>
      altered(one, stepsOf(words.slice(0, at).join(' ')), (value, owner) => {
        hits += 1
        return act(value, owner)
      }),
    )
  }
  return hits === 0 ? undefined : ((made[0] as JournalEntry | undefined) ?? 'dropped')
}

export function readChanges(file: URL): EntryChange[] {
  const names = new Map<string, string>()
  let scope = { kind: '', all: false, holds: (_: unknown): boolean => true }
  return readFileSync(file, 'utf8')
    .replaceAll('\n\t', '\t')
    .split('\n')
    .flatMap((line): EntryChange[] => {
      if (line === '' || line.startsWith('#')) return []
      const [, name, meaning] = /^(\$\w+) = (.*)$/.exec(line) ?? []
      if (name !== undefined) names.set(name, meaning ?? '')
      const [, every, kind = '', conditions] = /^(all )?([a-z-]+)(?:\[(.*)\])?:$/.exec(line) ?? []
      if (kind !== '') scope = { kind, all: every !== undefined, holds: conditions === undefined ? () => true : conditionsOf(conditions) }
      if (name !== undefined || kind !== '') return []
      const [what = '', written = '', ...columns] = line.split('\t')
      const { all, holds } = scope
      const [changes = '', copied] = written.replace(/\$\w+/g, (word) => names.get(word) ?? word).split(' ;; ')
      const change = (entry: JournalEntry): JournalEntry[] | undefined => {
        if (!holds(entry)) return undefined
        const made = changes === 'as it is' ? entry : changed(entry, changes)
        if (made === undefined) return undefined
        const copy = copied === undefined ? undefined : changed(entry, copied)
        return [made, copy].filter((one) => one !== undefined && one !== 'dropped')
      }
      return [{ what, kind: scope.kind as EntryChange['kind'], all, change, columns }]
    })
}
