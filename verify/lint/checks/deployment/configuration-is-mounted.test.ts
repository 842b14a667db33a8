import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

finds(
  'configuration-is-mounted',
  'a file at another path than the flag names',
  {
    file: D,
    from: '/etc/promtail/promtail.yml:ro',
    to: '/etc/promtail/config.yml:ro',
    subject: 'promtail',
    line: '/etc/promtail/config.yml:ro',
  },
  {
    file: D,
    from: ':/etc/prometheus/prometheus.yml:ro',
    to: ':/etc/prometheus/conf/prometheus.yml:ro',
    line: '/conf/prometheus.yml',
    subject: 'prometheus',
  },
  { file: D, from: '-config.file=/etc/loki/loki.yml', to: '-config.file=/etc/loki/loki.yaml', line: 'loki.yaml', subject: 'loki' },
  {
    file: D,
    from: '--config-file=/etc/jaeger/jaeger.yml',
    to: '--config-file=/etc/jaeger.yml',
    line: 'jaeger.yml:/etc',
    subject: 'jaeger',
  },
  {
    file: D,
    from: '    command: [-config.file=/etc/promtail/promtail.yml]\n',
    to: '',
    line: './monitoring/promtail/promtail.yml',
    subject: 'promtail',
  },
)
finds(
  'configuration-is-mounted',
  "another component's file at the path",
  {
    file: D,
    from: /prometheus\.yml:(\S+)prometheus\.yml:ro\n(.*)alert-rules\.yml:(\S+)alert-rules\.yml:ro/,
    to: 'prometheus.yml:$1alert-rules.yml:ro\n$2alert-rules.yml:$1prometheus.yml:ro',
    line: './monitoring/alert-rules.yml:/etc/prometheus/prometheus.yml',
    observed: 'alert-rules.yml',
  },
  { file: D, from: './monitoring/loki/loki.yml:', to: './monitoring/promtail/promtail.yml:', subject: 'loki', observed: 'promtail.yml' },
)
finds('configuration-is-mounted', 'a file without a mount', {
  file: D,
  from: '    volumes: ["./monitoring/jaeger/jaeger.yml:/etc/jaeger/jaeger.yml:ro"]\n',
  to: '',
  subject: 'jaeger',
})
passes(
  'configuration-is-mounted',
  'the folder instead of the file',
  D,
  './monitoring/promtail/promtail.yml:/etc/promtail/promtail.yml:ro',
  './monitoring/promtail:/etc/promtail/:ro',
)

test("configuration-is-mounted: the image's own file, where none is delivered", async () => {
  const { texts } = await deployment()
  const without = texts.filter(({ file }) => file === D || file.endsWith('prometheus.yml') || file.endsWith('alert-rules.yml'))
  const loki = (file: string): typeof texts =>
    change(
      change(without, D, '-config.file=/etc/loki/loki.yml', `-config.file=${file}`),
      D,
      '      - ./monitoring/loki/loki.yml:/etc/loki/loki.yml:ro\n',
      '',
    )
  const found = async (file: string): Promise<string[]> =>
    (await lintOf(loki(file), 'configuration-is-mounted')).findings
      .filter(({ subject }) => subject === 'loki')
      .map(({ expected }) => expected)
  assert.deepEqual(await found('/etc/loki/local-config.yaml'), [])
  assert.deepEqual(await found('/etc/loki/other.yml'), ['a mount that holds /etc/loki/other.yml'])
})

test('configuration-is-mounted: what an image of its own may hold is not asked for, and what it does not copy is', async () => {
  const { texts } = await deployment()
  const mounts =
    '      - ./monitoring/prometheus.yml:/etc/prometheus/prometheus.yml:ro\n      - ./monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro\n'
  const found = async (image: string): Promise<string[]> => {
    const changed = change(change(texts, D, mounts, ''), D, 'image: prom/prometheus:v2.48.0', image)
    return (await lintOf(changed, 'configuration-is-mounted')).findings
      .map(({ subject }) => subject)
      .filter((subject) => /\.yml$/.test(subject))
  }
  const inline = (copy: string): string =>
    `build:\n      dockerfile_inline: |\n        FROM prom/prometheus:v2.48.0\n        COPY ${copy} /etc/prometheus/`
  for (const image of ['build: ./monitoring', 'image: registry.example.com/shop/prometheus:1', inline('prometheus.yml alert-rules.yml')])
    assert.deepEqual(await found(image), [], image)
  assert.deepEqual(await found(inline('prometheus.yml')), ['monitoring/alert-rules.yml'])
  assert.deepEqual(await found('image: prom/prometheus:v2.49.0'), ['monitoring/alert-rules.yml', 'monitoring/prometheus.yml'])
})

test('configuration-is-mounted: files beside those that this deployment mounts are for another one', async () => {
  const { texts } = await deployment()
  const rules = texts.find(({ file }) => file.endsWith('alert-rules.yml'))
  assert.ok(rules)
  const found = async (file: string): Promise<string[]> => {
    const { findings } = await lintOf([...texts, { ...rules, file, path: file }], 'configuration-is-mounted')
    return findings.map(({ subject }) => subject)
  }
  assert.deepEqual(await found('examples/mixin/alerts.yml'), [])
  assert.deepEqual(await found('monitoring/more-rules.yml'), ['monitoring/more-rules.yml'])
})

finds('configuration-is-mounted', 'a file in the volume of data', {
  file: 'docker-compose.yaml',
  from: '--config.file=/etc/prometheus/prometheus.yml',
  to: '--config.file=/prometheus/prometheus.yml',
  subject: 'prometheus',
  expected: '/etc/prometheus/prometheus.yml',
})

finds(
  'configuration-is-mounted',
  'a folder at the path of a file',
  ...['jaeger/jaeger.yml', 'alertmanager/alertmanager.yml'].map((file) => ({
    file: 'docker-compose.yaml',
    from: `./monitoring/${file}:`,
    to: `./monitoring/${file.split('/')[0] ?? ''}:`,
    expected: `monitoring/${file} at `,
    observed: 'a folder',
  })),
)
