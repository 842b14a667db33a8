import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realPrograms, realPrometheus } from '../../testing/backtest/real-prometheus.ts'
import { RecordedWorld } from '../../testing/backtest/recorded-world.ts'
import { loadedGroup, selfSeries, simulate, THRESHOLD } from '../../testing/backtest/simulated-rule.ts'
import type { LoadedGroup } from '../../verify/model/journal.ts'
import type { RecordedSeries } from '../../testing/backtest/recorded-world.ts'
import type { SimulatedRule } from '../../testing/backtest/simulated-rule.ts'
import { measure, PROGRAM } from '../command.ts'

interface Row {
  what: string
  reach: string
  measured: string
}

const DAY_MS = 86_400_000

/** Look backs over blocks of known truth in the real Prometheus. Own CPU is what firedrill adds to the server's query time. */
export async function backtestRows(): Promise<Row[]> {
  return [
    await backtestRow('backtest of 8 rules over 7 days at 15 s', '<= 20 s of its own', { groups: 8, each: 1, days: 7 }),
    await backtestRow('backtest of 1,000 rules over 24 h at 15 s', '<= 300 s, <= 300 MB', { groups: 100, each: 10, days: 1 }),
    await backtestRow('backtest of 5,000 rules over 2 h at 15 s', '<= 300 s, <= 300 MB', { groups: 500, each: 10, days: 1 / 12 }),
  ]
}

async function backtestRow(what: string, reach: string, size: { groups: number; each: number; days: number }): Promise<Row> {
  const programs = realPrograms()
  if (programs === undefined) return { what, reach, measured: 'promtool and prometheus are not installed' }
  const untilMs = Math.floor(Date.now() / 7_200_000) * 7_200_000
  const fromMs = untilMs - size.days * DAY_MS
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-bench-backtest-'))
  const groups = Array.from({ length: size.groups }, (_, index) => busyGroup(busyRule(index, fromMs, untilMs), size.each, fromMs, untilMs))
  const world = new RecordedWorld(
    [...groups.flatMap(({ series }) => series), ...selfSeries([], fromMs, untilMs)],
    groups.map(({ group }) => group),
  )
  try {
    const server = await realPrometheus(programs, world, folder)
    try {
      const time = ['--from', new Date(fromMs).toISOString(), '--until', new Date(untilMs).toISOString()]
      const ours = await measure(PROGRAM, ['backtest', '--prometheus', server.url, ...time])
      return {
        what,
        reach,
        measured: `${ours.wallS.toFixed(1)} s, of its own ${ours.cpuS.toFixed(1)} s of CPU, ${ours.peakMb.toFixed(0)} MB (exit code ${ours.exitCode})`,
      }
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A rule so many times, of one signal: what a server stores of it is not what is measured. */
function busyGroup(rule: SimulatedRule, each: number, fromMs: number, untilMs: number): { group: LoadedGroup; series: RecordedSeries[] } {
  const group = loadedGroup(rule)
  const series = simulate(rule, fromMs, untilMs).series.filter(({ metric }) => /^(?:signal|ALERTS)/.test(metric['__name__'] ?? ''))
  const names = Array.from({ length: each }, (_, index) => `Alert${rule.index}x${index}`)
  return {
    group: { ...group, rules: names.flatMap((name) => group.rules.map((own) => ({ ...own, name }))) },
    series: series.flatMap((own) =>
      own.metric['alertname'] === undefined ? [own] : names.map((alertname) => ({ ...own, metric: { ...own.metric, alertname } })),
    ),
  }
}

/** Six alerts a day of 20 minutes, and as many that end while they are pending. */
function busyRule(index: number, fromMs: number, untilMs: number): SimulatedRule {
  const steps: SimulatedRule['steps'] = [{ fromMs, value: 0 }]
  for (let t = fromMs + 600_000 + index * 13_000; t < untilMs; t += DAY_MS / 6)
    steps.push(
      { fromMs: t, value: THRESHOLD + 5 },
      { fromMs: t + 1_200_000, value: 3 },
      { fromMs: t + 3_600_000, value: THRESHOLD + 1 },
      { fromMs: t + 3_660_000, value: 2 },
    )
  return {
    index,
    forMs: 300_000,
    keepFiringForMs: 0,
    really: { forMs: 300_000, threshold: THRESHOLD, keepFiringForMs: 0 },
    stepMs: 15_000,
    // No scrape is under way during an evaluation.
    phaseMs: (index * 1_009 + 5_000) % 15_000,
    scrapeMs: 15_000,
    scrapePhaseMs: (index * 1_009) % 15_000,
    steps,
    scrapeTakesMs: () => 20,
    missed: new Set(),
    down: [],
    unwritten: new Set(),
  }
}
