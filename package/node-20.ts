if (Number(process.versions.node.split('.')[0]) < 20) {
  process.stderr.write(`firedrill needs Node 20 or newer; this is ${process.version}\n`)
  process.exit(3)
}

/** What the sources use and Node 20 or 22 lacks. Each is as ECMAScript has it, as far as the sources use it; what is there stays. */
define(Map, 'groupBy', <T, K>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>()
  let index = 0
  for (const item of items) {
    const key = keyOf(item, index++)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
})

define(Promise, 'withResolvers', () => {
  const made = {} as PromiseWithResolvers<unknown>
  made.promise = new Promise((resolve, reject) => {
    made.resolve = resolve
    made.reject = reject
  })
  return made
})

// https://tc39.es/ecma262/#sec-%iteratorprototype%-object
const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object
define(iterators, 'map', function* <T, R>(this: Iterable<T>, change: (item: T, index: number) => R) {
  let index = 0
  for (const item of this) yield change(item, index++)
})
define(iterators, 'filter', function* <T>(this: Iterable<T>, fits: (item: T, index: number) => boolean) {
  let index = 0
  for (const item of this) if (fits(item, index++)) yield item
})
define(iterators, 'flatMap', function* <T, R>(this: Iterable<T>, change: (item: T, index: number) => Iterable<R>) {
  let index = 0
  for (const item of this) yield* change(item, index++)
})
define(iterators, 'take', function* <T>(this: Iterable<T>, limit: number) {
  if (limit <= 0) return
  let taken = 0
  for (const item of this) {
    yield item
    if (++taken >= limit) return
  }
})
define(iterators, 'drop', function* <T>(this: Iterable<T>, count: number) {
  let seen = 0
  for (const item of this) if (seen++ >= count) yield item
})
for (const name of ['some', 'every', 'find', 'reduce', 'forEach'] as const)
  define(iterators, name, function (this: Iterable<unknown>, ...given: unknown[]): unknown {
    return Reflect.apply(Array.prototype[name], [...this], given)
  })
define(iterators, 'toArray', function <T>(this: Iterable<T>): T[] {
  return [...this]
})

// Node 24 has it: https://nodejs.org/en/blog/release/v24.0.0
define(
  globalThis,
  'AsyncDisposableStack',
  class {
    private closers: (() => unknown)[] = []

    defer(close: () => unknown): void {
      this.closers.push(close)
    }

    /** The last first; all of them, and then the first failure. */
    async disposeAsync(): Promise<void> {
      const failures: unknown[] = []
      for (const close of this.closers.splice(0).reverse())
        try {
          await close()
        } catch (error) {
          failures.push(error)
        }
      if (failures.length > 0) throw failures[0]
    }
  },
)

function define(on: object, name: string, value: unknown): void {
  if (!(name in on)) Object.defineProperty(on, name, { value, writable: true, configurable: true })
}
