import type { Cursor } from '../../config/document.ts'
import { nearest } from '../../text/did-you-mean.ts'

/** What may stand below a key; undefined: it is not known, and nothing below is judged. */
export type Keys = Map<string, Block>
interface Block {
  keys: Keys
  /** The name of the block whose keys it has, of the same outline. */
  block: string | undefined
}

/**
 * Reads an outline, one key a line, two spaces deeper what stands below it. At the margin stand the names of blocks. `key @block` has the
 * block's keys; `@block` alone stands for the block's keys; `*` is any key; a key without keys below is not looked into; of a list each
 * item is meant.
 */
export function readOutline(text: string): Map<string, Keys> {
  const root: Keys = new Map()
  const open: Keys[] = [root]
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const depth = (line.length - line.trimStart().length) / 2
    const [key = '', reference] = line.trim().split(' ')
    const parent = open[depth]
    if (parent === undefined) throw new Error(`outline: ${line.trim()} is indented too far`)
    const known = parent.get(key)
    const block: Block = known ?? { keys: new Map(), block: reference?.startsWith('@') === true ? reference.slice(1) : undefined }
    parent.set(key, block)
    open.length = depth + 1
    open.push(block.keys)
  }
  const included = (keys: Keys): Keys =>
    new Map(
      [...keys].flatMap(([key, block]): [string, Block][] =>
        key.startsWith('@') ? [...included(root.get(key.slice(1))?.keys ?? new Map())] : [[key, { ...block, keys: included(block.keys) }]],
      ),
    )
  return new Map([...root].map(([name, { keys }]) => [name, included(keys)]))
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
  const known = [...keys.keys()]
  for (const [key, value] of at.pairs()) {
    const found = keys.get(key) ?? keys.get('*')
    const present = new Set(at.pairs().map(([each]) => each))
    if (found !== undefined)
      yield* judge(
        value,
        found.block === undefined ? found.keys : (outline.get(found.block) ?? new Map()),
        outline,
        `${path}.${key}`,
        depth + 1,
      )
    // A key that stands there already is not what was meant.
    else
      yield {
        key,
        at: value,
        owner: at,
        path,
        near: nearest(
          key,
          known.filter((each) => !present.has(each)),
        ),
        known,
      }
  }
}
