import { Cursor } from './document.ts'

/** Mappings laid over one another: of keys that several have, mappings are merged and of all else the last one counts. */
class Layers extends Cursor {
  readonly layers: readonly Cursor[]

  constructor(first: Cursor, layers: readonly Cursor[]) {
    super(first.source, first.node, first.keyAt, first.key)
    this.layers = layers
  }

  override pairs(...path: (string | number)[]): readonly (readonly [string, Cursor])[] {
    if (path.length > 0) return super.pairs(...path)
    const merged = new Map<string, Cursor[]>()
    for (const layer of this.layers)
      for (const [key, value] of layer.pairs()) {
        const below = merged.get(key) ?? []
        merged.set(key, value.isMap() && below.every((each) => each.isMap()) ? [...below, value] : [value])
      }
    return [...merged].map(([key, values]) => [key, layered(values)])
  }

  override get texts(): readonly Cursor['text'][] {
    return this.layers.map(({ text }) => text)
  }
}

/** One mapping of several, the last one on top; each value knows the file that it stands in. */
export function layered(layers: readonly Cursor[]): Cursor {
  const [first, ...more] = layers
  if (first === undefined) throw new Error('no layer')
  return more.length === 0 ? first : new Layers(first, layers)
}
