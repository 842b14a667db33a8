import { test } from 'node:test'
import assert from 'node:assert/strict'
import { logRun, verdictOf } from '../testing.ts'

test('labels and fields as promised pass', () => {
  const verdict = verdictOf(logRun(), 'log-labels-and-fields')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a missing json stage is named', () => {
  const verdict = verdictOf(logRun({ lines: [{ line: '{"message":"s.1"}', labels: { service: 'shop', logstream: 'stdout' } }] }), 'log-labels-and-fields')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /not parsed: level/)
  assert.match(verdict.diagnosis ?? '', /json stage/)
})

test('a wrong label fails', () => {
  const verdict = verdictOf(logRun({ lines: [{ line: 's.1', labels: { service: 'other', logstream: 'stdout', level: 'INFO' } }] }), 'log-labels-and-fields')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /service is "other"/)
})

test('a field with another value fails', () => {
  const verdict = verdictOf(logRun({ lines: [{ line: 's.1', labels: { service: 'shop', logstream: 'stdout', level: 'info' } }] }), 'log-labels-and-fields')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /level is "info"/)
})

test('without a line it follows log-line-found', () => {
  const verdict = verdictOf(logRun({ lines: [] }), 'log-labels-and-fields')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

test('a further line about the request at another level is no fault, as long as the promised one is there', () => {
  const line = (level: string): { line: string, labels: Record<string, string> } => ({ line: 's.1', labels: { service: 'shop', logstream: 'stdout', level } })
  assert.equal(verdictOf(logRun({ lines: [line('WARN'), line('INFO')] }), 'log-labels-and-fields').status, 'pass')
  const verdict = verdictOf(logRun({ lines: [line('WARN'), line('ERROR')] }), 'log-labels-and-fields')
  assert.deepEqual([verdict.status, verdict.observed], ['fail', 'level is "WARN", and none of 1 other line(s) is as promised'])
})
