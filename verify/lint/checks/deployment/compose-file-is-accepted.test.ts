import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigText } from '../../../config/yaml/cursor.ts'
import { deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const [D, LOKI] = ['docker-compose.yaml', '    image: grafana/loki:2.9.0\n']

finds(
  'compose-file-is-accepted',
  'a key that compose does not have',
  { file: D, from: 'services:\n', to: 'service:\n', line: 'service:', expected: 'services', subject: 'service' },
  {
    file: D,
    from: '    healthcheck:\n      <<: *health\n      test: [CMD, redis-cli',
    to: '    health_check:\n      <<: *health\n      test: [CMD, redis-cli',
    line: 'health_check:',
    expected: 'healthcheck',
  },
  { file: D, from: LOKI, to: `${LOKI}    enviroment: { A: b }\n`, line: 'enviroment', expected: 'environment' },
  { file: D, from: LOKI, to: `${LOKI}    restart_policy: always\n`, line: 'restart_policy', subject: 'restart_policy' },
  { file: D, from: '      start_period: 60s\n', to: '      startperiod: 60s\n', line: 'startperiod', expected: 'start_period' },
  {
    file: D,
    from: '      loki: { condition: service_healthy }\n',
    to: '      loki: { conditon: service_healthy }\n',
    line: 'conditon',
    expected: 'condition',
  },
  { file: D, from: '\nvolumes:\n  mysql_data', to: '\nvolume:\n  mysql_data', line: 'volume:', expected: 'volumes' },
)
finds(
  'compose-file-is-accepted',
  'a value of another type',
  { file: D, from: LOKI, to: `${LOKI}    restart: [always]\n`, line: 'restart: [always]', expected: 'string' },
  {
    file: D,
    from: 'command: [-config.file=/etc/loki/loki.yml]',
    to: 'command: [-config.file=/etc/loki/loki.yml]\n    volumes_from: loki',
    line: 'volumes_from',
    expected: 'array',
  },
  {
    file: D,
    from: '{ condition: service_healthy }',
    to: '{ condition: healthy }',
    line: 'condition: healthy',
    expected: 'service_healthy',
  },
  { file: D, from: '  retries: 12\n', to: '  retries: [12]\n', line: 'retries: [12]' },
)
finds(
  'compose-file-is-accepted',
  'a name that nothing has',
  {
    file: D,
    from: '      loki: { condition: service_healthy }\n',
    to: '      lokii: { condition: service_healthy }\n',
    line: 'lokii',
    observed: 'did you mean loki',
  },
  {
    file: D,
    from: '- prometheus_data:/prometheus',
    to: '- prometheus-data:/prometheus',
    line: 'prometheus-data',
    observed: 'did you mean prometheus_data',
  },
  {
    file: D,
    from: 'secrets: [slack_url, discord_url]',
    to: 'secrets: [slack_url, discord_url, teams_url]',
    line: 'teams_url',
    subject: 'alertmanager',
  },
  { file: D, from: LOKI, to: `${LOKI}    networks: [monitoring]\n`, line: '[monitoring]', subject: 'loki' },
)
finds('compose-file-is-accepted', 'a volume of three services under another name', {
  file: D,
  from: '\n  otel_agent:\n',
  to: '\n  otel_jar:\n',
  line: 'otel_agent:/otel',
  observed: 'otel_agent',
})
passes(
  'compose-file-is-accepted',
  'extensions and keys of today',
  D,
  LOKI,
  `${LOKI}    x-note: { a: 1 }\n    restart: unless-stopped\n    mem_limit: 512m\n    deploy: { resources: { limits: { memory: 512M } } }\n    ulimits: { nofile: 1024 }\n    init: true\n`,
)

test('compose-file-is-accepted: a file of the same folder may have what another one names', async () => {
  const { texts } = await deployment()
  const over = (dependsOn: string): ConfigText => {
    const text = `services:\n  tests:\n    image: alpine:3\n    depends_on: [${dependsOn}]\n`
    return { file: 'docker-compose.tests.yaml', path: 'docker-compose.tests.yaml', text, lineOffset: 0, columnOffset: 0 }
  }
  const found = async (name: string): Promise<string[]> =>
    (await lintOf([...texts, over(name)], 'compose-file-is-accepted')).findings.map(({ observed }) => observed)
  assert.deepEqual(await found('redis'), [])
  assert.deepEqual(await found('reddis'), ['reddis; did you mean redis?'])
})

finds(
  'compose-file-is-accepted',
  'dependencies that never come up',
  {
    file: D,
    from: '    container_name: moalog-redis\n',
    to: '    container_name: moalog-redis\n    depends_on: [rate-limiter]\n',
    expected: 'without a circle',
    observed: 'redis > rate-limiter > redis',
    line: 'depends_on',
  },
  {
    file: D,
    from: /( {4}image: grafana\/loki:2\.9\.0\n[^]*?) {4}healthcheck:\n.*\n.*\n/,
    to: '$1',
    expected: 'a health check of loki',
    subject: 'promtail',
    line: 'loki:',
  },
)
finds(
  'compose-file-is-accepted',
  'values that pass the schema and are refused',
  { file: D, from: '"${BIND_ADDRESS:-127.0.0.1}:${LOKI_PORT:-3100}:3100"', to: 'green', subject: 'loki', observed: 'green' },
  { file: D, from: '"${BIND_ADDRESS:-127.0.0.1}:${LOKI_PORT:-3100}:3100"', to: '"127.0.0.256:3100:3100"', subject: 'loki' },
  { file: D, from: '  interval: 5s\n', to: '  interval: 5sec\n', expected: 'a duration' },
  { file: D, from: 'loki_data:/loki', to: 'loki_data:loki', subject: 'loki', expected: 'begins with /' },
  { file: D, from: 'loki.yml:ro', to: 'loki.yml:or', subject: 'loki', expected: '[:ro]' },
  {
    file: D,
    from: 'notification-sink:${NOTIFICATION_SINK_HOST:-host-gateway}',
    to: 'notification-sink:hsot-gateway',
    expected: 'host-gateway',
  },
)
finds(
  'compose-file-is-accepted',
  'definitions without a source, a service without an image',
  {
    file: D,
    from: '  actuator_password:\n    environment: ACTUATOR_PASSWORD\n',
    to: '  actuator_password: {}\n',
    subject: 'actuator_password',
  },
  { file: D, from: '    image: prom/prometheus:v2.48.0\n', to: '', subject: 'prometheus', expected: 'image or build' },
)
passes(
  'compose-file-is-accepted',
  'long forms',
  D,
  '"${BIND_ADDRESS:-127.0.0.1}:${LOKI_PORT:-3100}:3100"',
  '{ target: 3100, published: "3100" }',
  {
    file: D,
    from: 'loki_data:/loki',
    to: 'loki_data:loki',
  },
)

finds('compose-file-is-accepted', 'an image of a registry that brings no health check', {
  file: 'docker-compose.yaml',
  from: / {4}healthcheck:\n {6}<<: \*health\n {6}test: \[CMD, \/toxiproxy-cli, list\]\n/,
  to: '',
  observed: 'toxiproxy has none',
})

finds(
  'compose-file-is-accepted',
  'copies of what there can be one of, sizes, and checks that are switched off',
  {
    file: 'docker-compose.yaml',
    from: '    container_name: moalog-redis\n',
    to: '    container_name: moalog-redis\n    deploy: { replicas: 2 }\n',
    expected: 'no container_name (moalog-redis)',
    line: 'replicas',
  },
  {
    file: 'docker-compose.yaml',
    from: '    container_name: moalog-redis\n',
    to: '    scale: 3\n',
    expected: 'no fixed port of the host',
  },
  {
    file: 'docker-compose.yaml',
    from: '    container_name: moalog-redis\n',
    to: '    container_name: moalog-redis\n    mem_limit: lots\n',
    observed: 'lots',
    line: 'mem_limit',
  },
  {
    file: 'docker-compose.yaml',
    from: 'test: [CMD, redis-cli, ping]',
    to: 'test: [NONE]',
    observed: 'compose does not start rate-limiter, fluxpay-engine',
    line: '[NONE]',
  },
  {
    file: 'docker-compose.yaml',
    from: 'test: [CMD, redis-cli, ping]',
    to: 'disable: true',
    observed: 'compose does not start rate-limiter, fluxpay-engine',
    line: 'disable: true',
  },
)

finds(
  'compose-file-is-accepted',
  'a config without its source, and a health that nothing finds out',
  {
    file: 'docker-compose.yaml',
    from: 'configs: [{ source: jmx_exporter, ',
    to: 'configs: [{ ',
    subject: 'rate-limiter',
    expected: 'source: one of',
  },
  {
    file: 'docker-compose.yaml',
    from: /( image: confluentinc[^]*?) {4}healthcheck:[^]*?start_period: 30s\n/,
    to: '$1',
    subject: 'fluxpay-engine',
    expected: 'a health check of kafka',
  },
)
