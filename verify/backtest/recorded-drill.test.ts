import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { drillWorld } from '../../testing/backtest/drill-world.ts'
import { EvidenceRoom } from '../judge/evidence-room.ts'
import { recordOf } from '../judge/record/recorder.ts'
import type { JournalEntry } from '../model/journal.ts'
import type { Verdict } from '../model/verdict.ts'
import { labelKey } from '../promql/labels.ts'
import { backtest } from './backtest.ts'
import type { BacktestResult } from './backtest.ts'
import type { Candidate } from './candidate.ts'
import { firings } from './would.ts'

const SAMPLE = fileURLToPath(new URL('../../reports/sample', import.meta.url))
const entries = readFileSync(`${SAMPLE}/journal.ndjson`, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as JournalEntry)
const verdicts = JSON.parse(readFileSync(`${SAMPLE}/verdicts.json`, 'utf8')) as Verdict[]
const drill = drillWorld(entries)

function lookedBack(rules: Candidate[]): Promise<BacktestResult> {
  const { world, fromMs, untilMs } = drill
  return backtest(world, {
    fromMs,
    untilMs,
    rules,
    groups: world.groups,
    prometheus: 'recorded drill',
    tries: [],
    ignoreLabels: [],
    concurrency: 1,
    progress: () => undefined,
    signal: new AbortController().signal,
  })
}

/** What the judge of the drill finds of one rule, over the whole recording, with these timings. */
function judged(alert: string, change: { forMs?: number } = {}): { firings: unknown[]; mismatches: string[] } {
  const own = drill.experiments.filter((experiment) => experiment.alert === alert)
  const replays = own.flatMap(
    (experiment) =>
      new EvidenceRoom(recordOf({ entries, problems: [] }), { scope: 'experiment', experiment: { ...experiment, ...change } }).ask(
        'replays',
      ) ?? [],
  )
  return {
    firings: replays.flatMap(({ labels, result }) =>
      result.accepted.flatMap(({ activeAtMs, startsAtMs, endsAtMs }) =>
        startsAtMs === null ? [] : [{ key: labelKey(labels), activeAtMs, startsAtMs, endsAtMs }],
      ),
    ),
    mismatches: replays.flatMap(({ labels, result }) =>
      result.mismatch === null
        ? []
        : [`${labelKey(labels)} ${result.mismatch.atMs} ${result.mismatch.expected} / ${result.mismatch.observed}`],
    ),
  }
}

const byTime = (items: unknown[]): unknown[] => [...new Set(items.map((item) => JSON.stringify(item)))].sort()

test('a recorded drill: each rule is as recorded where its verdicts passed, and fired at the same evaluations', async () => {
  const { rules, holes } = await lookedBack(drill.rules)
  assert.deepEqual(holes, [])
  const drilled = new Set(drill.experiments.map(({ alert }) => alert))
  const passed = new Map(
    [...drilled].map((alert) => [
      alert,
      verdicts.filter((each) => each.check === 'oracle-replay' && each.alert === alert).every(({ status }) => status === 'pass'),
    ]),
  )
  assert.ok(drilled.size >= 8)
  for (const alert of drilled) {
    const own = rules.filter((rule) => rule.alert === alert)
    assert.deepEqual(
      [alert, own.map(({ outcome, differences }) => [outcome, differences])],
      [alert, own.map(() => [passed.get(alert) === true ? 'agrees' : 'differs', []])],
    )
    // What was active as the recording began the judge of a drill leaves out.
    const ours = firings(own.flatMap(({ lives }) => lives))
      .filter(({ activeAtMs }) => activeAtMs >= drill.fromMs)
      .map(({ labels, activeAtMs, startsAtMs, endsAtMs }) => ({ key: labelKey(labels), activeAtMs, startsAtMs, endsAtMs }))
    assert.ok(ours.length > 0, alert)
    assert.deepEqual(byTime(ours), byTime(judged(alert).firings), alert)
  }
})

test('a rule with another `for` differs at the evaluation at which the judge of the drill says so, in its words', async () => {
  for (const alert of new Set(drill.experiments.map((experiment) => experiment.alert))) {
    const rule = drill.rules.find((each) => each.alert === alert)
    assert.ok(rule)
    const forMs = rule.forMs + 2_000
    const { rules } = await lookedBack([{ ...rule, forMs }])
    const ours = rules[0]?.differences.map(
      ({ labels, atMs, expected, observed }) => `${labelKey(labels)} ${atMs} ${expected} / ${observed}`,
    )
    const theirs = judged(alert, { forMs }).mismatches
    assert.equal(rules[0]?.outcome, 'differs', alert)
    assert.ok(theirs.length > 0, alert)
    assert.deepEqual(byTime(ours ?? []), byTime(theirs), alert)
  }
})
