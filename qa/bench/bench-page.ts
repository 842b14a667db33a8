import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { CHROMIUM, openChromium } from '../../testing/machine/chromium.ts'
import { bundlePage } from '../../verify/drill/bundle-page.ts'
import { pageHtml } from '../../verify/drill/draw-page.ts'
import { judgeFolder } from '../../verify/drill/judge-folder.ts'
import type { JournalEntry } from '../../verify/model/journal.ts'
import type { Curve, Page } from '../../verify/model/page.ts'
import { html } from '../../verify/report/formats.ts'
import { ROOT } from '../command.ts'
import { growJournal } from './journals.ts'
import { serveRecorded } from './recorded-server.ts'

type Browser = Awaited<ReturnType<typeof openChromium>>

interface Row {
  what: string
  reach: string
  measured: string
}

export async function pageRows(folder: string): Promise<Row[]> {
  return [await reportRow(folder), ...(await liveRows()), ...(await browserRows(folder))]
}

/** With Debian's Chromium, which draws in software here. */
export async function browserRows(folder: string): Promise<Row[]> {
  if (CHROMIUM === undefined) return [{ what: 'page in Chromium', reach: '', measured: 'no Chromium is there' }]
  const browser = await openChromium()
  try {
    return [await paintRow(browser), await crosshairRow(browser, folder)]
  } finally {
    await browser.close()
  }
}

/** report.html of a journal as large as that of a drill in real time: read, judged, drawn, written. */
async function reportRow(folder: string): Promise<Row> {
  const run = join(folder, 'real-time')
  mkdirSync(run)
  growJournal(join(ROOT, 'reports/sample/journal.ndjson'), join(run, 'journal.ndjson'), 2e6)
  const begin = performance.now()
  const judged = await judgeFolder(run)
  const judgedMs = performance.now() - begin
  const text = await pageHtml(judged)
  const tookMs = performance.now() - begin
  writeFileSync(join(run, 'report.html'), text)
  rmSync(run, { recursive: true })
  return {
    what: 'report.html of a journal of 2 MB, judged and written',
    reach: '<= 2 s',
    measured: `${(tookMs / 1_000).toFixed(2)} s (${(judgedMs / 1_000).toFixed(2)} s of it judging), ${(text.length / 1e6).toFixed(2)} MB`,
  }
}

/**
 * What the page costs the process that drills: the sample drill's journal at its own pace, without it, with it, and with it watched, which
 * asks Prometheus for what the journal has only at the end.
 */
async function liveRows(): Promise<Row[]> {
  const lines = readFileSync(join(ROOT, 'reports/sample/journal.ndjson'), 'utf8').trim().split('\n')
  const { url, close } = await serveRecorded(lines.map((line) => JSON.parse(line) as JournalEntry))
  const [closed, alone, watched] = await Promise.all([played(url, false, false), played(url, true, false), played(url, true, true)])
  close()
  const share = ({ cpuMs, tookMs }: Played): number => (100 * (cpuMs - closed.cpuMs)) / tookMs
  return [
    {
      what: 'live view, CPU of the verifier beyond that without it',
      reach: '<= 2 %',
      measured: `${share(watched).toFixed(2)} % of a core with one page connected, ${share(alone).toFixed(2)} % with none (${Math.round(closed.tookMs / 1_000)} s)`,
    },
  ]
}

interface Played {
  cpuMs: number
  tookMs: number
}

async function played(prometheus: string, open: boolean, watch: boolean): Promise<Played> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('live-view.ts', import.meta.url)), open ? 'open' : 'closed', prometheus], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let last = ''
  for await (const line of createInterface({ input: child.stdout })) {
    last = line
    if (watch && line.startsWith('http')) get(`${line}events`, (response) => response.on('error', () => undefined).resume())
  }
  return JSON.parse(last) as Played
}

/** From the begin of loading a full drill's report to its first contentful paint. */
async function paintRow(browser: Browser): Promise<Row> {
  const times: number[] = []
  for (let run = 0; run < 5; run++) {
    const tab = await browser.newPage()
    await tab.goto(pathToFileURL(join(ROOT, 'reports/sample/report.html')).href)
    times.push(
      await tab.evaluate<number>(`new Promise((resolve) => {
        new PerformanceObserver((list) => list.getEntriesByName('first-contentful-paint').forEach(({ startTime }) => resolve(startTime)))
          .observe({ type: 'paint', buffered: true })
      })`),
    )
    await tab.close()
  }
  times.sort((a, b) => a - b)
  return {
    what: "first paint of a full drill's report",
    reach: '<= 1 s',
    measured: `${(times[2]! / 1_000).toFixed(2)} s (median of 5; ${times.map((ms) => (ms / 1_000).toFixed(2)).join(', ')})`,
  }
}

const CURVES = 50
const POINTS = 100_000

/** The sample's page with as many points in one signal, as from a rule with many subjects. */
async function largePage(): Promise<{ text: string; id: string }> {
  const judged = await judgeFolder(join(ROOT, 'reports/sample'))
  const page: Page = await judged.page()
  const [id, signal] = Object.entries(page.signals)[0]!
  const [fromMs, untilMs] = [signal.legs[0]!.fromMs, signal.legs.at(-1)!.untilMs]
  const each = POINTS / CURVES
  const value = Array.from({ length: CURVES }, (_, curve): Curve => ({
    label: `{job="${curve}"}`,
    subject: curve === 0,
    points: Array.from({ length: each }, (__, index): [number, number] => [
      Math.round(fromMs + ((untilMs - fromMs) * index) / each),
      Math.sin(index / 40 + curve) + curve / 10,
    ]),
  }))
  const large: Page = { ...page, signals: { [id]: { ...signal, value } } }
  return { text: html(judged.report, { page: large, code: await bundlePage() }), id }
}

/** CPU time of the page's own thread from now on, in seconds: a machine that is busy with others adds nothing to it. */
async function taskSeconds(tab: Awaited<ReturnType<Browser['newPage']>>): Promise<() => Promise<number>> {
  const session = await tab.context().newCDPSession(tab)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const now = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }
  const before = await now()
  return async () => (await now()) - before
}

/** Frames in each second in which the pointer moves over that chart, by requestAnimationFrame. */
async function crosshairRow(browser: Browser, folder: string): Promise<Row> {
  const file = join(folder, 'large.html')
  const { text, id } = await largePage()
  writeFileSync(file, text)
  const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  await tab.goto(`${pathToFileURL(file).href}#/experiment/${id}`)
  // The signal's is the first; delays of the last runs have theirs below it.
  const chart = tab.locator('.chart').first()
  await chart.locator('canvas').waitFor()
  const box = (await chart.locator('.u-over').boundingBox())!
  await tab.evaluate(`(() => {
    window.frames_ = []
    const next = (at) => { window.frames_.push(at); requestAnimationFrame(next) }
    requestAnimationFrame(next)
  })()`)
  const legend: (string | null)[] = []
  const spent = await taskSeconds(tab)
  // One move a frame is all that a screen shows; the browser is asked as fast as it answers.
  const begin = performance.now()
  for (let move = 0; performance.now() - begin < 5_000; move++) {
    await tab.mouse.move(box.x + ((move * 7) % Math.floor(box.width)), box.y + box.height / 2)
    if (move % 10 === 0) legend.push(await chart.locator('.u-legend .u-value').first().textContent())
  }
  const at = await tab.evaluate<number[]>('window.frames_')
  const cpuS = (await spent()) / at.length
  await tab.close()
  rmSync(file)
  if (new Set(legend).size < 2)
    throw new Error(`the crosshair did not follow the pointer: ${JSON.stringify(legend)} ${JSON.stringify(box)}`)
  const gaps = at.slice(1).map((time, index) => time - at[index]!)
  const perS = (1_000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0)
  const slow = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length * 0.95)] ?? 0
  return {
    what: `crosshair over ${POINTS.toLocaleString('en')} points, drawn in software`,
    reach: '>= 50 frames/s',
    measured: `${perS.toFixed(0)} frames/s, 95 % of them within ${slow.toFixed(0)} ms; the page's thread takes ${(1_000 * cpuS).toFixed(1)} ms of CPU a frame`,
  }
}

if (import.meta.main) {
  const [folder, only] = process.argv.slice(2)
  if (folder === undefined) throw new Error('node qa/bench/bench-page.ts FOLDER [browser]')
  const rows = await (only === 'browser' ? browserRows(folder) : pageRows(folder))
  for (const { what, reach, measured } of rows) process.stdout.write(`${what.padEnd(60)} ${reach.padEnd(15)} ${measured}\n`)
}
