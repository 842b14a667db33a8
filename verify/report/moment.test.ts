import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ExplainingLine, JournalEntry } from '../model/journal.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { Moment } from '../model/report.ts'
import { htmlOf } from './html.ts'
import { markdownOf } from './markdown.ts'
import { momentBlocks, momentsOf } from './moment.ts'
import { html, markdown } from './escape.ts'
import { formats, html as pageHtml } from './formats.ts'
import { pageOf } from './page/make-page.ts'
import { report } from '../../testing/report/small-report.ts'
import { anyText } from '../../testing/random/any-text.ts'

const experiment = { id: 'redis-killed', alert: 'RedisConnectionFailed', threshold: 0, comparator: '==' } as PlannedExperiment

function entries(lines: ExplainingLine[], more: { error?: string; experiment?: string } = {}): JournalEntry[] {
  return [
    {
      seq: 0,
      atMs: 0,
      kind: 'evaluated',
      experiment: 'redis-killed',
      what: 'value',
      expr: 'redis_up',
      startMs: 0,
      endMs: 0,
      stepMs: 1_000,
      series: [
        { metric: { job: 'other' }, values: [[1, '9']] },
        {
          metric: { job: 'redis' },
          values: [
            [1, '1'],
            [2, '0'],
            [3, '5'],
          ],
        },
      ],
    },
    {
      seq: 1,
      atMs: 0,
      kind: 'alert-logs',
      experiment: more.experiment ?? 'redis-killed',
      alert: 'RedisConnectionFailed',
      labels: { job: 'redis', instance: 'a' },
      services: ['rate-limiter'],
      fromMs: 0,
      untilMs: 9_000,
      query: '{service=~"rate-limiter"}',
      count: lines.length,
      more: false,
      lines,
      ...(more.error === undefined ? {} : { error: more.error }),
    },
  ]
}
const line = (text: string): ExplainingLine => ({
  timeNs: '2500000000',
  line: text,
  labels: { service: 'rate-limiter', level: 'WARN' },
  traceId: 'ab12',
})

const momentsHtml = (moments: readonly Moment[]): string => momentBlocks(moments).map(htmlOf).join('\n')
const momentsMarkdown = (moments: readonly Moment[]): string => markdownOf(momentBlocks(moments))

test("the value is that of the alert's own series when it fired", () => {
  assert.deepEqual(momentsOf(experiment, entries([]), 2_400, 'r1')[0]?.metric, {
    value: '0',
    comparator: '==',
    threshold: 0,
    atMs: 2_000,
    pointer: 0,
  })
})

test("another experiment's alert is not joined", () =>
  assert.deepEqual(momentsOf(experiment, entries([], { experiment: 'mysql-killed' }), 0, 'r1'), []))

test('of an experiment that was tried again the moment of the last attempt is shown', () => {
  const again: JournalEntry[] = [
    ...entries([]),
    { seq: 2, atMs: 0, kind: 'leg', experiment: 'redis-killed', leg: 'fire', phase: 'begin' },
    ...entries([line('again')])
      .slice(1)
      .map((entry) => ({ ...entry, seq: 3 })),
  ]
  assert.deepEqual(
    momentsOf(experiment, again, 2_400, 'r1').map(({ pointer }) => pointer),
    [3],
  )
})

test('value, lines and trace stand together in both pages', () => {
  const moments = momentsOf(experiment, entries([line('redis unavailable')]), 2_400, 'r1')
  for (const text of [momentsHtml(moments), momentsMarkdown(moments)])
    for (const part of ['the value was 0', 'redis unavailable', 'WARN', 'ab12', '00:00:02'])
      assert.ok(text.includes(part), `${part} in ${text}`)
})

test('requests of the experiment stand beside them, in both pages, as text', () => {
  const traced = entries([]).map((entry) =>
    entry.kind === 'alert-logs'
      ? {
          ...entry,
          traces: [
            {
              traceId: 'cd34',
              service: 'fluxpay-engine',
              operation: 'POST <b>|/pay',
              atMs: 2_345,
              durationMs: 7.25,
              status: '502',
              error: true,
            },
          ],
        }
      : entry,
  )
  const moments = momentsOf(experiment, traced, 2_400, 'r1')
  for (const [text, operation] of [
    [momentsHtml(moments), html('POST <b>|/pay')],
    [momentsMarkdown(moments), markdown('POST <b>|/pay')],
  ] as const) {
    for (const part of ['cd34', 'fluxpay-engine', operation, '502 error', '7.3 ms', '00:00:02'])
      assert.ok(text.includes(part), `${part} in ${text}`)
  }
})

test('lines that could not be read are said so', () => {
  assert.match(momentsHtml(momentsOf(experiment, entries([], { error: '503' }), 0, 'r1')), /could not be read: 503/)
})

test('the whole report shows them under their experiment', () => {
  const code = { script: '', scriptHash: '', style: '', styleHash: '' }
  const page = pageHtml(report(), { page: pageOf({ entries: [], problems: [] }, report()), code })
  assert.match(page, /At that moment: run plain, RedisConnectionFailed\{job=&#34;plain&#34;\}: the value was 0/)
  assert.match(formats.markdown(report()), /redis unavailable/)
})

test('a line that lies stays text and short, whatever it is', () => {
  fc.assert(
    fc.property(anyText({ maxLength: 2_000 }), (text) => {
      const moments = momentsOf(experiment, entries([line(text)]), 0, 'r1')
      const shown = moments[0]?.lines[0]?.text ?? ''
      assert.ok(shown.length <= 310)
      assert.ok(momentsHtml(moments).includes(html(shown)))
      assert.ok(
        momentsMarkdown(moments)
          .split('\n')
          .some((row) => row.includes(markdown(shown))),
      )
      assert.doesNotMatch(momentsHtml(moments), new RegExp('[\\u0000-\\u0008\\u001b\\u202e]'))
    }),
    { numRuns: 200 },
  )
})

test('a line of JSON is shown by what it says, with the experiment whose request it was', () => {
  const json = '{"@timestamp":"x","message":"no \\"redis\\" <b>","stack_trace":"at ...'
  const own = entries([
    line(json),
    line('boom request_id=r1.mysql-killed.fire'),
    line('{"a": 1}'),
    { ...line('whose?'), traceId: null },
  ]).map((entry) =>
    entry.kind === 'alert-logs'
      ? { ...entry, traces: [{ traceId: 'ab12', service: 's', operation: 'o', atMs: 0, durationMs: 1, error: false }] }
      : entry,
  )
  const [moment] = momentsOf(experiment, own, 0, 'r1')
  assert.deepEqual(
    moment?.lines.map(({ text, of }) => [text, of]),
    [
      ['no "redis" <b>', 'redis-killed'],
      ['boom request_id=r1.mysql-killed.fire', 'redis-killed'],
      ['{"a": 1}', 'redis-killed'],
      ['whose?', ''],
    ],
  )
  const [without] = momentsOf(
    experiment,
    entries([line('boom request_id=r1.mysql-killed.fire'), line('r2.x.y'), line('r1.<b>.y')]),
    0,
    'r1',
  )
  assert.deepEqual(
    without?.lines.map(({ of }) => of),
    ['mysql-killed', '', ''],
  )
  assert.ok(!momentsHtml([moment]).includes('<b>'))
})

test('the value is read by people', () => {
  const precise = entries([]).map((entry) =>
    entry.kind === 'evaluated'
      ? { ...entry, series: [{ metric: { job: 'redis' }, values: [[2, '0.015358361774744027']] as [number, string][] }] }
      : entry,
  )
  assert.match(
    momentsHtml(momentsOf(experiment, precise, 2_400, 'r1')),
    /run r1, RedisConnectionFailed\{job=&#34;redis&#34;, instance=&#34;a&#34;\}: the value was 0\.015358 \(/,
  )
})
