import { remark, type Check } from '../../lint-check.ts'
import { filesIn } from '../../../config/deployment/container-files.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** Servers that speak TLS only when they are given a certificate, and the scheme with which a client asks for it. */
const SERVERS: readonly (readonly [image: RegExp, scheme: RegExp, plain: string])[] = [
  [/(?:^|\/)(?:redis|valkey)(?:[:@]|$)/, /^rediss$/, 'redis'],
  [
    /(?:^|\/)prom(?:etheus)?\/|redis_exporter|(?:^|\/)grafana\/(?:loki|tempo|grafana)|(?:^|\/)jaegertracing\/|(?:^|\/)wiremock\//,
    /^https$/,
    'http',
  ],
]
/** How any of them is given one: by a flag, a variable, or in its configuration. */
const CERTIFICATE = /tls|ssl|web\.config|cert|https/i

export const check: Check = {
  meta: {
    id: 'servers-speak-tls',
    needs: ['compose'],
    title: 'Clients ask by TLS only the servers that have a certificate',
    failureTitle: 'A client asks by TLS a server that speaks none',
    why: 'The handshake fails each time: "http: server gave HTTP response to HTTPS client", "tls: first record does not look like a TLS handshake". The server runs and is healthy.',
    mend: 'Write the plain scheme where the finding points, or give the server a certificate.',
    example: 'redis-exporter:\n  environment: { REDIS_ADDR: rediss://redis:6379 } # and no --tls-port of redis',
  },
  *judge({ config }) {
    for (const server of config.workloads) {
      const known = SERVERS.find(([image]) => image.test(server.image))
      if (known === undefined || mayHaveCertificate(server, config)) continue
      const [, scheme, plain] = known
      for (const { who, at, text } of urls(server, config))
        for (const { 1: used = '', 2: host = '' } of text.matchAll(/([a-z]+):\/\/(?:[^\s/@]*@)?([\w-]+)(?=[:/?\s"']|$)/gi))
          if ([server.name, server.container].includes(host) && scheme.test(used))
            yield remark(who, at, `${plain}://${host}: ${server.name} has no certificate`, `${used}://${host}`)
    }
  },
}

function mayHaveCertificate(server: Workload, config: Configuration): boolean {
  const words = [...server.args.map(({ value }) => value), ...server.env.keys()]
  return (
    server.unknownEnv ||
    server.at.has('build') ||
    [...words, ...filesIn(server, config).map(({ text }) => text.text.replace(/^\s*#.*$/gm, ''))].some((text) => CERTIFICATE.test(text))
  )
}

/** What clients are given: in variables and arguments of containers, and as data sources. What has a check of its own is left to it. */
function urls(server: Workload, { workloads, datasources }: Configuration): { who: string; at: Cursor; text: string }[] {
  return [
    ...workloads
      .filter((client) => client !== server)
      .flatMap(({ name, env, args }) => [
        ...[...env].flatMap(([variable, { value, at }]) => (variable.startsWith('OTEL_') ? [] : [{ who: name, at, text: value }])),
        ...args.map(({ value, at }) => ({ who: name, at, text: value })),
      ]),
    ...datasources
      .flatMap((root) => root.items('datasources'))
      .map((source) => ({ who: source.string('name') ?? '', at: source.near('url'), text: source.string('url') ?? '' })),
  ]
}
