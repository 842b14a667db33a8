import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report as smallReport } from '../../testing/report/small-report.ts'
import type { Cause } from '../model/report.ts'
import { headline } from './console.ts'

const [FAILED] = smallReport().causes as [Cause]
const about = (change: Partial<Cause['root']>): Cause => ({ ...FAILED, root: { ...FAILED.root, title: 'It did not answer', ...change } })

test('the first line of a report names what is wrong: rule, experiment, what, and the part where it is known', () => {
  assert.equal(headline({ outcome: 'pass', causes: [] }), 'The promises were kept.')
  assert.equal(
    headline({ outcome: 'fail', causes: [about({})] }),
    'A promise was broken. RedisConnectionFailed (redis-killed): It did not answer.',
  )
  assert.match(headline({ outcome: 'fail', causes: [about({ part: 'rate-limiter' })] }), /It did not answer \(rate-limiter\)\.$/)
  assert.match(headline({ outcome: 'fail', causes: [about({ part: 'answer' })] }), /It did not answer\.$/)
  const { alert: _, ...root } = FAILED.root
  assert.match(headline({ outcome: 'fail', causes: [{ ...FAILED, root: { ...root, subject: 'path-order' } }] }), /broken\. path-order: /)
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
