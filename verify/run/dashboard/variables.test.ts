import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDashboard } from '../../grafana/index.ts'
import type { Series } from '../../model/journal.ts'
import { withVariableValues } from './variables.ts'

const series = (...metrics: Record<string, string>[]): Series[] => metrics.map((metric) => ({ metric, values: [[1, '2']] }))

async function values(answers: Record<string, Series[]>, ...list: object[]): Promise<[string, string | string[], string[]][]> {
  const dashboard = parseDashboard(
    JSON.stringify({ panels: [], templating: { list: list.map((each) => ({ type: 'query', refresh: 1, ...each })) } }),
    'd.json',
  )
  const query = (expr: string): Promise<Series[]> =>
    answers[expr] === undefined ? Promise.reject(new Error(`nobody knows ${expr}`)) : Promise.resolve(answers[expr])
  return (await withVariableValues(dashboard, { query }, 1_000)).variables.map(({ name, value, options }) => [name, value, options])
}

const UP = { 'group by (job) (up)': series({ job: 'b2' }, { job: 'a10' }, { job: 'b2' }) }

test('without a value in the file the first one that Prometheus has is taken', async () => {
  assert.deepEqual(await values(UP, { name: 'job', query: 'label_values(up, job)', current: {} }), [['job', 'a10', ['a10', 'b2']]])
  assert.deepEqual(await values(UP, { name: 'job', query: { query: 'label_values(up,job)', refId: 'x' } }), [['job', 'a10', ['a10', 'b2']]])
  assert.deepEqual(await values(UP, { name: 'job', query: 'label_values(up, job)', current: {}, includeAll: true }), [
    ['job', '$__all', ['a10', 'b2']],
  ])
  assert.deepEqual(await values(UP, { name: 'job', query: 'label_values(up, job)', current: {}, refresh: 0, sort: 4 }), [
    ['job', 'a10', ['a10', 'b2']],
  ])
})

test('a value that is no longer there gives way, unless the variable is never asked again', async () => {
  assert.deepEqual(await values(UP, { name: 'job', query: 'label_values(up, job)', current: { value: 'gone' } }), [
    ['job', 'a10', ['a10', 'b2']],
  ])
  assert.deepEqual(await values(UP, { name: 'job', query: 'label_values(up, job)', current: { value: 'gone' }, refresh: 0 }), [
    ['job', 'gone', []],
  ])
  assert.deepEqual(await values(UP, { name: 'job', query: 'label_values(up, job)', current: { value: ['b2'] }, multi: true }), [
    ['job', ['b2'], ['a10', 'b2']],
  ])
})

test("expressions cut the value out, and the order is the variable's", async () => {
  assert.deepEqual(await values(UP, { name: 'n', query: 'label_values(up, job)', regex: '/^\\w(\\d+)$/', sort: 3 }), [
    ['n', '2', ['2', '10']],
  ])
  assert.deepEqual(
    await values(
      { 'up == 1': series({ __name__: 'up', job: 'x' }) },
      { name: 'r', query: 'query_result(up == 1)', regex: '/job="([^"]+)"/' },
    ),
    [['r', 'x', ['x']]],
  )
  assert.deepEqual(
    await values(
      { 'group by (__name__) ({__name__=~"node.*"})': series({ __name__: 'node_load1' }) },
      { name: 'm', query: 'metrics(node.*)' },
    ),
    [['m', 'node_load1', ['node_load1']]],
  )
  assert.deepEqual(await values({ 'group by (job) ({job!=""})': series({ job: 'x' }) }, { name: 'j', query: 'label_values(job)' }), [
    ['j', 'x', ['x']],
  ])
})

test('a variable may ask with the value of another', async () => {
  assert.deepEqual(
    await values(
      { ...UP, 'group by (instance) (up{job="a10"})': series({ instance: 'i' }) },
      { name: 'job', query: 'label_values(up, job)' },
      { name: 'instance', query: 'label_values(up{job="$job"}, instance)' },
    ),
    [
      ['job', 'a10', ['a10', 'b2']],
      ['instance', 'i', ['i']],
    ],
  )
})

test('what cannot be asked stays as the file has it', async () => {
  assert.deepEqual(
    await values(
      {},
      { name: 'job', query: 'label_values(up, job)', current: { value: 'x' } },
      { name: 'other', query: 'what_is(this)', current: { value: 'y' } },
    ),
    [
      ['job', 'x', []],
      ['other', 'y', []],
    ],
  )
})
