import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FiredrillError } from '../../model/error.ts'
import { duplicateKey, openDocuments } from './cursor.ts'
import type { ConfigText, Cursor } from './cursor.ts'
import { kindOf } from '../kinds.ts'

function text(content: string): ConfigText {
  return { file: 'f.yml', path: 'f.yml', text: content, lineOffset: 0, columnOffset: 0 }
}

function open(content: string): Cursor {
  const [root] = openDocuments(text(content))
  assert.ok(root)
  return root
}

function refused(content: string): string {
  try {
    openDocuments(text(content))
  } catch (error) {
    assert.ok(error instanceof FiredrillError)
    return error.code
  }
  return 'read'
}

test('a place inside an expression, however the scalar is written', () => {
  const at = (content: string, offset: number): [number, number] => {
    const place = open(content).get('expr')!.place(offset, 1)
    return [place.line, place.column]
  }
  assert.deepEqual(at('expr: up == 0', 6), [1, 13])
  assert.deepEqual(at('expr: "up == 0"', 6), [1, 14])
  assert.deepEqual(at('expr: |-\n  up\n  == 0', 6), [3, 6])
})

test('merge keys and aliases are followed, own keys win', () => {
  const root = open('base: &b {a: 1, c: 3}\nuse: {<<: *b, a: 2}\nlist: [*b]')
  assert.equal(root.string('use', 'a'), '2')
  assert.equal(root.string('use', 'c'), '3')
  assert.equal(root.string('list', 0, 'a'), '1')
})

test('durations of Prometheus and of Go', () => {
  const root = open('a: 1m30s\nb: 1.5h\nc: 0\nd: soon')
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => root.durationMs(key)),
    [90_000, 5_400_000, 0, undefined],
  )
})

test('an embedded text has the places of its manifest', () => {
  const root = open('data:\n  rules.yml: |\n    groups: []\n    more: 1\n')
  const embedded = root.get('data', 'rules.yml')?.embedded('cm/rules.yml')
  assert.ok(embedded)
  const [inner] = openDocuments(embedded)
  assert.deepEqual(inner?.get('more')?.place(), { file: 'f.yml', line: 4, column: 11, length: 1 })
})

test('what cannot be read is refused with a code of its own', () => {
  assert.equal(refused('a: [1'), 'CONFIG_YAML')
  assert.equal(refused('a: \0'), 'CONFIG_BINARY')
  assert.equal(refused('a: &a [*a]'), 'CONFIG_CYCLE')
  assert.equal(refused('a: *nowhere'), 'CONFIG_YAML')
  assert.equal(refused(`${'['.repeat(150)}1${']'.repeat(150)}`), 'CONFIG_TOO_DEEP')
  const bomb = [
    'a0: &a0 [x,x,x,x,x,x,x,x,x,x]',
    ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(',')}]`),
  ].join('\n')
  assert.equal(refused(bomb), 'CONFIG_BOMB')
})

test('the kind of a document follows from its shape', () => {
  assert.equal(kindOf(open('groups: []')), 'rules')
  assert.equal(kindOf(open('route: {}\nreceivers: []')), 'alertmanager')
  assert.equal(kindOf(open('scrape_configs: []')), 'prometheus')
  assert.equal(kindOf(open('clients: []\nscrape_configs: []')), 'promtail')
  assert.equal(kindOf(open('receivers: {}\nexporters: {}\nservice: {pipelines: {}}')), 'collector')
  assert.equal(kindOf(open('services: {a: {image: b}}')), 'compose')
  assert.equal(kindOf(open('{"panels": [], "title": "x"}')), 'dashboard')
  assert.equal(kindOf(open('apiVersion: v1\nkind: ConfigMap')), 'manifest')
  assert.equal(kindOf(open('apiVersion: 1\ndatasources: []')), 'datasources')
  assert.equal(kindOf(open('a: 1')), 'other')
})

test('a key that stands twice is found in a short mapping and in a long one', () => {
  const twice = (text: string): string | undefined => duplicateKey(open(text))?.key
  const many = Array.from({ length: 12 }, (_, index) => `key${index}: 1`).join('\n')
  assert.equal(twice('a: 1\nb: { c: 1, d: 2, c: 3 }\n'), 'c')
  assert.equal(twice(`${many}\nkey3: 2\n`), 'key3')
  assert.equal(twice(`${many}\n`), undefined)
  assert.equal(twice('a: &x { b: 1 }\nc: &y { d: 1 }\ne:\n  <<: *x\n  f: 1\n'), undefined)
})
