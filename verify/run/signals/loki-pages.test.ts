import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogLine } from '../../model/journal.ts'
import { pages } from './loki-pages.ts'
import type { LokiSource } from '../ports.ts'

/** A store that answers as Loki does: from start on, oldest first, no more than the limit. */
function store(lines: LogLine[]): LokiSource & { asked: number } {
  return {
    asked: 0,
    queryRange(_query, startMs, endMs, limit) {
      this.asked += 1
      return Promise.resolve(lines.filter(({ timeNs }) => Number(timeNs) >= startMs * 1e6 && Number(timeNs) < endMs * 1e6).slice(0, limit))
    },
  }
}

const line = (ms: number, text: string): LogLine => ({ timeNs: `${ms}000000`, line: text, labels: {} })

async function all(loki: LokiSource, pageLines: number): Promise<string[]> {
  const texts: string[] = []
  for await (const page of pages(loki, '{}', 1_000, 10_000, pageLines)) texts.push(...page.map((each) => each.line))
  return texts
}

test('every line comes once, also when a page ends in the middle of an instant', async () => {
  const lines = Array.from({ length: 25 }, (_, index) => line(1_000 + Math.floor(index / 3), `line ${index}`))
  for (const pageLines of [4, 5, 7, 25, 100])
    assert.deepEqual(
      await all(store(lines), pageLines),
      lines.map((each) => each.line),
      `pages of ${pageLines}`,
    )
})

test('the same text twice in one instant but in two streams is two lines', async () => {
  const lines = [line(1_000, 'a'), { ...line(1_000, 'a'), labels: { filename: '2' } }, line(1_001, 'b')]
  assert.deepEqual(await all(store(lines), 3), ['a', 'a', 'b'])
})

test('an instant that fills a page is an error, never a silent gap', async () => {
  const lines = Array.from({ length: 6_000 }, (_, index) => line(1_000, `line ${index}`))
  await assert.rejects(all(store(lines), 1_000), /5000 lines or more within one millisecond/)
})

test('an instant with more lines than a page, as of a time format without fractions, is read in larger ones', async () => {
  const lines = [
    line(1_000, 'before'),
    ...Array.from({ length: 40 }, (_, index) => line(2_000, `line ${index}`)),
    line(2_000, 'last'),
    line(3_000, 'after'),
    line(3_001, 'end'),
  ]
  for (const pageLines of [2, 3, 10, 40, 41, 42])
    assert.deepEqual(
      await all(store(lines), pageLines),
      lines.map((each) => each.line),
      `pages of ${pageLines}`,
    )
})

test('nothing there asks once', async () => {
  const loki = store([])
  assert.deepEqual(await all(loki, 3), [])
  assert.equal(loki.asked, 1)
})

test('a store that allows fewer lines a query is read in smaller pages', async () => {
  const lines = Array.from({ length: 30 }, (_, index) => line(1_000 + index, `line ${index}`))
  const loki = store(lines)
  const plain = loki.queryRange.bind(loki)
  loki.queryRange = (query, startMs, endMs, limit) =>
    limit > 8
      ? Promise.reject(
          new Error(`[GET] "...": 400 max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > 8)`),
        )
      : plain(query, startMs, endMs, limit)
  assert.deepEqual(
    await all(loki, 20),
    lines.map((each) => each.line),
  )
  loki.queryRange = () => Promise.reject(new Error('503'))
  await assert.rejects(all(loki, 20), /503/)
})
