import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RuleSpec, Spec } from '../model/spec.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { deployment } from '../../testing/lint/lint-files.ts'
import { labelledSeries, type LabelledSeries, type Sharing } from './labelled-series.ts'

const {
  options: { spec, catalogue },
} = await deployment()

function seriesOf(text: string, sharing: Sharing = 'grouped', change: Partial<RuleSpec> = {}, own: Spec = spec): LabelledSeries[] {
  const parsed = parsePromql(text)
  const [first] = spec.rules
  assert.ok(parsed.ok && first)
  return labelledSeries(parsed.expr, { ...first, holdsFor: {}, annotations: {}, ...change }, own, catalogue, sharing)
}

test('rows are grouped, apart, and left out by each matcher', () => {
  const made = seriesOf('sum by (queue) (shop_jobs{state="stuck", env!="test"}) > 5')
  assert.deepEqual(
    made.map(({ row, labels }) => `${row} ${labels['queue']} ${labels['instance']} ${labels['state']} ${labels['env']}`),
    [
      '0 queue-1 sample-1:80 stuck env-1',
      '1 queue-1 sample-2:80 stuck env-2',
      '2 queue-3 sample-3:80 stuck env-3',
      '-1 queue-1 sample-1:80 not-stuck env-1',
      '-1 queue-1 sample-1:80 stuck test',
    ],
  )
})

test('every alternative of a pattern has a series', () => {
  const made = seriesOf('shop_up{node=~"red|green|blue"} == 0').filter(({ row }) => row >= 0)
  assert.deepEqual(new Set(made.map(({ labels }) => labels['node'])), new Set(['red', 'green', 'blue']))
})

test('what is joined by labels shares them only where it may', () => {
  const text = 'a * on (pod) group_left (node) info > 1'
  const pods = (sharing: Sharing): unknown[] =>
    seriesOf(text, sharing).flatMap(({ metric, labels }) => (metric === 'info' ? [labels['pod']] : []))
  assert.deepEqual(pods('grouped'), ['pod-1', 'pod-1', 'pod-3'])
  assert.deepEqual(pods('unless joined'), ['pod-1', 'pod-2', 'pod-3'])
})

test('recorded series are taken where all metrics are recorded', () => {
  assert.ok(seriesOf('redis_up == 0').every(({ labels }) => labels['job'] === 'redis-exporter'))
  assert.ok(seriesOf('redis_up == 0 and shop_up == 1').every(({ labels }) => labels['job'] === 'sample'))
})
