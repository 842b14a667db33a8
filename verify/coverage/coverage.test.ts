import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PastRun } from '../model/past-runs.ts'
import { coverage, exitCodeOfCoverage, isOf } from './coverage.ts'
import type { CoverageInput, DrilledRun, KnownRule } from './coverage.ts'
import { coverageBadge, coverageMarkdown, coverageText } from './coverage-text.ts'

const NOW = 1_795_700_000_000
const DAY = 86_400_000
const rule = (alert: string, severity = 'warning'): KnownRule => ({ alert, labels: { severity }, place: 'rules.yml;shop' })

function drill(
  runId: string,
  alert: string,
  daysAgo: number,
  change: Partial<PastRun> & { verdicts?: DrilledRun['verdicts'] } = {},
): DrilledRun {
  const { verdicts, ...more } = change
  const run: PastRun = {
    version: 2,
    runId,
    target: 'lab',
    experiments: ['one'],
    fired: [{ alert, labels: { alertname: alert, severity: 'warning', job: 'shop' }, atMs: NOW - daysAgo * DAY }],
    results: [{ experiment: 'one', alert, outcome: 'pass', delays: [], recipe: 'r' }],
    ...more,
  }
  return { run, ...(verdicts === undefined ? {} : { verdicts }) }
}

const covered = (change: Partial<CoverageInput>): ReturnType<typeof coverage> =>
  coverage({
    nowMs: NOW,
    withinMs: 30 * DAY,
    rules: [rule('Proven'), rule('Noisy'), rule('Silent')],
    drills: [drill('run-1', 'Proven', 3)],
    climbed: [],
    service: [{ labels: { alertname: 'Noisy', severity: 'warning' }, lastMs: NOW - DAY }],
    maxAgeMs: null,
    severities: [],
    problems: [],
    ...change,
  })

test('what never fired and no drill has proven comes first, then what fired in service alone', () => {
  const found = covered({})
  assert.deepEqual(
    found.rules.map(({ alert, inServiceMs, proofs }) => [alert, inServiceMs, Object.keys(proofs)]),
    [
      ['Silent', null, []],
      ['Noisy', NOW - DAY, []],
      ['Proven', null, ['fired', 'delivered', 'resolved']],
    ],
  )
  assert.equal(exitCodeOfCoverage(found), 0)
  assert.deepEqual(found.rules[2]?.proofs.fired, { atMs: NOW - 3 * DAY, by: 'run-1' })
})

test('of each rung the newest proof counts, by whatever climbed it', () => {
  const found = covered({
    drills: [drill('new', 'Proven', 2), drill('old', 'Proven', 9)],
    climbed: [
      { rung: 'linted', atMs: NOW, by: 'lint', proves: () => true },
      { rung: 'backtested', atMs: NOW - DAY, by: 'backtest.json', proves: ({ alert }) => alert === 'Proven' },
      { rung: 'backtested', atMs: NOW - 2 * DAY, by: 'older.json', proves: () => true },
    ],
  })
  const proven = found.rules.find(({ alert }) => alert === 'Proven')
  assert.deepEqual([proven?.proofs.fired?.by, proven?.proofs.backtested?.by, proven?.proofs.linted?.by], ['new', 'backtest.json', 'lint'])
  assert.equal(found.rules.find(({ alert }) => alert === 'Noisy')?.proofs.backtested?.by, 'older.json')
})

test('a drill in which it fired and was not delivered proves that it fires; its verdicts count before the outcome', () => {
  const verdict = (check: string, status: 'pass' | 'fail'): NonNullable<DrilledRun['verdicts']>[number] => ({
    subject: 'one',
    check,
    status,
  })
  const failed = { results: [{ experiment: 'one', alert: 'Proven', outcome: 'fail' as const, delays: [], recipe: 'r' }] }
  const proofs = (drills: DrilledRun[]): string[] =>
    Object.keys(covered({ drills }).rules.find(({ alert }) => alert === 'Proven')?.proofs ?? {})
  assert.deepEqual(proofs([drill('r', 'Proven', 1, failed)]), ['fired'])
  assert.deepEqual(
    proofs([
      drill('r', 'Proven', 1, {
        ...failed,
        verdicts: [verdict('notification-delivered', 'pass'), verdict('alert-resolved', 'fail'), verdict('resolved-notified', 'pass')],
      }),
    ]),
    ['fired', 'delivered'],
  )
  assert.deepEqual(proofs([drill('r', 'Proven', 1, { fired: [] })]), [])
})

test('a proof that is too old, of the severities that are asked for, is exit code 1', () => {
  const rules = [rule('Proven', 'warning'), rule('Silent', 'critical'), rule('Calm', 'info')]
  const all = covered({ rules, maxAgeMs: 2 * DAY })
  assert.deepEqual(
    all.tooOld.map(({ alert }) => alert),
    ['Proven', 'Silent', 'Calm'],
  )
  assert.equal(exitCodeOfCoverage(all), 1)
  assert.deepEqual(
    covered({ rules, maxAgeMs: 2 * DAY, severities: ['critical'] }).tooOld.map(({ alert }) => alert),
    ['Silent'],
  )
  assert.deepEqual(covered({ rules: [rule('Proven')], maxAgeMs: 4 * DAY }).tooOld, [])
  assert.equal(exitCodeOfCoverage(covered({ problems: ['Prometheus did not answer'] })), 3)
})

test('of rules of one name an alert is of that whose labels it has, the most of them', () => {
  const [any, critical] = [{ ...rule('A'), labels: {} }, rule('A', 'critical')]
  const both = [any, critical]
  assert.deepEqual(
    [isOf(any, both, { alertname: 'A', severity: 'critical' }), isOf(critical, both, { alertname: 'A', severity: 'critical' })],
    [false, true],
  )
  assert.deepEqual(
    [isOf(any, both, { alertname: 'A', severity: 'low' }), isOf(critical, both, { alertname: 'A', severity: 'low' })],
    [true, false],
  )
  assert.equal(isOf(any, both, { alertname: 'B' }), false)
})

test('text, Markdown and badge', () => {
  const found = covered({ maxAgeMs: DAY })
  assert.match(coverageText(found, 140), /Silent +warning +never +nothing\n/)
  assert.match(
    coverageText(found, 140),
    /3 rules: 1 fired, delivered and resolved in a drill, 2 never fired in one\n1 of those did not fire in service/,
  )
  assert.match(coverageMarkdown(found), /\| Proven \| warning \| no \| no \| no \| 3d \| 3d \| 3d \| never \| run-1 \|/)
  assert.match(coverageBadge(found), /^<svg [^>]*aria-label="alerts drilled: 1 of 3">.*#c62828/)
  assert.match(coverageBadge(covered({ rules: [rule('Proven')] })), /1 of 1.*#2e7d32/)
  assert.match(coverageText(covered({ service: null }), 140), /not known: --prometheus/)
})
