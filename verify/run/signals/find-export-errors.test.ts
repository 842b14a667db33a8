import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry } from '../../model/journal.ts'
import { recordExportErrors } from './find-export-errors.ts'
import { fakeWorld } from '../../../testing/virtual/fake-ports.ts'

const of = (entries: JournalEntry[]): Extract<JournalEntry, { kind: 'export-errors' }>[] =>
  entries.filter((entry) => entry.kind === 'export-errors')

test('each silent service is asked for its own lines, from a minute before the request on; the newest are kept, all are counted', async () => {
  const world = fakeWorld()
  const asked: unknown[] = []
  const sentMs = world.clock.now() - 15_000
  world.loki.queryRange = (query, fromMs, untilMs) => {
    asked.push([query.slice(0, query.indexOf('~') + 2), fromMs - sentMs, untilMs - sentMs])
    return Promise.resolve(
      Array.from({ length: 5 }, (_, index) => ({
        timeNs: String(index),
        line: `Failed to export spans. ${index} ${'x'.repeat(100_000)}`,
        labels: {},
      })),
    )
  }
  await recordExportErrors('path-shop', ['shop', 'stock'], sentMs, world)
  assert.deepEqual(asked, [
    ['{service="shop"} |~ ', -65_000, 15_000],
    ['{service="stock"} |~ ', -65_000, 15_000],
  ])
  const [entry] = of(world.entries)
  assert.deepEqual(
    [entry?.spec, entry?.service, entry?.count, entry?.more, entry?.lines.map(({ timeNs }) => timeNs)],
    ['path-shop', 'shop', 5, false, ['2', '3', '4']],
  )
  assert.ok(JSON.stringify(entry).length < 20_000)
})

test('a store that does not answer is in the entry, and is no source-error', async () => {
  const world = fakeWorld()
  world.loki.queryRange = () => Promise.reject(new Error('503'))
  await recordExportErrors('path-shop', ['shop'], 0, world)
  assert.deepEqual(
    of(world.entries).map(({ error, count }) => [error, count]),
    [['503', 0]],
  )
  assert.equal(world.entries.length, 1)
})
