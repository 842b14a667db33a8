import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { reads } from '../../../config/deployment/container-files.ts'
import { extraHostsOf } from '../../../config/deployment/links.ts'
import { listenersOf } from '../../../config/deployment/listeners.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'remote-urls-are-answered',
    needs: ['compose'],
    title: 'Remote writes, remote reads and the rulers of Loki ask a service that answers them',
    failureTitle: 'Samples or alerts are sent to what does not take them',
    why: 'Prometheus answers a remote write with 404 unless it is started with --web.enable-remote-write-receiver, and OTLP unless its receiver is enabled. A ruler whose Alertmanager is not there evaluates its rules and notifies no one. The sender goes on as if nothing were wrong. https://prometheus.io/docs/prometheus/latest/querying/api/#remote-write-receiver',
    mend: 'Correct host, port or path of the URL, or add the flag to the command of the Prometheus that the finding names.',
    example: 'remote_write:\n  - url: http://prometheus:9090/api/v1/write # started without --web.enable-remote-write-receiver',
  },
  *judge(input) {
    for (const { at, text, owner } of urlsOf(input)) yield* judge(at, text, owner, input)
  },
}

interface SentTo {
  at: Cursor
  text: string
  /** The container that sends, where it is known. */
  owner: Workload | undefined
}

function urlsOf({ config }: LintInput): SentTo[] {
  const ownerOf = (root: Cursor): Workload | undefined => config.workloads.find((each) => reads(each, root, config))
  const at = (owner: Workload | undefined, found: Cursor | undefined): SentTo[] =>
    found?.string() === undefined ? [] : [{ at: found, text: found.string() ?? '', owner }]
  return [
    ...config.prometheus.flatMap((root) =>
      ['remote_write', 'remote_read'].flatMap((key) => root.items(key).flatMap((each) => at(ownerOf(root), each.get('url')))),
    ),
    ...config.loki.flatMap((root) => [
      ...at(ownerOf(root), root.get('ruler', 'alertmanager_url')),
      ...at(ownerOf(root), root.get('ruler', 'remote_write', 'client', 'url')),
      ...root.pairs('ruler', 'remote_write', 'clients').flatMap(([, client]) => at(ownerOf(root), client.get('url'))),
    ]),
    ...config.collectors.flatMap((root) =>
      root
        .pairs('exporters')
        .filter(([name]) => /^(?:prometheusremotewrite|otlphttp|otlp_http)(?:\/|$)/.test(name))
        .flatMap(([name, exporter]) =>
          at(ownerOf(root), exporter.get('metrics_endpoint') ?? exporter.get('endpoint')).filter(
            ({ text }) => name.startsWith('prometheus') || RECEIVERS.some(({ path }) => path.test(text)),
          ),
        ),
    ),
    ...config.workloads.flatMap((owner) =>
      [...owner.env.values(), ...owner.args].flatMap(({ value, at: where }) => {
        const url = /https?:\/\/[^\s"',]+\/api\/v1\/(?:write|otlp)\b[^\s"',]*/.exec(value)?.[0]
        return url === undefined ? [] : [{ at: where, text: url, owner }]
      }),
    ),
  ]
}

/** What a Prometheus takes in, and the flags that make it do so. https://prometheus.io/docs/guides/opentelemetry/ */
const RECEIVERS = [
  {
    path: /\/api\/v1\/write\/?$/,
    flag: /^--web\.enable-remote-write-receiver(?:=true)?$|^--enable-feature=.*\bremote-write-receiver\b/,
    name: '--web.enable-remote-write-receiver',
  },
  {
    path: /\/api\/v1\/otlp(?:\/v1\/metrics)?\/?$/,
    flag: /^--web\.enable-otlp-receiver(?:=true)?$|^--enable-feature=.*\botlp-write-receiver\b/,
    name: '--enable-feature=otlp-write-receiver (from 3.0: --web.enable-otlp-receiver)',
  },
]
const ANSWERED = /\/api\/v1\/(?:read|write|otlp(?:\/v1\/metrics)?)\/?$/

function* judge(at: Cursor, text: string, owner: Workload | undefined, { config }: LintInput): Generator<Remark> {
  // Loki's ruler takes a list.
  for (const url of text.split(',').map((each) => each.trim())) {
    if (url === '' || /[${]/.test(url)) continue
    const [, host = '', port, path = ''] = /^https?:\/\/(?:[^@/]*@)?([^/:?#]+)(?::(\d+))?([^?#]*)/.exec(url) ?? []
    if (host === '') {
      yield remark(at.key, at, 'http://HOST:PORT', url)
      continue
    }
    const isLocal = /^(?:localhost|127\.\d+\.\d+\.\d+)$/.test(host)
    const asked = isLocal ? owner : config.workloads.find((each) => namesOf(each).includes(host))
    if (asked === undefined) {
      const known = config.workloads.flatMap(namesOf)
      // A name with dots is outside of the compose file.
      if (!isLocal && !host.includes('.') && known.length > 0 && !extraNames(config.workloads).includes(host))
        yield remark(at.key, at, 'the name of a service', `${host}${didYouMean(host, known)}`)
      continue
    }
    const listening = listenersOf(asked, config)?.flatMap(({ port: own, speaks }) => (speaks === undefined ? own : []))
    if (listening !== undefined && !listening.includes(Number(port ?? (url.startsWith('https') ? 443 : 80))))
      yield remark(
        at.key,
        at,
        `a port that ${asked.name} listens on: ${listening.join(', ')}`,
        isLocal ? `${url}, which is ${asked.name} itself` : url,
      )
    else yield* taken(at, url, path, asked)
  }
}

function* taken(at: Cursor, url: string, path: string, { image, args, name }: Workload): Generator<Remark> {
  if (!/(?:^|\/)prometheus(?::|@|$)/.test(image)) return
  const flags = args.map(({ value }) => value)
  const receiver = RECEIVERS.find((each) => each.path.test(path))
  if (receiver !== undefined && !flags.some((flag) => receiver.flag.test(flag)))
    yield remark(at.key, at, `${name} started with ${receiver.name}`, `${url}, which it answers with 404`)
  else if (receiver === undefined && !ANSWERED.test(path)) yield remark(at.key, at, '/api/v1/write, where Prometheus takes samples', url)
}

function namesOf({ name, container, aliases = [], at }: Workload): string[] {
  return [
    name,
    container,
    at.string('hostname') ?? '',
    ...aliases,
    ...at.pairs('networks').flatMap(([, each]) => each.strings('aliases')),
  ].filter((each) => each !== '')
}

function extraNames(workloads: readonly Workload[]): string[] {
  return workloads.flatMap((each) => [
    ...extraHostsOf(each).map(({ name }) => name),
    ...[...each.at.strings('links'), ...each.at.strings('external_links')].map((link) => link.split(':').at(-1) ?? ''),
  ])
}
