import { test } from 'node:test'
import assert from 'node:assert/strict'
import { logRun, verdictOf } from '../testing.ts'

test('a line that arrived passes', () => {
  const verdict = verdictOf(logRun(), 'log-line-found')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a line that did not fails', () => {
  const verdict = verdictOf(logRun({ lines: [] }), 'log-line-found')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /1 of 1 never arrived/)
})

test('the stamp is taken literally, not as a pattern', () => {
  const verdict = verdictOf(logRun({ lines: [{ line: 'sx1', labels: {} }] }), 'log-line-found')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

test('a store that could not be asked is unknown', () => {
  const verdict = verdictOf(logRun({ error: 'HTTP 503' }), 'log-line-found')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'source-unreachable')
})

test('a request that failed proves nothing', () => {
  const verdict = verdictOf(logRun({ status: 500 }), 'log-line-found')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'not-injected')
})
