import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { configure } from '../../verify/config/configuration.ts'
import { openDocument } from '../../verify/config/yaml/cursor.ts'
import { componentKeys } from '../../verify/lint/known-keys/components.ts'
import type { Tree } from '../../verify/lint/known-keys/outline.ts'
import { COMMITTED as COLLECTOR } from './collector-keys.ts'
import { COMMITTED as OPERATOR } from './operator-keys.ts'

type Blocks = Record<string, Tree>

const blocksOf = (file: string): Blocks => (JSON.parse(readFileSync(file, 'utf8')) as { blocks: Blocks }).blocks

test('a misspelt key of each component of the collector is found, at its line', () => {
  const blocks = blocksOf(COLLECTOR)
  const passed: string[] = []
  let tried = 0
  for (const [block, tree] of Object.entries(blocks)) {
    const [, kind, name] = /^(receiver|processor|exporter|extension|connector)\.(.*)$/.exec(block) ?? []
    if (kind === undefined || name === undefined) continue
    for (const path of pathsOf(tree, blocks, [])) {
      const lines = [`${kind}s:`, `  ${name}:`, ...nested(path, 2)]
      tried += 1
      const root = openDocument(`${lines.join('\n')} x\n`, 'collector.yaml', 'BROKEN')
      const found = [...componentKeys({ ...configure([]), collectors: [root] })]
      if (!found.some(({ at }) => at.keyPlace().line === lines.length)) passed.push(`${block}.${path.join('.')}`)
    }
  }
  assert.ok(tried > 5000, `${tried} keys tried`)
  assert.deepEqual(passed, [])
})

test("a misspelt key of each of the operator's resources is found, at its line", () => {
  const blocks = blocksOf(OPERATOR)
  const passed: string[] = []
  let tried = 0
  for (const [block, tree] of Object.entries(blocks)) {
    const [, version, kind] = /^(v\w+)\.(\w+)$/.exec(block) ?? []
    const spec = tree['spec']
    if (version === undefined || kind === undefined || typeof spec !== 'object' || spec === null) continue
    const seen = new Set<string>()
    for (const path of pathsOf(spec, blocks, [], seen)) {
      const lines = [`apiVersion: monitoring.coreos.com/${version}`, `kind: ${kind}`, 'spec:', ...nested(path, 1)]
      tried += 1
      const root = openDocument(`${lines.join('\n')} x\n`, 'resource.yaml', 'BROKEN')
      const found = [...componentKeys({ ...configure([]), manifests: [root] })]
      if (!found.some(({ at }) => at.keyPlace().line === lines.length)) passed.push(`${block}.${path.join('.')}`)
    }
  }
  assert.ok(tried > 2000, `${tried} keys tried`)
  assert.deepEqual(passed, [])
})

function nested(path: readonly string[], depth: number): string[] {
  return path.map((key, index) => `${'  '.repeat(depth + index)}${JSON.stringify(key)}:`)
}

/** Paths to every key below, the last one misspelt; none where any key may stand. Of `seen` each shared block is looked into once. */
function pathsOf(tree: Tree, blocks: Blocks, above: readonly string[], seen?: Set<string>): string[][] {
  const keys = new Map(
    Object.entries(tree).flatMap(([key, below]): [string, Tree[string]][] =>
      key.startsWith('@') ? Object.entries(blocks[key.slice(1)] ?? {}) : [[key, below]],
    ),
  )
  if (above.length > 12) return []
  return [...keys].flatMap(([key, below]) => {
    const misspelt = `${key.slice(0, -1)}${key.at(-1) === 'x' ? 'y' : 'x'}`
    const own = keys.has('*') || keys.has(misspelt) ? [] : [[...above, misspelt]]
    const block = typeof below === 'string' && below.startsWith('@') ? below.slice(1) : undefined
    if (block !== undefined && seen?.has(block) === true) return own
    if (block !== undefined) seen?.add(block)
    const its = block === undefined ? below : blocks[block]
    return typeof its === 'object' && its !== null ? [...own, ...pathsOf(its, blocks, [...above, key === '*' ? 'any' : key], seen)] : own
  })
}
