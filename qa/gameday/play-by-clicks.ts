import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openChromium, openMortalChromium } from '../../testing/machine/chromium.ts'
import {
  finishByClicks,
  injectByClicks,
  injectByKeys,
  noteByClicks,
  notifiedOnPage,
  pauseByClicks,
  undoByClicks,
} from '../../testing/machine/gameday-clicks.ts'
import type { JournalEntry } from '../../verify/model/journal.ts'
import type { Report } from '../../verify/model/report.ts'
import { firedrill, PROGRAM, ROOT } from '../command.ts'

/**
 * Two game days on the whole lab from the page alone in a real Chromium: `npm run gameday:clicks [-- FOLDER]`. That of README by clicks:
 * traffic by k6, a killed Redis, its alert seen to fire and to resolve, a note, a pause, finish; then the report is read. And one by keys,
 * its browser killed while Redis is dead: everything is undone. It throws at the first thing that is not as it should be, and takes the lab
 * down however it ends. Pictures of each step stay in the folder.
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
  await byClicks()
  await byKeysUntilKilled()
} finally {
  await firedrill(['lab', 'down'], { show: true })
}

async function byClicks(): Promise<void> {
  const session = await begun('clicks')
  const browser = await openChromium()
  try {
    const { tab, seen, trouble } = await opened(browser, session)
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
    session.type('')
  }
  const entries = await judged(session)
  assert.ok(
    entries.some((entry) => entry.kind === 'note' && entry.message.includes('so is its alert')),
    'the note is in the journal',
  )
}

/** The browser dies while Redis is dead; nothing is typed before everything is undone. */
async function byKeysUntilKilled(): Promise<void> {
  const session = await begun('keys')
  const { browser, kill } = await openMortalChromium()
  try {
    const { tab, seen } = await opened(browser, session)
    await injectByKeys(tab, 1, { id: 'kill-process', part: 'redis' })
    await notifiedOnPage(tab, 'critical', 'firing', 'RedisConnectionFailed', PATIENCE_MS)
    await seen('5 by keys, before the browser is killed')
    await kill()
    await session.said(/the page that may act is gone: what was injected from it is undone/)
    await session.said(/1: kill-process redis .* is undone and read back/)
  } finally {
    await kill()
    session.type('quit\n')
  }
  const entries = await judged(session)
  const undos = entries.filter((entry) => entry.kind === 'fault' && entry.phase === 'undo' && entry.ok)
  assert.equal(undos.length, 1, 'the fault is undone')
}

type Browser = Awaited<ReturnType<typeof openChromium>>
type Tab = Awaited<ReturnType<Browser['newPage']>>

interface Session {
  /** Of its page, with the token. */
  address: string
  run: string
  type(text: string): void
  /** Resolves when it has said so, on its terminal. */
  said(what: RegExp): Promise<void>
  exited: Promise<number | null>
}

async function begun(name: string): Promise<Session> {
  const run = join(folder, `run-${name}`)
  const child = spawn(PROGRAM, ['gameday', '--out', run], { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  let text = ''
  const more = new EventTarget()
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (part: string) => {
      process.stderr.write(part)
      text += part
      more.dispatchEvent(new Event('more'))
    })
  const said = async (what: RegExp): Promise<void> => {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    while (!what.test(text)) await once(more, 'more', { signal: patience })
  }
  const address = /http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+\//
  await said(address)
  return {
    address: address.exec(text)?.[0] ?? '',
    run,
    type: (line) => void child.stdin.end(line),
    said,
    exited,
  }
}

async function opened(browser: Browser, { address }: Session): Promise<{ tab: Tab; trouble: string[]; seen(step: string): Promise<void> }> {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 1400 } })
  tab.setDefaultTimeout(PATIENCE_MS)
  const trouble: string[] = []
  tab.on('pageerror', (error) => trouble.push(`error: ${error.message}`))
  tab.on('console', (message) => trouble.push(`console: ${message.text()}`))
  await tab.goto(address)
  await tab.getByRole('heading', { name: 'Game day.' }).waitFor()
  const seen = async (step: string): Promise<void> => {
    say(step)
    await tab.screenshot({ path: join(folder, `${step.replaceAll(/\W+/g, '-')}.png`) })
  }
  return { tab, trouble, seen }
}

/** Its report is a drill's: what was played passed, everything was undone, and the page opens from the disk. Resolves with its journal. */
async function judged({ run, exited }: Session): Promise<JournalEntry[]> {
  const code = await exited
  const report = JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')) as Report
  const entries = readFileSync(join(run, 'journal.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry)
  const footer = entries.findLast((entry) => entry.kind === 'footer')
  assert.deepEqual([footer?.ended, footer?.notUndone], ['completed', []])
  const fired = report.rules.flatMap((rule) => rule.experiments.flatMap((experiment) => experiment.verdicts))
  const verdict = fired.find(({ alert, check }) => alert === 'RedisConnectionFailed' && check === 'notification-delivered')
  assert.equal(verdict?.status, 'pass', verdict?.observed)
  assert.equal(code, 0, `exit code of the game day; ${report.outcome}`)
  say(`passed: ${pathToFileURL(join(run, 'report.html')).href}`)
  return entries
}
