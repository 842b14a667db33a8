import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FILES, sections } from './described.ts'
import { mapping, openSource } from './reader.ts'

const entries = sections().flatMap(({ file, entries: each }) => each.map((entry) => ({ ...entry, file })))

test('every file and its mappings are described, each key with what it means', () => {
  assert.deepEqual([...new Set(entries.map(({ file }) => file))].sort(), Object.keys(FILES).sort())
  assert.ok(entries.length > 100)
  for (const { file, path, key } of entries) assert.match(key.doc, /^[A-Z`].*[.:]$/, `${file}: ${path}`)
  const nested = entries.map(({ path }) => path)
  for (const path of ['experiments[].fire.fault.params', 'condition.expr', '[].tree.attributes'])
    assert.ok(
      nested.some((each) => each === path || each.endsWith(path.replace('fire', 'quiet'))),
      path,
    )
})

test('every example that a key brings along can be read as it stands', () => {
  const examples = entries.filter(({ key }) => key.example !== undefined)
  assert.ok(examples.length > 10)
  for (const { path, name, key } of examples) {
    const problems: Error[] = []
    const root = openSource({ file: 'example.yaml', text: key.example ?? '' }, problems as never)
    assert.ok(root !== undefined, path)
    assert.ok(
      mapping({ value: { ...key, key: name, how: 'needed' as const } })(root) !== undefined,
      `${path}: ${problems.map(String).join()}`,
    )
  }
})
