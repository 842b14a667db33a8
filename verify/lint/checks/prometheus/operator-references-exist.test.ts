import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigText } from '../../../config/yaml/cursor.ts'
import { deployment, finds, lintOf } from '../../../../testing/lint/lint-files.ts'

const OBJECTS = `apiVersion: monitoring.coreos.com/v1
kind: Alertmanager
metadata: { name: main, namespace: monitoring }
spec: { alertmanagerConfigSelector: { matchLabels: { alertmanager: main } } }
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: shop, namespace: shop }
spec:
  selector: { matchLabels: { app: shop } }
  endpoints:
    - port: metrics
      basicAuth: { username: { name: login, key: user }, password: { name: login, key: password } }
---
apiVersion: v1
kind: Secret
metadata: { name: login, namespace: shop }
stringData: { user: a, password: $B }
---
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata: { name: routes, namespace: shop, labels: { alertmanager: main } }
spec:
  route:
    receiver: chat
    routes: [{ receiver: chat, matchers: [{ name: namespace, value: shop, matchType: '=' }] }]
  receivers:
    - name: chat
      slackConfigs: [{ apiURL: { name: login, key: user } }]
`

async function found(from: string, to: string): Promise<string[]> {
  assert.ok(OBJECTS.includes(from), from)
  const { texts } = await deployment()
  const file: ConfigText = { file: 'k.yaml', path: 'k.yaml', text: OBJECTS.replace(from, to), lineOffset: 0, columnOffset: 0 }
  return (await lintOf([...texts, file], 'operator-references-exist')).findings.map(({ observed, line }) => `${line} ${observed}`)
}

for (const [what, from, to, expected] of [
  ['nothing', '', '', []],
  ['a key that the Secret has not', 'key: password', 'key: pass', ['13 pass']],
  ['a Secret that is misspelt', '{ name: login, key: user }, pass', '{ name: logni, key: user }, pass', ['13 logni']],
  ['a key of a receiver', '{ apiURL: { name: login, key: user }', '{ apiURL: { name: login, key: url }', ['29 url']],
  [
    'labels that no AlertmanagerConfig has',
    'matchLabels: { alertmanager: main }',
    'matchLabels: { team: a }',
    ['4 team: a, which none of 1 has'],
  ],
  ['another namespace', 'value: shop, match', 'value: store, match', ['26 store']],
  ['a Secret that is made elsewhere', '{ name: login, key: user }, pass', '{ name: exported-tokens, key: user }, pass', []],
  [
    'a Secret of another namespace',
    'kind: Secret\nmetadata: { name: login, namespace: shop }',
    'kind: Secret\nmetadata: { name: login, namespace: other }',
    [],
  ],
  ['a Secret that is filled later', 'stringData: { user: a, password: $B }', 'type: Opaque', []],
  ['a strategy without the namespace', 'spec: { alert', 'spec: { alertmanagerConfigMatcherStrategy: { type: None }, alert', []],
] as const)
  test(`operator-references-exist: ${what}`, async () => {
    assert.deepEqual(await found(from, to), expected)
  })

test('operator-references-exist: with a strategy of its own a route may ask for any namespace', async () => {
  const spec = 'spec: { alertmanagerConfigSelector: { matchLabels: { alertmanager: main } } }'
  const both = OBJECTS.replace('value: shop, match', 'value: store, match')
  assert.ok(both !== OBJECTS && both.includes(spec))
  const { texts } = await deployment()
  const text = both.replace(spec, 'spec: { alertmanagerConfigMatcherStrategy: { type: None } }')
  const file: ConfigText = { file: 'k.yaml', path: 'k.yaml', text, lineOffset: 0, columnOffset: 0 }
  assert.deepEqual((await lintOf([...texts, file], 'operator-references-exist')).findings, [])
})

finds('operator-references-exist', 'beside the files of a deployment', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\n${OBJECTS.replace('key: password', 'key: pass')}`,
  subject: 'shop',
  observed: 'pass',
})
