import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { JournalBody, RecordLine } from '../../../model/journal.ts'
import type { LogSpec } from '../../../model/spec.ts'
import type { Verdict } from '../../../model/verdict.ts'
import { LOG_SPEC, TRACE_SPEC, logRun, verdictOf, withEntries, withSpec } from '../../../../testing/journals/honest-run.ts'

const MULTILINE: NonNullable<LogSpec['multiline']> = {
  request: { ...LOG_SPEC.request, expectStatus: 400 },
  contains: 'refused\\n[\\s\\S]*caused by: .*{stamp}',
  lines: 3,
  fields: { level: '^WARN$' },
}
const line = (text: string, rows: number, labels: Record<string, string> = { level: 'WARN' }): RecordLine => ({
  timeNs: '1',
  line: text,
  labels,
  rows,
})
const WHOLE = line('WARN refused\n    caused by: a\n    caused by: b id=s.2', 3)
const ACCESS = line('INFO POST /checkout 400 id=s.2', 1, { level: 'INFO' })

function judged(
  record: { lines?: RecordLine[]; pieces?: RecordLine[]; status?: number; error?: string } | null,
  multiline: LogSpec['multiline'] = MULTILINE,
): Verdict {
  const journal = withSpec(logRun(), { logs: [{ ...LOG_SPEC, ...(multiline === undefined ? {} : { multiline }) }], traces: [TRACE_SPEC] })
  const entry: JournalBody[] =
    record === null
      ? []
      : [
          {
            kind: 'log-record',
            spec: 'shop',
            stamp: 's.2',
            traceId: 't9',
            sentMs: 0,
            status: record.status ?? 400,
            query: '{}',
            foundMs: 1,
            polls: 1,
            lines: record.lines ?? [],
            pieces: record.pieces ?? [],
            ...(record.error === undefined ? {} : { error: record.error }),
          },
        ]
  return verdictOf(withEntries(journal, ...entry), 'log-lines-together')
}

test('one entry of all its lines passes, whatever else carries the stamp', () => {
  const verdict = judged({ lines: [ACCESS, WHOLE] })
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.equal(verdict.observed, 'one entry of 3 lines')
})

test('a record in pieces fails, with its pieces', () => {
  const verdict = judged({
    lines: [ACCESS, line('    caused by: b id=s.2', 1, {})],
    pieces: [line('    caused by: a', 1, {}), line('    caused by: b id=s.2', 1, {})],
  })
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(
    verdict.observed,
    /of 2 entries with its stamp none is it; the longest has 1 line; 2 lines of it are entries of their own, e\.g\. " {4}caused by: a"/,
  )
  assert.match(verdict.diagnosis ?? '', /multiline stage of the log collector for shop/)
  assert.doesNotMatch(verdict.diagnosis ?? '', /fewer lines now/)
})

test("a record that is shorter than promised fails, and may be the service's doing", () => {
  const verdict = judged({ lines: [line('WARN refused\n    caused by: a id=s.2', 2)] })
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /its entry has 2 lines/)
  assert.match(verdict.diagnosis ?? '', /fewer lines now/)
})

test('a record that never came fails', () => {
  const verdict = judged({})
  assert.deepEqual([verdict.status, verdict.observed], ['fail', 'no entry of it is in the log store'])
})

test('a record whose fields are not parsed, or otherwise, fails', () => {
  assert.match(judged({ lines: [{ ...WHOLE, labels: {} }] }).observed, /but level is null/)
  const verdict = judged({ lines: [{ ...WHOLE, labels: { level: 'INFO' } }] })
  assert.deepEqual([verdict.status, /level is "INFO"/.test(verdict.observed)], ['fail', true])
  assert.match(verdict.diagnosis ?? '', /\(\?s\)/)
})

test('a request that failed, a store that was silent, nobody who looked', () => {
  for (const [record, cause] of [
    [{ status: 200 }, 'not-injected'],
    [{ status: 0, error: 'refused' }, 'not-injected'],
    [{ error: '503' }, 'source-unreachable'],
    [null, 'evidence-missing'],
  ] as const) {
    assert.deepEqual([judged(record).status, judged(record).cause], ['unknown', cause])
  }
  assert.match(judged({ status: 0, error: 'refused' }).observed, /refused/)
})

test('nothing promised, or made by a path that was not drilled', () => {
  const { request: _, ...promised } = MULTILINE
  const without = withSpec(logRun(), { logs: [LOG_SPEC] })
  assert.equal(verdictOf(without, 'log-lines-together').status, 'skipped')
  assert.deepEqual(
    [
      judged(null, { ...promised, trace: 'path-order' }).status,
      /path-order, which was not part/.test(judged(null, { ...promised, trace: 'path-order' }).observed),
    ],
    ['skipped', true],
  )
})

test('a record of which nothing came was not kept; one that is cut was cut', () => {
  for (const lines of [[], [ACCESS]])
    assert.match(
      judged({ lines }).diagnosis ?? '',
      /(No line with its stamp came|1 other line stamped s\.2 came), and no piece of the record\. It is dropped .*longer_than.*max_line_size/,
    )
  assert.match(
    judged({ lines: [line('WARN refused\n    caused by: a id=s.2', 2)] }).diagnosis ?? '',
    /cut short\. Look at max_lines of the multiline stage/,
  )
})
