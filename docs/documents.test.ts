import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readTargetFile } from '../verify/targets/target-file.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

test('the example of docs/target-file.md is read as it stands', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-documents-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const example = /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/target-file.md'), 'utf8'))?.[1] ?? ''
  writeFileSync(join(folder, 'target.yaml'), example)
  const { target } = readTargetFile(join(folder, 'target.yaml'))
  assert.equal(target.name, 'staging')
  assert.deepEqual(Object.keys(target.parts), ['redis', 'mysql'])
})
