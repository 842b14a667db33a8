import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answeredRun } from '../../../../testing/journals/answered-run.ts'
import { waits } from '../../../../testing/journals/starving-machine.ts'
import { alter, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'
import { ZERO_MS } from '../../../../testing/virtual/virtual-journal.ts'
import type { Verdict } from '../../../model/verdict.ts'

const verdict = (options: Parameters<typeof answeredRun>[0]): ReturnType<typeof verdictOf> =>
  verdictOf(answeredRun(options), 'premises-hold')
const other = { fromS: 60, toS: 66, effects: ['till'] }

test('a fault that leaves a service alone passes, with the number of requests', () => {
  const { status, observed } = verdict({ other })
  assert.equal(status, 'pass', observed)
  assert.equal(observed, '1 of 1 premises held, by 6 requests')
})

test('a fault that disturbs a service it was assumed to leave alone fails, and is named', () => {
  const { status, observed } = verdict({ other, answer: (atS) => (atS >= 62 && atS < 64 ? { status: 503 } : {}) })
  assert.equal(status, 'fail')
  assert.equal(observed, 'other leaves the answers of shop alone: 4 of 6 answered 200 within 1 s (2 x 503), slowest 0.01 s')
})

test('a disturbance that is specified is no premise', () => {
  const answer = (atS: number): { status?: number } => (atS >= 60 && atS < 66 ? { status: 503 } : {})
  assert.equal(verdict({ other: { ...other, effects: ['shop:answers'] }, answer }).status, 'skipped')
  assert.equal(verdict({ other, answer }).status, 'fail')
})

test('without promised answers there is nothing to observe', () => {
  assert.equal(verdict({ promise: null }).status, 'skipped')
})

test('an answer that goes wrong just after another fault, before its service had to be back, is not blamed on this one', () => {
  // The experiment's own fault ends at 56.8 and promises of the same service; what it had held back comes at once.
  const beside = { ...other, fromS: 50 }
  const { status, observed } = verdict({ other: beside, answer: (atS) => (atS === 57 ? { status: 429 } : {}) })
  assert.equal(status, 'pass', observed)
  assert.equal(verdict({ other: beside, answer: (atS) => (atS === 59 ? { status: 429 } : {}) }).status, 'fail')
})

/** The fault of `other` from second 0 to 79; `part` waits from second 60 to 63 while outsiders use 77 % of the machine. */
function starved(
  answer: Parameters<typeof answeredRun>[0]['answer'],
  { part = 'shop', others = 0.77, speed = 1, waitedMs = 1_000 }: { part?: string; others?: number; speed?: 1 | 15; waitedMs?: number } = {},
): Verdict {
  const journal = answeredRun({ other: { fromS: 0, toS: 79, effects: ['till'] }, ...(answer === undefined ? {} : { answer }) })
  const entry = { ...waits(ZERO_MS + 60_000, 3, { [part]: waitedMs }, others), atMs: ZERO_MS + 79_000 }
  return verdictOf(
    alter(withEntries(journal, entry), 'header', (header) => {
      const services = ['shop', 'till'].map((name) => ({ name, container: name, runtime: 'other' as const }))
      const timing = { ...header.plan.timing, scrapeIntervalMs: 15_000 / speed, evaluationIntervalMs: 15_000 / speed }
      return {
        ...header,
        plan: { ...header.plan, timing },
        spec: { ...header.spec, platform: { ...header.spec.platform, services } },
      }
    }),
    'premises-hold',
  )
}
/** As a service answers that was kept waiting for three seconds: first what met its time limit, then late. */
const kept = (atS: number): { status?: number; tookMs?: number } =>
  atS === 60 ? { status: 502, tookMs: 3_100 } : atS > 60 && atS < 63 ? { tookMs: 63_100 - atS * 1_000 } : {}

for (const speed of [1, 15] as const) {
  test(`speed ${speed}: what the machine made of answers while it kept their service waiting is not counted, and that is said`, () => {
    const { status, observed, pointers } = starved(kept, { speed })
    assert.equal(status, 'pass', observed)
    assert.match(
      observed,
      /^1 of 1 premises held, by 76 requests; 3 wrong or late, which are not counted, while the machine kept shop waiting 2\.9 s for a CPU/,
    )
    assert.equal(pointers.length, 1)
  })

  test(`speed ${speed}: a service that is wrong at another time fails, with what the machine did not make`, () => {
    const { status, observed } = starved((atS) => (atS === 70 ? { status: 502, tookMs: 3_100 } : kept(atS)), { speed })
    assert.equal(status, 'fail', observed)
    assert.match(observed, /^other leaves the answers of shop alone: 75 of 76 answered 200 within 1 s \(1 x 502\), slowest 3\.10 s$/)
    // At once, while nothing waits.
    assert.equal(starved((atS) => (atS === 70 ? { status: 502 } : {}), { speed }).status, 'fail')
    assert.equal(starved((atS) => (atS === 66 ? { status: 502 } : {}), { speed }).status, 'fail')
  })

  test(`speed ${speed}: the waits of another service, of the drill's own making or for less than an answer may take are no excuse`, () => {
    assert.equal(starved(kept, { speed, part: 'till' }).status, 'fail')
    assert.equal(starved(kept, { speed, others: 0.2 }).status, 'fail')
    assert.equal(starved(kept, { speed, waitedMs: 300 }).status, 'fail')
    // Wrong for longer than the machine kept it waiting.
    assert.equal(starved((atS) => (atS === 60 ? { status: 502, tookMs: 9_000 } : {}), { speed }).status, 'fail')
  })
}

test('where more requests were kept waiting than can be judged, nothing is known', () => {
  const journal = answeredRun({ other: { fromS: 60, toS: 64, effects: ['till'] }, answer: kept })
  const entry = { ...waits(ZERO_MS + 60_000, 3, { shop: 1_000 }, 1), atMs: ZERO_MS + 79_000 }
  const { status, cause, observed } = verdictOf(withEntries(journal, entry), 'premises-hold')
  assert.deepEqual([status, cause], ['unknown', 'machine-starved'], observed)
  assert.match(observed, /^other leaves the answers of shop alone: 3 of 4 requests wrong or late .*: the machine kept shop waiting 2\.9 s/)
})
