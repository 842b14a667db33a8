import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../model/journal.ts'
import { judge } from '../judge.ts'
import { parseJournal } from '../record/parse-journal.ts'
import { alter, withSpec } from '../../../testing/journals/honest-run.ts'
import { namedText } from '../../../testing/journals/named-journal.ts'

/** A live drill on a machine that kept rate-limiter from running; what is known of that is left out, so that the scrapes speak alone. */
const STORY = alter(parseJournal(namedText('machine-starved')), 'cpu-waits', () => undefined)
const pending = (journal: Journal) => {
  const { status, cause, observed, window } = judge(journal).find(({ check }) => check === 'alert-pending') ?? assert.fail('not judged')
  return { said: cause === undefined ? status : `${status} ${cause}`, observed, atMs: window?.observedMs ?? NaN }
}
const { atMs: ACTIVE_MS } = pending(STORY)

/** The scrapes of rate-limiter in the last seconds before the alert became pending are answered after all. */
function answeredFrom(fromMs: number): Journal {
  return alter(STORY, 'raw', (entry) => ({
    ...entry,
    series: entry.series.map(({ metric, values }) => ({
      metric,
      values: values.map(([atS, value]): [number, string] =>
        entry.query.startsWith('up') && metric['job'] === 'rate-limiter' && atS * 1_000 >= fromMs ? [atS, '1'] : [atS, value],
      ),
    })),
  }))
}

test('an alert that began anew because the compressed timeout cut a scrape is late for the machine', () => {
  const { said, observed } = pending(STORY)
  assert.equal(said, 'unknown scrape-gap')
  assert.match(
    observed,
    /10\.222 s too late\. But the scrape of rate-limiter at \d\d:\d\d:\d\d\.\d{3} hit its compressed scrape timeout of 1 s/,
  )
})

test('one that came later than the next scrape and evaluation after it is late for another reason', () => {
  // One scrape interval, one timeout and one evaluation interval: 3 s.
  assert.equal(pending(answeredFrom(ACTIVE_MS - 1_500)).said, 'unknown scrape-gap')
  assert.equal(pending(answeredFrom(ACTIVE_MS - 3_100)).said, 'fail')
})

test('a timeout that is the deployed one, and a fault that stops the target, have no such excuse', () => {
  const { platform } = STORY.entries.flatMap((entry) => (entry.kind === 'header' ? [entry.spec] : []))[0] ?? assert.fail('no header')
  assert.equal(pending(withSpec(STORY, { platform: { ...platform, scrapeTimeoutMs: 1_000 } })).said, 'fail')
  const stopped = alter(STORY, 'header', ({ plan, ...entry }) => ({
    ...entry,
    plan: {
      ...plan,
      experiments: plan.experiments.map((experiment) => ({
        ...experiment,
        legs: experiment.legs.map((leg) => (leg.fault === undefined ? leg : { ...leg, fault: { ...leg.fault, id: 'pause-process' } })),
      })),
    },
  }))
  assert.equal(pending(stopped).said, 'fail')
})
