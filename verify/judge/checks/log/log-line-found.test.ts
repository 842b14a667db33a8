import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal } from '../../../model/journal.ts'
import { LOG_SPEC, alter, logRun, verdictOf, withSpec } from '../../../../testing/journals/honest-run.ts'
import { ZERO_MS } from '../../../../testing/virtual/virtual-journal.ts'

test('a line that arrived passes', () => {
  const verdict = verdictOf(logRun(), 'log-line-found')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a line that did not fails', () => {
  const verdict = verdictOf(logRun({ lines: [] }), 'log-line-found')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /1 of 1 lines not found/)
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

test('a promised request that is refused is a broken promise of the service that was asked', () => {
  const verdict = verdictOf(logRun({ status: 404 }), 'log-line-found')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.equal(verdict.observed, 'shop GET /health was answered 404 instead of 200, 1 of 1 times')
  assert.equal(verdict.part, 'shop')
})

test('the line of another service, through which the request went, is not taken for its own', () => {
  const passedBy = (labels: Record<string, string>): Journal =>
    withSpec(logRun({ lines: [{ line: 'GET /health?s.1', labels }] }), {
      logs: [LOG_SPEC, { ...LOG_SPEC, service: 'gateway', labels: { service: 'gateway', logstream: 'stdout' } }],
    })
  assert.match(
    verdictOf(passedBy({ service: 'gateway', logstream: 'stdout' }), 'log-line-found', 'shop').observed,
    /1 of 1 lines not found/,
  )
  assert.equal(verdictOf(passedBy({ service: 'gateway', logstream: 'stdout' }), 'log-labels-and-fields', 'shop').status, 'skipped')
  assert.match(
    verdictOf(passedBy({ service: 'gatewai', logstream: 'stdout' }), 'log-labels-and-fields', 'shop').observed,
    /service is "gatewai"/,
  )
})

test('a line that is stored under another time is found, and the timestamp stage is named', () => {
  const stored = (offMs: number): Journal =>
    alter(logRun(), 'log-lines', (entry) => ({
      ...entry,
      lines: entry.lines.map((line) => ({ ...line, timeNs: `${ZERO_MS + offMs}000000` })),
    }))
  for (const fine of [-4_000, 0, 800, 5_000]) assert.equal(verdictOf(stored(fine), 'log-line-found').status, 'pass', String(fine))
  for (const [offMs, observed] of [
    [-20_000, /20 s before it was written/],
    [9 * 3_600_000, /after it was found/],
  ] as const) {
    const verdict = verdictOf(stored(offMs), 'log-line-found')
    assert.equal(verdict.status, 'fail')
    assert.match(verdict.observed, observed)
    assert.match(verdict.diagnosis ?? '', /^Timestamp: .*timestamp stage/)
    assert.match(verdict.diagnosis ?? '', offMs === -20_000 ? /the clock of shop's host is off/ : /so far as a time zone is/)
  }
})

test('a line that is in two streams was collected twice', () => {
  const labels = (more: Record<string, string>): Record<string, string> => ({
    service: 'shop',
    logstream: 'stdout',
    level: 'INFO',
    ...more,
  })
  const verdict = verdictOf(
    logRun({
      lines: [
        { line: 's.1', labels: labels({ job: 'a' }) },
        { line: 's.1', labels: labels({ job: 'b' }) },
      ],
    }),
    'log-line-found',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /there twice, under different labels: job is "b", not "a"/)
  assert.match(verdict.diagnosis ?? '', /Two scrape configs/)
  const again = [
    { line: 's.1', labels: labels({}) },
    { line: 's.1', labels: labels({ level: 'WARN' }) },
    { line: 's.1', labels: labels({ observed_timestamp: '1795798800123456789', severity_number: '9' }) },
    { line: 's.1 more', labels: labels({ job: 'b' }) },
  ]
  assert.equal(verdictOf(logRun({ lines: again }), 'log-line-found').status, 'pass', 'sent again, or another line')
})

test("a line that is labelled as another service's is told, unless the request went there", () => {
  const gateway = {
    ...LOG_SPEC,
    service: 'gateway',
    request: { ...LOG_SPEC.request, service: 'gateway' },
    labels: { service: 'gateway', logstream: 'stdout' },
  }
  const said = (service: string): string =>
    verdictOf(
      withSpec(logRun({ lines: [{ line: 'GET /health?s.1', labels: { service: 'gateway', logstream: 'stdout' } }] }), {
        logs: [{ ...LOG_SPEC, request: { ...LOG_SPEC.request, service } }, gateway],
      }),
      'log-line-found',
      'shop',
    ).diagnosis ?? ''
  assert.match(
    said('shop'),
    /as one of \{logstream="stdout", service="gateway"\}, though the request went to shop\. The labels of the two services are swapped/,
  )
  assert.doesNotMatch(said('gateway'), /swapped/)
})
