import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../model/journal.ts'
import type { RelabelStep } from '../../model/relabel.ts'
import type { Labels } from '../../model/spec.ts'
import { alter, run, verdictOf } from '../../../testing/journals/honest-run.ts'
import { step } from '../../../testing/random/relabel-step.ts'
import { judge } from '../judge.ts'

/** A run whose Prometheus has these alert_relabel_configs, and what its messages then say; undefined: none comes. */
function relabelled(steps: Partial<RelabelStep>[], sent: (labels: Labels) => Labels | undefined): Journal {
  const loaded = alter(run(), 'header', (entry) => ({
    ...entry,
    plan: { ...entry.plan, timing: { ...entry.plan.timing, alertRelabelling: { all: steps.map(step), each: [] } } },
  }))
  return alter(loaded, 'notification', (entry) => {
    const body = entry.body as { alerts: { labels: Labels }[] }
    const alerts = body.alerts.flatMap((alert) => {
      const labels = sent(alert.labels)
      return labels === undefined ? [] : [{ ...alert, labels }]
    })
    return alerts.length === 0 ? undefined : { ...entry, body: { ...body, alerts } }
  })
}

test('an alert that alert_relabel_configs drop is told to nobody, and that is what is said', () => {
  const verdict = verdictOf(
    relabelled([{ action: 'drop', sourceLabels: ['severity'], regex: 'critical' }], () => undefined),
    'notification-delivered',
  )
  assert.equal(verdict.status, 'fail')
  assert.match(
    verdict.diagnosis ?? '',
    /^Prometheus drops the alert before it is sent\. .*alert_relabel_configs .*action: drop, source_labels: \[severity\], regex: critical/,
  )
})

test('a rewritten severity is named as such, not as a wrong rule', () => {
  const journal = relabelled([{ targetLabel: 'severity', replacement: 'page' }], (labels) => ({ ...labels, severity: 'page' }))
  const verdict = verdictOf(journal, 'labels-exact')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /severity is "page", not "critical" \(alert_relabel_configs of prometheus\.yml make it so\)/)
})

test('a rewritten alert that goes elsewhere is traced to alert_relabel_configs', () => {
  const elsewhere = alter(
    relabelled([{ targetLabel: 'severity', replacement: 'page' }], (labels) => ({ ...labels, severity: 'page' })),
    'notification',
    (entry) => ({ ...entry, receiver: 'other', body: { ...(entry.body as object), receiver: 'other' } }),
  )
  assert.match(
    verdictOf(elsewhere, 'notification-delivered').diagnosis ?? '',
    /rewrites the alert before it is sent, Alertmanager has it as \{.*severity="page"/,
  )
})

test('labels that are only added, by one alert alone, blame nobody', () => {
  const journal = relabelled(
    [
      { targetLabel: 'env', replacement: 'prod' },
      { sourceLabels: ['severity'], targetLabel: 'level' },
    ],
    (labels) => ({ ...labels, env: 'prod', level: labels['severity'] ?? '' }),
  )
  assert.deepEqual(
    judge(journal)
      .filter(({ status }) => status === 'fail')
      .map(({ check, observed }) => `${check}: ${observed}`),
    [],
  )
})
