import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { atSources } from './source-places.ts'

test('a stack of what is compiled names the lines of its sources, also where the path has a space', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill places '))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'verify'))
  const source = "interface A {\n  b: string\n}\nexport function fail(a?: A): never {\n  throw new Error(a?.b ?? 'none')\n}\nfail()\n"
  writeFileSync(join(folder, 'verify/a.ts'), source)
  const outfile = join(folder, 'dist/chunks/a.mjs')
  const settings = { bundle: true, format: 'esm', minifyWhitespace: true, sourcemap: 'linked', outfile } as const
  await build({ absWorkingDir: folder, entryPoints: ['verify/a.ts'], ...settings, tsconfigRaw: '{}' })
  const { stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' })
  const stack = /^Error: none\n(?: +at .*\n)+/m.exec(stderr)?.[0] ?? ''
  assert.match(stack, /a\.mjs:1:\d+/)
  const shown = atSources(stack)
  assert.match(shown, /at fail \(verify\/a\.ts:5:9\)/)
  assert.match(shown, /at verify\/a\.ts:7:1\n/)
})

test('what has no map, is of Node or of no source stays as it is', () => {
  const stack = 'Error: x\n    at a (/pack/dist/a.mjs:1:9)\n    at b (file:///pack/dist/none.mjs:1:1)\n    at node:internal/x:2:3\n'
  const empty = { version: 3, sources: [], names: [], mappings: '' } as never
  assert.equal(
    atSources(stack, (file) => (file.endsWith('/a.mjs') ? empty : undefined)),
    stack,
  )
})
