import { isMap, isScalar, isSeq, parseAllDocuments } from 'yaml'
import type { Document, Node, Pair } from 'yaml'
import { readRegular } from '../../verify/config/yaml/regular-yaml.ts'
import { seeded } from '../random/seeded-random.ts'

const PIECES = [
  ...[
    ' ',
    '  ',
    '\n',
    '\n\n',
    '\n  ',
    '\n    ',
    '# c',
    '  # c\n',
    '#',
    ',',
    ', ',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    '\\',
    '\\n',
    '%',
    '@',
    '.',
    '= ',
  ],
  ...['- ', '-', ': ', ':', '? ', '|\n', '>-\n', '|+\n', '|2\n', '&a ', '*a', '!t ', '<<: ', '---\n', '...\n', 'é', '\u2028', '\u0085'],
  ...['a', 'b: c', '- d\n', 'null', '~', '1.50', '0x1f', '1e3', 'true', '.5', '-1', '+2', '"x"', "'y'", 'http://x:80/'],
  ...['a: {b: c, d: [e, "f"]}\n', '- - x\n', 'k:\n', 'k: # c\n'],
]
const VALUES = [
  ...['', ' ', 'x', '1', '1.20', '~', '"q"', "'s'", '# c', 'x # c', '"q" # c', '"a\\tb"', "'it''s'", 'x y: z', 'x#y', 'a:b', '- y'],
  ...['|', '|-', '>', '|+', '{a: b}', '{a: b}  # c', '{"a":1}', '[1, x]', '[a,\n   b]', '[{a: b}, [c ] , d ]', '{a: [b], "c": {d: e } }'],
]

/** YAML texts, and what nearly is: pieces in any order, lines of blocks in any depth, broken parts of `files`. Endless, as seeded. */
export function* yamlTexts(files: readonly string[], seed: number): Generator<string> {
  const random = seeded(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T
  const many = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one)
  const line = (): string => {
    const indent = ' '.repeat(pick([0, 0, 2, 2, 4, 4, 6, 1, 3, 8]))
    const kind = below(10)
    if (kind < 5) return `${indent}k${below(4)}: ${pick(VALUES)}`
    if (kind < 7) return `${indent}- ${pick(VALUES)}`
    if (kind < 8) return `${indent}- k${below(3)}: ${pick(VALUES)}`
    return kind < 9 ? `${indent}# c` : pick(['', '  ', '    ', `${indent}text`, `${indent}k:`, `${indent}-`, `${indent}"k": v`])
  }
  const part = (): string => {
    const lines = pick(files).split('\n')
    const from = below(lines.length)
    const cut = lines.slice(from, from + 5 + below(40))
    const indent = /^ */.exec(cut[0] ?? '')?.[0].length ?? 0
    return cut.map((each) => each.replace(new RegExp(`^ {0,${indent}}`), '')).join('\n') + pick(['\n', ''])
  }
  const broken = (text: string): string => {
    const at = below(text.length + 1)
    const lines = text.split('\n')
    const index = below(lines.length)
    switch (below(6)) {
      case 0:
        return text.slice(0, at)
      case 1:
        return text.slice(0, at) + text.slice(at + 1 + below(12))
      case 2:
        return lines.with(index, ' '.repeat(below(4)) + (lines[index] ?? '').trimStart()).join('\n')
      case 3:
        return lines.toSpliced(index, 0, pick(lines), `${' '.repeat(below(8))}# c`).join('\n')
      default:
        return text.slice(0, at) + pick(PIECES) + text.slice(at)
    }
  }
  for (;;) {
    yield many(1 + below(14), () => pick(PIECES)).join('')
    yield many(1 + below(9), line).join('\n') + pick(['\n', '\n', ''])
    yield many(below(4), () => 0).reduce(broken, part())
  }
}

/** Whether the reader of regular YAML leaves a text to the library, reads the same, or what it reads otherwise. */
export function comparedWithLibrary(
  text: string,
  uniqueKeys: boolean,
): 'left to the library' | 'the same' | { own: unknown; library: unknown } {
  const own = readRegular(text, uniqueKeys)
  if (own === undefined) return 'left to the library'
  const parsed = parseAllDocuments(text, { prettyErrors: false, uniqueKeys, logLevel: 'silent', version: '1.2' })
  const documents: Document.Parsed[] = Array.isArray(parsed) ? parsed : []
  const errors = documents.flatMap((document) => document.errors.map(({ message }) => message))
  const [ours, library] = [[shape(own)], errors.length > 0 ? errors : documents.map(shape)]
  return JSON.stringify(ours) === JSON.stringify(library) ? 'the same' : { own: ours, library }
}

/** All that may be asked of a document, but its comments. */
function shape({ range, contents }: Document.Parsed): unknown {
  const of = (node: Node | null): unknown => {
    if (isMap(node))
      return [node.range, node.flow, node.tag, (node.items as Pair<Node, Node | null>[]).map(({ key, value }) => [of(key), of(value)])]
    if (isSeq(node)) return [node.range, node.flow, node.tag, (node.items as Node[]).map(of)]
    if (!isScalar(node)) return String(node)
    const { value, source, type, format, minFractionDigits, anchor, tag } = node
    return [node.range, typeof value, String(value), source, type, format, minFractionDigits, anchor, tag]
  }
  return [range, of(contents)]
}
