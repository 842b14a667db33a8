import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { RecordedWorld } from '../../testing/backtest/recorded-world.ts'
import { FiredrillError } from '../model/error.ts'
import { progressHeader, remembered } from './remembered-history.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-progress-'))
after(() => {
  rmSync(folder, { recursive: true })
})
const T = 1_795_700_000_000
const HEADER = { firedrill: 'backtest progress 1' as const, prometheus: 'http://127.0.0.1:9090', fromMs: T, untilMs: T + 3_600_000 }
const world = (): RecordedWorld => new RecordedWorld([{ metric: { __name__: 'signal', word: 'größe "x"' }, timesMs: [T], values: [3] }], [])

test('an answer is asked for once, also by the next process, and a line that was cut off is asked for again', async () => {
  const file = join(folder, 'progress.ndjson')
  const first = world()
  const one = await remembered(first, file, HEADER)
  const answer = await one.history.range('signal', T, T + 60_000, 15_000)
  await one.history.instant('signal', T)
  await one.history.instant('signal', T)
  one.close()
  assert.equal(first.asked.length, 2)
  assert.deepEqual(await progressHeader(file), HEADER)
  assert.equal(statSync(file).mode & 0o777, 0o600)

  appendFileSync(file, '{"q":"[\\"cut')
  const second = world()
  const two = await remembered(second, file, HEADER)
  assert.equal(two.known, 2)
  assert.deepEqual(await two.history.range('signal', T, T + 60_000, 15_000), answer)
  assert.equal(second.asked.length, 0)
  await two.history.instant('signal', T + 1)
  two.close()
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  assert.equal(lines.length, 4)
  for (const line of lines) JSON.parse(line)
})

test('a partial answer is not kept', async () => {
  const partial = world()
  partial.warnings = ['store did not answer']
  const { history, close } = await remembered(partial, join(folder, 'partial.ndjson'), HEADER)
  await history.instant('signal', T)
  await history.instant('signal', T)
  close()
  assert.equal(partial.asked.length, 2)
})

test('another file is refused and left as it is', async () => {
  const file = join(folder, 'other.txt')
  writeFileSync(file, 'my notes\n')
  await assert.rejects(progressHeader(file), (error) => error instanceof FiredrillError && error.code === 'PROGRESS_INVALID')
  assert.equal(readFileSync(file, 'utf8'), 'my notes\n')
  assert.equal(await progressHeader(join(folder, 'none')), undefined)
})
