import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { openChromium } from '../../testing/machine/chromium.ts'
import {
  finishByClicks,
  injectByClicks,
  noteByClicks,
  notifiedOnPage,
  pauseByClicks,
  undoByClicks,
} from '../../testing/machine/gameday-clicks.ts'
import type { JournalEntry } from '../../verify/model/journal.ts'
import type { Report } from '../../verify/model/report.ts'
import { firedrill, PROGRAM, ROOT } from '../command.ts'

/**
 * The game day of README on the whole lab, from the page alone in a real Chromium: `npm run gameday:clicks [-- FOLDER]`. Traffic by k6, a
 * killed Redis, its alert seen to fire and to resolve, a note, a pause, finish; then the report is read. It throws at the first thing that
 * is not as it should be, and takes the lab down however it ends. Pictures of each step stay in the folder.
 */
const folder = process.argv[2] ?? join(ROOT, 'reports/gameday-clicks')
/** The lab is compressed 15 times: an alert fires within half a minute; a machine that is busy takes longer. */
const PATIENCE_MS = 180_000

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const say = (text: string): void => void process.stderr.write(`${text}\n`)

const up = await firedrill(['lab', 'up'], { show: true })
try {
  assert.equal(up.exitCode, 0, 'the lab is up')
  await play()
} finally {
  await firedrill(['lab', 'down'], { show: true })
}

async function play(): Promise<void> {
  const run = join(folder, 'run')
  const child = spawn(PROGRAM, ['gameday', '--out', run], { cwd: ROOT, stdio: ['pipe', 'inherit', 'pipe'] })
  const exited = once(child, 'exit') as Promise<[number | null]>
  const browser = await openChromium()
  try {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 1400 } })
    tab.setDefaultTimeout(PATIENCE_MS)
    const trouble: string[] = []
    tab.on('pageerror', (error) => trouble.push(`error: ${error.message}`))
    tab.on('console', (message) => trouble.push(`console: ${message.text()}`))
    const seen = async (step: string): Promise<void> => {
      say(step)
      await tab.screenshot({ path: join(folder, `${step.replaceAll(/\W+/g, '-')}.png`) })
    }
    await tab.goto(await addressOf(child.stderr))
    await tab.getByRole('heading', { name: 'Game day.' }).waitFor()
    await injectByClicks(tab, 1, { id: 'steady', fill: { ratePerS: '10' } })
    await injectByClicks(tab, 2, { id: 'kill-process', part: 'redis', fires: /^RedisConnectionFailed \(critical\) fires/, felt: /clients/ })
    await seen('1 redis is killed')
    await notifiedOnPage(tab, 'critical', 'firing', 'RedisConnectionFailed', PATIENCE_MS)
    await tab.locator('.mark.firing').last().click()
    await tab.locator('.picked pre').waitFor()
    await seen('2 its alert was notified')
    await undoByClicks(tab, 2)
    await notifiedOnPage(tab, 'critical', 'resolved', 'RedisConnectionFailed', PATIENCE_MS)
    await noteByClicks(tab, 'Redis is back, and so is its alert')
    await pauseByClicks(tab)
    await seen('3 undone and resolved')
    await finishByClicks(tab)
    await tab.getByRole('heading', { level: 1, name: /promises were kept|promise was broken|Could not tell|Nothing was judged/ }).waitFor()
    await seen('4 judged')
    assert.deepEqual(trouble, [])
  } finally {
    await browser.close()
    // A page that is closed before the end is a game day that goes on: its terminal is closed as well.
    child.stdin.end()
  }
  const [code] = await exited
  judged(run, code)
}

/** The game day prints it with its token. */
async function addressOf(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    say(line)
    const address = /http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+\//.exec(line)?.[0]
    if (address !== undefined) {
      stderr.resume()
      return address
    }
  }
  throw new Error('the game day ended before it printed the address of its page')
}

/** Its report is a drill's: the experiment that was played passed, everything was undone, and the page opens from the disk. */
function judged(run: string, code: number | null): void {
  const report = JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')) as Report
  const entries = readFileSync(join(run, 'journal.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry)
  const footer = entries.findLast((entry) => entry.kind === 'footer')
  assert.deepEqual([footer?.ended, footer?.notUndone], ['completed', []])
  assert.ok(
    entries.some((entry) => entry.kind === 'note' && entry.message.includes('so is its alert')),
    'the note is in the journal',
  )
  const fired = report.rules.flatMap((rule) => rule.experiments.flatMap((experiment) => experiment.verdicts))
  const verdict = fired.find(({ alert, check }) => alert === 'RedisConnectionFailed' && check === 'notification-delivered')
  assert.equal(verdict?.status, 'pass', verdict?.observed)
  assert.equal(code, 0, `exit code of the game day; ${report.outcome}`)
  say(`passed: ${pathToFileURL(join(run, 'report.html')).href}`)
}
