import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report as smallReport } from '../../testing/report/small-report.ts'
import type { Cause } from '../model/report.ts'
import type { UnknownCause } from '../model/verdict.ts'
import { headline } from './console.ts'

const [FAILED] = smallReport().causes as [Cause]
const about = (change: Partial<Cause['root']>): Cause => ({ ...FAILED, root: { ...FAILED.root, title: 'It did not answer', ...change } })

test('the first line of a report names what is wrong: rule, experiment, what, and the part where it is known', () => {
  assert.equal(headline({ outcome: 'pass', causes: [] }), 'The promises were kept.')
  assert.equal(
    headline({ outcome: 'fail', causes: [about({})] }),
    `A promise was broken. RedisConnectionFailed (redis-killed): It did not answer. ${FAILED.root.diagnosis}`,
  )
  assert.match(headline({ outcome: 'fail', causes: [about({ part: 'rate-limiter' })] }), /It did not answer \(rate-limiter\)\. /)
  assert.match(headline({ outcome: 'fail', causes: [about({ part: 'answer' })] }), /It did not answer\. /)
  const { alert: _, ...root } = FAILED.root
  assert.match(headline({ outcome: 'fail', causes: [{ ...FAILED, root: { ...root, subject: 'path-order' } }] }), /broken\. path-order: /)
  const ofDrill = { ...root, subject: 'drill', title: 'A target is down', part: 'redis' }
  assert.match(headline({ outcome: 'fail', causes: [{ ...FAILED, root: ofDrill }] }), /broken\. A target is down \(redis\)\. /)
})

test('of a rule that is blind, or fires for nothing, the first line says which of the two, and for whom', () => {
  const { alert: _, ...root } = FAILED.root
  const seen = {
    ...root,
    subject: 'HighLatency',
    check: 'rule-sees-subject',
    title: 'The rule does not see a subject as it is',
    part: 'gateway',
    observed: 'HighLatency can never fire for gateway: no series http_bucket{job="gateway"}; HighLatency can never fire for shop',
    diagnosis: 'Let gateway export http_bucket.',
  }
  assert.equal(
    headline({ outcome: 'fail', causes: [{ ...FAILED, root: seen }] }),
    'A promise was broken. HighLatency can never fire for gateway: no series http_bucket{job="gateway"}. Let gateway export http_bucket.',
  )
  const lost = { ...seen, subject: 'shop', check: 'log-line-found', observed: '2 of 3 lines not found, e.g. the one stamped r1-shop' }
  assert.match(headline({ outcome: 'fail', causes: [{ ...FAILED, root: lost }] }), /broken\. shop: 2 of 3 lines not found, e\.g\. /)
  const empty = { ...seen, subject: 'drill', check: 'slo-panel-has-data', observed: 'Latency p95 is empty (x); Error rate is empty (y)' }
  assert.match(headline({ outcome: 'fail', causes: [{ ...FAILED, root: empty }] }), /broken\. Latency p95 is empty \(x\)\. Let/)
})

test('of several causes it counts those that failed, and of what failed nothing unknown comes first', () => {
  const unknown = about({ status: 'unknown', subject: 'other' })
  assert.match(headline({ outcome: 'fail', causes: [unknown, about({}), about({})] }), /^2 promises were broken, this first\. Redis/)
  assert.match(
    headline({ outcome: 'fail', causes: [unknown, about({})] }),
    /^A promise was broken\. RedisConnectionFailed \(redis-killed\)/,
  )
  assert.match(headline({ outcome: 'unknown', causes: [unknown] }), /^Could not tell\. RedisConnectionFailed \(other\): /)
})

test('it says what to change: as many sentences of the advice as there is room for, of a long one the begin', () => {
  const advised = (diagnosis: string): string =>
    headline({ outcome: 'fail', causes: [about({ diagnosis })] }).replace(/^.*It did not answer\. /, '')
  assert.equal(advised('Set `for` to 30s. Then reload Prometheus.'), 'Set `for` to 30s. Then reload Prometheus.')
  assert.equal(advised(`Look at a.yml: it differs. ${'Then at b.yml. '.repeat(30)}`).length <= 340, true)
  assert.match(
    advised(`Look at a.yml: it differs. ${'Then at b.yml. '.repeat(30)}`),
    /^Look at a\.yml: it differs\. (Then at b\.yml\. ?)+$/,
  )
  assert.equal(
    advised(`Look at a.yml. Or ${'at b.yml, '.repeat(40)}. Then reload it.`),
    'Look at a.yml.',
    'none after one that has no room',
  )
  assert.match(advised(`This line does not fit: ${'x'.repeat(1_000)}`), /^This line does not fit: x{200,340} \.\.\.$/)
})

test('of what could not be told it says why: what kept the evidence away, not what was seen without it', () => {
  const { diagnosis: _, ...root } = FAILED.root
  const told = (observed: string, cause?: UnknownCause): string => {
    const why = cause === undefined ? {} : { cause }
    const unknown = { ...root, ...why, status: 'unknown' as const, title: 'Could not tell whether it fired', observed }
    return headline({ outcome: 'unknown', causes: [{ ...FAILED, root: unknown }] })
  }
  assert.match(
    told('10 s too late. But the machine kept redis waiting 9 s for a CPU'),
    /whether it fired\. The machine kept redis waiting 9 s for a CPU$/,
  )
  assert.match(told('no request was sent'), /whether it fired\. No request was sent$/)
  assert.match(
    told('k6: 9 of 90 dropped', 'load-short'),
    /K6: 9 of 90 dropped\. Give k6 more processor time or a lower rate, then run it again\.$/,
  )
  // Many questions are open for one reason: it alone is said.
  assert.equal(
    told('prometheus: connect ECONNREFUSED 127.0.0.1:9090', 'source-unreachable'),
    'Could not tell. Prometheus: connect ECONNREFUSED 127.0.0.1:9090. Start what should answer there, or correct its address, then run it again.',
  )
  assert.match(
    told('Late. But it waited 9 s.', 'machine-starved'),
    /whether it fired\. It waited 9 s\. Run it again on a calmer machine\.$/,
  )
})
