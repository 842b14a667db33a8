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
`
  const quiet = parse(quietConfig(config, 4242)) as Record<string, never>
  assert.ok(!JSON.stringify(quiet).includes('secret') && !JSON.stringify(quiet).includes('example.org'))
  assert.deepEqual(quiet['inhibit_rules'], [{ source_matchers: ['a="b"'], target_matchers: ['c="d"'], equal: ['job'] }])
  assert.deepEqual(quiet['receivers'], [
    { name: 'a', webhook_configs: [{ url: 'http://127.0.0.1:4242/a', send_resolved: true }] },
    { name: 'b', webhook_configs: [{ url: 'http://127.0.0.1:4242/b', send_resolved: false }] },
    { name: 'c' },
  ])
  assert.deepEqual(quiet['route'], {
    receiver: 'a',
    group_wait: '200ms',
    routes: [{ receiver: 'b', matchers: ['x = "y"'], repeat_interval: '1h', continue: true }],
    group_interval: '1s',
    repeat_interval: '1h',
  })
})
