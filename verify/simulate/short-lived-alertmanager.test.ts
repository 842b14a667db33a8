import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { quietConfig } from './short-lived-alertmanager.ts'

test('only the sink is notified, and the routing stays as it is', () => {
  const config = `
global: {slack_api_url: https://hooks.slack.com/services/secret}
route: {receiver: a, group_wait: 30s, routes: [{receiver: b, matchers: ['x = "y"'], repeat_interval: 5m, continue: true}]}
inhibit_rules: [{source_matchers: ['a="b"'], target_matchers: ['c="d"'], equal: [job]}]
receivers:
  - name: a
    webhook_configs: [{url: 'http://example.org/'}]
    pagerduty_configs: [{routing_key: secret}]
  - name: b
    slack_configs: [{channel: '#ops'}]
  - name: c
  - name: d
    victorops_configs: [{routing_key: secret}]
  - name: e
    email_configs: [{to: 'a@b'}]
    jira_configs: [{project: secret}]
time_intervals: [{name: nights, time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]}, {name: days}]
`
  const quiet = parse(quietConfig(config, 4242, new Set(['nights']))) as Record<string, never>
  assert.ok(!JSON.stringify(quiet).includes('secret') && !JSON.stringify(quiet).includes('example.org'))
  assert.deepEqual(quiet['inhibit_rules'], [{ source_matchers: ['a="b"'], target_matchers: ['c="d"'], equal: ['job'] }])
  assert.deepEqual(quiet['receivers'], [
    { name: 'a', webhook_configs: [{ url: 'http://127.0.0.1:4242/a', send_resolved: true }] },
    { name: 'b', webhook_configs: [{ url: 'http://127.0.0.1:4242/b', send_resolved: false }] },
    { name: 'c' },
    { name: 'd', webhook_configs: [{ url: 'http://127.0.0.1:4242/d', send_resolved: true }] },
    { name: 'e', webhook_configs: [{ url: 'http://127.0.0.1:4242/e', send_resolved: true }] },
  ])
  assert.deepEqual(quiet['time_intervals'], [
    { name: 'nights', time_intervals: [{ years: ['2000:2200'] }] },
    { name: 'days', time_intervals: [{ years: ['2000'] }] },
  ])
  assert.deepEqual(quiet['route'], {
    receiver: 'a',
    group_wait: '200ms',
    routes: [{ receiver: 'b', matchers: ['x = "y"'], repeat_interval: '1h', continue: true }],
    group_interval: '1s',
    repeat_interval: '1h',
  })
})
