import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { PassThrough } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Browser, Page as Tab } from 'playwright-core'
import { OWN_PLATFORM } from '../../testing/spec/own-platform.ts'
import { faults } from '../../chaos/fault-registry.ts'
import { CHROMIUM, openChromium, openMortalChromium } from '../../testing/machine/chromium.ts'
import {
  finishByClicks,
  injectByClicks,
  injectByKeys,
  noteByClicks,
  notifiedOnPage,
  pauseByClicks,
  undoByClicks,
} from '../../testing/machine/gameday-clicks.ts'
import { fakeWorld, plannedExperiment, planOf } from '../../testing/virtual/fake-ports.ts'
import { bundlePage } from '../drill/bundle-page.ts'
import { asInjected, choicesOf } from '../drill/gameday-choices.ts'
import type { Line } from '../drill/gameday-input.ts'
import { gameday } from '../drill/gameday-session.ts'
import { openLivePage, type LivePage } from '../drill/live-page.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const skip = CHROMIUM === undefined ? 'no Chromium: apt-get install chromium, or set CHROMIUM' : false
const PARTS = {
  redis: { name: 'redis', process: { recordFile: '/r' }, toxiproxy: { api: 'http://t', proxy: 'redis' } },
  mysql: { name: 'mysql', process: { recordFile: '/m' } },
}
/** Everything that a page could take for markup, and text that runs backwards. */
const HOSTILE = '</script><img src=http://127.0.0.1:9/x onerror=alert(1)>\u202egnp.exe'

/** What never comes fails; what comes late on a busy machine does not. */
const PATIENCE_MS = 300_000

let browser: Browser
before(async () => {
  if (skip === false) browser = await openChromium()
})
after(async () => {
  if (skip === false) await browser.close()
})

interface Played {
  live: LivePage
  world: ReturnType<typeof fakeWorld>
  /** Settles when the game day is over. */
  ended: Promise<string>
  notes(): string[]
  said(): string
}

/** A game day with its real session and page, on a platform that is none. `goneAfterMs`: after how long a killed browser counts. */
async function played(t: TestContext, goneAfterMs = 2 * PATIENCE_MS): Promise<Played> {
  const world = fakeWorld()
  // The machine's time: a browser lives in it.
  const clock = Object.assign(world.clock, {
    now: () => Date.now(),
    sleep: (ms: number, signal?: AbortSignal) => wait(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }),
  })
  const { start } = world.load
  // k6 goes on until it is stopped.
  world.load.start = async (...use) => ({ ...(await start(...use)), done: new Promise(() => undefined) })
  const means = { faults: faults.map(({ meta }) => meta), parts: PARTS, scripts: OWN_PLATFORM.scripts }
  const experiment = plannedExperiment('redis-killed', { subject: {} })
  const plan = asInjected(planOf([experiment]), means)
  const session = { ...means, plan, services: ['fluxpay-engine', 'moalog-server', 'rate-limiter'] }
  const lines = new PassThrough({ objectMode: true })
  let said = ''
  const journal = {
    append: (body: Parameters<typeof world.journal.append>[0]) => {
      const seq = world.journal.append(body)
      live.append(JSON.stringify({ ...world.entries[seq] }))
      return seq
    },
  }
  const handOver = (from: string, to: string): void => {
    live.handOver(to)
    journal.append({ kind: 'note', message: `handed over from ${from} to ${to}` })
  }
  const live: LivePage = await openLivePage(clock, await bundlePage(), {
    choices: choicesOf(session),
    say: (text) => lines.write({ text, by: 'page' }),
    gone: () => lines.write({ text: 'undo page', by: 'firedrill' }),
    goneAfterMs,
    handOver,
  })
  const over = new AbortController()
  const ended = gameday(
    lines as AsyncIterable<Line>,
    { ...world, journal },
    {
      ...session,
      runId: 'gameday-1',
      yes: false,
      undoAfterMs: 900_000,
      signal: AbortSignal.any([over.signal, live.stop]),
      write: (text) => {
        said += text
        live.show({ said: text })
      },
      prompt: () => undefined,
      changed: (state) => live.show(state),
      handOver,
    },
  )
  t.after(async () => {
    over.abort(new Error('the test is over'))
    await ended
    await live.close()
  })
  const notes = (): string[] => world.entries.flatMap((entry) => (entry.kind === 'note' ? [entry.message] : []))
  return { live, world, ended, notes, said: () => said }
}

async function opened(of: Browser, address: string): Promise<{ tab: Tab; trouble: string[] }> {
  const context = await of.newContext({ bypassCSP: true })
  context.setDefaultTimeout(PATIENCE_MS)
  const tab = await context.newPage()
  const trouble: string[] = []
  tab.on('pageerror', (error) => trouble.push(`error: ${error.message}`))
  tab.on('console', (message) => trouble.push(`console: ${message.text()}`))
  tab.on('dialog', (dialog) => trouble.push(`dialog: ${dialog.message()}`))
  tab.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(address).origin) trouble.push(`request: ${request.url()}`)
  })
  await tab.goto(address)
  return { tab, trouble }
}

async function accessible(tab: Tab): Promise<void> {
  await tab.evaluate(AXE)
  for (const [width, colorScheme] of [
    [390, 'dark'],
    [1280, 'light'],
  ] as const) {
    await tab.setViewportSize({ width, height: 900 })
    await tab.emulateMedia({ colorScheme })
    const found = await tab.evaluate(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`)
    assert.deepEqual(found, [], `${width} ${colorScheme}`)
    assert.equal(await tab.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, `it fits ${width} pixels`)
  }
}

const harm = (world: Played['world']): string[] => world.calls.filter((call) => /^(inject|undo|load|stop) /.test(call))

test(
  'a game day by clicks: choose, confirm, watch, undo, a scenario with its parameters, pause, resume, a note, hand over',
  { skip },
  async (t) => {
    const { live, world, notes } = await played(t)
    const { tab, trouble } = await opened(browser, live.address)
    const becomes = (want: string[]): Promise<void> => t.waitFor(() => assert.deepEqual(harm(world), want), { timeout: PATIENCE_MS })
    await tab.getByLabel('fault or scenario').selectOption('kill-process')
    await tab.getByText(/^RedisConnectionFailed \(critical\) fires 0 to 10 s after the injection/).waitFor()
    await tab.getByRole('button', { name: 'inject', exact: true }).click()
    await tab.getByRole('alert').getByText('its clients see refused connections').waitFor()
    assert.deepEqual(harm(world), [], 'nothing is done before the confirmation')
    await tab.getByRole('button', { name: 'no', exact: true }).click()
    await tab.getByRole('button', { name: 'inject', exact: true }).click()
    await tab.getByRole('button', { name: 'yes, inject kill-process into redis' }).click()
    await tab.locator('.active', { hasText: /1: kill-process on redis, for \d+ s, undone by itself in 1[45] min/ }).waitFor()
    await tab.getByRole('row', { name: /redis-killed--1 fire firing at a receiver/ }).waitFor()
    await undoByClicks(tab, 1)
    await tab.getByText('Nothing is in effect.').waitFor()
    const first = ['inject kill-process redis-killed--1', 'undo kill-process redis-killed--1']
    await becomes(first)

    await tab.getByLabel('fault or scenario').selectOption('error-burst')
    await tab.getByRole('button', { name: 'inject', exact: true }).click()
    assert.equal(await tab.getByRole('alert').count(), 0, 'errorShare has to be given')
    await injectByClicks(tab, 2, { id: 'error-burst', fill: { errorShare: '0.5' }, select: { service: 'moalog-server' } })
    await accessible(tab)
    await tab.getByRole('button', { name: 'pause' }).click()
    await tab.getByText(/^Paused for/).waitFor()
    const second = [...first, 'load error-burst error-burst--2 fire', 'stop error-burst error-burst--2 fire']
    await becomes(second)
    assert.equal(await tab.getByRole('button', { name: 'inject', exact: true }).count(), 0, 'nothing can be injected while it is paused')
    await accessible(tab)
    await tab.getByRole('button', { name: 'resume' }).click()
    await tab.getByRole('button', { name: 'inject', exact: true }).waitFor()
    await becomes(second)

    await tab.getByLabel('note').fill(HOSTILE)
    await tab.getByRole('button', { name: 'write it into the journal' }).click()
    await tab.getByLabel('your name').fill('Kim')
    await tab.getByLabel('hand over to').fill(HOSTILE)
    await tab.getByRole('button', { name: 'hand over' }).click()
    await tab.getByText(/This page only watches\.$/).waitFor()
    assert.equal(await tab.getByRole('button', { name: /inject|pause|undo|stop|hand/ }).count(), 0)
    assert.equal(await tab.locator('img').count(), 0)
    assert.doesNotMatch(await tab.locator('body').innerText(), /\u202e/)
    const address = (await tab.locator('code').textContent()) ?? ''
    await accessible(tab)
    const colleague = await opened(browser, address)
    await colleague.tab.getByRole('button', { name: 'pause' }).waitFor()
    assert.deepEqual(notes().slice(2), [HOSTILE, `handed over from Kim to ${HOSTILE}`])
    assert.deepEqual([...trouble, ...colleague.trouble], [])
    await tab.context().close()
    await colleague.tab.context().close()
  },
)

test('a game day by keys alone', { skip }, async (t) => {
  const { live, world, notes, ended } = await played(t)
  const { tab, trouble } = await opened(browser, live.address)
  const { keyboard } = tab
  const focused = (): Promise<unknown> => tab.evaluate('document.activeElement?.id || document.activeElement?.textContent')
  await injectByKeys(tab, 1, { id: 'kill-process', part: 'redis' })
  await keyboard.press('u')
  await tab.getByText('Nothing is in effect.').waitFor()
  await keyboard.press('r')
  await tab.getByRole('button', { name: 'yes, inject it again' }).waitFor()
  assert.equal(await focused(), 'yes, inject it again')
  await keyboard.press('Enter')
  await tab.locator('.active', { hasText: '2: kill-process on redis' }).waitFor()
  await keyboard.press('Shift+U')
  await tab.getByText('Nothing is in effect.').waitFor()
  await keyboard.press('p')
  await tab.getByText(/^Paused for/).waitFor()
  await keyboard.press('n')
  await keyboard.type('pager rang: up')
  await keyboard.press('Enter')
  await t.waitFor(() => assert.ok(notes().includes('pager rang: up')), { timeout: PATIENCE_MS })
  await tab.locator('h1').click()
  await keyboard.press('p')
  await tab.getByRole('button', { name: 'inject', exact: true }).waitFor()
  await keyboard.press('h')
  assert.equal(await focused(), 'taker')
  const twice = [1, 2].flatMap((number) => [`inject kill-process redis-killed--${number}`, `undo kill-process redis-killed--${number}`])
  assert.deepEqual(harm(world), twice)
  await tab.locator('h1').click()
  await keyboard.press('f')
  await tab.getByRole('button', { name: 'yes, finish' }).waitFor()
  await keyboard.press('Enter')
  assert.equal(await ended, 'completed')
  assert.deepEqual(trouble, [])
  await tab.context().close()
})

test(
  'what qa/gameday clicks is what this page has: inject, the notification in its lane, undo, note, pause, finish',
  { skip },
  async (t) => {
    const { live, world, notes, ended } = await played(t)
    const { tab, trouble } = await opened(browser, live.address)
    await injectByClicks(tab, 1, { id: 'steady', fill: { ratePerS: '10' } })
    const felt = /its clients see refused connections/
    await injectByClicks(tab, 2, { id: 'kill-process', part: 'redis', fires: /^RedisConnectionFailed \(critical\) fires/, felt })
    const notification = (status: 'firing' | 'resolved'): string =>
      JSON.stringify({
        seq: status === 'firing' ? 900 : 901,
        atMs: Date.now(),
        kind: 'notification',
        path: '/critical',
        receiver: 'critical',
        arrivedMs: Date.now(),
        method: 'POST',
        headers: {},
        body: { status, alerts: [{ status, labels: { alertname: 'RedisConnectionFailed' } }] },
      })
    live.append(notification('firing'))
    await notifiedOnPage(tab, 'critical', 'firing', 'RedisConnectionFailed', PATIENCE_MS)
    await tab.locator('.mark.firing').last().click()
    await tab.locator('.picked pre').waitFor()
    await undoByClicks(tab, 2)
    live.append(notification('resolved'))
    await notifiedOnPage(tab, 'critical', 'resolved', 'RedisConnectionFailed', PATIENCE_MS)
    await noteByClicks(tab, 'Redis is back')
    assert.ok(notes().includes('Redis is back'))
    await pauseByClicks(tab)
    await finishByClicks(tab)
    assert.equal(await ended, 'completed')
    assert.deepEqual(harm(world).slice(0, 4), [
      'load steady steady--1 fire',
      'inject kill-process redis-killed--2',
      'undo kill-process redis-killed--2',
      'stop steady steady--1 fire',
    ])
    assert.deepEqual(trouble, [])
    await tab.context().close()
  },
)

test('the stop button does what Ctrl-C does', { skip }, async (t) => {
  const { live, world, ended } = await played(t)
  const { tab } = await opened(browser, live.address)
  await tab.getByLabel('fault or scenario').selectOption('kill-process')
  await tab.getByRole('button', { name: 'inject', exact: true }).click()
  await tab.getByRole('button', { name: 'yes, inject kill-process into redis' }).click()
  await tab.locator('.active', { hasText: '1: kill-process on redis' }).waitFor()
  await tab.getByRole('button', { name: 'stop', exact: true }).click()
  await tab.getByRole('button', { name: 'stop now and undo everything' }).click()
  assert.equal(await ended, 'interrupted')
  assert.deepEqual(harm(world), ['inject kill-process redis-killed--1', 'undo kill-process redis-killed--1', 'undo all'])
  await tab.context().close()
})

test('the browser is killed in the middle: what was injected from the page is undone', { skip }, async (t) => {
  const { live, world } = await played(t, 1_000)
  const { browser: mortal, kill } = await openMortalChromium()
  const { tab } = await opened(mortal, live.address)
  await tab.getByLabel('fault or scenario').selectOption('kill-process')
  await tab.getByRole('button', { name: 'inject', exact: true }).click()
  await tab.getByRole('button', { name: 'yes, inject kill-process into redis' }).click()
  await tab.locator('.active', { hasText: '1: kill-process on redis' }).waitFor()
  await kill()
  await t.waitFor(() => assert.deepEqual(harm(world), ['inject kill-process redis-killed--1', 'undo kill-process redis-killed--1']), {
    timeout: PATIENCE_MS,
  })
})
