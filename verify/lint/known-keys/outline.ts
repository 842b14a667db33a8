import type { Cursor } from '../../config/yaml/cursor.ts'
import { nearest } from '../../text/did-you-mean.ts'

/** What may stand below a key; undefined: it is not known, and nothing below is judged. */
export type Keys = Map<string, Block>
interface Block {
  keys: Keys
  /** The name of the block whose keys it has, of the same outline. */
  block: string | undefined
  /** duration, size, int, number, bool, or words with | between; undefined: any value. */
  type: string | undefined
}

/**
 * Keys as a JSON file lists them: what stands below a key, `@block` for the keys of a block, `#type` of a value, null for what is not
 * looked into.
 */
export interface Tree {
  readonly [key: string]: Tree | string | null
}

/**
 * The blocks of the given trees, by name. In a block `@block` as a key stands for all keys of that block, and `*` for any key; of a list
 * each item is meant.
 */
export function readOutline(...trees: readonly Tree[]): Map<string, Keys> {
  const blocks = new Map(trees.flatMap((tree) => Object.entries(tree)))
  const keysOf = (tree: Tree[string] | undefined): Keys =>
    typeof tree !== 'object' || tree === null
      ? new Map()
      : new Map(
          Object.entries(tree).flatMap(([key, below]): [string, Block][] =>
            key.startsWith('@')
              ? [...keysOf(blocks.get(key.slice(1)))]
              : [[key, { keys: keysOf(below), block: marked(below, '@'), type: marked(below, '#') }]],
          ),
        )
  return new Map([...blocks].map(([name, tree]) => [name, keysOf(tree)]))
}

function marked(below: Tree[string] | undefined, sign: '@' | '#'): string | undefined {
  return typeof below === 'string' && below.startsWith(sign) ? below.slice(1) : undefined
}

export interface UnknownKey {
  key: string
  at: Cursor
  /** The mapping that it stands in. */
  owner: Cursor
  /** Where the key stands: loki.limits_config. */
  path: string
  /** The known key that was likely meant. */
  near: string | undefined
  known: string[]
}

/** Keys that no outline has at their place; x- and anchors' keys (`.`, `_`) are the writer's own. */
export function* unknownKeys(at: Cursor | undefined, outline: Map<string, Keys>, block: string, path = block): Generator<UnknownKey> {
  const keys = outline.get(block)
  if (keys !== undefined && at !== undefined) yield* judge(at, keys, outline, path, 0)
}

function* judge(at: Cursor, keys: Keys, outline: Map<string, Keys>, path: string, depth: number): Generator<UnknownKey> {
  if (keys.size === 0 || depth > 30) return
  for (const item of at.items()) yield* judge(item, keys, outline, path, depth + 1)
  for (const [key, value] of at.pairs()) {
    const found = keys.get(key) ?? keys.get('*')
    if (found !== undefined) yield* judge(value, keysBelow(found, outline), outline, `${path}.${key}`, depth + 1)
    else {
      const known = [...keys.keys()]
      const present = new Set(at.pairs().map(([each]) => each))
      yield {
        key,
        at: value,
        owner: at,
        path,
        // A key that stands there already is not what was meant.
        near: nearest(
          key,
          known.filter((each) => !present.has(each)),
        ),
        known,
      }
    }
  }
}

export interface TypedValue {
  at: Cursor
  type: string
  path: string
}

/** Values whose type the outline has. */
export function* typedValues(at: Cursor | undefined, outline: Map<string, Keys>, block: string): Generator<TypedValue> {
  const keys = outline.get(block)
  if (keys !== undefined && at !== undefined) yield* typesIn(at, keys, outline, block, 0)
}

function* typesIn(at: Cursor, keys: Keys, outline: Map<string, Keys>, path: string, depth: number): Generator<TypedValue> {
  if (keys.size === 0 || depth > 30) return
  for (const item of at.items()) yield* typesIn(item, keys, outline, path, depth + 1)
  for (const [key, value] of at.pairs()) {
    const found = keys.get(key) ?? keys.get('*')
    if (found?.type !== undefined) yield { at: value, type: found.type, path: `${path}.${key}` }
    else if (found !== undefined) yield* typesIn(value, keysBelow(found, outline), outline, `${path}.${key}`, depth + 1)
  }
}

function keysBelow({ block, keys }: { block?: string | undefined; keys: Keys }, outline: Map<string, Keys>): Keys {
  return block === undefined ? keys : (outline.get(block) ?? new Map())
}
