import { isMap, isScalar, isSeq, stringify, visit } from 'yaml'
import type { Document, Node, Scalar, YAMLMap } from 'yaml'
import { openDocument } from '../../verify/config/yaml/cursor.ts'
import { rangeOf } from '../../verify/config/yaml/yaml-text.ts'
import type { YamlText } from '../../verify/config/yaml/yaml-text.ts'
import type { FiredrillError } from '../../verify/model/error.ts'
import { CLOSED } from '../compose/localize.ts'
import type { Address } from '../parts/part-ports.ts'
import { switchOn } from './channels.ts'
import type { Channels } from './channels.ts'
import { isFileLog, readLogFiles } from './docker-files.ts'
import type { LogFile } from './docker-files.ts'

/**
 * The files of monitoring/ that a lab starts parts with, by the part that reads each. A name with a version is the file as that version
 * reads it; without one it is evened out for the lab's own.
 */
const OWNERS = {
  'prometheus': 'prometheus',
  'alertRules': 'prometheus',
  'alertmanager': 'alertmanager',
  'loki': 'loki',
  'promtail': 'promtail',
  'filelog': 'promtail',
  'otelCollector': 'otel-collector',
  'otelCollector 0.93': 'otel-collector',
  'jaeger': 'jaeger',
  'jaeger 1.54': 'jaeger',
} as const
export type MonitoringKind = keyof typeof OWNERS

export interface LabAddresses {
  /** `host:port` on the compose network -> where that is in the lab. What is not in here is never contacted. */
  network: Readonly<Record<string, Address>>
  /** Path or folder in the file's container -> the lab's. */
  paths: Readonly<Record<string, string>>
  /** The compose project, which Docker puts on its containers as a label. */
  project: string
  logs: readonly LogFile[]
  channels: Channels
}

/** Addresses of known hosts at ports where nothing listens on the compose network: they lead to a closed port. */
export type Closed = { file: string; address: string }[]

const SELF = new Set(['0.0.0.0', '127.0.0.1', 'localhost', '[::]', '[::1]', ''])

/**
 * A monitoring file with the lab's addresses and paths, and containers as log files: Promtail gets the labels of its Docker discovery, so
 * relabel_configs and pipeline_stages stay as delivered, and the receiver file_log what Docker's files say; a rule file stays byte for
 * byte. Where the lab's version of a program differs from the one that the file is for, it is evened out here: jaeger.yml (1.54) becomes a
 * configuration of Jaeger 2, the collector's health_check and telemetry.metrics.address (0.93) those of 2025, and Loki 3 adds no labels
 * that 2.9 does not have. For Jaeger 1.54 and the collector 0.93 themselves only addresses change.
 * `file` is for messages, `closed` collects.
 * @throws FiredrillError RELOCATE_ADDRESS for an address that is not in the table, RELOCATE_UNSUPPORTED for what would reach off this
 * machine by itself (service discovery, remote write, receivers other than webhook and Slack), YAML_SYNTAX
 */
export function relocate(kind: MonitoringKind, text: string, file: string, addresses: LabAddresses, closed: Closed = []): string {
  if (kind === 'alertRules') return text
  const delivered = kind === 'alertmanager' ? switchOn(text, addresses.channels) : text
  const work = new Work(delivered, file, OWNERS[kind], addresses, closed)
  switch (kind) {
    case 'prometheus':
      return relocatePrometheus(work)
    case 'alertmanager':
      return relocateAlertmanager(work)
    case 'loki':
      return relocateLoki(work)
    case 'promtail':
      return relocatePromtail(work, addresses)
    case 'filelog':
      return relocateFilelog(work, addresses)
    case 'otelCollector':
      return relocateCollector(work, renamedSince093)
    case 'otelCollector 0.93':
      return relocateCollector(work)
    case 'jaeger':
      return relocateJaeger(work)
    case 'jaeger 1.54':
      return relocateJaeger154(work)
  }
}

function relocatePrometheus(work: Work): string {
  work.refuse(['remote_write'], 'sends samples elsewhere')
  work.refuse(['remote_read'], 'reads samples from elsewhere')
  for (const job of [...work.maps('scrape_configs'), ...work.maps('alerting', 'alertmanagers')]) {
    work.refuseKeys(job, /_sd_configs$|^proxy_url$|^proxy_from_environment$/, 'finds targets or ways that no table lists')
    for (const group of mapsOf(job.get('static_configs', true))) {
      const targets = group.get('targets', true)
      if (isSeq(targets)) for (const target of targets.items) if (isScalar(target)) work.moveAddress(target)
      work.refuseKeys(
        isMap(group.get('labels')) ? (group.get('labels') as YAMLMap) : group,
        /^__address__$/,
        'is another way to name a target',
      )
    }
    for (const rule of mapsOf(job.get('relabel_configs', true))) {
      const replacement = rule.get('replacement', true)
      if (rule.get('target_label') !== '__address__') continue
      if (isScalar(replacement)) work.moveAddress(replacement)
      else work.refuseKeys(rule, /^target_label$/, '__address__ takes its target from another label')
    }
  }
  work.moveRest()
  return work.text()
}

function relocateAlertmanager(work: Work): string {
  for (const receiver of work.maps('receivers')) {
    work.refuseKeys(receiver, /^(?!(?:webhook|slack)_configs$).*_configs$/, 'notifies by a way that the lab does not stand in for')
  }
  work.moveRest()
  return work.text()
}

/** https://grafana.com/docs/loki/latest/send-data/otel/#changing-the-default-mapping-of-otlp-to-loki-format */
const OTLP_LABELS = {
  resource_attributes: {
    ignore_defaults: true,
    attributes_config: [
      { action: 'index_label', attributes: ['container', 'service', 'logstream', 'level'] },
      { action: 'drop', attributes: ['service.name'] },
    ],
  },
}

function relocateLoki(work: Work): string {
  work.listen(['server', 'http_listen_address'], ['server', 'http_listen_port'], 3100)
  work.listen(['server', 'grpc_listen_address'], ['server', 'grpc_listen_port'], 9095)
  work.document.setIn(['common', 'instance_addr'], '127.0.0.1')
  // Loki 3 adds a label and a level of its own making to every stream; 2.9, for which the file is written, does not know these keys.
  work.document.setIn(['limits_config', 'discover_service_name'], [])
  work.document.setIn(['limits_config', 'discover_log_levels'], false)
  // What comes by OTLP gets the labels of what Promtail pushes, and no service_name.
  if (!work.document.hasIn(['limits_config', 'otlp_config']))
    work.document.setIn(['limits_config', 'otlp_config'], work.document.createNode(OTLP_LABELS))
  work.moveRest()
  return work.text()
}

function relocatePromtail(work: Work, { logs, project }: LabAddresses): string {
  work.listen(['server', 'http_listen_address'], ['server', 'http_listen_port'], 80)
  work.document.setIn(['server', 'grpc_listen_address'], '127.0.0.1')
  // Files appear when services start; the default looks every ten seconds.
  if (!work.document.hasIn(['target_config', 'sync_period'])) work.document.setIn(['target_config'], { sync_period: '1s' })
  for (const job of work.maps('scrape_configs')) {
    const discovery = mapsOf(job.get('docker_sd_configs', true))
    if (discovery.length > 0) {
      job.delete('docker_sd_configs')
      job.set(
        'static_configs',
        work.document.createNode(
          discovery.flatMap((sd) => logs.filter((log) => work.discovered(sd, log)).map((log) => asStaticConfig(log, project))),
        ),
      )
    }
    work.refuseKeys(
      job,
      /_sd_configs$|^(?!static_configs|relabel_configs).*_configs$|^(?:journal|syslog|loki_push_api|kafka|gelf|cloudflare|heroku_drain|gcplog|windows_events)$/,
      'reads logs from a place that the lab does not stand in for',
    )
  }
  work.moveRest()
  return work.text()
}

/** The labels that Promtail's Docker discovery gives a container's stream, for a file instead. */
function asStaticConfig(log: LogFile, project: string): unknown {
  return {
    targets: ['localhost'],
    labels: {
      __path__: log.path,
      __meta_docker_container_name: `/${log.container}`,
      __meta_docker_container_label_com_docker_compose_service: log.service,
      __meta_docker_container_label_com_docker_compose_project: project,
      __meta_docker_container_log_stream: log.logstream,
    },
  }
}

function relocateFilelog(work: Work, { logs }: LabAddresses): string {
  const metrics = ['service', 'telemetry', 'metrics', 'readers', 0, 'pull', 'exporter', 'prometheus']
  work.listen([...metrics, 'host'], [...metrics, 'port'], 8888)
  const receivers = work.document.getIn(['receivers'], true)
  for (const { key, value } of isMap(receivers) ? receivers.items : [])
    if (isMap(value) && !(isScalar(key) && isFileLog(String(key.value)))) work.moveListeners(value)
  readLogFiles(work.document, logs)
  work.moveRest()
  return work.text()
}

function relocateCollector(work: Work, evenOut: (work: Work) => void = () => undefined): string {
  for (const section of ['receivers', 'extensions'] as const) {
    const map = work.document.getIn([section], true)
    if (isMap(map)) for (const pair of map.items) if (isMap(pair.value)) work.moveListeners(pair.value)
  }
  const metrics = work.document.getIn(['service', 'telemetry', 'metrics', 'address'], true)
  if (isScalar(metrics)) work.moveListener(metrics)
  evenOut(work)
  work.moveRest()
  return work.text()
}

/** What 0.93 and collectors of 2025 call by another name. */
function renamedSince093({ document }: Work): void {
  const health = document.getIn(['extensions', 'health_check', 'endpoint'])
  if (health !== undefined) {
    document.deleteIn(['extensions', 'health_check'])
    document.setIn(['extensions', 'healthcheckv2'], { use_v2: true, http: { endpoint: health } })
    const enabled = document.getIn(['service', 'extensions'], true)
    if (isSeq(enabled)) for (const item of enabled.items) if (isScalar(item) && item.value === 'health_check') item.value = 'healthcheckv2'
  }
  const metrics = document.getIn(['service', 'telemetry', 'metrics', 'address'])
  if (typeof metrics === 'string') {
    const { host = '', port } = ADDRESS.exec(metrics)?.groups ?? {}
    document.deleteIn(['service', 'telemetry', 'metrics', 'address'])
    // without_*: the names that collectors of 2024 give their own metrics, e.g. otelcol_exporter_sent_spans.
    document.setIn(
      ['service', 'telemetry', 'metrics', 'readers'],
      [
        {
          pull: {
            exporter: {
              prometheus: { host, port: Number(port), without_type_suffix: true, without_units: true, without_scope_info: true },
            },
          },
        },
      ],
    )
  }
}

function relocateJaeger(work: Work): string {
  const { document } = work
  const listener = (path: string[], fallback: string): string => {
    const node = document.getIn(path, true)
    const { host, port } = work.listener(isScalar(node) ? node : undefined, isScalar(node) ? String(node.value) : fallback)
    return `${host}:${port}`
  }
  const health = work.listener(undefined, '0.0.0.0:14269')
  return stringify({
    service: {
      extensions: ['jaeger_storage', 'jaeger_query', 'healthcheckv2'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { logs: { level: 'warn' }, metrics: { level: 'none' } },
    },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: Number(document.getIn(['memory', 'max-traces']) ?? 100_000) } } } },
      jaeger_query: {
        storage: { traces: 'memory' },
        // 1.54 does not trace its own queries; 2 would send them to localhost:4317, into the traces under test.
        enable_tracing: false,
        http: { endpoint: listener(['query', 'http-server', 'host-port'], '0.0.0.0:16686') },
        grpc: { endpoint: listener(['query', 'grpc-server', 'host-port'], '0.0.0.0:16685') },
      },
      healthcheckv2: { use_v2: true, http: { endpoint: `${health.host}:${health.port}` } },
    },
    receivers: { otlp: { protocols: { grpc: { endpoint: listener(['collector', 'otlp', 'grpc', 'host-port'], '0.0.0.0:4317') } } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  })
}

/** Listeners of Jaeger 1.54 that the compose network does not use: https://www.jaegertracing.io/docs/1.54/deployment/#agent and #collector */
const UNUSED_LISTENERS = [
  ['collector', 'otlp', 'http', 'host-port'],
  ['collector', 'grpc-server', 'host-port'],
  ['collector', 'http-server', 'host-port'],
  ['http-server', 'host-port'],
  ...['zipkin-compact', 'jaeger-compact', 'jaeger-binary'].map((processor) => ['processor', processor, 'server-host-port']),
]

/** Its defaults listen on every address of the machine; what is not asked for takes any free port of loopback. */
function relocateJaeger154(work: Work): string {
  const { document } = work
  const listen = (path: string[], fallback: string): void => {
    if (!document.hasIn(path)) document.setIn(path, fallback)
    const node = document.getIn(path, true)
    if (isScalar(node)) work.moveListener(node)
  }
  listen(['query', 'http-server', 'host-port'], '0.0.0.0:16686')
  listen(['query', 'grpc-server', 'host-port'], '0.0.0.0:16685')
  listen(['collector', 'otlp', 'grpc', 'host-port'], '0.0.0.0:4317')
  listen(['admin', 'http', 'host-port'], '0.0.0.0:14269')
  work.moveRest()
  for (const path of UNUSED_LISTENERS) if (!document.hasIn(path)) document.setIn(path, '127.0.0.1:0')
  // The agent within dials the collector's gRPC server, of which it does not know what port it took.
  const dials = ['reporter', 'grpc', 'host-port']
  if (!document.hasIn(dials)) document.setIn(dials, document.getIn(['collector', 'otlp', 'grpc', 'host-port']))
  return work.text()
}

const ADDRESS = /^(?<scheme>[a-z][a-z0-9+.-]*:\/\/)?(?<host>\[[0-9a-f:]*\]|[A-Za-z0-9._-]*):(?<port>\d{1,5})(?<rest>[/?].*)?$/
const URL_WITHOUT_PORT = /^(?:https?|grpc|tcp):\/\//

class Work {
  readonly document: Document
  readonly #file: string
  readonly #owner: string
  readonly #addresses: LabAddresses
  readonly #closed: Closed
  readonly #yaml: YamlText
  /** Already the lab's. */
  readonly #moved = new Set<Node>()

  constructor(text: string, file: string, owner: string, addresses: LabAddresses, closed: Closed) {
    this.#file = file
    this.#owner = owner
    this.#addresses = addresses
    this.#closed = closed
    const { source } = openDocument(text, file, 'YAML_SYNTAX', { isEdited: true })
    this.#yaml = source.yaml
    this.document = source.document
  }

  text(): string {
    return this.document.toString({ lineWidth: 0 })
  }

  maps(...path: string[]): YAMLMap[] {
    return mapsOf(this.document.getIn(path, true))
  }

  refuse(path: string[], why: string): void {
    const node = this.document.getIn(path, true)
    if (node !== undefined) throw this.#error('RELOCATE_UNSUPPORTED', `${path.join('.')} ${why}: it cannot run in the lab`, node)
  }

  refuseKeys(map: YAMLMap, pattern: RegExp, why: string): void {
    for (const { key } of map.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (pattern.test(name)) throw this.#error('RELOCATE_UNSUPPORTED', `${name} ${why}: it cannot run in the lab`, key)
    }
  }

  /** `host:port` or a URL of another part. */
  moveAddress(scalar: Scalar): void {
    const value = String(scalar.value)
    const { scheme = '', host = '', port = '', rest = '' } = ADDRESS.exec(value)?.groups ?? {}
    if (port === '') throw this.#unknown(scalar, value)
    const name = SELF.has(host) ? this.#owner : host
    const known = this.#addresses.network[`${name}:${Number(port)}`]
    const neighbour = Object.keys(this.#addresses.network).some((address) => address.startsWith(`${name}:`))
    if (known === undefined && !neighbour) throw this.#unknown(scalar, value)
    if (known === undefined) this.#closed.push({ file: this.#file, address: value })
    const to = known ?? CLOSED
    scalar.value = `${scheme}${to.host}:${to.port}${rest}`
    this.#moved.add(scalar)
  }

  /** Where the lab listens instead of `value` (`0.0.0.0:4317`). Another port is refused: no part would find it. */
  listener(scalar: Scalar | undefined, value: string): Address {
    const port = Number(ADDRESS.exec(value)?.groups?.['port'])
    const address = this.#addresses.network[`${this.#owner}:${port}`]
    if (address === undefined)
      throw this.#error('RELOCATE_ADDRESS', `${this.#owner} is to listen at ${value}, where the platform does not look for it`, scalar)
    return address
  }

  /** `host:port` at which the part listens. */
  moveListener(scalar: Scalar): void {
    const { host, port } = this.listener(scalar, String(scalar.value))
    scalar.value = `${host}:${port}`
    this.#moved.add(scalar)
  }

  /** Sets host and port keys of a server section. */
  listen(hostPath: (string | number)[], portPath: (string | number)[], fallbackPort: number): void {
    const node = this.document.getIn(portPath, true)
    const { host, port } = this.listener(isScalar(node) ? node : undefined, `:${isScalar(node) ? String(node.value) : fallbackPort}`)
    this.document.setIn(hostPath, host)
    this.document.setIn(portPath, port)
  }

  /** Every `endpoint` below a receiver or extension is a place to listen. */
  moveListeners(map: YAMLMap): void {
    visit(map, {
      Pair: (_, pair) => {
        if (isScalar(pair.key) && pair.key.value === 'endpoint' && isScalar(pair.value)) this.moveListener(pair.value)
      },
    })
  }

  /** Every other scalar that looks like an address or a path of the containers. */
  moveRest(): void {
    visit(this.document, {
      Scalar: (key, scalar) => {
        if (key === 'key' || typeof scalar.value !== 'string' || this.#moved.has(scalar)) return
        const { value } = scalar
        if (ADDRESS.test(value) || URL_WITHOUT_PORT.test(value)) this.moveAddress(scalar)
        else if (value.startsWith('/')) scalar.value = this.#path(value)
      },
      Pair: (_, pair) => (isScalar(pair.key) && OPAQUE.has(String(pair.key.value)) ? visit.SKIP : undefined),
    })
  }

  discovered(discovery: YAMLMap, log: LogFile): boolean {
    return mapsOf(discovery.get('filters', true)).every((filter) => {
      const values = filter.get('values', true)
      const wanted = isSeq(values) ? values.items.map((item) => (isScalar(item) ? String(item.value) : '')) : []
      switch (filter.get('name')) {
        case 'label':
          return wanted.some(
            (value) =>
              value === `com.docker.compose.project=${this.#addresses.project}` || value === `com.docker.compose.service=${log.service}`,
          )
        case 'name':
          return wanted.some((value) => log.container.includes(value.replace(/^[/^]+|\$$/g, '')))
        default:
          throw this.#error(
            'RELOCATE_UNSUPPORTED',
            `the Docker filter "${String(filter.get('name'))}" cannot be asked of log files`,
            filter,
          )
      }
    })
  }

  #path(value: string): string {
    const from = Object.keys(this.#addresses.paths)
      .filter((path) => value === path || value.startsWith(`${path}/`))
      .sort((a, b) => b.length - a.length)[0]
    return from === undefined ? value : `${this.#addresses.paths[from]}${value.slice(from.length)}`
  }

  #unknown(scalar: Scalar, value: string): FiredrillError {
    return this.#error('RELOCATE_ADDRESS', `"${value}" is no address of the platform`, scalar, value.length)
  }

  #error(code: string, message: string, at: unknown, length = 1): FiredrillError {
    const [from] = rangeOf(at) ?? [0]
    const next = 'The lab only talks to its own parts on this machine. Drill this configuration with --target compose or a target file.'
    return this.#yaml.error(code, message, [from, from + length], next)
  }
}

/** Patterns, templates, label values and times of day: no addresses, though some look like one. */
const OPAQUE = new Set([
  'pipeline_stages',
  'operators',
  'include',
  'relabel_configs',
  'metric_relabel_configs',
  'labels',
  'external_labels',
  'time_intervals',
  'mute_time_intervals',
])

function mapsOf(node: unknown): YAMLMap[] {
  return isSeq(node) ? node.items.filter((item) => isMap(item)) : []
}
