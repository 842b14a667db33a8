import type { Cursor } from '../../config/yaml/cursor.ts'
import { nearest } from '../../text/did-you-mean.ts'

/** What may stand below a key; undefined: it is not known, and nothing below is judged. */
export type Keys = Map<string, Block>
interface Block {
  keys: Keys
  /** The name of the block whose keys it has, of the same outline. */
  block: string | undefined
  /**
   * duration, size, int, uint, number, bool, list, map, mapping, or words with | between, `(?i)` before them where they may be capital;
   * undefined: any value.
   */
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
export function unknownKeys(at: Cursor | undefined, outline: Map<string, Keys>, block: string, path = block): UnknownKey[] {
  const keys = outline.get(block)
  const found: UnknownKey[] = []
  if (keys !== undefined && at !== undefined) unknownIn(at, keys, outline, path, 0, found)
  return found
}

function unknownIn(at: Cursor, keys: Keys, outline: Map<string, Keys>, path: string, depth: number, found: UnknownKey[]): void {
  if (keys.size === 0 || depth > 30) return
  for (const item of at.items()) unknownIn(item, keys, outline, path, depth + 1, found)
  for (const [key, value] of at.pairs()) {
    const block = keys.get(key) ?? keys.get('*')
    if (block !== undefined) {
      const below = keysBelow(block, outline)
      if (below.size > 0) unknownIn(value, below, outline, `${path}.${key}`, depth + 1, found)
    } else {
      const known = [...keys.keys()]
      const present = new Set(at.pairs().map(([each]) => each))
      found.push({
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
      })
    }
  }
}

export interface TypedValue {
  at: Cursor
  type: string
  path: string
}

/** Values whose type the outline has. */
export function typedValues(at: Cursor | undefined, outline: Map<string, Keys>, block: string): TypedValue[] {
  const keys = outline.get(block)
  const found: TypedValue[] = []
  if (keys !== undefined && at !== undefined) typesIn(at, keys, outline, block, 0, found)
  return found
}

function typesIn(at: Cursor, keys: Keys, outline: Map<string, Keys>, path: string, depth: number, found: TypedValue[]): void {
  if (keys.size === 0 || depth > 30) return
  for (const item of at.items()) typesIn(item, keys, outline, path, depth + 1, found)
  for (const [key, value] of at.pairs()) {
    const known = keys.get(key) ?? keys.get('*')
    if (known?.type !== undefined) found.push({ at: value, type: known.type, path: `${path}.${key}` })
    else if (known !== undefined) {
      const below = keysBelow(known, outline)
      if (below.size === 0) continue
      // YAML reads `endpoint:0.0.0.0:4318` as one text: https://github.com/open-telemetry/opentelemetry-collector/issues/1599
      const [, word = ''] = /^([\w-]+):\S/.exec(value.string() ?? '') ?? []
      if (below.has(word)) found.push({ at: value, type: 'mapping', path: `${path}.${key}` })
      typesIn(value, below, outline, `${path}.${key}`, depth + 1, found)
    }
  }
}

function keysBelow({ block, keys }: { block?: string | undefined; keys: Keys }, outline: Map<string, Keys>): Keys {
  return block === undefined ? keys : (outline.get(block) ?? new Map())
}
