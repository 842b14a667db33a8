import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry } from '../../model/journal.ts'
import type { LogSpec } from '../../model/spec.ts'
import { pollRecord } from './find-log-record.ts'
import { fakeWorld } from '../../../testing/virtual/fake-ports.ts'

const LOG: LogSpec = {
  service: 'shop',
  because: 'test',
  request: { service: 'shop', method: 'GET', path: '/', headers: {}, expectStatus: 200 },
  contains: '{stamp}',
  labels: {},
  format: 'regex',
  fields: {},
  linksToTrace: false,
  maxDelayMs: 5_000,
}
const PROMISED = { contains: 'refused\\n[\\s\\S]*{stamp}', lines: 2, fields: {} }
type Found = Extract<JournalEntry, { kind: 'log-record' }>

/** Entries of the store: what is asked for by `|=` or, pieces, by `|~`, from `afterMs` on. */
async function looked(
  entries: { line: string; afterMs: number }[],
  options: { contains?: string; status?: number; fails?: boolean; error?: string } = {},
): Promise<{ entry: Found; tookMs: number; entries: JournalEntry[] }> {
  const world = fakeWorld()
  const beganMs = world.clock.now()
  world.loki.queryRange = (query, fromMs, untilMs) => {
    if (options.fails === true) return Promise.reject(new Error('503'))
    const now = world.clock.now()
    const wanted = query.includes('|~')
      ? (line: string) => new RegExp(JSON.parse(/\|~ (".*")$/.exec(query)?.[1] ?? '""') as string).test(line)
      : (line: string) => line.includes('r.7')
    return Promise.resolve(
      entries
        .filter(
          ({ line, afterMs }) => beganMs + afterMs <= now && beganMs + afterMs >= fromMs && beganMs + afterMs < untilMs && wanted(line),
        )
        .map(({ line, afterMs }) => ({ timeNs: `${beganMs + afterMs}000000`, line, labels: {} })),
    )
  }
  await world.clock.drive(
    pollRecord(
      LOG,
      { ...PROMISED, ...(options.contains === undefined ? {} : { contains: options.contains }) },
      {
        stamp: 'r.7',
        traceId: 'a',
        sentMs: beganMs,
        status: options.status ?? 400,
        ...(options.error === undefined ? {} : { error: options.error }),
      },
      world,
      new AbortController().signal,
    ),
  )
  const [entry] = world.entries
  assert.ok(entry?.kind === 'log-record')
  return { entry, tookMs: world.clock.now() - beganMs, entries: world.entries }
}

test('looking ends when the record is there, not when some line with its stamp is', async () => {
  const { entry, tookMs } = await looked([
    { line: 'POST /checkout 400 r.7', afterMs: 100 },
    { line: 'refused\n  caused by: x r.7', afterMs: 1_200 },
  ])
  assert.equal(tookMs, 1_250)
  assert.deepEqual(
    entry.lines.map(({ rows }) => rows),
    [1, 2],
  )
  assert.deepEqual(entry.pieces, [])
})

test('a record in pieces is looked for until the deadline; pieces near it are kept, others are not', async () => {
  const { entry, tookMs } = await looked([
    { line: 'refused', afterMs: 300 },
    { line: '  caused by: x', afterMs: 301 },
    { line: '  caused by: y r.7', afterMs: 302 },
    { line: '\tat long.after', afterMs: 4_000 },
    { line: 'a line', afterMs: 310 },
  ])
  assert.equal(tookMs, 5_000)
  assert.deepEqual(
    [entry.lines.map(({ line }) => line), entry.pieces.map(({ line }) => line)],
    [['  caused by: y r.7'], ['  caused by: x', '  caused by: y r.7']],
  )
})

test('an expression that only RE2 knows is left to the judge', async () => {
  const { entry, tookMs } = await looked([{ line: 'refused\n r.7', afterMs: 100 }], { contains: '(?P<x>refused){stamp}' })
  assert.deepEqual([tookMs, entry.lines.length], [5_000, 1])
})

test('lines of what lies are counted before they are cut', async () => {
  const { entry } = await looked([{ line: `refused\n${'x\n'.repeat(300_000)}r.7`, afterMs: 100 }])
  assert.equal(entry.lines[0]?.rows, 300_002)
  assert.ok(JSON.stringify(entry).length < 20_000)
})

test('a request without an answer is said, and nothing is looked for', async () => {
  const { entry, tookMs } = await looked([], { status: 0, error: 'ECONNREFUSED' })
  assert.deepEqual([entry.status, entry.error, tookMs], [0, 'ECONNREFUSED', 0])
})

test('a store that does not answer is in the entry and a source-error', async () => {
  const { entry, entries } = await looked([], { fails: true })
  assert.deepEqual([entry.error, entries[1]?.kind], ['503', 'source-error'])
})
