import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { IS_PACKAGE, TOOL_ROOT, toolFile, toolProgram } from './tool-files.ts'

test('in a checkout the root is the folder of package.json, and a program is its source', () => {
  assert.equal(IS_PACKAGE, false)
  assert.equal((JSON.parse(readFileSync(toolFile('package.json'), 'utf8')) as { name: string }).name, 'firedrill')
  assert.equal(toolProgram('chaos/watchdog.ts'), join(TOOL_ROOT, 'chaos/watchdog.ts'))
  for (const program of ['chaos/watchdog.ts', 'verify/targets/cpu-wait-process.ts']) assert.ok(existsSync(toolProgram(program)), program)
})
