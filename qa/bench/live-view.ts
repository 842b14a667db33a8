import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { prometheusSource } from '../../verify/collect/prometheus-source.ts'
import { bundlePage } from '../../verify/drill/bundle-page.ts'
import { glimpsing } from '../../verify/drill/glimpse.ts'
import { openLivePage } from '../../verify/drill/live-page.ts'
import type { JournalEntry } from '../../verify/model/journal.ts'
import { ROOT } from '../command.ts'

/**
 * Plays the journal of the sample drill at its own pace, as the verifier writes it, with the page open or not; prints the page's address,
 * and at the end the CPU time of this process: node qa/bench/live-view.ts open|closed PROMETHEUS
 */
const [, , how = '', prometheus = ''] = process.argv
const lines = readFileSync(join(ROOT, 'reports/sample/journal.ndjson'), 'utf8').trim().split('\n')
const times = lines.map((line) => (JSON.parse(line) as JournalEntry).atMs)
let zero = performance.now()
/** The drill's own time, which its samples have. */
const now = (): number => (times[0] ?? 0) + performance.now() - zero
const clock = { now, sleep: (ms: number) => wait(ms) }
const look = glimpsing({ prometheus: prometheusSource(prometheus), secrets: [] }, clock)
const page = how === 'open' ? await openLivePage(clock, await bundlePage(), undefined, look) : undefined
if (page !== undefined) process.stdout.write(`${page.address}\n`)
// The one that watches has come by then.
await wait(2_000)
const begun = process.cpuUsage()
zero = performance.now()
for (const [index, line] of lines.entries()) {
  const dueMs = (times[index] ?? 0) - now()
  if (dueMs > 0) await wait(dueMs)
  page?.append(line)
}
const { user, system } = process.cpuUsage(begun)
process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1_000, tookMs: performance.now() - zero })}\n`)
await page?.close()
