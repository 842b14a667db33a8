import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { BrowserContextOptions } from 'playwright-core'
import { OWN_PLATFORM } from '../testing/spec/own-platform.ts'
import { openChromium } from '../testing/machine/chromium.ts'
import { namedText } from '../testing/journals/named-journal.ts'
import { recordedPrometheus } from '../testing/virtual/recorded-prometheus.ts'
import type { JournalEntry } from '../verify/model/journal.ts'
import { faults } from '../chaos/fault-registry.ts'
import { bundlePage } from '../verify/drill/bundle-page.ts'
import { asInjected, choicesOf } from '../verify/drill/gameday-choices.ts'
import { everyExperiment } from '../verify/drill/gameday-plan.ts'
import { glimpsing } from '../verify/drill/glimpse.ts'
import { openLivePage } from '../verify/drill/live-page.ts'
import { DEFAULT_SPEED } from '../verify/drill/request.ts'
import { timingFromSpec } from '../verify/plan/timing.ts'
import { loadSpec } from '../verify/spec/load.ts'

/** Takes the pictures of docs/pictures/ from the committed samples, in Debian's Chromium: npm run pictures [-- NAME...]. Look at each. */
const only = process.argv.slice(2)
const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const SAMPLE = pathToFileURL(at('reports/sample/report.html')).href
const broken = (name: string): string => pathToFileURL(at(`reports/sample-breaks/${name}.html`)).href
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 900 } }
/** Charts below a table. */
const TALL: BrowserContextOptions = { viewport: { width: 1280, height: 1700 } }
/** A chart below the chain. */
const SIGNAL: BrowserContextOptions = { viewport: { width: 1280, height: 1180 } }
/** The lanes below the cockpit. */
const COCKPIT: BrowserContextOptions = { viewport: { width: 1280, height: 1500 } }
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }

const browser = await openChromium()
async function take(name: string, url: string, options: BrowserContextOptions = DESK, seen = 'main'): Promise<void> {
  if (only.length > 0 && !only.includes(name)) return
  const context = await browser.newContext(options)
  // A busy machine draws late.
  context.setDefaultTimeout(300_000)
  const tab = await context.newPage()
  await tab.goto(url)
  await tab.locator(seen).first().waitFor()
  // uPlot draws when it knows its width.
  if (/#\/(experiment|outage|slo|history)/.test(url)) await tab.locator('canvas').first().waitFor()
  await tab.screenshot({ path: at(`docs/pictures/${name}.png`) })
  await context.close()
}

try {
  await take('report', SAMPLE)
  await take('report-dark', SAMPLE, { ...DESK, colorScheme: 'dark' })
  await take('phone', SAMPLE, PHONE)
  await take('rule', `${SAMPLE}#/experiment/error-burst`, SIGNAL)
  await take('outage', `${SAMPLE}#/outage/loki-stopped`)
  await take('traces', `${SAMPLE}#/traces`)
  await take('slo', `${SAMPLE}#/slo`, TALL)
  await take('history', `${SAMPLE}#/history`, TALL)
  await take('broken', broken('critical-routed-to-default'))
  await take('broken-rule', `${broken('threshold-doubled')}#/experiment/error-burst`)

  const code = await bundlePage()
  const lines = readFileSync(at('reports/sample/journal.ndjson'), 'utf8').trim().split('\n')
  const half = lines.findIndex((line) => line.includes('"experiment":"redis-killed"') && line.includes('"leg":"fire"'))
  const { atMs } = JSON.parse(lines[half]!) as { atMs: number }
  const clock = { now: () => atMs, sleep: () => Promise.resolve() }
  const prometheus = recordedPrometheus(
    lines.map((line) => JSON.parse(line) as JournalEntry),
    clock.now,
  ) as Parameters<typeof glimpsing>[0]['prometheus']
  const running = await openLivePage(clock, code, undefined, glimpsing({ prometheus, secrets: [] }, clock))
  for (const line of lines.slice(0, half + 1)) running.append(line)
  await take('live', running.address, DESK, '.bar.pending')
  await running.close()

  const { spec } = await loadSpec()
  const parts = { redis: { name: 'redis', process: { recordFile: '' } }, mysql: { name: 'mysql', process: { recordFile: '' } } }
  if (spec === undefined) throw new Error('the specification cannot be read')
  const means = { faults: faults.map(({ meta }) => meta), parts, scripts: OWN_PLATFORM.scripts }
  const timing = timingFromSpec(spec, DEFAULT_SPEED)
  const full = everyExperiment(spec, DEFAULT_SPEED, timing, 'uninstrumented', { stderr: () => undefined })
  const choices = choicesOf({ ...means, services: spec.platform.services.map(({ name }) => name), plan: asInjected(full, means) })
  // Until the alert is notified.
  const hung = namedText('redis-hung')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry)
  const recorded = hung.slice(
    0,
    hung.findLastIndex((entry) => entry.kind === 'fault' && entry.phase === 'undo'),
  )
  const injected = recorded.find((entry) => entry.kind === 'fault')
  if (injected?.kind !== 'fault') throw new Error('redis-hung has no fault')
  const nowMs = recorded.at(-1)!.atMs + 2_000
  const game = await openLivePage({ now: () => nowMs, sleep: () => Promise.resolve() }, code, { choices, say: () => undefined })
  for (const entry of recorded) game.append(JSON.stringify(entry))
  const { fault: id, target, atMs: sinceMs, detail } = injected
  game.show({ active: [{ number: 1, id, target, sinceMs, untilMs: sinceMs + 900_000 }] })
  game.show({ said: `1: ${detail}\ncritical notified: firing ServiceDown{job="redis-exporter"}\n` })
  await take('gameday', game.address, COCKPIT)
  await game.close()
} finally {
  await browser.close()
}
