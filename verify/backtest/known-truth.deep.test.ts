import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { drillWorld } from '../../testing/backtest/drill-world.ts'
import { wrongOf } from '../../testing/backtest/judge-random.ts'
import { randomRule } from '../../testing/backtest/random-rule.ts'
import { realPrograms, realPrometheus } from '../../testing/backtest/real-prometheus.ts'
import { RecordedWorld } from '../../testing/backtest/recorded-world.ts'
import { loadedGroup, selfSeries, simulate } from '../../testing/backtest/simulated-rule.ts'
import type { JournalEntry } from '../model/journal.ts'
import { prometheusHistory } from '../collect/prometheus-history.ts'
import { backtest } from './backtest.ts'
import type { BacktestResult } from './backtest.ts'
import { loadedCandidates } from './candidate.ts'

const programs = realPrograms()
/** Half a day ago, on the clock of whole seconds that blocks are cut by. */
const FROM = Math.floor(Date.now() / 7_200_000) * 7_200_000 - 43_200_000
const UNTIL = FROM + 2 * 3_600_000

test(
  'blocks of known truth in the real Prometheus: each rule is judged as the truth has it, and as in the pure world',
  {
    skip: programs === undefined && 'promtool and prometheus are not installed',
    timeout: 600_000,
  },
  async () => {
    const rules = Array.from({ length: 200 }, (_, index) =>
      randomRule(index, 7_000 + index, FROM, UNTIL, ['honest', 'busy', 'another-for', 'another-threshold', 'another-keep', 'silent']),
    )
    const groups = rules.map(({ rule }) => loadedGroup(rule))
    const world = new RecordedWorld(
      [...rules.flatMap(({ rule }) => simulate(rule, FROM, UNTIL).series), ...selfSeries([], FROM, UNTIL)],
      groups,
    )
    const folder = mkdtempSync(join(tmpdir(), 'firedrill-backtest-'))
    const server = await realPrometheus(programs!, world, folder)
    try {
      const history = prometheusHistory({ url: server.url, concurrency: 4, deadlineMs: 60_000, onAgain: () => undefined })
      const loaded = await history.rules()
      const options = {
        fromMs: FROM,
        untilMs: UNTIL,
        prometheus: server.url,
        tries: [],
        ignoreLabels: [],
        concurrency: 4,
        progress: (): void => undefined,
        signal: new AbortController().signal,
      }
      const real = await backtest(history, { ...options, groups: loaded, rules: loadedCandidates(loaded) })
      assert.equal(real.unanswered.length, 0)
      assert.equal(real.rules.length, rules.length)
      const wrong = rules.flatMap(({ kind, rule }) => {
        const result = real.rules.find(({ alert }) => alert === `Alert${rule.index}`)
        return wrongOf(kind, rule, result, FROM, UNTIL) ?? []
      })
      assert.deepEqual(wrong, [])
      const pure = await backtest(world, { ...options, groups, rules: loadedCandidates(groups) })
      const firings = (results: typeof real): unknown[] =>
        results.rules
          .toSorted((a, b) => (a.alert < b.alert ? -1 : 1))
          .map(({ alert, outcome, compared, lives, differences }) => ({ alert, outcome, compared, lives, differences }))
      assert.deepEqual(firings(real), firings(pure))
      assert.ok(real.rules.some(({ outcome }) => outcome === 'differs') && real.rules.some(({ outcome }) => outcome === 'agrees'))
    } finally {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

/** A name that follows no convention: quotes, a backslash, what a regular expression takes for its own, a letter beyond ASCII. */
const ODD = 'Größe "a\\b" (x|y)*'

test(
  'a recorded drill as blocks in the real Prometheus: judged to the evaluation as from its journal; a name of any letters',
  {
    skip: programs === undefined && 'promtool and prometheus are not installed',
    timeout: 600_000,
  },
  async () => {
    const entries = readFileSync(fileURLToPath(new URL('../../reports/sample/journal.ndjson', import.meta.url)), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalEntry)
    const drill = drillWorld(entries)
    const { world } = drill
    const renamed = drill.rules[0]?.alert ?? ''
    for (const { metric } of world.series) if (metric['alertname'] === renamed) metric['alertname'] = ODD
    for (const { rules } of world.groups) for (const rule of rules) if (rule.name === renamed) rule.name = ODD
    const options = {
      fromMs: drill.fromMs,
      untilMs: drill.untilMs,
      prometheus: 'drill',
      tries: [],
      ignoreLabels: [],
      concurrency: 2,
      progress: (): void => undefined,
      signal: new AbortController().signal,
    }
    const said = ({ rules }: BacktestResult): unknown[] =>
      rules
        .toSorted((a, b) => (a.alert < b.alert ? -1 : 1))
        .map(({ alert, outcome, compared, ambiguous, skipped, lives, differences, undecided }) => ({
          alert,
          outcome,
          compared,
          ambiguous,
          skipped,
          lives,
          differences,
          undecided,
        }))
    const folder = mkdtempSync(join(tmpdir(), 'firedrill-backtest-drill-'))
    const server = await realPrometheus(programs!, world, folder)
    try {
      const history = prometheusHistory({ url: server.url, concurrency: 2, deadlineMs: 60_000, onAgain: () => undefined })
      const loaded = await history.rules()
      const real = await backtest(history, { ...options, groups: loaded, rules: loadedCandidates(loaded) })
      const pure = await backtest(world, { ...options, groups: world.groups, rules: loadedCandidates(world.groups) })
      assert.deepEqual(said(real), said(pure))
      assert.ok(real.rules.some(({ alert, outcome, lives }) => alert === ODD && outcome === 'agrees' && lives.length > 0))
      assert.ok(real.rules.every(({ outcome }) => outcome === 'agrees'))
    } finally {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
