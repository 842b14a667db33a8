import type { Configuration } from '../configuration.ts'
import { filesIn } from './container-files.ts'
import { readableDocuments, scalarsIn, type Cursor } from '../yaml/cursor.ts'
import type { Workload } from './workloads.ts'
import { present } from '../../text/present.ts'

/** A port that a container listens on; `at` is where it is set, absent for the image's default. */
export interface Listener {
  port: number
  at?: Cursor
  /** What listens there answers no HTTP request of a scrape, a health check or a link: gossip, gRPC, a protocol of its own. */
  speaks?: string
}

/** Images with one port, the flag or variable that sets another one, and the default. */
const IMAGES: { image: RegExp; flag?: RegExp; env?: string; usual: number[]; gossip?: RegExp; speaks?: string }[] = [
  { image: /(^|\/)redis(:|@|$)/, flag: /^--port[= ]?(\d+)$/, usual: [6379], speaks: 'the protocol of Redis' },
  { image: /(^|\/)(mysql|mariadb)(:|@|$)/, flag: /^--port[= ](\d+)$/, usual: [3306, 33060], speaks: 'the protocol of MySQL' },
  {
    image: /(^|\/)postgres(:|@|$)/,
    flag: /^(?:-p |-p|--port=|-c port=|port=)(\d+)$/,
    env: 'PGPORT',
    usual: [5432],
    speaks: 'the protocol of PostgreSQL',
  },
  { image: /redis_exporter/, flag: /^-{1,2}web\.listen-address[= ]?\S*:(\d+)$/, env: 'REDIS_EXPORTER_WEB_LISTEN_ADDRESS', usual: [9121] },
  { image: /mysqld-exporter/, flag: /^--web\.listen-address=\S*:(\d+)$/, usual: [9104] },
  { image: /node-exporter/, flag: /^--web\.listen-address=\S*:(\d+)$/, usual: [9100] },
  { image: /prom\/prometheus/, flag: /^--web\.listen-address=\S*:(\d+)$/, usual: [9090] },
  {
    image: /prom(?:etheus)?\/alertmanager/,
    flag: /^--web\.listen-address=\S*:(\d+)$/,
    usual: [9093],
    gossip: /^--cluster\.listen-address=(\S*)$/,
  },
  { image: /(^|\/)grafana(-oss|-enterprise)?(:|@|$)/, env: 'GF_SERVER_HTTP_PORT', usual: [3000] },
  // https://github.com/prometheus/prometheus/wiki/Default-port-allocations
  ...(
    [
      [/prom(?:etheus)?\/pushgateway/, 9091],
      [/prom(?:etheus)?\/blackbox-exporter/, 9115],
      [/prom(?:etheus)?\/snmp-exporter/, 9116],
      [/prom(?:etheus)?\/memcached-exporter/, 9150],
      [/postgres[-_]exporter/, 9187, 'PG_EXPORTER_WEB_LISTEN_ADDRESS'],
      [/nginx-prometheus-exporter/, 9113, 'LISTEN_ADDRESS'],
      [/danielqsj\/kafka-exporter/, 9308],
      [/elasticsearch-exporter|elasticsearch_exporter/, 9114],
      [/percona\/mongodb_exporter/, 9216],
    ] as const
  ).map(([image, usual, env]) => ({ image, flag: /-{1,2}web\.listen-address[= ]["']?\S*?:(\d+)/, usual: [usual], ...present({ env }) })),
  // Graphite and OpenTSDB may be on in InfluxDB 1.
  { image: /(^|\/)influxdb(:|@|$)/, env: 'INFLUXD_HTTP_BIND_ADDRESS', usual: [8086, 8088, 8083, 2003, 4242] },
  { image: /(^|\/)elasticsearch(:|@|$)/, env: 'http.port', usual: [9200, 9300] },
  { image: /(^|\/)cadvisor(:|@|$)/, flag: /-{1,2}port[= ](\d+)/, usual: [8080] },
]

/** Ports that a container listens on; undefined where its image or program is not known. */
export function listenersOf(workload: Workload, config: Configuration): Listener[] | undefined {
  const { image, env, args } = workload
  const known = IMAGES.find((each) => each.image.test(image))
  const words = args.flatMap(({ value }, index) => [
    { value, at: args[index]?.at },
    { value: `${value} ${args[index + 1]?.value ?? ''}`, at: args[index + 1]?.at },
  ])
  if (known !== undefined) {
    const flag = words.flatMap(({ value, at }) => {
      const port = known.flag?.exec(value)?.[1]
      return port === undefined || at === undefined ? [] : [{ port: Number(port), at }]
    })[0]
    // Given in a form that is not read here, or by a file of the environment.
    if (flag === undefined && /listen-address|-port\b/.test(args.map(({ value }) => value).join(' ')) && known.gossip === undefined)
      return undefined
    const variable = env.get(known.env ?? '')
    const port = Number(variable?.value.split(':').at(-1) ?? '')
    const gossip = known.gossip === undefined ? [] : gossipOf(known.gossip, args)
    const own: Listener[] =
      flag !== undefined
        ? [flag]
        : variable !== undefined && port > 0
          ? [{ port, at: variable.at }]
          : known.usual.map((usual) => ({ port: usual }))
    return [...own.map((each) => ({ ...each, ...present({ speaks: known.speaks }) })), ...gossip]
  }
  return ofPrograms(workload) ?? ofFiles(workload, config)
}

/** Where replicas of Alertmanager talk to each other. https://prometheus.io/docs/alerting/latest/high_availability/ */
function gossipOf(flag: RegExp, args: Workload['args']): Listener[] {
  const [given] = args.flatMap(({ value, at }) => {
    const address = flag.exec(value)?.[1]
    return address === undefined ? [] : [{ address, at }]
  })
  if (given === undefined) return [{ port: 9094, speaks: 'gossip between replicas' }]
  const port = Number(given.address.split(':').at(-1) ?? '')
  return port > 0 ? [{ port, at: given.at, speaks: 'gossip between replicas' }] : []
}

/** Services that say in their environment where they listen: Spring Boot, Kafka, and addresses to bind to. */
function ofPrograms({ env, args }: Workload): Listener[] | undefined {
  const found: Listener[] = []
  for (const [name, { value, at }] of env) {
    if (name === 'SERVER_PORT' && Number(value) > 0) found.push({ port: Number(value), at })
    if (name === 'MANAGEMENT_SERVER_PORT' && Number(value) > 0) found.push({ port: Number(value), at })
    if (/(^|_)BIND$|_LISTEN_ADDR(ESS)?$|^KAFKA_LISTENERS$/.test(name))
      for (const [, port] of value.matchAll(/:(\d+)(?=,|$)/g)) found.push({ port: Number(port), at })
  }
  if (found.length === 0) return undefined
  const agents = [...args, ...['JAVA_TOOL_OPTIONS', 'JAVA_OPTS'].flatMap((name) => env.get(name) ?? [])]
  for (const { value, at } of agents)
    for (const [, port] of value.matchAll(/-javaagent:[^\s=]+=(?:[\w.]+:)?(\d+):/g)) found.push({ port: Number(port), at })
  return found
}

/** Loki, Promtail and Jaeger by the configuration that their container mounts. */
function ofFiles(workload: Workload, config: Configuration): Listener[] | undefined {
  const files = filesIn(workload, config).map(({ text }) => text.file)
  const read = (roots: Cursor[]): Cursor | undefined => roots.find((root) => files.includes(root.text.file))
  const server = (root: Cursor, http: number): Listener[] =>
    [
      { key: 'http_listen_port', usual: http },
      { key: 'grpc_listen_port', usual: 9095, speaks: 'gRPC' },
    ].flatMap(({ key, usual, speaks }) =>
      root.number('server', key) === 0 ? [] : [{ ...portAt(root.get('server', key), usual), ...present({ speaks }) }],
    )
  const [loki, promtail, jaeger] = [read(config.loki), read(config.promtail), read(config.jaeger)]
  const flagged = workload.args.some(({ value }) => /listen-port|host-port/.test(value))
  if (flagged) return undefined
  if (loki !== undefined && /loki/.test(workload.image))
    return [...server(loki, 3100), { ...portAt(loki.get('memberlist', 'bind_port'), 7946), speaks: 'gossip between replicas' }]
  if (promtail !== undefined && /promtail/.test(workload.image)) return [...server(promtail, 80), ...received(promtail)]
  if (/(?:^|\/)grafana\/tempo(?:[:@]|$)/.test(workload.image)) {
    const tempo = filesIn(workload, config)
      .flatMap(({ text }) => readableDocuments(text))
      .find((root) => root.has('distributor') || root.has('storage'))
    return tempo === undefined ? undefined : [...server(tempo, 3200), ...spansOf(tempo)]
  }
  if (jaeger !== undefined && /jaeger/.test(workload.image))
    return [
      ...[5778, 14268].map((port) => ({ port })),
      ...[5775, 6831, 6832].map((port) => ({ port, speaks: 'spans by UDP' })),
      { port: 14250, speaks: 'gRPC' },
      portAt(jaeger.get('admin', 'http', 'host-port'), 14269),
      portAt(jaeger.get('query', 'http-server', 'host-port'), 16686),
      { ...portAt(jaeger.get('query', 'grpc-server', 'host-port'), 16685), speaks: 'gRPC' },
      { ...portAt(jaeger.get('collector', 'otlp', 'grpc', 'host-port'), 4317), speaks: 'gRPC' },
      portAt(jaeger.get('collector', 'otlp', 'http', 'host-port'), 4318),
      portAt(jaeger.get('collector', 'zipkin', 'host-port'), 9411),
    ]
  return undefined
}

/** What Promtail's jobs listen on: https://grafana.com/docs/loki/latest/send-data/promtail/configuration/#syslog */
function received(promtail: Cursor): Listener[] {
  return promtail
    .items('scrape_configs')
    .flatMap((job) => [
      ...['syslog', 'gelf', 'heroku_drain', 'gcplog'].flatMap((kind) => job.get(kind, 'listen_address') ?? []),
      ...['loki_push_api', 'heroku_drain', 'gcplog'].flatMap((kind) => job.get(kind, 'server', 'http_listen_port') ?? []),
    ])
    .flatMap((at) => {
      const port = Number(/(\d+)$/.exec(at.string() ?? '')?.[1])
      return port > 0 ? [{ port, at }] : []
    })
}

/** Where Tempo takes spans: https://grafana.com/docs/tempo/latest/configuration/#distributor */
function spansOf(tempo: Cursor): Listener[] {
  const own = tempo
    .pairs('distributor', 'receivers')
    .flatMap(([, receiver]) => [receiver, ...receiver.pairs('protocols').map(([, each]) => each)])
    .flatMap((each) => each.get('endpoint') ?? [])
    .flatMap((at) => {
      const port = Number(/(\d+)$/.exec(at.string() ?? '')?.[1])
      return port > 0 ? [{ port, at }] : []
    })
  return [...[4317, 4318, 9411, 6831, 6832, 14250, 14268, 55678, 7946].map((port) => ({ port })), ...own]
}

function portAt(at: Cursor | undefined, usual: number): Listener {
  const port = Number(at?.string()?.split(':').at(-1) ?? '')
  return at !== undefined && port > 0 ? { port, at } : { port: usual }
}

/** An address that only its own container reaches. */
const LOCAL = /^(?:localhost|127\.\d+\.\d+\.\d+|-?\[?::1\]?)$/i
/** Flags and variables that say where a program listens. */
const LISTENING =
  /(?:^|[._-])(?:listen|bind)|host-port|javaagent|(?:^|_)(?:BIND|LISTEN|LISTENERS)(?:_|$)|^(?:GF_SERVER_HTTP_ADDR|SERVER_ADDRESS|MANAGEMENT_SERVER_ADDRESS)$|_HOST_PORT$/i

export function isListening(nameOrFlag: string): boolean {
  return LISTENING.test(nameOrFlag)
}

/** A listener that is bound to localhost; without `ports` all that the program listens on. */
export interface LocalBind {
  host: string
  ports: number[] | undefined
  at: Cursor
}

export function localBindsOf(workload: Workload, config: Configuration): LocalBind[] {
  return [...byArguments(workload), ...byEnvironment(workload), ...byFiles(workload, config)]
}

function bind(host: string | undefined, port: string | number | undefined, at: Cursor): LocalBind[] {
  if (host === undefined || !LOCAL.test(host)) return []
  return [{ host, ports: port === undefined || Number(port) === 0 ? undefined : [Number(port)], at }]
}

/** HOST, HOST:PORT, [::1]:PORT */
function bindAddress(text: string, at: Cursor): LocalBind[] {
  const [, host, port] = /^(\[[^\]]*\]|[^:\s]+|::1)(?::(\d+))?$/.exec(text.trim()) ?? []
  return bind(host, port, at)
}

function byArguments({ args, image }: Workload): LocalBind[] {
  return args.flatMap(({ value, at }, index) => {
    // https://dev.mysql.com/doc/refman/8.0/en/server-system-variables.html#sysvar_skip_networking
    if (/^--skip[-_]networking(?:=(?:1|on|true))?$/i.test(value)) return [{ host: 'no TCP at all (skip-networking)', ports: undefined, at }]
    const admin = /toxiproxy/.test(image) ? /^-{1,2}host=(.+)$/.exec(value)?.[1] : undefined
    if (admin !== undefined) return bind(admin, 8474, at)
    const agent = /-javaagent:[^\s=]+=(localhost|127\.[\d.]+):(\d+):/.exec(value)
    if (agent !== null) return bind(agent[1], agent[2], at)
    const [, flag = '', given] = /^(-{1,2}[\w.-]+|listen_addresses)(?:=(.*))?$/.exec(value) ?? []
    if (!/listen|bind|host-port/i.test(flag) || /javaagent|port$/.test(flag.replace(/host-port$/, ''))) return []
    if (given !== undefined) return bindAddress(given, at)
    // redis-server --bind 127.0.0.1 -::1 --port 6379
    const following = args.slice(index + 1)
    const end = following.findIndex((each) => /^--?[a-z]/i.test(each.value))
    const words = following.slice(0, end < 0 ? undefined : end).flatMap((each) => each.value.split(/\s+/))
    return words.length > 0 && words.every((word) => LOCAL.test(word.replace(/:\d+$/, '')))
      ? bindAddress(words[0] ?? '', following[0]?.at ?? at)
      : []
  })
}

function byEnvironment({ env }: Workload): LocalBind[] {
  return [...env].flatMap(([name, { value, at }]) => {
    if (name === 'KAFKA_LISTENERS') return value.split(',').flatMap((each) => bindAddress(each.replace(/^\s*\w+:\/\//, ''), at))
    const own = /^(?:MANAGEMENT_)?SERVER_ADDRESS$/.exec(name)
    if (own !== null) {
      const [port] = ['SERVER_PORT', 'MANAGEMENT_SERVER_PORT'].flatMap((each) => env.get(each)?.value ?? [])
      return bind(value, name === 'SERVER_ADDRESS' ? port : env.get('MANAGEMENT_SERVER_PORT')?.value, at)
    }
    if (name === 'GF_SERVER_HTTP_ADDR' || /(?:^|_)(?:BIND|LISTEN)(?:_ADDR(?:ESS)?)?$|_HOST_PORT$/.test(name)) return bindAddress(value, at)
    return ['JAVA_TOOL_OPTIONS', 'JAVA_OPTS'].includes(name)
      ? [...value.matchAll(/-javaagent:[^\s=]+=(localhost|127\.[\d.]+):(\d+):/g)].flatMap((match) => bind(match[1], match[2], at))
      : []
  })
}

/** Of Loki, Promtail and Jaeger; a collector has a check of its own. */
function byFiles(workload: Workload, config: Configuration): LocalBind[] {
  const files = filesIn(workload, config).map(({ text }) => text.file)
  const mine = (roots: Cursor[]): Cursor[] => roots.filter((root) => files.includes(root.text.file))
  const servers = [...mine(config.loki).map((root) => ({ root, http: 3100 })), ...mine(config.promtail).map((root) => ({ root, http: 80 }))]
  return [
    ...servers.flatMap(({ root, http }) =>
      (
        [
          ['http', http],
          ['grpc', 9095],
        ] as const
      ).flatMap(([kind, usual]) => {
        const at = root.get('server', `${kind}_listen_address`)
        return at === undefined ? [] : bind(at.string(), root.number('server', `${kind}_listen_port`) ?? usual, at)
      }),
    ),
    ...mine(config.jaeger).flatMap((root) =>
      scalarsIn(root)
        .filter(({ key }) => key === 'host-port')
        .flatMap((at) => bindAddress(at.string() ?? '', at)),
    ),
  ]
}
