import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from '../../testing/report/small-report.ts'
import { reasonAndStep } from './next-step.ts'

const { diagnosis: _, ...failed } = report().causes[0]!.root

test('what to change is said where it is known; of what is unknown why, and the next step', () => {
  assert.equal(reasonAndStep({ ...failed, diagnosis: 'Set `for` to 30s.' }), 'Set `for` to 30s.')
  assert.equal(reasonAndStep(failed), undefined, 'what was observed of a failure stands beside it')
  const open = { ...failed, status: 'unknown' as const, observed: 'no request was sent' }
  assert.equal(reasonAndStep(open), 'no request was sent.')
  assert.equal(reasonAndStep({ ...open, cause: 'not-alone' }), 'no request was sent. Run it again with --serial.')
})
