import { note, oncePerPlace, remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { hostNamesOf, hostsWithPorts, isOpen, namesOf } from '../../../config/deployment/links.ts'
import { listenersOf, type Listener } from '../../../config/deployment/listeners.ts'
import { scrapeJobs, type Configuration } from '../../../config/configuration.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import { agentServices } from '../../agents.ts'
import { receiverAddresses } from '../../receivers.ts'
import { reads } from '../../../config/deployment/container-files.ts'
import { imageNameOf } from '../../known-images.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'
import { publishedPorts, type Workload } from '../../../config/deployment/workloads.ts'
import { remembered } from '../../../text/remembered.ts'

const PUBLISHED = 'its published port'

/** Someone who asks a container at a port. */
interface Asker {
  port: number
  who: string
  at: Cursor
  /** By an HTTP request. */
  byHttp?: boolean
}

export const check: Check = {
  meta: {
    id: 'ports-agree',
    needs: ['compose'],
    title: 'Scrapes, health checks, published ports and addresses name a port that the container listens on',
    failureTitle: 'A container does not listen on the port that others ask for',
    why: 'The target is down for ever, the health check never passes, or the exporter reports its server as down, while the container itself runs.',
    mend: 'Set the port where the finding points: it names the port that the container listens on and who asks for another one.',
    example: 'gateway:\n  environment: { SERVER_PORT: "8080" } # scraped, published and checked at 8085',
  },
  *judge(input) {
    const { config } = input
    for (const workload of config.workloads) {
      if (workload.at.string('network_mode') !== undefined) continue
      // Containers in its network listen on its address, and are asked by its name.
      const inside = [workload, ...config.workloads.filter((other) => isInNetworkOf(workload, other))]
      const listeners = inside.map((each) => listenersOf(each, config))
      const all = listeners.flatMap((each) => each ?? [])
      yield* sharedPorts(inside, listeners)
      if (listeners.every((each) => each !== undefined))
        yield* oncePerPlace(
          judgeContainer(
            workload,
            all,
            inside.flatMap((each) => askersOf(each, input)),
            inside.length === 1,
          ),
        )
    }
    yield* unknownHosts(input)
    for (const workload of config.workloads) yield* publishedAsUdp(workload, config)
    yield* receivedAt(input)
  },
}

/** OTLP that is sent to a port at which the collector receives nothing. */
function* receivedAt(input: LintInput): Generator<Remark> {
  const { config } = input
  const instrumented = new Set(agentServices(input).map(({ workload }) => workload))
  for (const workload of config.workloads.filter((each) => !instrumented.has(each)))
    for (const { name, host, port, at } of otlpHosts(workload)) {
      const owner = config.workloads.find((each) => namesOf(each).includes(host) && /opentelemetry-collector/.test(each.image))
      const roots = owner === undefined ? [] : config.collectors.filter((root) => reads(owner, root, config))
      const [root, ...more] = roots
      if (root === undefined || more.length > 0 || !Number.isInteger(port)) continue
      const receivers = root.pairs('receivers')
      const ports = receivers.flatMap(([, receiver]) =>
        scalarsIn(receiver).flatMap((each) => /:(\d+)$/.exec(each.string() ?? '')?.[1] ?? []),
      )
      const protocols = receivers.filter(([kind]) => /^otlp(?:\/|$)/.test(kind)).flatMap(([, receiver]) => receiver.pairs('protocols'))
      for (const [protocol, each] of protocols) if (!each.has('endpoint')) ports.push(protocol === 'grpc' ? '4317' : '4318')
      const isOpen =
        ports.length === 0 || receivers.some(([, receiver]) => scalarsIn(receiver).some((each) => each.string()?.includes('$') === true))
      if (!isOpen && !ports.includes(String(port)))
        yield remark(workload.name, at, `a port at which ${host} receives: ${[...new Set(ports)].join(', ')}`, `${port} in ${name}`)
    }
}

/** Ports that are asked by TCP, of programs that are known, and published for datagrams alone. */
function* publishedAsUdp(workload: Workload, config: Configuration): Generator<Remark> {
  const listeners = listenersOf(workload, config)?.map(({ port }) => port) ?? []
  const published = workload.at.items('ports').map((at) => ({ at, ways: publishedPorts(at, config.variables), short: at.string() ?? '' }))
  for (const { at, ways, short } of published) {
    const port = at.number('target') ?? Number(/:?(\d+)\/udp$/.exec(short)?.[1])
    if (!ways.some(({ protocol }) => protocol === 'udp') || !listeners.includes(port) || DATAGRAMS.includes(port)) continue
    const alsoTcp = published.some(
      (other) => other.at !== at && other.ways.some((way) => way.protocol === 'tcp' && ways.some((mine) => mine.port === way.port)),
    )
    if (!alsoTcp) yield remark(workload.name, at, `${port} published for TCP, by which it is asked`, 'published for UDP alone')
  }
}

/** Of Jaeger's agent, and of gossip. */
const DATAGRAMS = [5775, 6831, 6832, 7946, 9094]

function isInNetworkOf(owner: Workload, other: Workload): boolean {
  const mode = other.at.string('network_mode')
  return other.at.text === owner.at.text && (mode === `service:${owner.name}` || mode === `container:${owner.container}`)
}

/** One address has each port once. */
function* sharedPorts(inside: readonly Workload[], listeners: readonly (Listener[] | undefined)[]): Generator<Remark> {
  const taken = new Map<number, string>()
  for (const [index, workload] of inside.entries())
    for (const { port, at } of listeners[index] ?? []) {
      const first = taken.get(port)
      if (first !== undefined && first !== workload.name && port !== 0)
        yield remark(
          workload.name,
          at ?? workload.at.near('network_mode'),
          `a port on which ${first} does not listen: both have one address`,
          String(port),
        )
      taken.set(port, first ?? workload.name)
    }
}

function* judgeContainer(workload: Workload, listeners: Listener[], askers: Asker[], isAlone: boolean): Generator<Remark> {
  const ports = [...new Set(listeners.map(({ port }) => port))]
  yield* mute(workload, listeners, askers, isAlone)
  for (const port of new Set(askers.map((each) => each.port))) {
    if (ports.includes(port)) continue
    const those = askers.filter((each) => each.port === port)
    const idle = listeners.filter((each) => each.at !== undefined && !askers.some((asker) => asker.port === each.port))
    const [moved] = idle
    // Where several ask for the same port and no one for the one that is set, the setting is what differs.
    if (those.length > 1 && moved?.at !== undefined)
      yield remark(workload.name, moved.at, `port ${port}, which ${those.map(({ who }) => who).join(', ')} ask for`, `port ${moved.port}`)
    else
      for (const { who, at } of those) {
        // One more that is published, and leads nowhere, keeps no one from the others.
        const isFurther = who === PUBLISHED && workload.ports.some((each) => ports.includes(each.container))
        const say = isFurther ? warning : remark
        yield say(workload.name, at, `a port that ${workload.name} listens on: ${ports.join(', ')}`, `${port}, asked by ${who}`)
      }
  }
}

/** A port that is open and answers no HTTP; where it alone is published, nothing reaches the one that does. */
function* mute(workload: Workload, listeners: readonly Listener[], askers: readonly Asker[], isAlone: boolean): Generator<Remark> {
  const answering = listeners.filter(({ speaks }) => speaks === undefined)
  for (const { port, speaks } of listeners) {
    // Of an image that is known health-check-can-pass says it.
    if (speaks === undefined || answering.some((each) => each.port === port) || (answering.length === 0 && speaks === 'gRPC')) continue
    const isSaid = imageNameOf(workload.image).known?.mute?.includes(port) === true
    const expected = `a port of ${workload.name} that answers HTTP${answering.length > 0 ? `: ${answering.map((each) => each.port).join(', ')}` : ''}`
    for (const { port: asked, who, at, byHttp } of askers)
      if (byHttp === true && asked === port && !(isSaid && who === 'its health check'))
        yield remark(workload.name, at, expected, `${port}, which speaks ${speaks}, asked by ${who}`)
    const published = workload.ports.filter((each) => each.container === port)
    if (
      isAlone &&
      answering.length > 0 &&
      published[0] !== undefined &&
      !workload.ports.some((each) => answering.some((one) => one.port === each.container))
    )
      yield warning(workload.name, published[0].at, expected, `${port} alone, which speaks ${speaks}, asked by its published port`)
  }
}

function askersOf(workload: Workload, { config, spec }: LintInput): Asker[] {
  const found: Asker[] = []
  const names = namesOf(workload)
  for (const prometheus of config.prometheus)
    for (const job of scrapeJobs(config, prometheus)) {
      const target = spec.platform.targets.find((each) => each.job === job.string('job_name'))
      for (const at of job.items('static_configs').flatMap((entry) => entry.items('targets'))) {
        const address = at.string() ?? ''
        const [host = '', port] = address.split(':')
        // Another address than the specified one: prometheus-scrapes-targets.
        if (
          names.includes(host) &&
          Number(port) > 0 &&
          (target === undefined || target.address === '' || target.address === address) &&
          !rewritesAddress(job, workload)
        )
          found.push({ port: Number(port), who: `the scrape job ${job.string('job_name') ?? ''}`, at, byHttp: true })
      }
    }
  // Of traces collector-reaches-jaeger says it.
  for (const root of config.collectors)
    for (const { name, at } of exportersBesideTraces(root)) {
      const [, host = '', port = ''] = /^(?:https?:\/\/)?([a-z][\w-]*):(\d+)(?:\/|$)/i.exec(at.string() ?? '') ?? []
      if (names.includes(host)) found.push({ port: Number(port), who: `the exporter ${name}`, at })
    }
  for (const root of config.alertmanager)
    for (const { receiver, at, host, port } of receiverAddresses(root, { spec }))
      if (names.includes(host)) found.push({ port, who: `the receiver ${receiver}`, at, byHttp: !/smarthost$/.test(at.key) })
  // Of what is promised prometheus-finds-alertmanager says it.
  if (spec.rules.length === 0)
    for (const at of config.prometheus.flatMap(alertmanagersOf)) {
      const [, host = '', port = ''] = /^([\w-]+):(\d+)$/.exec(at.string() ?? '') ?? []
      if (names.includes(host)) found.push({ port: Number(port), who: 'Prometheus, which sends its alerts there', at, byHttp: true })
    }
  const health = workload.at.get('healthcheck')
  const words =
    health?.get('test')?.isList() === true ? health.items('test') : health?.string('test') === undefined ? [] : [health.near('test')]
  const whole = words.map((at) => at.string() ?? '').join(' ')
  for (const at of words)
    for (const [, port] of (at.string() ?? '').matchAll(/(?:127\.0\.0\.1|localhost|0\.0\.0\.0)[:/](\d{2,5})\b/g))
      found.push({ port: Number(port), who: 'its health check', at, byHttp: BY_HTTP.test(whole) })
  const [, asked] =
    /\b(?:redis-cli|valkey-cli|pg_isready|psql)\b.*?\s(?:-p|--port)[\s=]?(\d{2,5})\b/.exec(whole) ??
    /\b(?:mysql|mysqladmin|mariadb|mariadb-admin)\b.*?\s(?:-P|--port)[\s=]?(\d{2,5})\b/.exec(whole) ??
    []
  if (asked !== undefined) found.push({ port: Number(asked), who: 'its health check', at: health?.near('test') ?? workload.at })
  for (const source of config.datasources.flatMap((root) => root.items('datasources'))) {
    const [, host = '', port] = /^https?:\/\/([\w-]+):(\d+)/.exec(source.string('url') ?? '') ?? []
    // Of what is promised datasources-are-provisioned says it.
    const isPromised = spec.rules.length > 0 && /^(?:prometheus|loki|jaeger)$/.test(source.string('type') ?? '')
    if (!isPromised && names.includes(host) && port !== undefined)
      found.push({ port: Number(port), who: `the data source ${source.string('name') ?? ''}`, at: source.near('url'), byHttp: true })
  }
  for (const { container, at } of workload.ports) found.push({ port: container, who: PUBLISHED, at })
  // Of services that are promised to be instrumented agent-reaches-collector says it.
  const instrumented = new Set(agentServices({ config, spec }).map((each) => each.workload))
  for (const other of config.workloads)
    for (const { name, host, port, at } of [...addresses(other), ...(instrumented.has(other) ? [] : otlpHosts(other))])
      if (names.includes(host)) found.push({ port, who: `${other.name} (${name})`, at })
  for (const other of config.workloads.filter((each) => each !== workload))
    for (const { host, port } of hostsWithPorts(other))
      if (names.includes(host.value) && Number(port.value) > 0)
        found.push({
          port: Number(port.value),
          who: `${other.name} (${host.name} and ${port.name})`,
          // The port of another program was not mistyped: the host was.
          at: isListenedTo(Number(port.value), workload, config) ? host.at : port.at,
        })
  return found
}

/** By another container, or a proxy of Toxiproxy. */
function isListenedTo(port: number, workload: Workload, config: Configuration): boolean {
  const isProxied = new RegExp(`"listen":\\s*"[^"]*:${port}"`)
  return (
    config.workloads.some((other) => other !== workload && listenersOf(other, config)?.some((each) => each.port === port) === true) ||
    config.compose.some((root) => root.pairs('configs').some(([, each]) => isProxied.test(each.string('content') ?? '')))
  )
}

/** What is asked is another address than the one that is written, as of probes, or of an agent that is put into a server elsewhere. */
function rewritesAddress(job: Cursor, { image }: Workload): boolean {
  if (!job.has('relabel_configs')) return false
  return (
    job.has('params') ||
    /kafka|zookeeper|redis|mysql|mariadb|postgres|mongo/.test(image) ||
    job
      .items('relabel_configs')
      .some((step) => /^__|\$/.test(step.string('target_label') ?? '') || /labelmap|drop|keep/.test(step.string('action') ?? ''))
  )
}

/** Endpoints of exporters that no pipeline of traces has. */
function exportersBesideTraces(collector: Cursor): { name: string; at: Cursor }[] {
  const pipelines = collector.pairs('service', 'pipelines')
  const of = (isTraces: boolean): string[] =>
    pipelines.filter(([name]) => name.startsWith('traces') === isTraces).flatMap(([, pipeline]) => pipeline.strings('exporters'))
  const [traced, others] = [new Set(of(true)), new Set(of(false))]
  return collector.pairs('exporters').flatMap(([name, exporter]) => {
    const at = exporter.get('endpoint') ?? exporter.get('logs_endpoint') ?? exporter.get('metrics_endpoint')
    return at !== undefined && others.has(name) && !traced.has(name) && /^(?:otlp|otlp_http|otlphttp|loki)(?:\/|$)/.test(name)
      ? [{ name, at }]
      : []
  })
}

/** Where a Prometheus sends its alerts. */
function alertmanagersOf(prometheus: Cursor): Cursor[] {
  return prometheus
    .items('alerting', 'alertmanagers')
    .flatMap((each) => each.items('static_configs'))
    .flatMap((each) => each.items('targets'))
}

/** Not what opens a connection alone. */
export const BY_HTTP = /\b(?:wget|curl|httpie)\b|https?:\/\/|HTTP\/1/

interface Address {
  name: string
  host: string
  port: number
  at: Cursor
}

/** Each container is asked about by every other. */
const addresses = remembered(addressesIn)

/** host:port in the environment and command of a container; the agent's endpoint has a check of its own. */
function addressesIn(workload: Workload): Address[] {
  const values = [
    ...[...workload.env].filter(([name]) => !name.startsWith('OTEL_')).map(([name, each]) => ({ name, ...each })),
    ...workload.args.map((each) => ({ name: 'its command', ...each })),
  ]
  return values.flatMap(({ name, value, at }) =>
    [...value.matchAll(/(?:^|[\s,=@]|:\/\/)([a-z][\w-]*):(\d{2,5})(?=$|[\s,/?])/gi)].map((match) => ({
      name,
      host: match[1] ?? '',
      port: Number(match[2]),
      at,
    })),
  )
}

/** A host that is nearly one of the services, and is none. */
function* unknownHosts(input: LintInput): Generator<Remark> {
  const { workloads, prometheus } = input.config
  const known = hostNamesOf(input.config)
  for (const root of prometheus)
    for (const at of [
      ...root.items('scrape_configs').flatMap((job) => job.items('static_configs').flatMap((each) => each.items('targets'))),
      ...(input.spec.rules.length === 0 ? alertmanagersOf(root) : []),
    ]) {
      const host = /^([a-z][\w-]*):\d+$/i.exec(at.string() ?? '')?.[1]
      if (host === undefined || known.has(host)) continue
      const near = nearest(host, known, host.length < 5 ? 1 : 2)
      if (near !== undefined) yield remark(near, at, 'the name of a service', `${host}; did you mean ${near}?`)
      else if (isInCompose(root, input.config)) yield* absent(host, at, input)
    }
  yield* unknownSources(input.config, known)
  const instrumented = new Set(agentServices(input).map(({ workload }) => workload))
  for (const workload of workloads)
    for (const { host, at, name } of [
      ...addresses(workload),
      ...bareHosts(workload),
      // Of services that are promised to be instrumented agent-reaches-collector says it.
      ...(instrumented.has(workload) ? [] : otlpHosts(workload)),
    ])
      if (!known.has(host) && nearest(host, known, host.length < 5 ? 1 : 2) !== undefined)
        yield remark(workload.name, at, 'the name of a service', `${host} in ${name}${didYouMean(host, known)}`)
}

/** REDIS_HOST: redis */
function bareHosts({ env }: Workload): Address[] {
  return [...env].flatMap(([name, { value, at }]) =>
    /_HOST(?:NAME)?$/.test(name) && !/_HOST_PORT|^(?:OTEL|DOCKER)_/.test(name) && /^[a-z][\w-]{2,}$/i.test(value)
      ? [{ name, host: value, port: 0, at }]
      : [],
  )
}

function otlpHosts({ env }: Workload): Address[] {
  return [...env].flatMap(([name, { value, at }]) => {
    const [, host, port] = /^(?:https?:\/\/)?([a-z][\w-]*):(\d+)(?:\/|$)/i.exec(value) ?? []
    return /^OTEL_EXPORTER_\w*ENDPOINT$/.test(name) && host !== undefined ? [{ name, host, port: Number(port), at }] : []
  })
}

/** Read by a container of the compose files, whose network has no other names than those of its services. */
function isInCompose(root: Cursor, config: Configuration): boolean {
  return (
    !isOpen(config) &&
    config.workloads.some((workload) => config.compose.some(({ text }) => text === workload.at.text) && reads(workload, root, config))
  )
}

/** A promised target whose service is gone; another one may be of a deployment that is not here. */
function* absent(host: string, at: Cursor, { spec }: LintInput): Generator<Remark> {
  if (spec.rules.length === 0) yield note(host, at, 'the name of a service', `${host}: no service is called that`)
  else if (spec.platform.targets.some(({ address }) => address === at.string()))
    yield remark(host, at, 'the name of a service', `${host}: no service is called that`)
}

/** A data source of a host that is no service; containers of other compose files are reached by an external network. */
function* unknownSources(config: Configuration, known: ReadonlySet<string>): Generator<Remark> {
  const { compose, datasources } = config
  const hasGrafana = compose.some((root) => root.pairs('services').some(([, each]) => /grafana\/grafana/.test(each.string('image') ?? '')))
  if (isOpen(config) || !hasGrafana) return
  for (const source of datasources.flatMap((root) => root.items('datasources'))) {
    const text = source.string('url') ?? ''
    const host = /^(?:https?:\/\/)?([a-z][\w-]*)(?::\d+)?(?:\/|$)/i.exec(text)?.[1]
    // Of the three that are promised datasources-are-provisioned says it.
    if (host === undefined || known.has(host) || /^(?:prometheus|loki|jaeger)$/.test(source.string('type') ?? '')) continue
    yield warning(source.string('name') ?? '', source.near('url'), 'the name of a service', `${host}${didYouMean(host, known)}`)
  }
}
