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

test('an invalid id in the line fails, whatever is wrong with it', () => {
  for (const traceId of ['0'.repeat(32), '', 'T9', 't9 ', '\ud800', '<b>t9</b>']) assert.equal(verdictOf(logRun({ link: { traceId, found: true } }), 'log-opens-trace').status, 'fail', traceId)
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

test('an invalid regex is named as such, with its file', () => {
  const verdict = verdictOf(logRun({ link: { traceId: null, found: false, regex: '(?P<id>x)', file: 'grafana/datasources.yml', error: 'Invalid regular expression: /(?P<id>x)/: Invalid group' } }), 'log-opens-trace')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /the regex is invalid: .*Invalid group/)
  assert.match(verdict.diagnosis ?? '', /grafana\/datasources\.yml/)
})

test('a data source that was read and has no regex is a broken promise', () => {
  const verdict = verdictOf(logRun({ link: { traceId: null, found: false, regex: '', file: 'grafana/datasources.yml' } }), 'log-opens-trace')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /grafana\/datasources\.yml has no derivedFields regex/)
})

test('a file that could not be read, and a store that did not answer, leave it open', () => {
  for (const [link, cause] of [[{ traceId: null, found: false, regex: '', file: 'd.yml', error: 'ENOENT' }, 'evidence-missing'], [{ traceId: 't9', found: false, file: 'd.yml', error: '503' }, 'source-unreachable']] as const) {
    const verdict = verdictOf(logRun({ link }), 'log-opens-trace')
    assert.deepEqual([verdict.status, verdict.cause], ['unknown', cause], JSON.stringify(verdict))
  }
})
