/** A product's name that ends in capitals is one word: MySQL, GraphQL, MongoDB, RabbitMQ. */
const OWN_ENDING = '(?!(?:SQL|QL|DB|MQ)(?![a-z]))'
const WORD_BEGINS = new RegExp(`(?<=[a-z0-9])${OWN_ENDING}(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])`, 'g')

/** 'MySQLSlowQueries' -> 'mysql-slow-queries', 'PodOOMKilled' -> 'pod-oom-killed': a run of capitals is one word. */
export function kebabCase(name: string): string {
  return name
    .replace(WORD_BEGINS, '-')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase()
    .replace(/^-|-$/g, '')
}

/** Names compared without case and separators: "HighCPU", high-cpu and highcpu are one. */
export function sameName(a: string, b: string): boolean {
  const plain = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase()
  return plain(a) === plain(b)
}
