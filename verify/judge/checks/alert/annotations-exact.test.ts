import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf, withExperiment } from '../../../../testing/journals/honest-run.ts'

test('expanded templates are compared', () => {
  const verdict = verdictOf(run(), 'annotations-exact')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.expected ?? '', /probed is broken/)
})

test('a hole in the text fails', () => {
  const verdict = verdictOf(run({ mutant: 'annotation-changed' }), 'annotations-exact')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /summary is " is broken"/)
  assert.match(
    verdict.diagnosis ?? '',
    /^In the rule file, at alert Probed: set annotation summary: ".+ is broken", then reload Prometheus\.$/,
  )
})

test('an annotation too many fails', () => {
  const verdict = verdictOf(
    alter(run(), 'notification', (entry) => {
      const body = entry.body as { alerts: { annotations: Record<string, string> }[] }
      for (const alert of body.alerts) alert.annotations['runbook'] = 'x'
      return entry
    }),
    'annotations-exact',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /runbook="x" is not expected/)
})

test('a specification that promises none is skipped', () => {
  const verdict = verdictOf(withExperiment(run(), { annotations: {} }), 'annotations-exact')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})
