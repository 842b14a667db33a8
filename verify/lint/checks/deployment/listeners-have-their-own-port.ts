import { remark, type Check, type Remark } from '../../lint-check.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'listeners-have-their-own-port',
    isRefusal: true,
    title: 'No program listens twice on one port',
    failureTitle: 'A program listens twice on one port: it does not start',
    why: 'The second listener ends with "address already in use", and the program with it.',
    mend: 'Give each listener of the file a port of its own. Listeners are http_listen_port, grpc_listen_port, endpoint, address and host-port.',
    example: 'server:\n  http_listen_port: 3100\n  grpc_listen_port: 3100',
  },
  *judge({ config }) {
    for (const root of [...config.loki, ...config.promtail])
      yield* twice(['http_listen_port', 'grpc_listen_port'].flatMap((key) => portOf(root.get('server', key))))
    for (const root of config.jaeger)
      yield* twice(
        scalarsIn(root)
          .filter(({ key }) => key === 'host-port')
          .flatMap(portOf),
      )
    for (const root of config.collectors) yield* twice(listenersOf(root).flatMap(portOf))
  },
}

interface Port {
  port: number
  at: Cursor
}

function portOf(at: Cursor | undefined): Port[] {
  const text = at?.string() ?? ''
  const port = Number(/(?:^|:)(\d+)$/.exec(text)?.[1] ?? '')
  return at === undefined || !(port > 0) ? [] : [{ port, at }]
}

function* twice(ports: readonly Port[]): Generator<Remark> {
  const first = new Map<number, Cursor>()
  for (const { port, at } of ports) {
    const other = first.get(port)
    if (other !== undefined)
      yield {
        ...remark(at.key, at, 'a port of its own', `${port}, on which another listener is, at line ${other.place().line}`),
        causes: { lines: at.lines(), elsewhere: { of: ['agent-reaches-collector', 'collector-is-reachable'] } },
      }
    else first.set(port, at)
  }
}

const LISTENING = /^(?:otlp|jaeger|zipkin|opencensus|loki|fluentforward)(?:\/|$)/

/** What is started: the receivers of its pipelines, its extensions, its own metrics and exporters that are scraped. */
function listenersOf(root: Cursor): Cursor[] {
  const used = (kind: string): Set<string> => new Set(root.pairs('service', 'pipelines').flatMap(([, pipeline]) => pipeline.strings(kind)))
  const [receivers, exporters] = [used('receivers'), used('exporters')]
  const extensions = new Set(root.strings('service', 'extensions'))
  return [
    ...root
      .pairs('receivers')
      .flatMap(([name, at]) => (receivers.has(name) && LISTENING.test(name) ? scalarsIn(at).filter(({ key }) => key === 'endpoint') : [])),
    ...root
      .pairs('extensions')
      .flatMap(([name, at]) => (extensions.has(name) && /^(?:health_check|pprof|zpages)/.test(name) ? (at.get('endpoint') ?? []) : [])),
    ...root
      .pairs('exporters')
      .flatMap(([name, at]) => (exporters.has(name) && /^prometheus(?:\/|$)/.test(name) ? (at.get('endpoint') ?? []) : [])),
    ...(root.string('service', 'telemetry', 'metrics', 'level') === 'none'
      ? []
      : [root.get('service', 'telemetry', 'metrics', 'address')].flatMap((at) => at ?? [])),
  ]
}
