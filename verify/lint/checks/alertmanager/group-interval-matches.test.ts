import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds } from '../../../../testing/lint/lint-files.ts'
import { lint } from '../../lint.ts'

finds(
  'group-interval-matches',
  'interval, limit and offset of a group',
  {
    file: 'alert-rules.yml',
    from: '  - name: platform-alerts\n',
    to: '  - name: platform-alerts\n    interval: 1m\n',
    expected: '15s',
    observed: '1m',
  },
  { file: 'alert-rules.yml', from: '  - name: platform-alerts\n', to: '  - name: platform-alerts\n    limit: 1\n', observed: 'limit' },
  {
    file: 'alert-rules.yml',
    from: '  - name: platform-alerts\n',
    to: '  - name: platform-alerts\n    query_offset: 1m\n',
    observed: 'query_offset',
  },
)

test('group-interval-matches: a rule with a specified interval of its own is held to that one', async () => {
  const { texts, options } = await deployment()
  const rules = options.spec.rules.map((rule) => ({ ...rule, evaluationIntervalMs: 60_000 }))
  const judged = (to: string): string[] =>
    lint(to === '' ? texts : change(texts, 'alert-rules.yml', '  - name: platform-alerts\n', `  - name: platform-alerts\n${to}`), {
      ...options,
      spec: { ...options.spec, rules },
      only: ['group-interval-matches'],
    }).findings.map(({ expected, observed }) => `${expected}: ${observed}`)
  assert.deepEqual(judged('    interval: 1m\n'), [])
  assert.deepEqual(judged('    interval: 2m\n'), ['1m: 2m'])
  assert.deepEqual(judged(''), ['1m: no interval: that of all rules'])
})
