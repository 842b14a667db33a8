/** 'MySQLSlowQueries' -> 'mysql-slow-queries', 'JVMHeapHigh' -> 'jvm-heap-high': a run of capitals is one word. */
export function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z][a-z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase()
    .replace(/^-|-$/g, '')
}

/** Names compared without case and separators: "HighCPU", high-cpu and highcpu are one. */
export function sameName(a: string, b: string): boolean {
  const plain = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase()
  return plain(a) === plain(b)
}
