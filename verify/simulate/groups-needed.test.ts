import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupsIn, groupsNeededBy, readingOrder } from './groups-needed.ts'

const alert = (name: string, expr: string, more: object = {}): object => ({ alert: name, expr, ...more })
const record = (name: string, expr: string): object => ({ record: name, expr })
const files = (...contents: Record<string, object[]>[]) =>
  contents.flatMap((groups, file) => groupsIn({ groups: Object.entries(groups).map(([name, rules]) => ({ name, rules })) }, file))
const names = (all: ReturnType<typeof files>, of: string): string[] => groupsNeededBy(all, of).map(({ group }) => String(group['name']))

test('an alert needs its own group, of every file, and no other', () => {
  const all = files({ a: [alert('Down', 'up == 0')], b: [alert('Full', 'free < 1')] }, { c: [alert('Down', 'up{job="x"} == 0')] })
  assert.deepEqual(names(all, 'Down'), ['a', 'c'])
  assert.deepEqual(names(all, 'Full'), ['b'])
})

test('what it reads is recorded by other groups, over any number of steps, in the order of the files', () => {
  const all = files(
    { raw: [record('job:a', 'sum(x)')], ratio: [record('job:ratio', 'job:a / job:b')], other: [record('job:c', 'sum(x)')] },
    { alerts: [alert('Slow', 'job:ratio > 1')], b: [record('job:b', 'sum(y)')] },
  )
  assert.deepEqual(names(all, 'Slow'), ['raw', 'ratio', 'alerts', 'b'])
})

test('an annotation may query, and another rule of its group belongs to it', () => {
  const text = { annotations: { summary: '{{ query "job:a" }}' } }
  assert.deepEqual(names(files({ a: [alert('A', 'up == 0', text)], r: [record('job:a', '1')] }), 'A'), ['a', 'r'])
  assert.deepEqual(names(files({ a: [alert('A', 'up == 0'), alert('B', 'job:a > 0')], r: [record('job:a', '1')] }), 'A'), ['a', 'r'])
})

test('where a name is matched, or alerts are read, every group may decide; so may one that records a name in quotes', () => {
  const beside = { b: [alert('B', 'up == 0')] }
  assert.deepEqual(names(files({ a: [alert('A', '{__name__=~"job:.*"} > 0')], ...beside }), 'A'), ['a', 'b'])
  assert.deepEqual(names(files({ a: [alert('A', 'ALERTS{alertname="B"} == 1')], ...beside }), 'A'), ['a', 'b'])
  assert.deepEqual(names(files({ a: [alert('A', '{"my.metric"} > 0')], r: [record('my.metric', '1')], ...beside }), 'A'), ['a', 'r'])
})

test('groups are evaluated behind those that record what they read, in any order of the files; a circle ends', () => {
  const all = files(
    { alerts: [alert('Slow', 'job:ratio > 1')], ratio: [record('job:ratio', 'job:a / job:b')] },
    { b: [record('job:b', 'sum(y)')], a: [record('job:a', 'sum(x)')] },
  )
  assert.deepEqual(readingOrder(all), ['b', 'a', 'ratio', 'alerts'])
  assert.deepEqual(readingOrder(files({ a: [record('x', 'y')], b: [record('y', 'x')] })), ['b', 'a'])
  assert.deepEqual(readingOrder(files({ a: [alert('A', 'up == 0')] })), [])
})

test('what is no group is left out, and nothing throws', () => {
  for (const content of [null, 3, [], {}, { groups: {} }, { groups: [null, 1, { name: 'x' }] }]) assert.deepEqual(groupsIn(content, 0), [])
  assert.deepEqual(groupsNeededBy([], 'A'), [])
})
