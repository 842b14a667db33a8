import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { missingTools } from '../../lab/tools/tools.ts'
import type { CommandIo } from '../model/command-io.ts'
import { rungStatus } from '../report/rung-status.ts'
import { rungsOf } from './rungs.ts'

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
