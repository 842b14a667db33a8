import type { Cursor } from '../../config/yaml/cursor.ts'
import type { UnknownKey } from './outline.ts'

/** What collector-components.json says of the name of a component. */
export interface AboutComponent {
  /** Versions whose module has the name, and whose keys are listed whole. */
  versions: readonly string[]
  /** It takes keys that it does not know without a word. */
  ignores?: boolean
  /** The older name of the same component. */
  of?: string
  /** By version: keys of other ones that it does not have, `::` between their parts. */
  lacks?: Readonly<Record<string, readonly string[]>>
}

/** Keys that are known, and that the deployed version does not have. */
export function* keysOfOtherVersions(component: Cursor, name: string, lacks: readonly string[]): Generator<UnknownKey> {
  for (const path of lacks) {
    const keys = path.split('::')
    const last = keys.pop() ?? ''
    for (const { owner, path: own } of ownersAt({ owner: component, path: name }, keys)) {
      const at = owner.pairs().find(([key]) => key === last)?.[1]
      if (at !== undefined) yield { key: last, at, owner, path: own, near: undefined, known: [] }
    }
  }
}

/** Every mapping there, items of lists and any key of a map among them. */
function ownersAt(from: { owner: Cursor; path: string }, keys: readonly string[]): { owner: Cursor; path: string }[] {
  const [key, ...rest] = keys
  const mappings = from.owner.isList() ? from.owner.items() : [from.owner]
  if (key === undefined) return mappings.map((owner) => ({ owner, path: from.path }))
  return mappings.flatMap((mapping) =>
    mapping
      .pairs()
      .filter(([each]) => key === '*' || each === key)
      .flatMap(([each, owner]) => ownersAt({ owner, path: `${from.path}.${each}` }, rest)),
  )
}
