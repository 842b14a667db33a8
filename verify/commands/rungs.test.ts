import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findTool } from '../../lab/tools/tools.ts'
import type { CommandIo } from '../model/command-io.ts'
import { rungStatus } from '../report/rung-status.ts'
import { rungsOf } from './rungs.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'firedrill-rungs-'))
after(() => rmSync(folder, { recursive: true }))

function silent(): { io: CommandIo } {
  const say = (): void => {}
  const { signal } = new AbortController()
  return { io: { stdout: say, stderr: say, env: {}, cwd: folder, isTTY: false, color: false, exitCode: 0, signal } }
}

/** A copy of monitoring/ in which one rule file is another. */
function changed(name: string, from: string, to: string): string {
  const monitoring = join(folder, name)
  cpSync(join(ROOT, 'monitoring'), monitoring, { recursive: true })
  const file = join(monitoring, 'alert-rules.yml')
  const text = readFileSync(file, 'utf8')
  assert.ok(text.includes(from), from)
  writeFileSync(file, text.replaceAll(from, to))
  return monitoring
}

const skip = findTool('promtool') === undefined || findTool('amtool') === undefined || findTool('alertmanager') === undefined

test('a misspelt metric fails its rule at lint, and at simulate where its tools are', async () => {
  const { io } = silent()
  const [lint, simulate] = await rungsOf({ monitoring: changed('misspelt', 'redis_up ', 'redis_upp ') }, io)
  assert.equal(rungStatus(lint, 'RedisConnectionFailed').status, 'fail')
  assert.equal(rungStatus(lint, 'HighErrorRate').status, 'pass')
  assert.equal(rungStatus(simulate, 'RedisConnectionFailed').status, skip ? 'unknown' : 'fail')
})

test('files that are not there are no pass: the rungs say why, and nothing is thrown', async () => {
  const { io } = silent()
  const rungs = await rungsOf({ monitoring: join(folder, 'nowhere') }, io)
  for (const rung of rungs) {
    assert.equal(rungStatus(rung, 'RedisConnectionFailed').status, 'unknown', rung.rung)
    assert.notDeepEqual(rung.problems, [], rung.rung)
  }
})
