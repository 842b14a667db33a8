import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RelabelStep } from '../model/relabel.ts'
import { step } from '../../testing/random/relabel-step.ts'
import { asSent, relabelled } from './alert-relabelling.ts'

const after = (labels: Record<string, string>, ...steps: Partial<RelabelStep>[]): Record<string, string> | null =>
  relabelled({ labels, unstated: () => false }, steps.map(step))?.labels ?? null

// Inputs and outputs of https://github.com/prometheus/prometheus/blob/main/model/relabel/relabel_test.go where it has the action.
const ABC = { a: 'foo', b: 'bar', c: 'baz' }
const cases: [story: string, labels: Record<string, string>, steps: Partial<RelabelStep>[], expected: Record<string, string> | null][] = [
  [
    'a group of the pattern goes into the value',
    ABC,
    [{ sourceLabels: ['a'], regex: 'f(.*)', targetLabel: 'd', replacement: 'ch${1}-ch${1}' }],
    { ...ABC, d: 'choo-choo' },
  ],
  [
    'several labels are joined, a later step sees what an earlier one wrote',
    ABC,
    [
      { sourceLabels: ['a', 'b'], regex: 'f(.*);(.*)r', targetLabel: 'a', replacement: 'b${1}${2}m' },
      { sourceLabels: ['c', 'a'], regex: '(b).*b(.*)ba(.*)', targetLabel: 'd', replacement: '$1$2$2$3' },
    ],
    { a: 'boobam', b: 'bar', c: 'baz', d: 'boooom' },
  ],
  ['drop where it matches', ABC, [{ sourceLabels: ['a'], regex: '.*o.*', action: 'drop' }], null],
  ['anchored: a part is no match', ABC, [{ sourceLabels: ['a'], regex: 'o', action: 'drop' }], ABC],
  ['anchored as a whole: an alternative does not escape', ABC, [{ sourceLabels: ['a'], regex: 'x|o', action: 'drop' }], ABC],
  ['keep what matches', ABC, [{ sourceLabels: ['a'], regex: 'f.*', action: 'keep' }], ABC],
  ['keep drops what does not match', ABC, [{ sourceLabels: ['a'], regex: 'no-match', action: 'keep' }], null],
  ['no match, no replacement', ABC, [{ sourceLabels: ['a'], regex: 'no-match', targetLabel: 'd', replacement: 'x' }], ABC],
  [
    'an empty value takes the label away',
    ABC,
    [{ sourceLabels: ['a'], regex: '(f).*', targetLabel: 'a', replacement: '$2' }],
    { b: 'bar', c: 'baz' },
  ],
  ['without a source it is a constant', ABC, [{ targetLabel: 'd', replacement: 'x' }], { ...ABC, d: 'x' }],
  ['$ takes the whole word after it', ABC, [{ sourceLabels: ['a'], regex: '(.).*', targetLabel: 'd', replacement: '$1x' }], ABC],
  [
    'a named group, and a dollar',
    ABC,
    [{ sourceLabels: ['a'], regex: '(?P<first>.).*', targetLabel: 'd', replacement: '${first}$$' }],
    { ...ABC, d: 'f$' },
  ],
  [
    'the target may hold a group',
    { a: 'some-name-value' },
    [{ sourceLabels: ['a'], regex: 'some-([^-]+)-([^,]+)', targetLabel: '${1}', replacement: '$2' }],
    { a: 'some-name-value', name: 'value' },
  ],
  [
    'a target that is no label name writes nothing',
    { a: 'some-2-value' },
    [{ sourceLabels: ['a'], regex: 'some-([^-]+)-([^,]+)', targetLabel: '${1}', replacement: '$2' }],
    { a: 'some-2-value' },
  ],
  ['hashmod', ABC, [{ sourceLabels: ['c'], targetLabel: 'd', separator: ';', action: 'hashmod', modulus: '1000' }], { ...ABC, d: '976' }],
  [
    'hashmod of two lines',
    { a: 'foo\nbar' },
    [{ sourceLabels: ['a'], targetLabel: 'b', separator: ';', action: 'hashmod', modulus: '1000' }],
    { a: 'foo\nbar', b: '734' },
  ],
  [
    'labelmap copies',
    { a: 'foo', b1: 'bar', b2: 'baz' },
    [{ regex: '(b.*)', replacement: 'bar_${1}', action: 'labelmap' }],
    { a: 'foo', b1: 'bar', b2: 'baz', bar_b1: 'bar', bar_b2: 'baz' },
  ],
  ['labeldrop', { a: 'foo', b1: 'bar', b2: 'baz' }, [{ regex: '(b.*)', action: 'labeldrop' }], { a: 'foo' }],
  ['labelkeep', { a: 'foo', b1: 'bar', b2: 'baz' }, [{ regex: '(b.*)', action: 'labelkeep' }], { b1: 'bar', b2: 'baz' }],
  [
    'lowercase and uppercase',
    { foo: 'bAr123Foo' },
    [
      { sourceLabels: ['foo'], action: 'uppercase', targetLabel: 'up' },
      { sourceLabels: ['foo'], action: 'lowercase', targetLabel: 'low' },
    ],
    { foo: 'bAr123Foo', low: 'bar123foo', up: 'BAR123FOO' },
  ],
  ['keepequal', { a: 'foo', b: 'foo' }, [{ sourceLabels: ['a'], targetLabel: 'b', action: 'keepequal' }], { a: 'foo', b: 'foo' }],
  ['keepequal drops what differs', ABC, [{ sourceLabels: ['a'], targetLabel: 'b', action: 'keepequal' }], null],
  ['dropequal', { a: 'foo', b: 'foo' }, [{ sourceLabels: ['a'], targetLabel: 'b', action: 'dropequal' }], null],
  ['dropequal keeps what differs', ABC, [{ sourceLabels: ['a'], targetLabel: 'b', action: 'dropequal' }], ABC],
  ['another separator', ABC, [{ sourceLabels: ['a', 'b'], separator: '@', regex: 'foo@bar', action: 'drop' }], null],
  ['a label that is not there is empty', ABC, [{ sourceLabels: ['nothing'], regex: '', action: 'drop' }], null],
]
for (const [story, labels, steps, expected] of cases)
  test(`relabelling: ${story}`, () => assert.deepEqual(after(labels, ...steps), expected))

const loaded = {
  externalLabels: { cluster: 'eu', severity: 'page' },
  all: [step({ sourceLabels: ['cluster'], targetLabel: 'region' })],
  each: [[], [step({ regex: 'region', action: 'labeldrop' })], [step({ sourceLabels: ['severity'], regex: 'info', action: 'drop' })]],
}

test('external labels fill what is missing, then the steps for all Alertmanagers, then those of each', () => {
  assert.deepEqual(
    asSent(loaded, { severity: 'critical', empty: '' }).map(({ labels }) => labels),
    [
      { cluster: 'eu', region: 'eu', severity: 'critical' },
      { cluster: 'eu', severity: 'critical' },
    ],
  )
  assert.deepEqual(
    asSent({ ...loaded, each: [] }, {}).map(({ labels }) => labels),
    [{ cluster: 'eu', region: 'eu', severity: 'page' }],
  )
  assert.deepEqual(asSent({ ...loaded, each: [loaded.each[2] ?? []] }, { severity: 'info' }), [], 'dropped for the only one')
})

test('what depends on an unstated label is unknown, and drops nothing', () => {
  const unstated = (label: string): boolean => label === 'job'
  const [sent] = asSent(
    {
      externalLabels: {},
      all: [step({ sourceLabels: ['job'], regex: 'test', action: 'drop' }), step({ sourceLabels: ['job'], targetLabel: 'team' })],
      each: [],
    },
    { severity: 'info' },
    unstated,
  )
  assert.deepEqual(sent?.labels, { severity: 'info' })
  assert.deepEqual(
    ['job', 'team', 'severity', 'other'].map((label) => sent?.unstated(label)),
    [true, true, false, false],
  )
  const [without] = asSent({ externalLabels: {}, all: [step({ regex: 'job', action: 'labeldrop' })], each: [] }, {}, unstated)
  assert.equal(without?.unstated('job'), false)
})
