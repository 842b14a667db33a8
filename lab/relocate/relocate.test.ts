import test from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parse, visit, parseDocument } from 'yaml'
import { FiredrillError } from '../../verify/model/error.ts'
import { PORT_NAMES, portsFrom } from '../parts/part-ports.ts'
import type { Address, PortName } from '../parts/part-ports.ts'
import { belowPath, channelUrl, drillChannelUrls, switchOn } from './channels.ts'
import { readComposeFile } from '../compose/compose-file.ts'
import { labNetwork } from '../context.ts'
import { relocate as relocateOne } from './relocate.ts'
import type { LogFile } from './docker-files.ts'
import type { Closed, LabAddresses, MonitoringKind } from './relocate.ts'

type MonitoringTexts = Record<MonitoringKind, string>
const FILES: MonitoringTexts = {
  'prometheus': 'prometheus.yml',
  'alertRules': 'alert-rules.yml',
  'alertmanager': 'alertmanager/alertmanager.yml',
  'loki': 'loki/loki.yml',
  'promtail': 'promtail/promtail.yml',
  'filelog': '../lab/versions/filelog.yml',
  'otelCollector': 'otel-collector/otel-collector.yml',
  'otelCollector 0.93': 'otel-collector/otel-collector.yml',
  'jaeger': 'jaeger/jaeger.yml',
  'jaeger 1.54': 'jaeger/jaeger.yml',
}
function relocate(texts: MonitoringTexts, to: LabAddresses): { files: MonitoringTexts; closed: Closed } {
  const closed: Closed = []
  const entries = Object.entries(texts) as [MonitoringKind, string][]
  const files = Object.fromEntries(
    entries.map(([kind, text]) => [kind, relocateOne(kind, text, FILES[kind], to, closed)]),
  ) as MonitoringTexts
  return { files, closed }
}

const delivered = (name: string): string => readFileSync(new URL(`../../monitoring/${name}`, import.meta.url), 'utf8')
const files = Object.fromEntries(Object.entries(FILES).map(([kind, name]) => [kind, delivered(name)])) as MonitoringTexts
const ports = portsFrom({ PROMETHEUS_PORT: '29091', LOKI_PORT: '23100' })
const logs: LogFile[] = [
  { container: 'moalog-rate-limiter', service: 'rate-limiter', logstream: 'stdout', path: '/lab/rate-limiter/log' },
  { container: 'moalog-server', service: 'moalog-server', logstream: 'stderr', path: '/lab/moalog-server/err' },
]
const root = new URL('../..', import.meta.url).pathname
const network = labNetwork({
  compose: readComposeFile(`${root}docker-compose.yaml`, {}, `${root}monitoring`),
  addresses: Object.fromEntries(PORT_NAMES.map((name) => [name, { host: '127.0.0.1', port: ports[name] }])) as Record<PortName, Address>,
})
const addresses: LabAddresses = {
  network,
  project: 'moalog',
  paths: {
    '/run/secrets/actuator_password': '/lab/secrets/actuator',
    '/loki': '/lab/loki',
    '/var/lib/promtail': '/lab/promtail',
    '/run/alertmanager': '/lab/alertmanager',
  },
  logs,
  channels: { slack: false, discord: false },
}
const moved = relocate(files, addresses)

/** Every scalar with its path, keys included. */
function scalars(text: string): string[] {
  const found: string[] = []
  visit(parseDocument(text), { Scalar: (_, scalar) => void found.push(String(scalar.value)) })
  return found
}

test('every address in the lab files is a port of the lab on loopback', () => {
  const known = new Set(Object.values(addresses.network).map(({ host, port }) => `${host}:${port}`))
  for (const [name, text] of Object.entries(moved.files)) {
    if (name === 'alertRules') continue
    for (const value of scalars(text)) {
      assert.doesNotMatch(value, /0\.0\.0\.0|localhost:|docker\.sock/, name)
      for (const [, address] of value.matchAll(/(?<![\w.])([\w.-]+:\d{4,5})(?![\w:])/g))
        assert.ok(known.has(address ?? ''), `${name}: ${value}`)
      for (const host of Object.keys(network).map((address) => address.split(':')[0] ?? ''))
        assert.ok(!value.includes(`${host}:`), `${name}: ${value}`)
    }
  }
  assert.deepEqual(moved.closed, [])
})

test('the rule file stays byte for byte', () => assert.equal(moved.files.alertRules, files.alertRules))

test('targets keep their jobs, order, intervals and credentials', () => {
  type Config = { scrape_configs: { static_configs: unknown; basic_auth?: { password_file: string } }[] }
  const strip = (text: string): unknown =>
    (parse(text) as Config).scrape_configs.map(({ static_configs: _, basic_auth, ...rest }) => ({
      ...rest,
      auth: basic_auth !== undefined,
    }))
  assert.deepEqual(strip(moved.files.prometheus), strip(files.prometheus))
  const config = parse(moved.files.prometheus) as Config
  assert.deepEqual(
    config.scrape_configs.map((job) => (job.static_configs as { targets: string[] }[])[0]?.targets[0]),
    [
      '127.0.0.1:29091',
      '127.0.0.1:8090',
      '127.0.0.1:8082',
      '127.0.0.1:8081',
      '127.0.0.1:9121',
      '127.0.0.1:9104',
      '127.0.0.1:9404',
      '127.0.0.1:9405',
      '127.0.0.1:8889',
    ],
  )
  assert.deepEqual(config.scrape_configs.map((job) => job.basic_auth?.password_file).filter(Boolean), [
    '/lab/secrets/actuator',
    '/lab/secrets/actuator',
  ])
})

test('Promtail keeps its relabelling and stages, and reads files with what Docker would have said of them', () => {
  type Config = {
    scrape_configs: {
      pipeline_stages: unknown
      relabel_configs: unknown
      static_configs: { targets: string[]; labels: Record<string, string> }[]
      docker_sd_configs?: unknown
    }[]
    clients: { url: string }[]
  }
  const before = (parse(files.promtail) as Config).scrape_configs[0]
  const config = parse(moved.files.promtail) as Config
  const after = config.scrape_configs[0]
  assert.deepEqual(after?.pipeline_stages, before?.pipeline_stages)
  assert.deepEqual(after?.relabel_configs, before?.relabel_configs)
  assert.equal(after?.docker_sd_configs, undefined)
  assert.deepEqual(after?.static_configs[1], {
    targets: ['localhost'],
    labels: {
      __path__: '/lab/moalog-server/err',
      __meta_docker_container_name: '/moalog-server',
      __meta_docker_container_label_com_docker_compose_service: 'moalog-server',
      __meta_docker_container_label_com_docker_compose_project: 'moalog',
      __meta_docker_container_log_stream: 'stderr',
    },
  })
  assert.equal(config.clients[0]?.url, 'http://127.0.0.1:23100/loki/api/v1/push')
})

test('the receiver file_log reads the log of each container, with what Docker would have said of it', () => {
  type Operator = Record<string, unknown>
  type Config = {
    receivers: Record<string, { include: string[]; operators: Operator[] }>
    exporters: unknown
    extensions: unknown
    service: { pipelines: { logs: { receivers: string[] } }; telemetry: unknown }
  }
  const before = parse(files.filelog) as Config
  const config = parse(moved.files.filelog) as Config
  const names = ['file_log', 'file_log/rate-limiter-stdout', 'file_log/moalog-server-stderr']
  assert.deepEqual(Object.keys(config.receivers), names)
  assert.deepEqual(config.service.pipelines.logs.receivers, names)
  assert.deepEqual(config.receivers['file_log']?.include, ['/dev/null/var/lib/docker/containers/*/*-json.log'])
  const server = config.receivers['file_log/moalog-server-stderr']
  assert.deepEqual(server?.include, ['/lab/moalog-server/err'])
  assert.deepEqual(server.operators, [
    { type: 'add', field: 'attributes["log.iostream"]', value: 'stderr' },
    { type: 'add', field: 'attributes.attrs', value: { 'tag': 'moalog-server', 'com.docker.compose.service': 'moalog-server' } },
    ...(before.receivers['file_log']?.operators.slice(1) ?? []),
  ])
  assert.match(JSON.stringify(config.exporters), /"http:\/\/127\.0\.0\.1:23100\/otlp"/)
  assert.deepEqual(config.extensions, { file_storage: { directory: '/lab/promtail' } })
  assert.match(JSON.stringify(config.service.telemetry), /"host":"127\.0\.0\.1","port":9080/)
})

test('a pattern that finds no file of Docker finds none in the lab, and one of a container finds that one', () => {
  const receivers = (include: string, exclude = ''): string[] => {
    const text = files.filelog.replace('[/var/lib/docker/containers/*/*-json.log]', `[${include}]${exclude}`)
    assert.notEqual(text, files.filelog)
    return (parse(relocateOne('filelog', text, 'filelog.yml', addresses)) as { service: { pipelines: { logs: { receivers: string[] } } } })
      .service.pipelines.logs.receivers
  }
  assert.deepEqual(receivers('/var/lib/docker/container/*/*-json.log'), ['file_log'])
  assert.deepEqual(receivers('/var/lib/docker/containers/moalog-server/*.log'), ['file_log', 'file_log/moalog-server-stderr'])
  assert.deepEqual(receivers('/var/lib/docker/containers/*/*.log', '\n    exclude: [/var/lib/docker/containers/*server/*]'), [
    'file_log',
    'file_log/rate-limiter-stdout',
  ])
})

test('without the operator for containers nothing of Docker is known', () => {
  const text = files.filelog.replace(/^ +- \{ type: container,.*\n/m, '')
  assert.notEqual(text, files.filelog)
  assert.doesNotMatch(relocateOne('filelog', text, 'filelog.yml', addresses), /type: add/)
})

test('a container that the Docker filters leave out is not read in the lab either', () => {
  const other = { ...files, promtail: files.promtail.replace('com.docker.compose.project=moalog', 'com.docker.compose.project=other') }
  const config = parse(relocate(other, addresses).files.promtail) as { scrape_configs: { static_configs: unknown[] }[] }
  assert.deepEqual(config.scrape_configs[0]?.static_configs, [])
})

test('Alertmanager posts to the receiver of the drill and keeps its routing', () => {
  type Config = {
    route: unknown
    inhibit_rules: unknown
    receivers: { webhook_configs?: { url: string }[]; slack_configs?: { api_url_file: string }[] }[]
  }
  const config = parse(moved.files.alertmanager) as Config
  assert.deepEqual(
    config.receivers.flatMap((receiver) => receiver.webhook_configs ?? []).map(({ url }) => url),
    ['http://127.0.0.1:9199/default', 'http://127.0.0.1:9199/critical'],
  )
  assert.deepEqual(
    config.receivers.flatMap((receiver) => receiver.slack_configs ?? []).map((slack) => slack.api_url_file),
    ['/lab/alertmanager/slack_url', '/lab/alertmanager/discord_url'],
  )
  assert.deepEqual(config.route, (parse(files.alertmanager) as Config).route)
  assert.deepEqual(config.inhibit_rules, (parse(files.alertmanager) as Config).inhibit_rules)
})

test('a wrong port of a known host is a closed port in the lab', () => {
  const broken = { ...files, otelCollector: files.otelCollector.replace('jaeger:4317', 'jaeger:4999') }
  const result = relocate(broken, addresses)
  assert.match(result.files.otelCollector, /endpoint: 127\.0\.0\.1:1\n/)
  assert.deepEqual(result.closed, [{ file: 'otel-collector/otel-collector.yml', address: 'jaeger:4999' }])
})

const refused: [string, Partial<MonitoringTexts>, string, RegExp][] = [
  [
    'a target elsewhere',
    { prometheus: files.prometheus.replace('redis-exporter:9121', 'redis.example.com:9121') },
    'RELOCATE_ADDRESS',
    /redis\.example\.com:9121/,
  ],
  [
    'a target without a port',
    { prometheus: files.prometheus.replace('redis-exporter:9121', 'redis-exporter') },
    'RELOCATE_ADDRESS',
    /redis-exporter/,
  ],
  [
    'remote write',
    { prometheus: `${files.prometheus}\nremote_write:\n  - url: http://prometheus:9090/api/v1/write\n` },
    'RELOCATE_UNSUPPORTED',
    /remote_write/,
  ],
  [
    'service discovery',
    { prometheus: `${files.prometheus}\n  - job_name: x\n    dns_sd_configs: [{names: [a]}]\n` },
    'RELOCATE_UNSUPPORTED',
    /dns_sd_configs/,
  ],
  [
    'an address by relabelling',
    { prometheus: `${files.prometheus}\n  - job_name: x\n    relabel_configs: [{target_label: __address__, source_labels: [a]}]\n` },
    'RELOCATE_UNSUPPORTED',
    /target_label/,
  ],
  [
    'an address by label',
    { prometheus: `${files.prometheus}\n  - job_name: x\n    static_configs: [{targets: [], labels: {__address__: "a:1"}}]\n` },
    'RELOCATE_UNSUPPORTED',
    /__address__/,
  ],
  [
    'a webhook elsewhere',
    { alertmanager: files.alertmanager.replace('http://notification-sink:9199/critical', 'https://alerts.example.com/x') },
    'RELOCATE_ADDRESS',
    /alerts\.example\.com/,
  ],
  [
    'a pager',
    { alertmanager: `${files.alertmanager}\n  - name: pager\n    pagerduty_configs: [{routing_key: x}]\n` },
    'RELOCATE_UNSUPPORTED',
    /pagerduty_configs/,
  ],
  ['an exporter elsewhere', { otelCollector: files.otelCollector.replace('jaeger:4317', 'tempo:4317') }, 'RELOCATE_ADDRESS', /tempo:4317/],
  [
    'a listener at a port that no other part knows',
    { otelCollector: files.otelCollector.replace('0.0.0.0:4318', '0.0.0.0:5555') },
    'RELOCATE_ADDRESS',
    /5555/,
  ],
  ['Loki on another port', { loki: files.loki.replace('http_listen_port: 3100', 'http_listen_port: 3101') }, 'RELOCATE_ADDRESS', /3101/],
  [
    'a Docker filter that files cannot answer',
    { promtail: files.promtail.replace('- name: label', '- name: health') },
    'RELOCATE_UNSUPPORTED',
    /health/,
  ],
  ['a file that is not YAML', { loki: 'server: [' }, 'YAML_SYNTAX', /./],
]
for (const [what, change, code, message] of refused) {
  test(`refused with its place: ${what}`, () => {
    assert.notDeepEqual({ ...files, ...change }, files)
    assert.throws(
      () => relocate({ ...files, ...change }, addresses),
      (error: unknown) => {
        assert.ok(error instanceof FiredrillError)
        assert.equal(error.code, code)
        assert.match(error.message, message)
        assert.ok((error.place?.line ?? 0) > 0 && error.place?.file.includes('.yml'))
        return true
      },
    )
  })
}

test('Loki keeps its limits, and streams get the labels that Loki 2.9 would give them and no others', () => {
  type Config = { limits_config: Record<string, unknown>; common: { path_prefix: string; storage: unknown } }
  const before = (parse(files.loki) as Config).limits_config
  const after = parse(moved.files.loki) as Config
  const { otlp_config, ...others } = after.limits_config
  assert.deepEqual(others, { ...before, discover_service_name: [], discover_log_levels: false })
  assert.match(JSON.stringify(otlp_config), /"index_label","attributes":\["container","service","logstream","level"\]/)
  const own = files.loki.replace('limits_config:\n', 'limits_config:\n  otlp_config: { log_attributes: [] }\n')
  assert.match(relocateOne('loki', own, 'loki.yml', addresses), /otlp_config: \{ log_attributes: \[\] \}/)
  assert.deepEqual(after.common.storage, { filesystem: { chunks_directory: '/lab/loki/chunks', rules_directory: '/lab/loki/rules' } })
  assert.equal(after.common.path_prefix, '/lab/loki')
})

test('the collector of 2025 gets its health check and its metrics by their new names', () => {
  const config = parse(moved.files.otelCollector) as {
    extensions: unknown
    service: { extensions: string[]; telemetry: { metrics: unknown }; pipelines: unknown }
  }
  assert.deepEqual(config.extensions, { healthcheckv2: { use_v2: true, http: { endpoint: '127.0.0.1:13133' } } })
  assert.deepEqual(config.service.extensions, ['healthcheckv2'])
  assert.deepEqual(config.service.telemetry.metrics, {
    level: 'detailed',
    readers: [
      {
        pull: {
          exporter: {
            prometheus: { host: '127.0.0.1', port: 8889, without_type_suffix: true, without_units: true, without_scope_info: true },
          },
        },
      },
    ],
  })
  assert.deepEqual(config.service.pipelines, (parse(files.otelCollector) as typeof config).service.pipelines)
})

test('the configuration of Jaeger 1.54 in the keys of Jaeger 2', () => {
  const config = parse(moved.files.jaeger) as { extensions: { jaeger_storage: unknown; jaeger_query: unknown }; receivers: unknown }
  assert.deepEqual(config.extensions.jaeger_storage, { backends: { memory: { memory: { max_traces: 50_000 } } } })
  assert.deepEqual(config.extensions.jaeger_query, {
    storage: { traces: 'memory' },
    enable_tracing: false,
    http: { endpoint: '127.0.0.1:16686' },
    grpc: { endpoint: '127.0.0.1:16685' },
  })
  assert.deepEqual(config.receivers, { otlp: { protocols: { grpc: { endpoint: '127.0.0.1:14317' } } } })
})

test('the collector 0.93 keeps its configuration, addresses apart', () => {
  const addressless = (text: string): string => text.replace(/\S+:\d{4,5}$/gm, 'ADDRESS')
  assert.deepEqual(parse(addressless(moved.files['otelCollector 0.93'])), parse(addressless(files.otelCollector)))
  assert.match(moved.files['otelCollector 0.93'], /address: 127\.0\.0\.1:8889$/m)
})

test('Jaeger 1.54 keeps its configuration and listens on loopback alone', () => {
  type Config = { memory: unknown; query: unknown; collector: { otlp: Record<string, unknown> }; admin: unknown; reporter: unknown }
  const config = parse(moved.files['jaeger 1.54']) as Config
  assert.deepEqual(config.memory, { 'max-traces': 50_000 })
  assert.deepEqual(config.query, { 'http-server': { 'host-port': '127.0.0.1:16686' }, 'grpc-server': { 'host-port': '127.0.0.1:16685' } })
  const otlp = { 'host-port': '127.0.0.1:14317' }
  assert.deepEqual(config.collector.otlp, { enabled: true, grpc: otlp, http: { 'host-port': '127.0.0.1:0' } })
  assert.deepEqual(config.admin, { http: { 'host-port': '127.0.0.1:13134' } })
  assert.deepEqual(config.reporter, { grpc: otlp })
  const hosts = scalars(moved.files['jaeger 1.54']).filter((value) => /:\d+$/.test(value))
  assert.equal(hosts.length, 12)
  for (const host of hosts) assert.match(host, /^127\.0\.0\.1:/)
})

test('chat receivers are routed to only when switched on', () => {
  type Routes = { route: { routes: { receiver: string; continue?: boolean }[] } }
  const receivers = (channels: LabAddresses['channels']): string[] =>
    (parse(switchOn(files.alertmanager, channels)) as Routes).route.routes.map((route) => route.receiver)
  assert.equal(switchOn(files.alertmanager, { slack: false, discord: false }), files.alertmanager)
  assert.deepEqual(receivers({ slack: false, discord: false }), ['critical'])
  assert.deepEqual(receivers({ slack: true, discord: false }), ['slack', 'critical', 'default'])
  assert.deepEqual(receivers({ slack: false, discord: true }), ['discord', 'critical', 'default'])
  assert.deepEqual(receivers({ slack: true, discord: true }), ['slack', 'discord', 'critical', 'default'])
})

test("the channels of a lab send to the drill's receiver", () => {
  assert.deepEqual(drillChannelUrls({ host: '127.0.0.1', port: 9199 }), {
    slack: 'http://127.0.0.1:9199/slack',
    discord: 'http://127.0.0.1:9199/discord/slack',
  })
  assert.equal(drillChannelUrls({ host: '::1', port: 1 }).slack, 'http://[::1]:1/slack')
})

test("URLs that lead to the drill's receiver, and no others, lead below the path of the lab", () => {
  const receiver = { host: '127.0.0.1', port: 9199 }
  const text = "url: 'http://127.0.0.1:9199/critical'\nurl: http://127.0.0.1:91990/other\nurl: http://127.0.0.1:9093/api"
  assert.equal(belowPath(text, receiver, 'p4th'), text.replace('9199/critical', '9199/p4th/critical'))
  assert.equal(belowPath(text, receiver, undefined), text)
  assert.deepEqual(drillChannelUrls({ host: '::1', port: 1 }, 'p4th'), {
    slack: 'http://[::1]:1/p4th/slack',
    discord: 'http://[::1]:1/p4th/discord/slack',
  })
})

test('a channel URL is made ready for Alertmanager', () => {
  assert.equal(channelUrl('slack', ' https://a/b\n'), 'https://a/b')
  assert.equal(channelUrl('discord', 'https://a/b\n'), 'https://a/b/slack')
  assert.equal(channelUrl('discord', 'https://a/b/slack\n'), 'https://a/b/slack')
  assert.equal(channelUrl('discord', '\n'), '')
})

test('the container switches the same lines on as the lab', () => {
  const script = delivered('alertmanager/switch-on.sh')
  const perChannel = /expressions="\$expressions;(.*)"/.exec(script)?.[1] ?? ''
  for (const channels of [['slack'], ['discord'], ['slack', 'discord']]) {
    const expression = channels.map((channel) => perChannel.replaceAll('$channel', channel)).join(';')
    const byShell = execFileSync('sed', [expression], { input: files.alertmanager, encoding: 'utf8' })
    assert.equal(byShell, switchOn(files.alertmanager, { slack: channels.includes('slack'), discord: channels.includes('discord') }))
  }
})
