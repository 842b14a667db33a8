import { closest, distance } from 'fastest-levenshtein'

/** `Did you mean "x"?` when one of the known words is near enough, else the list of them. */
export function suggestion(word: string, known: readonly string[]): string {
  if (known.length === 0) return 'None is known.'
  const nearest = closest(
    word.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  )
  const original = known.find((each) => each.toLowerCase() === nearest)
  // Two letters changed places are two steps apart; in a word of three that would already be another word.
  const near = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3))
  if (original !== undefined && distance(word.toLowerCase(), nearest) <= near) return `Did you mean "${original}"?`
  return `Known: ${known.join(', ')}.`
}

/** 'MySQLSlowQueries' -> 'mysql-slow-queries', 'JVMHeapHigh' -> 'jvm-heap-high': a run of capitals is one word. */
export function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z][a-z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase()
    .replace(/^-|-$/g, '')
}

/** Names compared without case and separators, since "HighCPU" may be spelt high-cpu or highcpu. */
export function sameName(a: string, b: string): boolean {
  const plain = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase()
  return plain(a) === plain(b)
}
