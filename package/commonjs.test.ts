import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { COMMONJS } from './commonjs.ts'

test('a constant of ours that is called as a global leaves what CommonJS asks for as it is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-commonjs-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const outfile = join(folder, 'bundle.mjs')
  const contents = 'export const URL = /x/\nconsole.log(JSON.stringify([__filename, __dirname, typeof require]))'
  await build({ stdin: { contents }, outfile, bundle: true, format: 'esm', platform: 'node', banner: { js: COMMONJS } })
  const made = JSON.parse(execFileSync(process.execPath, [outfile], { encoding: 'utf8' })) as string[]
  assert.deepEqual(made, [outfile, folder, 'function'])
})
