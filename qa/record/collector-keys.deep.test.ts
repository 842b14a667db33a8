import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { collectorKeys, COMMITTED } from './collector-keys.ts'

test('the committed keys of the collector are what the script reads from the pinned modules', (t) => {
  const list = collectorKeys()
  if (list === undefined) {
    t.skip('the Go modules cannot be had')
    return
  }
  assert.equal(list, readFileSync(COMMITTED, 'utf8'))
})
