import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMap, isScalar, isSeq, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { deployment } from '../../../testing/lint/lint-files.ts'
import { comparedWithLibrary, yamlTexts } from '../../../testing/lint/yaml-texts.ts'
import { readRegular } from './regular-yaml.ts'

const REGULAR = {
  'a rule file':
    'groups:\n- name: a  # its name\n  rules:\n  - alert: A\n    expr: |\n      up{job="x"} == 0\n\n        and y\n    for: 5m\n    labels: { severity: info, n: 1 }\n',
  'lists in lists': '- - a\n  - b\n-   - c\n-\n  d: e\n- f: g\n  h:\n  - i\n',
  'comments at every depth': '# 1\n\na: # 2\n  # 3\n  b:\n    c: d # 4\n      # 5\n\n      # 6\n    # 7\n  # 8\ne: f\n# 9\n   # 10\n',
  'comments behind lists': 'a:\n  - b\n  # 1\n  - c\n    # 2\n   # 3\n# 4\nd:\n  e: [f]\n     # 5\n',
  'scalars of all kinds': "a: 1\nb: -1.50\nc: ~\nd: True\ne: 5m\nf: 'it''s'\ng: \"\\u00e9\\n\"\nh: 12:30\ni: 1_000\nj: é\nk: .5\nl: -a\n",
  'keys of all kinds': '1: a\n"b c": d\n\'e\': f\ntrue: g\nh i: j\nk : l\nm/n.o: p\n',
  'block scalars': 'e: |\n  z\n  \na: >-\n  b\n  c\n\n   d\nb: |+\n  x\n\n\nc: |-\n  y\n\n   \nd:\n  - |\n   z\n  - >\n   z\n\n# 1\n',
  'empty values': 'a:\nb:   \nc:\n\n\n  \nd:\n  e:\nf:\n  -\n  - g:\n',
  'a document marker': '# 1\n---\n# 2\na: b\n',
  'JSON': '{"a": [1, {"b":null}, [ ],\n {} , "c\\/d"], "e" : -0.10,\n"f":true}\n',
  'no last line end': 'a:\n  b: c\n  # 1',
}

test('what is regular is read as the library reads it', () => {
  for (const [name, text] of Object.entries(REGULAR)) assert.equal(comparedWithLibrary(text, true), 'the same', name)
})

test('what is not is left to the library', () => {
  const irregular = [
    ...[
      '',
      '# 1\n',
      'a',
      'a: b: c',
      'a: b\n  c',
      'a: &b c',
      'a: *b',
      'a: !b c',
      '? a',
      'a: b\n---\nc: d\n',
      'a: b\n...\n',
      '%YAML 1.2\n---\na: b',
    ],
    ...[
      'a: b\n c: d',
      '  a: b',
      'a: "b',
      'a: "b\n  c"',
      "a: 'b' c",
      'a: [b',
      'a: [b: c]',
      'a: {b}',
      'a: [,]',
      'a: "\\z"',
      'a:\tb',
      'a: b\r\n',
      'a: |2\n   b',
    ],
    ...[
      'a: [\nb]',
      'a: 0x1f',
      'a: 1e3',
      'a: .inf',
      'a: # 1\nb: c',
      'a: - b',
      'a: @b',
      'a: |\nb: c',
      'a: [b]c',
      'a: "b"#c',
      '- a\nb: c',
      '\ufeffa: b',
    ],
    `${'a'.repeat(600)}: b`,
    '['.repeat(100),
    `a: ${'['.repeat(70)}${']'.repeat(70)}`,
  ]
  for (const text of irregular) assert.equal(comparedWithLibrary(text, true), 'left to the library', JSON.stringify(text))
  assert.equal(comparedWithLibrary('a: b\na: c\n', true), 'left to the library')
  assert.equal(comparedWithLibrary('a: b\na: c\n', false), 'the same')
})

test('its nodes are those of the library', () => {
  const { contents } = readRegular('a: [b]\n', true) ?? {}
  assert.ok(isMap(contents) && contents instanceof YAMLMap)
  const [pair] = contents.items
  assert.ok(pair instanceof Pair && isScalar(pair.key) && pair.key instanceof Scalar)
  assert.ok(isSeq(pair.value) && pair.value instanceof YAMLSeq)
  assert.deepEqual(contents.toJSON(), { a: ['b'] })
})

test('3,000 texts are read as the library reads them, or left to it (more: npm run fuzz)', async () => {
  const { texts } = await deployment()
  const files = texts.map(({ text }) => text).filter((text) => text.length < 8_000)
  const counts = { 'left to the library': 0, 'the same': 0 }
  for (const text of yamlTexts(files, 5).take(3_000)) {
    const found = comparedWithLibrary(text, text.length % 2 === 0)
    assert.ok(typeof found === 'string', `${JSON.stringify(text)}: ${JSON.stringify(found)}`)
    counts[found]++
  }
  assert.ok(counts['the same'] > 300, `${counts['the same']} were regular`)
})
