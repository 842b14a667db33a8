import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { configure } from '../../verify/config/configuration.ts'
import { openDocument } from '../../verify/config/yaml/cursor.ts'
import { componentKeys, type ComponentKey } from '../../verify/lint/known-keys/components.ts'
import { COMMITTED } from './collector-keys.ts'

test('a misspelt key of each component is found, at its line', () => {
  const { blocks } = JSON.parse(readFileSync(COMMITTED, 'utf8')) as { blocks: Record<string, Tree> }
  let tried = 0
  const passed: string[] = []
  for (const [block, tree] of Object.entries(blocks)) {
    const [, kind, name] = /^(receiver|processor|exporter|extension|connector)\.(.*)$/.exec(block) ?? []
    if (kind === undefined || name === undefined) continue
    for (const path of pathsOf(tree, blocks, [])) {
      const lines = [`${kind}s:`, `  ${name}:`, ...path.map((key, depth) => `${'  '.repeat(depth + 2)}${JSON.stringify(key)}:`)]
      const root = openDocument(`${lines.join('\n')} x\n`, 'collector.yaml', 'BROKEN')
      tried += 1
      const at = [...componentKeys({ ...configure([]), collectors: [root] })].map(lineOf)
      if (!at.includes(lines.length)) passed.push(path.join('.'))
    }
  }
  assert.ok(tried > 5000, `${tried} keys tried`)
  assert.deepEqual(passed, [])
})

function lineOf({ at }: ComponentKey): number | undefined {
  return at.keyPlace().line
}

interface Tree {
  [key: string]: Tree | string | null
}

/** Paths to every key below, the last one misspelt; none where any key may stand. */
function pathsOf(tree: Tree, blocks: Record<string, Tree>, above: readonly string[]): string[][] {
  const keys = new Map(
    Object.entries(tree).flatMap(([key, below]): [string, Tree[string]][] =>
      key.startsWith('@') ? Object.entries(blocks[key.slice(1)] ?? {}) : [[key, below]],
    ),
  )
  if (above.length > 8) return []
  return [...keys].flatMap(([key, below]) => {
    const misspelt = `${key.slice(0, -1)}${key.at(-1) === 'x' ? 'y' : 'x'}`
    const own = keys.has('*') || keys.has(misspelt) ? [] : [[...above, misspelt]]
    const its = typeof below === 'string' && below.startsWith('@') ? blocks[below.slice(1)] : below
    return typeof its === 'object' && its !== null ? [...own, ...pathsOf(its, blocks, [...above, key === '*' ? 'any' : key])] : own
  })
}
