import type { Configuration } from '../configuration.ts'
import { filesIn } from './container-files.ts'
import type { Cursor } from '../yaml/cursor.ts'
import type { Workload } from './workloads.ts'

/** A port that a container listens on; `at` is where it is set, absent for the image's default. */
export interface Listener {
  port: number
  at?: Cursor
}

/** Images with one port, the flag or variable that sets another one, and the default. */
const IMAGES: { image: RegExp; flag?: RegExp; env?: string; usual: number[] }[] = [
  { image: /(^|\/)redis(:|@|$)/, flag: /^--port[= ]?(\d+)$/, usual: [6379] },
  { image: /(^|\/)(mysql|mariadb)(:|@|$)/, flag: /^--port[= ](\d+)$/, usual: [3306, 33060] },
  { image: /(^|\/)postgres(:|@|$)/, env: 'PGPORT', usual: [5432] },
  { image: /redis_exporter/, flag: /^-{1,2}web\.listen-address[= ]?\S*:(\d+)$/, env: 'REDIS_EXPORTER_WEB_LISTEN_ADDRESS', usual: [9121] },
  { image: /mysqld-exporter/, flag: /^--web\.listen-address=\S*:(\d+)$/, usual: [9104] },
  { image: /node-exporter/, flag: /^--web\.listen-address=\S*:(\d+)$/, usual: [9100] },
  { image: /prom\/prometheus/, flag: /^--web\.listen-address=\S*:(\d+)$/, usual: [9090] },
  { image: /prom\/alertmanager/, flag: /^--web\.listen-address=\S*:(\d+)$/, usual: [9093, 9094] },
  { image: /(^|\/)grafana(-oss|-enterprise)?(:|@|$)/, env: 'GF_SERVER_HTTP_PORT', usual: [3000] },
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
    const variable = env.get(known.env ?? '')
    const port = Number(variable?.value.split(':').at(-1) ?? '')
    if (flag !== undefined) return [flag]
    return variable !== undefined && port > 0 ? [{ port, at: variable.at }] : known.usual.map((usual) => ({ port: usual }))
  }
  return ofPrograms(workload) ?? ofFiles(workload, config)
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
      { key: 'grpc_listen_port', usual: 9095 },
    ].map(({ key, usual }) => portAt(root.get('server', key), usual))
  const [loki, promtail, jaeger] = [read(config.loki), read(config.promtail), read(config.jaeger)]
  const flagged = workload.args.some(({ value }) => /listen-port|host-port/.test(value))
  if (flagged) return undefined
  if (loki !== undefined && /loki/.test(workload.image)) return [...server(loki, 3100), portAt(loki.get('memberlist', 'bind_port'), 7946)]
  if (promtail !== undefined && /promtail/.test(workload.image)) return server(promtail, 80)
  if (jaeger !== undefined && /jaeger/.test(workload.image))
    return [
      ...[5775, 5778, 6831, 6832, 14250, 14268].map((port) => ({ port })),
      portAt(jaeger.get('admin', 'http', 'host-port'), 14269),
      portAt(jaeger.get('query', 'http-server', 'host-port'), 16686),
      portAt(jaeger.get('query', 'grpc-server', 'host-port'), 16685),
      portAt(jaeger.get('collector', 'otlp', 'grpc', 'host-port'), 4317),
      portAt(jaeger.get('collector', 'otlp', 'http', 'host-port'), 4318),
      portAt(jaeger.get('collector', 'zipkin', 'host-port'), 9411),
    ]
  return undefined
}

function portAt(at: Cursor | undefined, usual: number): Listener {
  const port = Number(at?.string()?.split(':').at(-1) ?? '')
  return at !== undefined && port > 0 ? { port, at } : { port: usual }
}
