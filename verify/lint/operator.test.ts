import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { deployment, lintOf } from '../../testing/lint/lint-files.ts'

const ROUTING = `apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata: { name: shop }
spec:
  route:
    receiver: default
    groupBy: [alertname, job]
    groupWait: 15s
    groupInterval: 1m
    repeatInterval: 4h
    routes:
      - receiver: critical
        matchers: [{ name: severity, value: critical, matchType: '=' }]
  inhibitRules:
    - sourceMatch: [{ name: alertname, value: ServiceDown, matchType: '=' }, { name: severity, value: critical, matchType: '=' }]
      targetMatch: [{ name: severity, value: warning|info, matchType: '=~' }]
      equal: [job]
  receivers:
    - name: default
      webhookConfigs: [{ url: http://notification-sink:9199/default, sendResolved: true }]
    - name: critical
      webhookConfigs:
        - url: http://notification-sink:9199/critical
          sendResolved: true
    - name: chat
      slackConfigs: [{ apiURL: { name: slack, key: url }, sendResolved: true }]
`

async function found(routing: string): Promise<[id: string, source: string][]> {
  const { texts } = await deployment()
  const rules = texts.filter(({ file }) => file.endsWith('alert-rules.yml'))
  const file: ConfigText = { file: 'routing.yaml', path: 'routing.yaml', text: routing, lineOffset: 0, columnOffset: 0 }
  const { findings, problems } = await lintOf([...rules, file])
  assert.deepEqual(problems, [])
  return findings.filter(({ severity }) => severity !== 'note').map(({ id, source }) => [id, source.trim()])
}

test('an AlertmanagerConfig is read as the routing that the operator makes of it', async () => {
  assert.deepEqual(await found(ROUTING), [])
})

for (const [what, from, to, id, line] of [
  ['a matcher', 'value: critical, matchType', 'value: page, matchType', 'route-reaches-receiver', 'value: page'],
  ['a matcher of a source', 'value: ServiceDown', 'value: ServiceDwon', 'matchers-match-an-alert', 'ServiceDwon'],
  ['equal', 'equal: [job]', 'equal: [severity]', 'inhibition-is-sound', 'equal: [severity]'],
  ['a grouping', 'groupBy: [alertname, job]', 'groupBy: [alertname]', 'routing-timing-matches', 'groupBy'],
  ['a time', 'groupWait: 15s', 'groupWait: 5m', 'routing-timing-matches', 'groupWait'],
  ['an address', '9199/critical', '9198/critical', 'receiver-address-is-known', '9198/critical'],
  [
    'a receiver',
    '9199/critical\n          sendResolved: true',
    '9199/critical\n          sendResolved: false',
    'receiver-sends-resolved',
    'false',
  ],
] as const)
  test(`a fault of an AlertmanagerConfig is found at its line: ${what}`, async () => {
    assert.ok(ROUTING.includes(from))
    const findings = await found(ROUTING.replace(from, to))
    assert.ok(
      findings.some(([check, source]) => check === id && source.includes(line)),
      JSON.stringify(findings),
    )
  })

for (const [what, route] of [
  ['matchers', 'matchers: [{ name: namespace, value: shop, matchType: "=" }]'],
  ['continue', 'continue: true'],
  ['a time interval', 'muteTimeIntervals: [nights]'],
] as const)
  test(`the first route of an AlertmanagerConfig may have ${what}: the operator puts it below a root of its own`, async () => {
    const text = ROUTING.replace('    receiver: default\n', `    receiver: default\n    ${route}\n`)
    const ids = (await found(text)).map(([id]) => id)
    assert.ok(!ids.includes('routing-is-read'), ids.join())
  })

test('what an AlertmanagerConfig leaves to the global settings of the Alertmanager is not missing', async () => {
  const receivers = `    - name: wechat
      wechatConfigs: [{ corpID: shop, sendResolved: true }]
    - name: mail
      emailConfigs: [{ to: ops@example.org }]
`
  assert.deepEqual(await found(`${ROUTING}${receivers}`), [])
  const ids = (await found(`${ROUTING}    - name: mail\n      emailConfigs: [{ sendResolved: true }]\n`)).map(([id]) => id)
  assert.deepEqual(ids, ['integrations-are-whole'])
})

for (const [what, receiver, wanted] of [
  ['a webhook without a scheme', 'webhookConfigs: [{ url: "sink:9199/x", sendResolved: true }]', 'sink:9199/x'],
  ['a host alone', 'webhookConfigs: [{ url: notification-sink, sendResolved: true }]', 'notification-sink'],
  [
    'an API without a scheme',
    'opsgenieConfigs: [{ apiKey: { name: a, key: b }, apiURL: api.opsgenie.com, sendResolved: true }]',
    'api.opsgenie.com',
  ],
  ['a webhook with one', 'webhookConfigs: [{ url: "http://notification-sink:9199/default", sendResolved: true }]', undefined],
  ['a webhook in a Secret', 'webhookConfigs: [{ urlSecret: { name: a, key: b }, sendResolved: true }]', undefined],
  ['Discord, whose webhook is its apiURL', 'discordConfigs: [{ apiURL: { name: a, key: b }, sendResolved: true }]', undefined],
] as const)
  test(`addresses of an AlertmanagerConfig: ${what}`, async () => {
    const findings = await found(`${ROUTING}    - name: own\n      ${receiver}\n`)
    const own = findings.filter(([id]) => id.startsWith('integrations-'))
    assert.equal(own.length, wanted === undefined ? 0 : 1, JSON.stringify(findings))
    if (wanted !== undefined) assert.ok(own[0]?.[0] === 'integrations-are-accepted' && own[0][1].includes(wanted), JSON.stringify(own))
  })

test('an AlertmanagerConfig with Discord and no webhook is not whole', async () => {
  const ids = (await found(`${ROUTING}    - name: own\n      discordConfigs: [{ sendResolved: true }]\n`)).map(([id]) => id)
  assert.deepEqual(ids, ['integrations-are-whole'])
})
