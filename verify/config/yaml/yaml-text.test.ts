import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isScalar } from 'yaml'
import { openDocument } from './cursor.ts'
import { YamlText } from './yaml-text.ts'

const STYLES = [
  'expr: rate(x[5m]) > 1',
  "expr: 'rate(x[5m]) > 1'",
  'expr: "rate(x[5m]) > 1"',
  'expr: |-\n  rate(x[5m])\n\n    > 1\n',
  'expr: >-\n  rate(x[5m])\n  > 1\n',
  'expr: rate(x[5m])\n  > 1\n',
]

test('the same visible character is found however the scalar is written', () => {
  for (const text of STYLES) {
    const at = openDocument(text, 'f.yml', 'BROKEN').get('expr')
    assert.ok(at !== undefined && isScalar(at.node))
    const value = String(at.node.value)
    for (const piece of ['rate', '5m', '> 1']) {
      const offset = at.source.yaml.offsetIn(at.node, value.indexOf(piece))
      assert.equal(text.slice(offset).startsWith(piece), true, `${text}: ${piece}`)
    }
    assert.equal(at.source.yaml.offsetIn(at.node, value.length), text.trimEnd().length - (/["']$/.test(text) ? 1 : 0), text)
  }
})

test('escapes leave no place', () => {
  const at = openDocument('expr: "x{a=\\"b\\"} > 1"', 'f.yml', 'BROKEN').get('expr')
  assert.ok(at !== undefined && isScalar(at.node))
  assert.equal(at.source.yaml.offsetIn(at.node, 5), undefined)
})

test('a caret stays within its line, and a second document is a problem where one is expected', () => {
  const yaml = new YamlText('a: 1\r\nbc: 2\n---\nd: 3\n', 'f.yml')
  assert.deepEqual(yaml.place([6, 40]), { file: 'f.yml', line: 2, column: 1, source: 'bc: 2', length: 5 })
  assert.equal(yaml.problem?.code, 'MULTIPLE_DOCS')
  assert.equal(new YamlText('a: 1\n---\nb: 2\n', 'f.yml', { documents: 'any' }).problem, undefined)
  assert.throws(() => openDocument('a: [', 'f.yml', 'BROKEN'), { code: 'BROKEN' })
})
