import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { CommandIo } from '../model/command-io.ts'
import { rungStatus } from '../report/rung-status.ts'
import { runLint } from './run-lint.ts'
import { rungsOf } from './rungs.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-rungs-'))
after(() => rmSync(folder, { recursive: true }))

function silent(): { io: CommandIo } {
  const say = (): void => {}
  const { signal } = new AbortController()
  return { io: { stdout: say, stderr: say, env: {}, cwd: folder, isTTY: false, color: false, exitCode: 0, signal } }
}

test('a misspelt metric fails its rule at lint (and at simulate: rungs.deep.test.ts)', async () => {
  const { io } = silent()
  const monitoring = join(folder, 'misspelt')
  mkdirSync(monitoring)
  const text = readFileSync(new URL('../../monitoring/alert-rules.yml', import.meta.url), 'utf8')
  assert.ok(text.includes('redis_up '))
  writeFileSync(join(monitoring, 'alert-rules.yml'), text.replaceAll('redis_up ', 'redis_upp '))
  const lint = await runLint(io, [monitoring], {})
  assert.equal(rungStatus(lint, 'RedisConnectionFailed').status, 'fail')
  assert.equal(rungStatus(lint, 'HighErrorRate').status, 'pass')
})

test('files that are not there or cannot be read are no pass: the rungs say why, and nothing is thrown', async () => {
  const broken = join(folder, 'broken')
  mkdirSync(broken)
  writeFileSync(join(broken, 'alert-rules.yml'), 'groups: [')
  for (const monitoring of [join(folder, 'nowhere'), broken]) {
    const { io } = silent()
    const rungs = await rungsOf({ monitoring }, io)
    assert.equal(rungs.length, 2)
    for (const rung of rungs) {
      assert.equal(rungStatus(rung, 'RedisConnectionFailed').status, 'unknown', rung.rung)
      assert.notDeepEqual(rung.problems, [], rung.rung)
    }
  }
})
