import assert from 'node:assert/strict'
import { test } from 'node:test'
import { staleDocs } from './generate.ts'

test('the generated parts of the documents, the pages of the checks and the schema of report.json are as generated', async () => {
  assert.deepEqual([...(await staleDocs()).keys()], [], 'type: npm run docs')
})
