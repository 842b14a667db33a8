import { test } from 'node:test'
import assert from 'node:assert/strict'
import { logRun, verdictOf } from '../../../../testing/journals/honest-run.ts'

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
  const verdict = verdictOf(logRun({ link: { traceId: 'x', found: true, file: 'd.yml' } }), 'log-opens-trace')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.diagnosis ?? '', /Look at derivedFields\.matcherRegex in d\.yml\.$/)
})

test('an invalid id in the line fails, whatever is wrong with it', () => {
  for (const traceId of ['0'.repeat(32), '', 'T9', 't9 ', '\ud800', '<b>t9</b>'])
    assert.equal(verdictOf(logRun({ link: { traceId, found: true } }), 'log-opens-trace').status, 'fail', traceId)
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
  const verdict = verdictOf(
    logRun({
      link: {
        traceId: null,
        found: false,
        regex: '(?P<id>x)',
        file: 'grafana/datasources.yml',
        error: 'Invalid regular expression: /(?P<id>x)/: Invalid group',
      },
    }),
    'log-opens-trace',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /the regex is invalid: .*Invalid group/)
  assert.match(verdict.diagnosis ?? '', /grafana\/datasources\.yml/)
})

test('a data source that was read and has no regex is a broken promise', () => {
  const verdict = verdictOf(
    logRun({ link: { traceId: null, found: false, regex: '', file: 'grafana/datasources.yml' } }),
    'log-opens-trace',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /grafana\/datasources\.yml has no derivedFields regex/)
})

test('a file that could not be read, and a store that did not answer, leave it open', () => {
  for (const [link, cause] of [
    [{ traceId: null, found: false, regex: '', file: 'd.yml', error: 'ENOENT' }, 'evidence-missing'],
    [{ traceId: 't9', found: false, file: 'd.yml', error: '503' }, 'source-unreachable'],
  ] as const) {
    const verdict = verdictOf(logRun({ link }), 'log-opens-trace')
    assert.deepEqual([verdict.status, verdict.cause], ['unknown', cause], JSON.stringify(verdict))
  }
})

const LINKS = [{ url: '${__value.raw}', uid: 'jaeger', type: 'jaeger' }]

test('an id that is cut out well is no use when the click leads elsewhere', () => {
  assert.equal(verdictOf(logRun({ link: { traceId: 't9', found: true, more: { links: LINKS } } }), 'log-opens-trace').status, 'pass')
  for (const [links, observed] of [
    [[{ ...LINKS[0]!, uid: 'jager', type: null }], /datasourceUid "jager" names no data source/],
    [[{ ...LINKS[0]!, uid: 'loki', type: 'loki' }], /of type loki/],
    [[{ ...LINKS[0]!, url: '' }], /its query "" is not the value/],
    [[], /neither/],
  ] as const) {
    const verdict = verdictOf(
      logRun({ link: { traceId: 't9', found: true, file: 'd.yml', more: { links: [...links] } } }),
      'log-opens-trace',
    )
    assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
    assert.match(verdict.observed, observed)
    assert.match(verdict.diagnosis ?? '', /d\.yml/)
  }
})

test('a field that names a label is spoken of as such', () => {
  const verdict = verdictOf(
    logRun({ link: { traceId: null, found: false, regex: 'traceId', file: 'd.yml', more: { matcher: 'label' } } }),
    'log-opens-trace',
  )
  assert.match(verdict.observed, /no label or field of the line is called like "traceId"/)
  assert.match(verdict.diagnosis ?? '', /structured_metadata/)
})

test('what was cut out instead tells which mistake the regex makes', () => {
  const own = '0af7651916cd43dd8448eb211c80319c'
  const said = (traceId: string, line = `{"message":"GET /health?s.1","trace_id":"${own}","span_id":"b7ad6b7169203331"}`): string => {
    const journal = logRun({ link: { traceId, found: false }, lines: [{ line, labels: { service: 'shop' } }] })
    return (
      verdictOf(
        { ...journal, entries: journal.entries.map((entry) => (entry.kind === 'log-probe' ? { ...entry, traceId: own } : entry)) },
        'log-opens-trace',
      ).diagnosis ?? ''
    )
  }
  assert.match(said('b7ad6b7169203331'), /span id/)
  assert.match(said(own.slice(0, 16)), /too few digits/)
  assert.match(said('reactor-http-1'), /another part of it, or another group/)
  assert.match(said('f'.repeat(32), '{"message":"GET /health?s.1"}'), /a trace of its own/)
})

test('a regex that Grafana does not use is told', () => {
  const verdict = verdictOf(logRun({ link: { traceId: null, found: false, more: { ignored: ['trace_id=(\\w+)'] } } }), 'log-opens-trace')
  assert.match(verdict.diagnosis ?? '', /Of fields of one name .*trace_id=.* does nothing/)
})

test('where no id is cut out, what the store has tells why', () => {
  const said = (line: string, labels: Record<string, string> = {}): string =>
    verdictOf(
      logRun({ link: { traceId: null, found: false, file: 'd.yml' }, lines: [{ line, labels: { service: 'shop', ...labels } }] }),
      'log-opens-trace',
    ).diagnosis ?? ''
  assert.match(said('s.1 traceId: t9'), /The line carries the id: derivedFields\.matcherRegex in d\.yml/)
  assert.match(said('s.1', { trace_id: 't9' }), /was parsed \(trace_id\) and is no longer in the line: an output/)
  assert.match(said('s.1'), /the agent does not write it/)
})
