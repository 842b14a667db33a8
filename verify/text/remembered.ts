/**
 * A function that works out its answer for each key once: of an object that nothing changes, for as long as the object is there, of a text
 * for good. For two keys: remembered((a) => remembered((b) => ...)).
 */
export function remembered<K, V>(workOut: (key: K) => V): (key: K) => V {
  const ofObjects = new WeakMap<K & object, V>()
  const others = new Map<K, V>()
  return (key) => {
    const known = typeof key === 'object' && key !== null ? (ofObjects as unknown as Map<K, V>) : others
    const value = known.get(key)
    if (value !== undefined || known.has(key)) return value as V
    const fresh = workOut(key)
    known.set(key, fresh)
    return fresh
  }
}
