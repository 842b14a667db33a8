import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { bundlePage } from './bundle-page.ts'

const MOST_CODE = 400_000
const MOST_REPORT = 2_000_000

test('code and style of the page are below 400 KB, end no element, and have the hashes that the policy names', async () => {
  const { script, scriptHash, style, styleHash } = await bundlePage()
  const bytes = Buffer.byteLength(script) + Buffer.byteLength(style)
  assert.ok(script.length > 10_000 && style.length > 1_000, 'both were built')
  assert.ok(bytes < MOST_CODE, `${bytes} bytes`)
  assert.doesNotMatch(script, /<\/script/i)
  assert.doesNotMatch(style, /<\/style/i)
  for (const [text, hash] of [
    [script, scriptHash],
    [style, styleHash],
  ] as const)
    assert.equal(hash, `sha256-${createHash('sha256').update(text).digest('base64')}`)
})

test('the page of the recorded full drill is one file below 2 MB', () => {
  const file = new URL('../../reports/sample/report.html', import.meta.url)
  const { size } = statSync(file)
  assert.ok(size > 100_000 && size < MOST_REPORT, `${size} bytes`)
  assert.doesNotMatch(readFileSync(file, 'utf8'), /<(?:script|img|iframe)[^>]* src=|<link[^>]* href=/)
})
