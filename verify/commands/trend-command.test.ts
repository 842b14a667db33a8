import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { PastRun } from '../model/past-runs.ts'
import { formatError } from '../text/error-text.ts'
import { trendCommand } from './trend-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-trend-'))
after(() => rmSync(folder, { recursive: true }))

async function trend(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const io: CommandIo = {
    stdout: (text) => void (said.out += text),
    stderr: (text) => void (said.err += text),
    env: {},
    cwd: folder,
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  try {
    await trendCommand(io)
      .exitOverride()
      .parseAsync(['.', ...argv], { from: 'user' })
  } catch (error) {
    assert.ok(error instanceof FiredrillError)
    return { code: error.exitCode, out: said.out, err: formatError(error) }
  }
  return { code: io.exitCode, ...said }
}

/** A night whose alert fired after so long; the window is 0 to 10 s. */
const night = (index: number, ms: number, change: Partial<PastRun> = {}, recipe = 'now'): PastRun => ({
  version: 2,
  runId: `night-${index}`,
  target: 'lab',
  experiments: ['redis-killed'],
  fired: [],
  speed: 15,
  startedMs: index * 86_400_000,
  outcome: 'pass',
  results: [
    {
      experiment: 'redis-killed',
      alert: 'RedisConnectionFailed',
      outcome: 'pass',
      recipe,
      delays: [{ what: 'detection', ms, earliestMs: 0, latestMs: 10_000 }],
    },
  ],
  ...change,
})

function remembered(runs: readonly PastRun[]): void {
  writeFileSync(join(folder, 'history.ndjson'), runs.map((run) => `${JSON.stringify(run)}\n`).join(''))
}

test('the runs of each target and speed, and no drift where delays only vary', async () => {
  remembered([
    ...Array.from({ length: 40 }, (_, index) => night(index, 2_000 + (index % 7) * 300)),
    night(41, 60_000, { speed: 1 }),
    night(42, 2_000, { target: 'staging' }),
  ])
  const { code, out, err } = await trend('--fail-on-drift')
  assert.deepEqual([code, err], [0, ''])
  assert.match(out, /lab, compressed 15 times: 30 runs since 1970-01-11 00:00:00 UTC, the last night-39/)
  assert.match(out, /lab, in real time: 1 run since/)
  assert.match(out, /staging, compressed 15 times: 1 run since/)
  assert.match(out, /redis-killed +30 of 30/)
  assert.equal(out.match(/no delay drifts/g)?.length, 3)
  const only = await trend('--target', 'lab', '--speed', '15')
  assert.doesNotMatch(only.out, /staging|real time/)
})

test('a drift is a warning, and exit code 1 for who asks for that', async () => {
  remembered(Array.from({ length: 30 }, (_, index) => night(index, index < 25 ? 2_000 + index : 6_000 + index)))
  const { code, out } = await trend()
  assert.equal(code, 0)
  assert.match(out, /warning: RedisConnectionFailed \/ redis-killed: detection delay drifts up within its legal window/)
  assert.equal((await trend('--fail-on-drift')).code, 1)
  const [found] = JSON.parse((await trend('--format', 'json')).out) as { history: { experiments: { trends: { drift?: object }[] }[] } }[]
  assert.notEqual(found?.history.experiments[0]?.trends[0]?.drift, undefined)
})

test('delays of an experiment that was another one then are not compared with those of today', async () => {
  remembered(Array.from({ length: 30 }, (_, index) => night(index, index < 25 ? 2_000 : 6_000, {}, index < 25 ? 'before' : 'now')))
  const { code, out } = await trend('--fail-on-drift')
  assert.equal(code, 0)
  assert.match(out, /redis-killed +30 of 30/)
  assert.doesNotMatch(out, /warning/)
})

test('a folder without a history, and a target that is not in it, are said with what to do; damage is passed over and said', async () => {
  rmSync(join(folder, 'history.ndjson'))
  const none = await trend()
  assert.deepEqual([none.code, none.out], [2, ''])
  assert.match(none.err, /history\.ndjson has no run to compare[\s\S]*firedrill run/)
  remembered([night(1, 2_000)])
  appendFileSync(join(folder, 'history.ndjson'), '{"half\n')
  assert.match((await trend()).err, /history\.ndjson:2 is damaged/)
  const other = await trend('--target', 'production')
  assert.equal(other.code, 2)
  assert.match(other.err, /It has lab at speed 15/)
})
