import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { bundlePage } from '../../verify/drill/bundle-page.ts'
import { openLivePage } from '../../verify/drill/live-page.ts'
import { systemClock } from '../../verify/drivers/clock.ts'
import type { JournalEntry } from '../../verify/model/journal.ts'
import { ROOT } from '../command.ts'

/**
 * Plays the journal of the sample drill at its own pace, as the verifier writes it, with the page open or not; prints the page's address,
 * and at the end the CPU time of this process: node qa/bench/live-view.ts open|closed
 */
const open = process.argv[2] === 'open'
const lines = readFileSync(join(ROOT, 'reports/sample/journal.ndjson'), 'utf8').trim().split('\n')
const times = lines.map((line) => (JSON.parse(line) as JournalEntry).atMs)
const page = open ? await openLivePage(systemClock, await bundlePage()) : undefined
if (page !== undefined) process.stdout.write(`${page.address}\n`)
// The one that watches has come by then.
await wait(2_000)
const begun = process.cpuUsage()
const zero = performance.now()
for (const [index, line] of lines.entries()) {
  const dueMs = (times[index] ?? 0) - (times[0] ?? 0) - (performance.now() - zero)
  if (dueMs > 0) await wait(dueMs)
  page?.append(line)
}
const { user, system } = process.cpuUsage(begun)
process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1_000, tookMs: performance.now() - zero })}\n`)
await page?.close()
