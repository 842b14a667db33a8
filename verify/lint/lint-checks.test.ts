import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { CHECKS } from './lint-checks.ts'

const folder = new URL('./checks/', import.meta.url)
const tree = readdirSync(folder, { recursive: true, encoding: 'utf8' })
const files = tree
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => basename(name, '.ts'))
  .sort()

test('the registry holds each file of checks/, sorted, under its file name', () => {
  assert.deepEqual(
    CHECKS.map((check) => check.meta.id),
    files,
    'add the check to verify/lint/registry/',
  )
})

test('titles are statements: of what is so, and of what is not', () => {
  for (const { meta } of CHECKS) {
    assert.match(meta.title, /^[A-Z`].*[^.]$/, `${meta.id}: title`)
    assert.match(meta.failureTitle, /^[A-Z`].*[^.]$/, `${meta.id}: failureTitle`)
    assert.match(meta.why, /(\.|\)|https:\S+)$/, `${meta.id}: why ends with a full stop or a link`)
    assert.notEqual(meta.title, meta.failureTitle, meta.id)
  }
})

test('the test of every check asserts a finding of it', () => {
  const idle = tree
    .filter((name) => name.endsWith('.test.ts'))
    .filter((name) => !/\bfinds\(/.test(readFileSync(new URL(name, folder), 'utf8')))
  assert.deepEqual(idle, [], 'add finds() of testing/lint/lint-files.ts')
})
