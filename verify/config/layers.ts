import { Cursor } from './document.ts'

/** By what an item of a list is known, as Kubernetes has it: containers and variables by name, mounts by path, ports by number. */
const MERGE_KEYS = ['name', 'mountPath', 'containerPort'] as const

/** Nodes laid over one another: of keys that several have, mappings are merged and of all else the last one counts. */
class Layers extends Cursor {
  readonly layers: readonly Cursor[]
  /** Whether lists are merged too, item by item. */
  readonly lists: boolean

  constructor(first: Cursor, layers: readonly Cursor[], lists: boolean) {
    super(first.source, first.node, first.keyAt, first.key)
    this.layers = layers
    this.lists = lists
  }

  override pairs(...path: (string | number)[]): readonly (readonly [string, Cursor])[] {
    if (path.length > 0) return super.pairs(...path)
    const merged = new Map<string, Cursor[]>()
    for (const layer of this.layers)
      for (const [key, value] of layer.pairs()) merged.set(key, over(merged.get(key) ?? [], value, this.lists))
    return [...merged].flatMap(([key, values]) => (isDeleted(values) ? [] : [[key, laid(values, this.lists)] as const]))
  }

  override items(...path: (string | number)[]): readonly Cursor[] {
    if (path.length > 0) return super.items(...path)
    const merged = new Map<string, Cursor[]>()
    for (const item of this.layers.flatMap((layer) => layer.items())) {
      const key = keyOf(item) ?? `#${merged.size}`
      merged.set(key, over(merged.get(key) ?? [], item, this.lists))
    }
    return [...merged.values()].flatMap((values) => (isDeleted(values) ? [] : [laid(values, this.lists)]))
  }

  override get texts(): readonly Cursor['text'][] {
    return this.layers.map(({ text }) => text)
  }
}

function over(below: readonly Cursor[], value: Cursor, lists: boolean): Cursor[] {
  const both = (is: (each: Cursor) => boolean): boolean => is(value) && below.every(is)
  const byKey = lists && both((each) => each.isList() && each.items().every((item) => keyOf(item) !== undefined))
  return both((each) => each.isMap()) || byKey ? [...below, value] : [value]
}

function keyOf(item: Cursor): string | undefined {
  for (const key of MERGE_KEYS) if (item.string(key) !== undefined) return `${key} ${item.string(key) ?? ''}`
  return undefined
}

/** `key: null`, and `$patch: delete` in an item. */
function isDeleted(values: readonly Cursor[]): boolean {
  const last = values.at(-1)
  return values.length > 1 && last?.string('$patch') === 'delete'
}

function laid(values: readonly Cursor[], lists: boolean): Cursor {
  const [first, ...more] = values
  if (first === undefined) throw new Error('no layer')
  return more.length === 0 ? first : new Layers(first, values, lists)
}

/** One mapping of several, the last one on top; each value knows the file that it stands in. Lists are replaced. */
export function layered(layers: readonly Cursor[]): Cursor {
  return laid(layers, false)
}

/**
 * An object of Kubernetes with its patches: items of lists are merged by name.
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/#use-a-strategic-merge-patch-to-update-a-deployment
 */
export function patched(base: Cursor, patches: readonly Cursor[]): Cursor {
  return laid([base, ...patches], true)
}
