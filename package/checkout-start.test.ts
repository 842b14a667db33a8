import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { toolFile } from '../verify/tool/tool-files.ts'
import { stateOf } from './checkout-start.mjs'

/** A checkout with one source besides, and a bundle that was made of it. */
function checkout(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'firedrill-start-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const folder of ['package', 'verify', 'node_modules/.cache/bundle']) mkdirSync(join(root, folder), { recursive: true })
  copyFileSync(toolFile('package/checkout-start.mjs'), join(root, 'package/checkout-start.mjs'))
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n')
  const program = (what: string): string => `console.log(${JSON.stringify(what)}, process.argv[1] === new URL(import.meta.url).pathname)\n`
  writeFileSync(join(root, 'verify/cli.ts'), program('source'))
  const source = join(root, 'verify/plan.ts')
  writeFileSync(source, 'export const A = 1\n')
  // Whole seconds, so that a change below can put exactly this time back.
  utimesSync(source, 1_700_000_000, 1_700_000_000)
  const bundle = join(root, 'node_modules/.cache/bundle')
  writeFileSync(join(bundle, 'cli.mjs'), program('bundle'))
  writeFileSync(
    join(bundle, 'inputs.json'),
    JSON.stringify({ commands: ['plan'], program: 'cli.mjs', inputs: [['verify/plan.ts', stateOf(source)]] }),
  )
  return {
    /** Changes the source once the clock of files has gone on, as it has long before anyone edits what was bundled. */
    change: (how: (path: string) => void): void => {
      const before = statSync(source, { bigint: true }).ctimeNs
      const probe = join(root, 'probe')
      do writeFileSync(probe, '')
      while (statSync(probe, { bigint: true }).ctimeNs <= before)
      how(source)
    },
    bundle,
    start: (...argv: string[]): string =>
      execFileSync(process.execPath, [join(root, 'package/checkout-start.mjs'), ...argv], { encoding: 'utf8' }).trim(),
  }
}

test('plan starts from the bundle, other commands from the sources; either takes itself for what was started', (t) => {
  const { start } = checkout(t)
  assert.equal(start('plan'), 'bundle true')
  assert.equal(start('--no-color', 'plan', '--only', 'x'), 'bundle true')
  assert.equal(start('run'), 'source true')
  assert.equal(start(), 'source true')
})

for (const [what, how] of [
  ['is written to', (path: string) => writeFileSync(path, 'export const A = 2\n')],
  [
    'has another text of the same length and its former time',
    (path: string) => {
      writeFileSync(path, 'export const A = 3\n')
      utimesSync(path, 1_700_000_000, 1_700_000_000)
    },
  ],
  [
    'is replaced by a copy',
    (path: string) => {
      writeFileSync(`${path}.new`, readFileSync(path))
      utimesSync(`${path}.new`, 1_700_000_000, 1_700_000_000)
      renameSync(`${path}.new`, path)
    },
  ],
  ['is gone', (path: string) => rmSync(path)],
] as const)
  test(`a source that ${what} is never answered for by the bundle`, (t) => {
    const { change, start } = checkout(t)
    assert.equal(start('plan'), 'bundle true')
    change(how)
    assert.equal(start('plan'), 'source true')
  })

test('without a bundle, or with half of one, the sources are started', (t) => {
  const { bundle, start } = checkout(t)
  writeFileSync(join(bundle, 'inputs.json'), '{ "commands": [')
  assert.equal(start('plan'), 'source true')
  rmSync(bundle, { recursive: true })
  assert.equal(start('plan'), 'source true')
})
