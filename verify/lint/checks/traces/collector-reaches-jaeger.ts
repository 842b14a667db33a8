import { refused, remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { rootsAt } from '../../../config/deployment/container-files.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { hostPort, knownHosts, typeOf, usedForTraces, withDefaults } from '../../agents.ts'

export const check: Check = {
  meta: {
    id: 'collector-reaches-jaeger',
    needs: ['collector'],
    title: "The collector's exporter uses the protocol of Jaeger's port",
    failureTitle: "The collector's exporter does not reach Jaeger, or Tempo in its place",
    why: 'The exporter otlp is gRPC (port 4317), otlphttp is HTTP (port 4318): with the wrong port the collector retries and then drops spans. Without `tls.insecure: true` the gRPC exporter uses TLS, which Jaeger does not speak here.',
    mend: "In the collector configuration, set the exporter's endpoint to Jaeger's host, port 4317 for otlp or http://HOST:4318 for otlphttp. Set tls.insecure: true and a sending queue.",
    example: 'exporters:\n  otlp/jaeger:\n    endpoint: jaeger:4318 # this exporter speaks gRPC',
  },
  *judge({ config, spec }) {
    const hosts = knownHosts(config.workloads, /jaeger|tempo/)
    const isPromised = spec.traces.length > 0 || hosts.length > 0 || config.jaeger.length > 0
    for (const collector of config.collectors) {
      const used = usedForTraces(collector, 'exporters')
      for (const [name, exporter] of collector.pairs('exporters')) {
        const kind = typeOf(name)
        if (!used.includes(name) || !/^(otlp|otlphttp|otlp_grpc|otlp_http|jaeger)$/.test(kind)) continue
        const grpc = kind === 'otlp' || kind === 'otlp_grpc'
        const text = withDefaults(exporter.string('endpoint') ?? exporter.string('traces_endpoint') ?? '')
        const at = exporter.near('endpoint')
        const { scheme, host, port } = hostPort(text)
        // Where nothing is known of a store it may be a collector, or anything that takes OTLP.
        if (!isPromised && text !== '' && !/jaeger|tempo/.test(`${name} ${host}`)) continue
        if (kind === 'jaeger') yield remark(name, exporter, 'otlp', 'the exporter jaeger, which the collector does not have since 0.86')
        // A variable that is not known here may say anything.
        if (text.includes('${') || text.includes('{{')) continue
        // A service of others, or a gateway before the store, has ports, paths and TLS of its own.
        const isOthers = OTHERS.test(host) || (!grpc && /^\w+:\/\/[^/]+\/(?!v1\/traces\/?$)./.test(text))
        if (isOthers && !hosts.includes(host.split('.')[0] ?? '')) continue
        if (text === '') yield refused(remark(name, exporter.keyPlace(), 'an endpoint', 'none'))
        else if (grpc ? port !== '4317' && port !== '14317' : kind !== 'jaeger' && port !== '4318')
          yield remark(name, at, grpc ? 'port 4317: this exporter speaks gRPC' : 'port 4318: this exporter speaks HTTP', text)
        if (!grpc && kind !== 'jaeger' && scheme === '') yield remark(name, at, 'http://host:4318', text)
        if (
          grpc &&
          scheme !== 'http' &&
          exporter.bool('tls', 'insecure') !== true &&
          !exporter.has('tls.ca_file') &&
          exporter.get('tls', 'ca_file') === undefined
        )
          yield remark(name, exporter.get('tls') ?? at, 'tls.insecure: true, Jaeger has no TLS here', 'TLS')
        const short = host.split('.')[0] ?? ''
        if (grpc) yield* ofJaeger(config, short, port)
        if (hosts.length > 0 && host !== '' && !hosts.includes(short))
          yield remark(name, at, `Jaeger's host (${[...new Set(hosts)].join(', ')})`, `${host}${didYouMean(short, hosts)}`)
        else if (hosts.length === 0 && !/jaeger|tempo/.test(host) && host !== '')
          yield remark(name, at, 'Jaeger', host, undefined, /^(otel|collector|localhost|127\.)/.test(host) ? 'error' : 'note')
        if (exporter.bool('sending_queue', 'enabled') === false)
          yield warning(name, exporter.near('sending_queue'), 'a sending queue', 'no sending queue: spans are lost while Jaeger is away')
      }
    }
  },
}

/** A name of the internet. */
const OTHERS = /\.(?:com|io|net|org|cloud|dev|app|ai|eu)$/

/** Where the configuration of Jaeger says that it receives spans. https://www.jaegertracing.io/docs/1.54/cli/ */
function* ofJaeger(config: Configuration, host: string, port: string | undefined): Generator<Remark> {
  const { workloads } = config
  const [jaeger, ...others] = rootsAt(host, config.jaeger, config)
  // A variable counts before the file.
  const off = workloads
    .filter(({ image, name, container }) => /jaeger/.test(image) && (config.jaeger.length < 2 || [name, container].includes(host)))
    .flatMap(({ env }) => env.get('COLLECTOR_OTLP_ENABLED') ?? [])[0]
  if (off !== undefined && /^(?:false|0)$/i.test(off.value))
    yield remark('jaeger', off.at, 'true, or the spans of the collector are refused', off.value)
  const store = workloads
    .filter(({ image, name, container }) => /jaeger/.test(image) && (config.jaeger.length < 2 || [name, container].includes(host)))
    .find(({ env, args, unknownEnv }) => {
      const [, address] = STORES.find(([type]) => type === env.get('SPAN_STORAGE_TYPE')?.value) ?? []
      return address !== undefined && !unknownEnv && ![...env.keys(), ...args.map(({ value }) => value)].some((each) => address.test(each))
    })
    ?.env.get('SPAN_STORAGE_TYPE')
  if (store !== undefined)
    yield remark('jaeger', store.at, 'memory, or the address of the store beside it', `${store.value} at its default address: Jaeger ends`)
  if (jaeger === undefined || others.length > 0 || !/jaeger/.test(host)) return
  const otlp = jaeger.get('collector', 'otlp')
  const address = otlp?.string('grpc', 'host-port')
  const listens = address === undefined ? '4317' : /^(?:\[[^\]]*\]|[\w.-]*):(\d+)$/.exec(address)?.[1]
  if (otlp?.has('enabled') === true && otlp.bool('enabled') !== true)
    yield remark(
      'jaeger',
      otlp.near('enabled'),
      'enabled: true, or the spans of the collector are refused',
      otlp.string('enabled') ?? 'neither true nor false',
    )
  else if (listens === undefined) yield remark('jaeger', otlp?.near('grpc', 'host-port') ?? jaeger, '0.0.0.0:4317', address ?? 'none')
  // The usual one there, and another one here: the exporter is what differs.
  else if (port !== undefined && listens !== port && listens !== '4317')
    yield remark('jaeger', otlp?.near('grpc', 'host-port') ?? jaeger, `port ${port}, to which the collector sends`, address ?? listens)
}

/** Stores besides Jaeger, and what says where they are. https://www.jaegertracing.io/docs/1.54/deployment/#storage-backends */
const STORES: readonly (readonly [type: string, address: RegExp])[] = [
  ['elasticsearch', /^(?:ES_SERVER_URLS|--es\.server-urls|--config-file)/],
  ['opensearch', /^(?:ES_SERVER_URLS|--es\.server-urls|--config-file)/],
  ['cassandra', /^(?:CASSANDRA_SERVERS|--cassandra\.servers|--config-file)/],
  ['grpc', /^(?:GRPC_STORAGE_SERVER|--grpc-storage\.server|--config-file)/],
]
