import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { measure, PROGRAM, ROOT } from '../command.ts'
import { growJournal } from './journals.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-journals-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** CPU seconds that it takes to judge a journal of so many bytes. */
async function judged(bytes: number): Promise<number> {
  const run = join(folder, String(bytes))
  mkdirSync(run, { recursive: true })
  growJournal(join(ROOT, 'reports/sample/journal.ndjson'), join(run, 'journal.ndjson'), bytes)
  const { cpuS, exitCode } = await measure(PROGRAM, ['judge', run])
  assert.equal(exitCode, 0)
  return cpuS
}

/** Four times the text takes four times as long, and not sixteen times. CPU time, and both in one run: no machine is too slow for it. */
test('the time to judge a journal grows with its length', async () => {
  const [before, long, afterwards] = [await judged(75e6), await judged(300e6), await judged(75e6)]
  const ratio = long / Math.max(before, afterwards)
  assert.ok(ratio < 6, `${before} s and ${afterwards} s of CPU for 75 MB, ${long} s for 300 MB`)
})
