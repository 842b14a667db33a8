import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { COMMITTED, operatorKeys } from './operator-keys.ts'

test("the committed keys of the operator's resources are what the script reads from the pinned modules", (t) => {
  const list = operatorKeys()
  if (list === undefined) t.skip('the Go modules cannot be had')
  else assert.equal(list, readFileSync(COMMITTED, 'utf8'))
})
