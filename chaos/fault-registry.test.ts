import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readParams } from './fault.ts'
import { faults, faultsTable } from './fault-registry.ts'

const folder = new URL('./faults/', import.meta.url)

test('the registry is the folder, sorted; an id is a file name', () => {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => name.replace(/\.ts$/, ''))
  assert.deepEqual(
    faults.map(({ meta }) => meta.id),
    files.sort(),
    'a new file in chaos/faults/ needs its line in chaos/fault-registry.ts, sorted',
  )
})

test('every default is inside its own bounds, and every fault names what it needs and whom it hurts', () => {
  for (const { meta } of faults) {
    assert.doesNotThrow(() => readParams(meta, {}), meta.id)
    assert.ok(meta.needs.length > 0 && meta.blastRadius !== '' && meta.title !== '', meta.id)
  }
})

test('the tables name every fault and every parameter', () => {
  const tables = faultsTable()
  for (const { meta } of faults) {
    assert.ok(tables.includes(`| ${meta.id} | ${meta.title} |`), meta.id)
    for (const name of Object.keys(meta.params)) assert.ok(tables.includes(`| ${meta.id} | ${name} |`), `${meta.id} ${name}`)
  }
})

test('the README shows the tables as they are', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  assert.ok(readme.includes(faultsTable()), 'chaos/README.md is out of date: npm run docs')
})
