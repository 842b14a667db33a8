import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { IS_PACKAGE, TOOL_ROOT, toolFile, toolProgram } from './tool-files.ts'

test('in a checkout the root is the folder of package.json, and a program is its source', () => {
  assert.equal(IS_PACKAGE, false)
  assert.equal((JSON.parse(readFileSync(toolFile('package.json'), 'utf8')) as { name: string }).name, 'firedrill')
  assert.equal(toolProgram('chaos/watchdog.ts'), join(TOOL_ROOT, 'chaos/watchdog.ts'))
  for (const program of ['chaos/watchdog.ts', 'verify/targets/cpu-wait-process.ts']) assert.ok(existsSync(toolProgram(program)), program)
})

test('only this file asks where it is: the place of a source is lost when it is compiled', () => {
  const files = ['verify', 'chaos', 'scenarios'].flatMap((folder) =>
    readdirSync(join(TOOL_ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => `${folder}/${name}`),
  )
  assert.ok(files.length > 500)
  assert.deepEqual(
    files.filter((file) => /\bimport\.meta\b/.test(readFileSync(toolFile(file), 'utf8').replaceAll(/\/\/.*$/gm, ''))).sort(),
    // The two that run as programs compare themselves with what was started.
    ['chaos/watchdog.ts', 'verify/cli.ts', 'verify/tool/tool-files.ts'],
    'use toolFile or toolProgram',
  )
})
