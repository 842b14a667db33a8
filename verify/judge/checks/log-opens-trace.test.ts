import { test } from 'node:test'
import assert from 'node:assert/strict'
import { logRun, verdictOf } from '../testing.ts'

test('a link that opens passes', () => {
  const verdict = verdictOf(logRun(), 'log-opens-trace')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a regex that finds nothing fails', () => {
  const verdict = verdictOf(logRun({ link: { traceId: null, found: false } }), 'log-opens-trace')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.diagnosis ?? '', /derivedFields/)
})

test('a regex that cuts out something else fails', () => {
  const verdict = verdictOf(logRun({ link: { traceId: 'x', found: true } }), 'log-opens-trace')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

test('a trace that is not there fails', () => {
  const verdict = verdictOf(logRun({ link: { traceId: 't9', found: false } }), 'log-opens-trace')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /not in the trace store/)
})

test('a service without the promise is skipped', () => {
  const verdict = verdictOf(logRun({ linksToTrace: false }), 'log-opens-trace')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

test('no regex deployed is unknown', () => {
  const verdict = verdictOf(logRun({ link: { traceId: null, found: false, regex: '' } }), 'log-opens-trace')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
})
