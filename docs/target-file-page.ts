import { targetFileSchema } from '../verify/targets/target-file.ts'

interface Node {
  type?: string
  description?: string
  default?: unknown
  minimum?: number
  maximum?: number
  properties?: Record<string, Node>
  additionalProperties?: Node | false
  required?: string[]
  items?: Node
}

/** The keys of an endpoint are the same for each, so they are listed once, below this name. */
const ENDPOINT = 'ENDPOINT'

/** The tables of docs/target-file.md, from the schema that reads the file. */
export function targetFileTables(): string {
  const root = targetFileSchema() as Node
  const endpoint = root.properties?.['endpoints']?.properties?.['prometheus']
  if (endpoint === undefined) throw new Error('the schema has no endpoints.prometheus')
  return [table(rowsOf(root, '')), '', `${ENDPOINT} is an address, or a mapping:`, '', table(rowsOf(endpoint, ''))].join('\n')
}

function rowsOf(node: Node, path: string): string[][] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const name = path === '' ? key : `${path}.${key}`
    if (child.description === undefined) throw new Error(`${name}: describe it in verify/targets/target-file.ts (.describe)`)
    const needed = node.required?.includes(key) === true && child.default === undefined
    const fallback = needed ? 'required' : child.default === undefined ? '' : `\`${JSON.stringify(child.default)}\``
    const inner = child.additionalProperties === false || child.additionalProperties === undefined ? undefined : child.additionalProperties
    const below = isEndpoint(child)
      ? []
      : inner === undefined
        ? rowsOf(child, name)
        : isEndpoint(inner)
          ? []
          : rowsOf(inner, `${name}.NAME`)
    return [[`\`${name}\``, typeOf(child), fallback, child.description], ...below]
  })
}

function isEndpoint(node: Node): boolean {
  return node.properties?.['bearerTokenEnv'] !== undefined
}

function typeOf(node: Node): string {
  if (isEndpoint(node)) return ENDPOINT
  if (node.type === 'array') return `list of ${typeOf(node.items ?? {})}`
  if (node.type === 'object') {
    const inner = node.additionalProperties
    return typeof inner === 'object' ? `mapping NAME: ${typeOf(inner)}` : 'mapping'
  }
  const range = node.minimum === undefined || node.maximum === undefined ? '' : `, ${node.minimum} to ${node.maximum}`
  return `${node.type ?? 'any'}${range}`
}

function table(rows: string[][]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  return [['key', 'type', 'default', 'meaning'], ['---', '---', '---', '---'], ...rows]
    .map((row) => `| ${row.map(cell).join(' | ')} |`)
    .join('\n')
}
