import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { missingTools } from '../../lab/tools/tools.ts'
import type { CommandIo } from '../model/command-io.ts'
import { rungStatus } from '../report/rung-status.ts'
import { rungsOf } from './rungs.ts'

const MONITORING = fileURLToPath(new URL('../../monitoring', import.meta.url))
const skip = missingTools(['promtool', 'amtool', 'alertmanager']).length > 0

test('of the delivered files both rungs pass every rule, and not a word is said', { skip: skip && 'the tools of simulate' }, async () => {
  const said: string[] = []
  const say = (text: string): void => void said.push(text)
  const { signal } = new AbortController()
  const io: CommandIo = { stdout: say, stderr: say, env: {}, cwd: tmpdir(), isTTY: false, color: false, exitCode: 0, signal }
  const rungs = await rungsOf({}, io)
  assert.deepEqual(said, [])
  assert.equal(io.exitCode, 0)
  assert.deepEqual(
    rungs.map(({ rung, problems, untested }) => [rung, problems, untested]),
    [
      ['lint', [], []],
      ['simulate', [], []],
    ],
  )
  for (const rung of rungs) assert.equal(rungStatus(rung, 'RedisConnectionFailed').status, 'pass', rung.rung)
})

test('a misspelt metric fails its rule at lint, and at simulate', { skip: skip && 'the tools of simulate' }, async (t) => {
  const monitoring = mkdtempSync(join(tmpdir(), 'firedrill-rungs-'))
  t.after(() => rmSync(monitoring, { recursive: true }))
  cpSync(MONITORING, monitoring, { recursive: true })
  const file = join(monitoring, 'alert-rules.yml')
  const text = readFileSync(file, 'utf8')
  assert.ok(text.includes('redis_up '))
  writeFileSync(file, text.replaceAll('redis_up ', 'redis_upp '))
  const say = (): void => {}
  const { signal } = new AbortController()
  const io: CommandIo = { stdout: say, stderr: say, env: {}, cwd: tmpdir(), isTTY: false, color: false, exitCode: 0, signal }
  const [lint, simulate] = await rungsOf({ monitoring }, io)
  assert.equal(rungStatus(lint, 'RedisConnectionFailed').status, 'fail')
  assert.equal(rungStatus(lint, 'HighErrorRate').status, 'pass')
  assert.equal(rungStatus(simulate, 'RedisConnectionFailed').status, 'fail')
})
