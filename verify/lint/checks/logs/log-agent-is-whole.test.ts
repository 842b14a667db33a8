import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf } from '../../../../testing/lint/lint-files.ts'

finds(
  'log-agent-is-whole',
  'positions, client and socket',
  { file: 'promtail/promtail.yml', from: '/var/lib/promtail/positions.yaml', to: '/tmp/positions.yaml', observed: '/tmp' },
  { file: 'promtail/promtail.yml', from: 'http://loki:3100/loki/api/v1/push', to: 'http://loki:3100/push', subject: 'clients' },
  {
    file: 'promtail/promtail.yml',
    from: 'unix:///var/run/docker.sock',
    to: 'unix:///run/other.sock',
    expected: 'where the socket is mounted',
  },
)
finds(
  'log-agent-is-whole',
  'Loki listens elsewhere than Promtail sends',
  { file: 'loki/loki.yml', from: 'http_listen_port: 3100', to: 'http_listen_port: 3200', expected: 'port 3200' },
  {
    file: 'loki/loki.yml',
    from: 'http_listen_port: 3100',
    to: 'http_listen_port: 3100\n  http_path_prefix: /logs',
    expected: 'http://loki:3100/logs/loki/api/v1/push',
  },
  {
    file: 'docker-compose.yaml',
    from: 'command: [-config.file=/etc/loki/loki.yml]',
    to: 'command: [-config.file=/etc/loki/loki.yml, -server.http-listen-port=3200]',
    expected: 'port 3200',
  },
)

test('both on another port and path, through a gateway, or by a variable: no finding', async () => {
  const { texts } = await deployment()
  const found = async (changed: typeof texts): Promise<string[]> =>
    (await lintOf(changed, 'log-agent-is-whole')).findings.map(({ expected }) => expected)
  const to = (url: string, from = texts): typeof texts => change(from, 'promtail/promtail.yml', 'http://loki:3100/loki/api/v1/push', url)
  assert.deepEqual(
    await found(
      to(
        'http://loki:3200/logs/loki/api/v1/push',
        change(texts, 'loki/loki.yml', 'http_listen_port: 3100', 'http_listen_port: 3200\n  http_path_prefix: /logs/'),
      ),
    ),
    [],
  )
  assert.deepEqual(
    await found(to('http://loki:80/loki/api/v1/push', change(texts, 'loki/loki.yml', 'http_listen_port: 3100', 'http_listen_port: 80'))),
    [],
  )
  assert.deepEqual(await found(change(texts, 'loki/loki.yml', '  http_listen_port: 3100\n', '')), [])
  assert.deepEqual(
    await found(
      to(
        'http://gateway/loki/api/v1/push',
        change(texts, 'docker-compose.yaml', '  promtail:\n', '  gateway: { image: nginx }\n  promtail:\n'),
      ),
    ),
    [],
  )
  assert.deepEqual(await found(to('https://logs.example.com/base/loki/api/v1/push')), [])
  assert.deepEqual(await found(to('${LOKI_URL}')), [])
  assert.deepEqual(
    await found(
      to('http://loki:9999/loki/api/v1/push', change(texts, 'loki/loki.yml', 'http_listen_port: 3100', 'http_listen_port: ${PORT}')),
    ),
    [],
  )
})

finds('log-agent-is-whole', 'a job whose name another one has', {
  file: 'promtail/promtail.yml',
  from: /(scrape_configs:\n)([^]*)$/,
  to: '$1$2$2',
  subject: 'containers',
  observed: 'one of the two jobs is not read',
  line: 'job_name: containers',
})

finds('log-agent-is-whole', 'a port that is free when Promtail starts, and that its health check asks at', {
  file: 'promtail/promtail.yml',
  from: /http_listen_port: 9080\n(?: +grpc_listen_port: .*\n)?/,
  to: 'http_listen_port: 0\n  grpc_listen_port: 9080\n',
  subject: 'promtail',
  line: 'http_listen_port: 0',
})

finds('log-agent-is-whole', 'a driver that keeps no line', {
  file: 'docker-compose.yaml',
  from: '    container_name: moalog-rate-limiter\n',
  to: '    container_name: moalog-rate-limiter\n    logging: { driver: none }\n',
  subject: 'rate-limiter',
  observed: 'no line of it is kept',
  line: 'driver: none',
})

finds(
  'log-agent-is-whole',
  'settings by which lines are lost or never asked for',
  { file: 'promtail/promtail.yml', from: 'unix:///var/run/docker.sock', to: 'tcp://docker:2375', observed: 'tcp://docker' },
  {
    file: 'promtail/promtail.yml',
    from: '          - name: label\n',
    to: '          - { name: status, values: [exited] }\n          - name: label\n',
    observed: 'exited',
  },
  { file: 'promtail/promtail.yml', from: 'server:\n', to: 'server:\n  disable: true\n', observed: 'disable: true' },
  { file: 'promtail/promtail.yml', from: 'url: http://loki', to: 'url: https://loki', expected: 'Loki has no TLS here' },
  { file: 'promtail/promtail.yml', from: 'min_period: 500ms', to: 'min_period: 10s', observed: '10s', severity: 'warning' },
  {
    file: 'promtail/promtail.yml',
    from: '    batchwait: 200ms',
    to: '    batchwait: 200ms\n    timeout: 1ms',
    observed: '1ms',
    severity: 'warning',
  },
  {
    file: 'promtail/promtail.yml',
    from: 'positions:\n',
    to: 'limits_config: { readline_rate_enabled: true, readline_rate: 1 }\n\npositions:\n',
    observed: 'further lines are dropped',
    severity: 'warning',
  },
  {
    file: 'promtail/promtail.yml',
    from: 'positions:\n',
    to: 'limits_config: { max_streams: 1 }\n\npositions:\n',
    observed: '1',
    severity: 'warning',
  },
)

test('Loki by its own Dockerfile is Loki, and no proxy', async () => {
  const { texts } = await deployment()
  const built = (stages: string): typeof texts =>
    change(
      texts,
      'docker-compose.yaml',
      /image: grafana\/loki\S*/,
      `build:\n      context: .\n      dockerfile_inline: |\n${stages
        .split('\n')
        .map((line) => `        ${line}`)
        .join('\n')}`,
    )
  const found = async (stages: string, url: string): Promise<string[]> =>
    (
      await lintOf(change(built(stages), 'promtail/promtail.yml', 'http://loki:3100/loki/api/v1/push', url), 'log-agent-is-whole')
    ).findings.map(({ expected, observed }) => `${expected}; ${observed}`)
  const [loki, stages, proxy] = ['FROM grafana/loki:2.9.0', 'FROM grafana/loki:2.9.0 AS base\nFROM base', 'FROM nginx:1.25']
  assert.deepEqual(await found(loki, 'http://loki:3100/loki/api/v1/push?'), [
    'http://loki:3100/loki/api/v1/push; http://loki:3100/loki/api/v1/push?',
  ])
  for (const dockerfile of [loki, stages])
    assert.deepEqual(await found(dockerfile, 'http://loki:3101/loki/api/v1/push'), [
      'port 3100, where Loki listens; http://loki:3101/loki/api/v1/push',
    ])
  assert.deepEqual(await found(loki, 'http://loki/loki/api/v1/push'), ['port 3100, where Loki listens; http://loki/loki/api/v1/push'])
  assert.deepEqual(await found(proxy, 'http://loki:3101/loki/api/v1/push'), [])
})
