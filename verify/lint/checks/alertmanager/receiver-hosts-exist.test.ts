import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, finds, lintBy, passes } from '../../../../testing/lint/lint-files.ts'
import type { ConfigText } from '../../../config/yaml/cursor.ts'
import { TRAPS } from '../../traps.ts'
import { noSpecification } from '../../no-specification.ts'
import { configure } from '../../../config/configuration.ts'

const ID = 'receiver-hosts-exist'
const further = (lines: string): { file: string; from: RegExp; to: string } => ({
  file: 'alertmanager.yml',
  from: /^receivers:\n/m,
  to: `receivers:\n  - name: further\n${lines}\n`,
})
const webhook = (url: string): { file: string; from: RegExp; to: string } => further(`    webhook_configs: [{ url: 'http://${url}' }]`)

finds(
  ID,
  'a host that is no service, of a receiver that is not promised',
  { ...webhook('grafna:3000/alerts'), line: 'grafna', subject: 'further', observed: 'did you mean grafana' },
  { ...webhook('chat-bridge:9094/'), severity: 'warning', line: 'chat-bridge', observed: 'no service is called that' },
  { ...webhook('user:secret@chat-bridge/x'), severity: 'warning', observed: 'chat-bridge: no service' },
  {
    ...further('    email_configs: [{ to: a@shop.example, from: b@shop.example, smarthost: "grafna:1025", require_tls: false }]'),
    line: 'grafna',
  },
  {
    ...further("    slack_configs: [{ api_url: 'http://chat-bridge:9094', channel: '#a' }]"),
    severity: 'warning',
    observed: 'chat-bridge',
  },
)
for (const url of ['grafana:3000/alerts', 'chat.shop.example/hook', 'notification-sink:9199/further', 'localhost:9000/'])
  passes(ID, url, 'alertmanager.yml', further('').from, webhook(url).to)
passes(
  ID,
  'a mail server that the host knows',
  'alertmanager.yml',
  further('').from,
  further('    email_configs: [{ to: a@shop.example, from: b@shop.example, smarthost: "mail:25" }]').to,
)

/** `severity id line` of an Alertmanager with two webhooks and of the compose file beside it, without a specification. */
async function said(url: string, service = 'build: ./bridge\n    ports: ["5001:5001"]', extra = ''): Promise<string[]> {
  const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
  const texts = [
    text(
      'alertmanager.yml',
      `route: { receiver: a, routes: [{ receiver: b, matchers: ['x="y"'] }] }\nreceivers:\n  - name: a\n    webhook_configs: [{ url: 'http://${url}/' }]\n  - name: b\n    webhook_configs: [{ url: 'http://bridge:5001/' }]\n`,
    ),
    text(
      'compose.yaml',
      `services:\n  alertmanager:\n    image: prom/alertmanager:v0.27.0\n    volumes: ["./alertmanager.yml:/etc/alertmanager/alertmanager.yml", "d:/alertmanager"]\n  grafana:\n    image: grafana/grafana:11.0.0\n  bridge:\n    ${service}\n${extra}volumes: { d: {} }\n`,
    ),
  ]
  const { options } = await deployment()
  const result = lintBy({ ...options, spec: noSpecification(configure(texts)), catalogue: { targets: [] }, checks: [...TRAPS] }, texts)
  return result.findings
    .filter(({ file, severity }) => severity !== 'note' && file === 'alertmanager.yml')
    .map(({ severity, id, line }) => `${severity} ${id} ${line}`)
}

const ROWS: [what: string, ...Parameters<typeof said>, string[]][] = [
  ['that receiver alone is blamed for its port', 'bridge:5002', undefined, undefined, ['warning receiver-hosts-exist 4']],
  ['a port that the service exposes', 'bridge:5002', 'image: shop/bridge:1\n    expose: ["5001", "5002"]', undefined, []],
  [
    'a port that its command names',
    'bridge:5002',
    'image: shop/bridge:1\n    ports: ["5001:5001"]\n    command: [--listen=:5002]',
    undefined,
    [],
  ],
  ['a service that names no port', 'bridge:5002', 'image: shop/bridge:1', undefined, []],
  ['a program that is known', 'grafana:3001', undefined, undefined, ['error ports-agree 4']],
  ['its own port', 'grafana:3000', undefined, undefined, []],
  ['a host', 'bridges:5001', undefined, undefined, ['error receiver-hosts-exist 4']],
  ['a network of others', 'chat:5001', undefined, 'networks: { default: { external: true } }\n', []],
  ['an alias', 'chat:5001', 'build: ./bridge\n    networks: { default: { aliases: [chat] } }', undefined, []],
  ['a name of the host', 'chat:5001', 'build: ./bridge\n    extra_hosts: ["chat:10.0.0.1"]', undefined, []],
]
for (const [what, url, service, extra, expected] of ROWS)
  test(`${ID}: without a specification: ${what}`, async () => assert.deepEqual(await said(url, service, extra), expected))
