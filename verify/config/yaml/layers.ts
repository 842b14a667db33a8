import { Cursor } from './cursor.ts'

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
    return [...merged].flatMap(([key, values]) => (key === '$patch' || isDeleted(values) ? [] : [[key, laid(values, this.lists)] as const]))
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
  // https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md#replace-directive
  if (lists && below.length > 0 && value.isMap() && value.string('$patch') === 'replace') return [new Layers(value, [value], lists)]
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

/** One operation of a JSON patch; `path` taken apart at its slashes. */
export interface Operation {
  op: 'add' | 'replace' | 'remove'
  path: readonly string[]
  value: Cursor | undefined
}

/** An object with operations on places in it: what they set stands in the patch, the rest where it stood. */
class Pointed extends Cursor {
  private readonly base: Cursor
  private readonly operations: readonly Operation[]

  constructor(base: Cursor, operations: readonly Operation[]) {
    super(base.source, base.node, base.keyAt, base.key)
    this.base = base
    this.operations = operations
  }

  override pairs(...path: (string | number)[]): readonly (readonly [string, Cursor])[] {
    if (path.length > 0) return super.pairs(...path)
    let pairs = this.base.pairs()
    for (const {
      op,
      path: [key = '', ...below],
      value,
    } of this.operations) {
      if (below.length > 0)
        pairs = pairs.map(([name, each]) => [name, name === key ? new Pointed(each, [{ op, path: below, value }]) : each])
      else if (op === 'remove' || value === undefined) pairs = pairs.filter(([name]) => name !== key)
      else if (pairs.some(([name]) => name === key)) pairs = pairs.map(([name, each]) => [name, name === key ? value : each])
      else if (op === 'add') pairs = [...pairs, [key, value]]
    }
    return pairs
  }

  override items(...path: (string | number)[]): readonly Cursor[] {
    if (path.length > 0) return super.items(...path)
    let items = this.base.items()
    for (const {
      op,
      path: [key = '', ...below],
      value,
    } of this.operations) {
      const at = key === '-' ? items.length : Number(key)
      if (below.length > 0) items = items.map((each, index) => (index === at ? new Pointed(each, [{ op, path: below, value }]) : each))
      else if (op === 'remove' || value === undefined) items = items.filter((_, index) => index !== at)
      else items = [...items.slice(0, at), value, ...items.slice(op === 'replace' ? at + 1 : at)]
    }
    return items
  }
}

/** The operations of a JSON patch; those that only test or move say nothing that lint reads. https://www.rfc-editor.org/rfc/rfc6902 */
export function operationsIn(patch: Cursor): Operation[] {
  return patch.items().flatMap((each): Operation[] => {
    const op = each.string('op')
    if (op !== 'add' && op !== 'replace' && op !== 'remove') return []
    const path = (each.string('path') ?? '').split('/').slice(1)
    return [{ op, path: path.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')), value: each.get('value') }]
  })
}

export function pointed(base: Cursor, operations: readonly Operation[]): Cursor {
  return operations.length === 0 ? base : new Pointed(base, operations)
}
