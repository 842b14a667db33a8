import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Verdict } from '../model/verdict.ts'
import { judge } from './judge.ts'
import { parseJournal } from './record/parse-journal.ts'
import { allWell, namedText } from '../../testing/journals/named-journal.ts'

/**
 * Live drills as they were recorded, named for their story; fixtures/journals/README.md tells each. `named`: the broken link that the
 * diagnosis of one of the failures names.
 */
interface Story {
  name: string
  fail: Record<string, string[]>
  /** 'most': Prometheus could not be asked. */
  unknown?: Record<string, string[]> | 'most'
  named?: RegExp
  passed?: string[]
}
const FOLDER = new URL('./fixtures/journals/', import.meta.url)

const STORIES: Story[] = [
  {
    name: 'threshold-doubled',
    fail: { 'error-burst': ['alert-fired', 'alert-pending', 'oracle-replay', 'rule-as-specified'] },
    named: /the loaded rule HighErrorRate differs: its expression has threshold 0\.02 instead of 0\.01/,
  },
  {
    name: 'for-doubled',
    fail: { 'redis-killed': ['alert-fired', 'oracle-replay', 'rule-as-specified'] },
    named: /the loaded rule RedisConnectionFailed differs: `for` is 4s, specified is 2s/,
  },
  {
    name: 'metric-misspelt',
    fail: { 'redis-killed': ['alert-fired', 'alert-pending', 'oracle-replay'] },
    named: /its expression is `redis_upp == 0`, specified is `redis_up == 0`/,
  },
  {
    name: 'critical-routed-to-default',
    fail: { 'redis-killed': ['no-other-receiver', 'notification-delivered'] },
    named: /went to receiver default instead of critical\. Look at the routes.*labels they match/,
  },
  {
    name: 'receiver-refused',
    fail: { 'redis-killed': ['notification-delivered'] },
    named: /Alertmanager has the alert \(.*critical\) but no notification arrived at critical: correct that receiver's webhook URL/,
  },
  {
    name: 'alertmanager-not-notified',
    fail: { 'redis-killed': ['notification-delivered'] },
    named: /sent to http:\/\/127\.0\.0\.1:16686.*but the Alertmanager that the drill queried did not have this alert/,
  },
  {
    name: 'limiter-needs-redis',
    fail: { 'redis-killed': ['keeps-answering'] },
    named:
      /^Promised: rate-limiter fails open when Redis is down\. Not kept: it answered in time, with 500: look at the fallback of rate-limiter\./,
  },
  { name: 'redis-hung', fail: {}, passed: ['alert-fired', 'isolation', 'notification-delivered', 'oracle-replay'] },
  {
    name: 'machine-starved',
    fail: {},
    named:
      /ServiceDown.* fired.*the scrape of rate-limiter at 21:59:59\.125 hit its compressed scrape timeout of 1 s: the machine kept rate-limiter waiting 0\.925 s/,
    unknown: {
      'heap-pressure': [
        'alert-fired',
        'alert-pending',
        'alert-resolved',
        'annotations-exact',
        'grouped-as-specified',
        'isolation',
        'no-other-receiver',
        'notification-delivered',
        'resolved-notified',
      ],
    },
  },
  {
    name: 'starved-while-pending',
    fail: {},
    named:
      /^pending from .* never firing.* But the machine kept rate-limiter waiting 10\.941 s for a CPU between .*; Prometheus had no sample of rate-limiter at 11 evaluations, the first at 01:10:41\.746$/,
    unknown: {
      'heap-pressure': [
        'alert-fired',
        'alert-resolved',
        'annotations-exact',
        'grouped-as-specified',
        'isolation',
        'no-other-receiver',
        'notification-delivered',
        'resolved-notified',
      ],
    },
    passed: ['alert-pending', 'oracle-replay'],
  },
  {
    name: 'engine-restarted',
    fail: {},
    unknown: 'most',
    named: /the engine or machine that runs them was stopped or restarted/,
    passed: ['nothing-left-behind'],
  },
  { name: 'exporter-dials-dead-redis', fail: {}, passed: ['alert-fired', 'alert-pending', 'oracle-replay', 'stayed-quiet'] },
  {
    name: 'pod-goes-away',
    fail: {},
    named:
      /0\.369 s too late\. But the scrape of redis-exporter at 20:27:01\.257 hit its compressed scrape timeout of 1 s while kill-process redis was in force, and other programs kept no part waiting half as long for a CPU\. As deployed it may take 10 s: use a lower --speed/,
    unknown: {
      'redis-killed': [
        'alert-fired',
        'alert-pending',
        'alert-resolved',
        'annotations-exact',
        'grouped-as-specified',
        'isolation',
        'no-other-receiver',
        'notification-delivered',
        'resolved-notified',
      ],
    },
    passed: ['injection-took-hold', 'oracle-replay'],
  },
  { name: 'scrape-under-way', fail: {}, passed: ['alert-fired', 'alert-pending', 'oracle-replay'] },
  {
    name: 'wrong-part-killed',
    fail: {},
    named: /redis_up\{job="redis-exporter"\} between 1 and 1, never == 0/,
    unknown: {
      'redis-killed': [
        'alert-fired',
        'alert-pending',
        'alert-resolved',
        'annotations-exact',
        'grouped-as-specified',
        'injection-took-hold',
        'isolation',
        'labels-exact',
        'no-other-receiver',
        'notification-delivered',
        'oracle-replay',
        'resolved-notified',
        'stayed-quiet',
      ],
    },
  },
]

function outcomes(verdicts: readonly Verdict[], status: Verdict['status']): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const verdict of verdicts.filter((each) => each.status === status)) (found[verdict.subject] ??= []).push(verdict.check)
  return Object.fromEntries(Object.entries(found).map(([subject, checks]) => [subject, checks.sort()]))
}

for (const { name, fail, unknown = {}, named, passed = [] } of STORIES) {
  test(`${name}: exactly these verdicts, and the broken link is named`, async () => {
    const journal = parseJournal(namedText(name))
    assert.deepEqual(journal.problems, [])
    const verdicts = judge(journal)
    assert.deepEqual(outcomes(verdicts, 'fail'), fail)
    if (unknown !== 'most') assert.deepEqual(outcomes(verdicts, 'unknown'), unknown)
    if (named !== undefined)
      assert.ok(
        verdicts.some(
          ({ status, diagnosis, observed }) => (status === 'fail' || status === 'unknown') && named.test(diagnosis ?? observed),
        ),
        verdicts.flatMap(({ diagnosis }) => diagnosis ?? []).join('\n'),
      )
    assert.deepEqual(
      passed.filter((check) => !verdicts.some((verdict) => verdict.check === check && verdict.status === 'pass')),
      [],
    )
    assert.ok(verdicts.some(({ status }) => status === 'pass'))
  })
}

test('the drill in which all is well passes', () => {
  const verdicts = judge(allWell())
  assert.deepEqual(outcomes(verdicts, 'fail'), {})
  assert.deepEqual(outcomes(verdicts, 'unknown'), {})
})

test('every recorded journal has its story, and is small', async () => {
  const files = (await readdir(FOLDER)).filter((file) => file.includes('.ndjson'))
  assert.deepEqual(
    files.map((file) => file.replace(/\.ndjson(\.gz)?$/, '')).sort(),
    ['all-well', ...STORIES.map(({ name }) => name)].sort(),
  )
  const readme = await readFile(new URL('README.md', FOLDER), 'utf8')
  for (const file of files) {
    assert.ok((await readFile(new URL(file, FOLDER))).length < 300_000, file)
    assert.match(readme, new RegExp(`\\| ${file.replace(/\.ndjson(\.gz)?$/, '')} \\|`), `README.md says nothing of ${file}`)
  }
})
