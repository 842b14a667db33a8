import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const N = 'notification-policies.yml'
const ID = 'notification-policies-route'
const ROUTE = '      - receiver: critical\n        object_matchers:\n          - [severity, "=", critical]\n'
const MATCHERS = '        object_matchers:\n          - [severity, "=", critical]\n'

finds(
  ID,
  'what Grafana refuses at its start',
  { file: N, from: '      - receiver: critical', to: '      - receiver: critcal', subject: 'policies', observed: 'critcal' },
  { file: N, from: ROUTE, to: `${ROUTE}        routes:\n          - receiver: nobody\n`, subject: 'policies', observed: 'nobody' },
  { file: N, from: '    receiver: default\n', to: '', subject: 'policies', expected: 'a receiver on the root route' },
  { file: N, from: '    group_by: [alertname, job]', to: "    group_by: ['...', job]", subject: 'policies', expected: '... alone' },
  { file: N, from: 'group_interval: 1m', to: 'group_interval: 0s', subject: 'policies', expected: 'above 0' },
  {
    file: N,
    from: '[severity, "=", critical]',
    to: '[severity, "==", critical]',
    subject: 'policies',
    observed: '[severity, ==, critical]',
  },
  {
    file: N,
    from: '[severity, "=", critical]',
    to: '[severity, "=~", "crit(ical"]',
    subject: 'policies',
    expected: 'a valid regular expression',
  },
  {
    file: N,
    from: '    group_wait: 15s',
    to: '    group_wait: 15s\n    mute_time_intervals: [nights]',
    subject: 'policies',
    expected: 'on the root policy',
  },
)

finds(
  ID,
  'what routes elsewhere than promised',
  { file: N, from: ROUTE, to: '', subject: 'ServiceDown', expected: 'critical', observed: 'default' },
  { file: N, from: '"=", critical', to: '"=~", "crit"', subject: 'ServiceDown', observed: 'default' },
  { file: N, from: ROUTE, to: ROUTE.replace('"=", critical', '"=~", ".+"'), subject: 'HighLatency', observed: 'critical' },
  { file: N, from: '    receiver: default\n', to: '    receiver: critical\n', subject: 'policies', expected: 'default' },
  { file: N, from: ROUTE, to: `${ROUTE}        mute_time_intervals: [nights]\n`, subject: 'ServiceDown', observed: 'muted' },
)

passes(ID, 'matchers as Alertmanager has them', N, MATCHERS, '        matchers: [severity="critical"]\n')
passes(ID, 'the oldest form of matchers', N, MATCHERS, '        match:\n          severity: critical\n')
passes(ID, 'an anchored pattern', N, '"=", critical', '"=~", "critical|page"')
passes(ID, 'the chat beside it', N, ROUTE, `      - receiver: slack\n        continue: true\n${ROUTE}      - receiver: default\n`)

test(`${ID}: policies and contact points in one file, with a mute timing`, async () => {
  const { texts } = await deployment()
  const policies = texts.find(({ file }) => file.endsWith(N))?.text.replace(/^apiVersion: 1$/m, '') ?? ''
  const joined = texts
    .filter(({ file }) => !file.endsWith(N))
    .map((text) =>
      text.file.endsWith('contact-points.yml')
        ? {
            ...text,
            text: `${text.text}\n${policies.replace('- receiver: critical', '- receiver: critical\n        mute_time_intervals: [nigths]')}\nmuteTimes:\n  - orgId: 1\n    name: nights\n`,
          }
        : text,
    )
  const { findings } = await lintOf(joined, ID)
  assert.ok(
    findings.some(({ observed, severity }) => observed === 'nigths' && severity === 'error'),
    JSON.stringify(findings),
  )
  assert.deepEqual(
    (
      await lintOf(
        joined.map((text) => ({ ...text, text: text.text.replace('\n        mute_time_intervals: [nigths]', '') })),
        ID,
      )
    ).findings,
    [],
  )
})

finds(
  'notification-policies-route',
  'other times and groups than specified',
  { file: 'notification-policies.yml', from: 'group_wait: 15s', to: 'group_wait: 16s', severity: 'warning', expected: '15s' },
  {
    file: 'notification-policies.yml',
    from: '    repeat_interval: 4h\n',
    to: '    repeat_interval: 5h\n',
    severity: 'warning',
    observed: '5h',
  },
  { file: 'notification-policies.yml', from: '    group_interval: 1m\n', to: '', severity: 'warning', observed: '5m (default)' },
  { file: 'notification-policies.yml', from: '[alertname, job]', to: '[alertname]', severity: 'warning', expected: 'alertname, job' },
)

finds(
  'notification-policies-route',
  'contact points that are in no file',
  {
    file: 'contact-points.yml',
    from: 'contactPoints:',
    to: 'contactPonits:',
    severity: 'warning',
    subject: 'policies',
    expected: 'contact points',
  },
  { file: 'contact-points.yml', from: /[^]*/, to: 'apiVersion: 1\n', severity: 'warning', subject: 'policies' },
  { file: 'contact-points.yml', from: /contactPoints:[^]*/, to: 'contactPoints: []\n', severity: 'warning', subject: 'policies' },
)
