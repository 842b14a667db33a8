import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { toolFile } from '../verify/tool/tool-files.ts'
import { bundleCheckout } from './bundle-checkout.ts'

// Below node_modules, as the real one: a driver's package is found from there.
const folder = mkdtempSync(toolFile('node_modules/.cache/bundle-test-'))
after(() => rmSync(folder, { recursive: true }))
const run = (program: string, argv: readonly string[]): string =>
  execFileSync(process.execPath, [program, ...argv], { encoding: 'utf8', cwd: tmpdir(), env: { PATH: process.env['PATH'] ?? '' } })

test('the bundle says what the sources say, and knows each source that it was made of', async () => {
  const out = join(folder, 'bundle')
  const count = await bundleCheckout(out)
  assert.ok(count !== undefined, 'no source changed meanwhile')
  const { inputs, program } = JSON.parse(readFileSync(join(out, 'inputs.json'), 'utf8')) as { inputs: [string, string][]; program: string }
  assert.equal(inputs.length, count)
  const paths = inputs.map(([path]) => path)
  for (const path of ['verify/cli.ts', 'verify/plan/make-plan.ts', 'node_modules/.package-lock.json', 'node_modules/yaml/dist/index.js'])
    assert.ok(paths.includes(path), path)
  // What runs as a process of its own would take itself for it in the bundle.
  assert.ok(!paths.includes('chaos/watchdog.ts'))
  assert.ok(paths.every((path) => existsSync(toolFile(path))))
  for (const argv of [
    ['plan'],
    ['list'],
    ['list', 'checks', '--format', 'json'],
    ['explain', 'rule-exists'],
    ['explain', 'RedisHighMemory'],
    ['lint', '--platform', toolFile(''), '--format', 'json'],
  ])
    assert.equal(run(join(out, program), argv), run(toolFile('verify/cli.ts'), argv), argv.join(' '))
})
