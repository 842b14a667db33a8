import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../model/journal.ts'
import { alter } from '../../../testing/journals/honest-run.ts'
import { namedText } from '../../../testing/journals/named-journal.ts'
import { judge } from '../judge.ts'
import { parseJournal } from '../record/parse-journal.ts'

/** A pod that goes away, and an exporter that dials it for longer than its scrape may take; every part got its CPU. */
const STORY = parseJournal(namedText('pod-goes-away'))
const CUT = 'the scrape of redis-exporter at 20:27:01.257 hit its compressed scrape timeout of 1 s'
const ADVICE = 'As deployed it may take 10 s: use a lower --speed'

function why(journal: Journal, check: string): string {
  const { status, cause, observed } =
    judge(journal).find((each) => each.check === check && each.subject === 'redis-killed') ?? assert.fail()
  return `${status} ${cause}: ${/[Bb]ut (.*?)(; Prometheus had no sample.*)?$/.exec(observed)?.[1] ?? observed}`
}

/** The machine kept the exporter waiting for this share of each second, while outsiders used all of it. */
const kept = (share: number): Journal =>
  alter(STORY, 'cpu-waits', (entry) => ({
    ...entry,
    seconds: entry.seconds.map(([fromMs, untilMs, , load]) => [fromMs, untilMs, 1, load]),
    waits: { 'redis-exporter': entry.seconds.map(([fromMs, untilMs], at) => [at, share * (untilMs - fromMs)]) },
  }))

for (const check of ['alert-pending', 'isolation']) {
  test(`${check}: a wait that the fault causes is said to be the fault's, and the machine is not blamed`, () => {
    assert.equal(
      why(STORY, check),
      `unknown scrape-gap: ${CUT} while kill-process redis was in force, and other programs kept no part waiting half as long for a CPU. ${ADVICE}`,
    )
  })

  test(`${check}: the machine is blamed where it kept a part waiting for half of the scrape`, () => {
    assert.match(why(kept(0.7), check), /^unknown machine-starved: .*the machine kept redis-exporter waiting .* s for a CPU/)
    assert.match(why(kept(0.3), check), /^unknown scrape-gap: .* and other programs kept no part waiting half as long/)
  })

  test(`${check}: where no wait was recorded that is said`, () => {
    const unseen = alter(STORY, 'cpu-waits', () => undefined)
    assert.equal(
      why(unseen, check),
      `unknown scrape-gap: ${CUT} while kill-process redis was in force; how long the machine kept it waiting for a CPU is not known. ${ADVICE}`,
    )
  })

  test(`${check}: a fault that the exporter does not show is not named`, () => {
    const other = alter(STORY, 'fault', (entry) => ({ ...entry, target: 'rate-limiter' }))
    assert.equal(why(other, check), `unknown scrape-gap: ${CUT}, and other programs kept no part waiting half as long for a CPU. ${ADVICE}`)
  })
}
