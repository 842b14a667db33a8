import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, LOG_SPEC, logRun, verdictOf, withSpec } from '../../../../testing/journals/honest-run.ts'

test('labels and fields as promised pass', () => {
  const verdict = verdictOf(logRun(), 'log-labels-and-fields')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a missing json stage is named', () => {
  const verdict = verdictOf(
    logRun({ lines: [{ line: '{"message":"s.1"}', labels: { service: 'shop', logstream: 'stdout' } }] }),
    'log-labels-and-fields',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /not parsed: level/)
  assert.match(verdict.diagnosis ?? '', /json stage/)
})

test('a wrong label fails', () => {
  const verdict = verdictOf(
    logRun({ lines: [{ line: 's.1', labels: { service: 'other', logstream: 'stdout', level: 'INFO' } }] }),
    'log-labels-and-fields',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /service is "other"/)
})

test('a field with another value fails', () => {
  const verdict = verdictOf(
    logRun({ lines: [{ line: 's.1', labels: { service: 'shop', logstream: 'stdout', level: 'info' } }] }),
    'log-labels-and-fields',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /level is "info"/)
})

test('without a line it follows log-line-found', () => {
  const verdict = verdictOf(logRun({ lines: [] }), 'log-labels-and-fields')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

test('a further line about the request at another level is no fault, as long as the promised one is there', () => {
  const line = (level: string): { line: string; labels: Record<string, string> } => ({
    line: 's.1',
    labels: { service: 'shop', logstream: 'stdout', level },
  })
  assert.equal(verdictOf(logRun({ lines: [line('WARN'), line('INFO')] }), 'log-labels-and-fields').status, 'pass')
  const verdict = verdictOf(logRun({ lines: [line('WARN'), line('ERROR')] }), 'log-labels-and-fields')
  assert.deepEqual([verdict.status, verdict.observed], ['fail', 'level is "WARN", and none of 1 other line is as promised'])
})

const OWN = '0af7651916cd43dd8448eb211c80319c'

function traced(traceId: string, line = `{"message":"s.1","level":"INFO","trace_id":"${OWN}"}`): ReturnType<typeof verdictOf> {
  const journal = withSpec(
    logRun({ lines: [{ line, labels: { service: 'shop', logstream: 'stdout', level: 'INFO', trace_id: traceId } }] }),
    { logs: [{ ...LOG_SPEC, fields: { level: '^INFO$', trace_id: '^[0-9a-f]{32}$' } }] },
  )
  return verdictOf(
    alter(journal, 'log-probe', (entry) => ({ ...entry, traceId: OWN })),
    'log-labels-and-fields',
  )
}

test('a trace id has to be the one that the line says, not just one', () => {
  assert.equal(traced(OWN).status, 'pass')
  assert.equal(traced('f'.repeat(32), '{"message":"s.1","level":"INFO"}').status, 'pass', "a line without it is log-opens-trace's")
  for (const [value, diagnosis] of [
    ['f'.repeat(32), /carries the request's own id/],
    [OWN.slice(0, 16), /only the begin of .* json stage/],
    [OWN.toUpperCase(), /in capitals: the json stage/],
  ] as const) {
    const verdict = traced(value)
    assert.equal(verdict.status, 'fail', value)
    assert.match(verdict.observed, new RegExp(`trace_id is "${value}"`))
    assert.match(verdict.diagnosis ?? '', diagnosis)
  }
  assert.match(traced(OWN.toUpperCase(), `{"message":"s.1","trace_id":"${OWN.toUpperCase()}"}`).diagnosis ?? '', /the service writes it so/)
})

test("a level that is wrong is the service's when its line says so, else the collector's", () => {
  const said = (line: string): string =>
    verdictOf(logRun({ lines: [{ line, labels: { service: 'shop', logstream: 'stdout', level: 'WARN' } }] }), 'log-labels-and-fields')
      .diagnosis ?? ''
  assert.match(said('s.1 WARN'), /the service writes it so, or the json stage/)
  assert.match(said('s.1 INFO'), /does not stand in the line: the json stage/)
})

test('a stream for each request fails', () => {
  const verdict = verdictOf(
    alter(logRun(), 'log-lines', (entry) => ({ ...entry, perRequest: ['trace_id'] })),
    'log-labels-and-fields',
  )
  assert.deepEqual([verdict.status, verdict.observed], ['fail', 'trace_id is a stream label with one value per request'])
  assert.match(verdict.diagnosis ?? '', /structured_metadata/)
})

test("a line that is glued to the one before has that one's id", () => {
  const verdict = traced('f'.repeat(32), `INFO a trace_id=${'f'.repeat(32)}\nINFO s.1 trace_id=${OWN}`)
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.diagnosis ?? '', /another line in the same entry: the multiline stage/)
})
