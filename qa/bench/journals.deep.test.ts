import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { measure, PROGRAM, ROOT } from '../command.ts'
import { growJournal } from './journals.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-journals-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** CPU seconds that it takes to judge a journal of so many bytes, and the most memory. */
async function judged(bytes: number): Promise<{ cpuS: number; peakMb: number }> {
  const run = join(folder, String(bytes))
  mkdirSync(run, { recursive: true })
  growJournal(join(ROOT, 'reports/sample/journal.ndjson'), join(run, 'journal.ndjson'), bytes)
  const { cpuS, peakMb, exitCode } = await measure(PROGRAM, ['judge', run])
  assert.equal(exitCode, 0)
  return { cpuS, peakMb }
}

/** Four times the text takes four times as long, and not sixteen times. CPU time, and both in one run: no machine is too slow for it. */
test('the time to judge a journal grows with its length, and of the journal little is held', async () => {
  const [before, long, afterwards] = [await judged(75e6), await judged(300e6), await judged(75e6)]
  const ratio = long.cpuS / Math.max(before.cpuS, afterwards.cpuS)
  assert.ok(ratio < 6, `${before.cpuS} s and ${afterwards.cpuS} s of CPU for 75 MB, ${long.cpuS} s for 300 MB`)
  // 161 to 179 MB were measured: what is kept grows with faults and messages, not with the text.
  assert.ok(long.peakMb < 190, `${long.peakMb.toFixed(0)} MB for 300 MB`)
})
