import { causing, refused, remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { clientsOf, isProxy, storeOf, textOf } from '../../../config/loki/loki-stores.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { builtFrom } from '../../built-from.ts'
import { filesIn } from '../../../config/deployment/container-files.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

const PUSH = '/loki/api/v1/push'

export const check: Check = {
  meta: {
    id: 'log-agent-is-whole',
    needs: ['promtail'],
    title: 'Promtail discovers containers, keeps positions and pushes to Loki',
    failureTitle: 'Promtail does not discover containers, keep positions or push to Loki',
    why: 'Without a positions file a restart sends old lines again or skips new ones. Without the Docker socket no container is discovered; with a wrong URL no line arrives. Of two jobs of one name Promtail keeps one (clients/pkg/promtail/targets/docker/targetmanager.go).',
    mend: "In the Promtail configuration, set positions.filename on a mounted volume and clients[].url to Loki's push URL. Set docker_sd_configs[].host to the mounted Docker socket, and let its filters match every service.",
    example: 'positions:\n  filename: /tmp/positions.yaml',
  },
  *judge(input) {
    const { spec, config } = input
    // Loki by its own Dockerfile has a name that is not Loki's.
    const lokis = config.workloads.filter((each) => /loki/.test(each.image) || /(?:^|\/)loki(?::|@|$)/.test(builtFrom(each, input) ?? ''))
    // Nothing is promised of lines without a specification.
    const isPromised = spec.logs.length > 0 ? undefined : ('warning' as const)
    for (const promtail of config.promtail) {
      const positions = promtail.string('positions', 'filename')
      if ((positions === undefined || positions === '') && !readsFiles(promtail)) {
        // What is sent to it has no position.
      } else if (positions === undefined || positions === '')
        yield remark('positions', promtail.near('positions'), 'positions.filename on a volume', 'none: Promtail forgets what it has sent')
      else if (/^\/(tmp|dev|var\/tmp|run)\//.test(positions))
        yield remark(
          'positions',
          promtail.near('positions', 'filename'),
          'a file that survives a restart',
          positions,
          undefined,
          isPromised,
        )
      else {
        for (const agent of agentsOf(promtail, config))
          if (!agent.mounts.some((mount) => positions.startsWith(`${mount.target.replace(/\/$/, '')}/`)))
            yield remark(
              'positions',
              promtail.near('positions', 'filename'),
              `a mounted folder (${agent.mounts.map((mount) => mount.target).join(', ')})`,
              `${positions} is inside the container`,
            )
      }
      yield* withoutFiles(promtail)
      for (const job of promtail.items('scrape_configs')) if (job.has('kubernetes_sd_configs')) yield* judgePodPath(job)
      const clients = clientsOf(promtail)
      const store = storeOf(promtail, config)
      const port = textOf(store, config, '3100', 'server.http-listen-port', 'server', 'http_listen_port')
      const prefix = textOf(store, config, '', 'server.path-prefix', 'server', 'http_path_prefix')?.replace(/\/$/, '')
      if (clients.length === 0) yield remark('clients', promtail, 'a client with the address of Loki', 'none')
      for (const client of clients) {
        const url = client.string('url') ?? ''
        const match = /^https?:\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(url)
        const hosts = lokis.flatMap((workload) => [workload.name, workload.container])
        const at = client.near('url')
        if (url.includes('${')) continue
        const throughOthers = isProxy(match?.[1] ?? '', config) && !hosts.includes(match?.[1] ?? '')
        // What a proxy puts before the path is its own; 80 and 443 are what a URL without a port means.
        const rightPath = throughOthers || prefix === undefined ? match?.[3]?.endsWith(PUSH) === true : match?.[3] === `${prefix}${PUSH}`
        const asked = match?.[2] ?? (url.startsWith('https:') ? '443' : '80')
        // Loki 2 takes it as well: https://grafana.com/docs/loki/v2.9.x/reference/api/#deprecated-endpoints
        const isOld = match?.[3] === '/api/prom/push' ? isPromised : undefined
        if (match === null || !rightPath)
          yield remark('clients', at, `http://loki:${port ?? '3100'}${prefix ?? ''}${PUSH}`, url, undefined, isOld)
        else if (port !== undefined && asked !== port && !throughOthers)
          yield remark('clients', at, `port ${port}, where Loki listens`, url)
        else if (hosts.length > 0 && !hosts.includes(match[1] ?? '') && !throughOthers)
          yield remark('clients', at, `Loki's host (${hosts.join(', ')})`, `${match[1] ?? ''}${didYouMean(match[1] ?? '', hosts)}`)
      }
      yield* twice(promtail)
      yield* ownPort(promtail, config)
      for (const job of promtail.items('scrape_configs')) {
        const sockets = job.items('docker_sd_configs').map((docker) => docker.near('host'))
        for (const socket of sockets) {
          const host = socket.string() ?? ''
          const path = /^unix:\/\/(.*)$/.exec(host)?.[1]
          if (path === undefined && !/^(tcp|http):\/\//.test(host))
            yield remark('docker_sd_configs', socket, 'unix:///var/run/docker.sock', host === '' ? 'no host' : host)
          for (const agent of path === undefined ? [] : agentsOf(promtail, config)) {
            const mount = agent.mounts.find((candidate) => candidate.target === path)
            if (mount === undefined) {
              const other = agent.mounts.find((candidate) => candidate.target.endsWith('docker.sock'))
              if (other === undefined)
                yield remark(agent.name, agent.at.near('volumes'), `${path} mounted`, 'not mounted: nothing is discovered')
              else yield remark('docker_sd_configs', socket, `unix://${other.target}, where the socket is mounted`, host)
            } else if (!mount.readOnly) yield warning(agent.name, mount.at, 'the Docker socket read-only', 'mounted writable')
          }
        }
        for (const filter of job.items('docker_sd_configs', 0, 'filters')) {
          const services = spec.logs.map(
            (log) => spec.platform.services.find((service) => service.name === log.service)?.container ?? log.service,
          )
          if (filter.string('name') !== 'name') continue
          for (const service of services)
            if (!filter.strings('values').some((value) => service.includes(value)))
              yield remark(service, filter, `containers ${services.join(', ')}`, `only ${filter.strings('values').join(', ')}`)
        }
      }
    }
    for (const promtail of config.promtail) yield* aside(promtail, config, isPromised)
    for (const promtail of config.promtail) for (const agent of agentsOf(promtail, config)) yield* onNode(promtail, agent)
    yield* unreadable(
      config,
      spec.logs.map(({ service }) => service),
      isPromised,
    )
  },
}

/**
 * Where the kubelet keeps logs: pods/NAMESPACE_NAME_UID/CONTAINER/N.log, and containers/NAME_NAMESPACE_CONTAINER-ID.log as links to them.
 * https://kubernetes.io/docs/concepts/cluster-administration/logging/#log-location-node
 */
function* judgePodPath(job: Cursor): Generator<Remark> {
  for (const step of job.items('relabel_configs')) {
    const path = step.string('replacement') ?? ''
    if (step.string('target_label') !== '__path__') continue
    const expected = /^\/var\/log\/containers\/.*\//.test(path)
      ? '/var/log/pods/*$1/*.log, or /var/log/containers/*.log, which has no folders'
      : /^\/var\/log\/pods\/[^/]*$/.test(path)
        ? '/var/log/pods/*$1/*.log: a folder for each container of a pod'
        : undefined
    if (expected !== undefined) yield remark(job.string('job_name') ?? '', step.near('replacement'), expected, `${path}: no file is found`)
  }
}

/** What brings lines by other means than files. https://grafana.com/docs/loki/latest/send-data/promtail/configuration/#scrape_configs */
const OTHER_SOURCES =
  /^(?:journal|syslog|gelf|loki_push_api|windows_events|gcplog|azure_event_hubs|kafka|cloudflare|heroku_drain|docker_sd_configs)$/

/** A job of fixed targets reads the files that __path__ names, and nothing without it. */
function* withoutFiles(promtail: Cursor): Generator<Remark> {
  for (const job of promtail.items('scrape_configs')) {
    const isOther = job.pairs().some(([key]) => OTHER_SOURCES.test(key))
    if (isOther || job.items('relabel_configs').some((step) => step.string('target_label') === '__path__')) continue
    for (const group of job.items('static_configs')) {
      const labels = group.get('labels')
      if (labels?.has('__path__') === true) continue
      const near = labels?.pairs().find(([name]) => nearest(name, ['__path__'], 3) !== undefined)
      yield remark(
        job.string('job_name') ?? '',
        near?.[1].keyPlace() ?? labels ?? group,
        '__path__ with the files to read',
        near?.[0] ?? 'none: the job reads nothing',
      )
    }
  }
}

/** Where the kubelet and Docker write what containers print. */
const LOGS = ['/var/log/pods', '/var/log/containers', '/var/log', '/var/lib/docker/containers']

/** An agent on each node of Kubernetes. https://grafana.com/docs/loki/latest/send-data/promtail/scraping/#kubernetes-discovery */
function* onNode(promtail: Cursor, { name, at, mounts }: Workload): Generator<Remark> {
  for (const mount of mounts)
    if (
      LOGS.includes(mount.target.replace(/\/$/, '')) &&
      mount.source.startsWith('/') &&
      mount.source.replace(/\/$/, '') !== mount.target.replace(/\/$/, '')
    )
      yield remark(name, mount.at, `the host's ${mount.target}`, `${mount.source} of the host`)
  const hosts = promtail
    .items('scrape_configs')
    .some((job) => job.items('relabel_configs').some((step) => step.string('target_label') === '__host__'))
  const host = at.items('env').find((each) => each.string('name') === 'HOSTNAME')
  const field = host?.get('valueFrom', 'fieldRef', 'fieldPath')
  if (hosts && field !== undefined && field.string() !== 'spec.nodeName')
    yield remark(name, field, 'spec.nodeName, which __host__ is compared with', `${field.string() ?? ''}: no file is read`)
}

/** Settings by which lines are lost or never asked for. https://grafana.com/docs/loki/latest/send-data/promtail/configuration/ */
function* aside(promtail: Cursor, config: Configuration, severity: 'warning' | undefined): Generator<Remark> {
  for (const sd of promtail.items('scrape_configs').flatMap((job) => job.items('docker_sd_configs'))) {
    const host = /^tcp:\/\/([\w-]+):\d+/.exec(sd.string('host') ?? '')?.[1]
    if (
      host !== undefined &&
      config.workloads.length > 0 &&
      !config.workloads.some(({ name, container }) => [name, container].includes(host))
    )
      yield remark(
        'docker_sd_configs',
        sd.near('host'),
        'unix:///var/run/docker.sock, or a host that there is',
        sd.string('host') ?? '',
        undefined,
        severity,
      )
    for (const filter of sd.items('filters').filter((each) => each.string('name') === 'status'))
      if (!filter.strings('values').includes('running'))
        yield remark('docker_sd_configs', filter.near('values'), 'running, or no filter by status', filter.strings('values').join(', '))
  }
  if (promtail.bool('server', 'disable') === true)
    for (const agent of agentsOf(promtail, config))
      if (/(?:127\.0\.0\.1|localhost)[:/]\d+/.test(agent.at.strings('healthcheck', 'test').join(' ')))
        yield remark(agent.name, promtail.near('server', 'disable'), `false: the health check of ${agent.name} asks it`, 'disable: true')
  yield* limited(promtail, config)
  for (const client of clientsOf(promtail)) yield* judgeClient(client, config)
}

function* limited(promtail: Cursor, { workloads }: Configuration): Generator<Remark> {
  const limits = promtail.get('limits_config')
  if (
    limits?.bool('readline_rate_enabled') === true &&
    limits.bool('readline_rate_drop') !== false &&
    (limits.number('readline_rate') ?? 10_000) < 100
  )
    yield warning(
      'limits_config',
      limits.near('readline_rate'),
      '100 lines a second or more (10000 by default)',
      `${limits.string('readline_rate') ?? ''}: further lines are dropped`,
    )
  const streams = limits?.number('max_streams') ?? 0
  if (limits !== undefined && streams > 0 && streams < workloads.length)
    yield warning(
      'limits_config',
      limits.near('max_streams'),
      `a stream for each of ${workloads.length} containers at least`,
      String(streams),
    )
}

function* judgeClient(client: Cursor, config: Configuration): Generator<Remark> {
  const [, scheme, host = ''] = /^(https?):\/\/([^/:]+)/.exec(client.string('url') ?? '') ?? []
  const isLoki = config.workloads.some(
    ({ name, container, image }) => [name, container].includes(host) && /(?:^|\/)loki(?::|@|$)/.test(image),
  )
  if (scheme === 'https' && isLoki && !config.loki.some((root) => root.get('server', 'http_tls_config') !== undefined))
    yield remark('clients', client.near('url'), 'http://: Loki has no TLS here', client.string('url') ?? '')
  const [min, max] = ['min_period', 'max_period'].map((key) => client.durationMs('backoff_config', key))
  if (min !== undefined && max !== undefined && min > max)
    yield warning(
      'clients',
      client.near('backoff_config', 'min_period'),
      `at most max_period: ${client.string('backoff_config', 'max_period') ?? ''}`,
      client.string('backoff_config', 'min_period') ?? '',
    )
  const timeout = client.durationMs('timeout')
  if (timeout !== undefined && timeout > 0 && timeout < 100)
    yield warning('clients', client.near('timeout'), '100ms or more (10s by default)', client.string('timeout') ?? '')
}

/** Docker keeps nothing of these to read: https://docs.docker.com/engine/logging/dual-logging/ (the driver none has no cache). */
function* unreadable(config: Configuration, promised: readonly string[], severity: 'warning' | undefined): Generator<Remark> {
  if (!config.promtail.some((root) => root.items('scrape_configs').some((job) => job.has('docker_sd_configs')))) return
  for (const { name, at } of config.workloads) {
    const driver = at.get('logging', 'driver')
    const cache = at.string('logging', 'options', 'cache-disabled')
    const isOff =
      driver?.string() === 'none' || (cache === 'true' && !/^(?:json-file|local|journald)$/.test(driver?.string() ?? 'json-file'))
    if (driver !== undefined && isOff)
      yield remark(
        name,
        driver,
        'json-file, local or journald, which Promtail can read',
        `${driver.string() ?? ''}: no line of it is kept`,
        undefined,
        promised.length === 0 || promised.includes(name) ? severity : 'warning',
      )
  }
}

/** The containers of Promtail that are given this configuration; all where none is known to be. */
function agentsOf(promtail: Cursor, config: Configuration): Workload[] {
  const all = config.workloads.filter((workload) => /promtail/.test(workload.image))
  const given = (workload: Workload): boolean => filesIn(workload, config).some(({ text }) => text === promtail.text)
  const own = all.filter(given)
  return own.length > 0
    ? own
    : all.filter((workload) => !config.promtail.some((other) => filesIn(workload, config).some(({ text }) => text === other.text)))
}

/** 0 is a port that is free. What asks Promtail over HTTP at its gRPC port gets no answer; at another one nothing listens: ports-agree. */
function* ownPort(promtail: Cursor, config: Configuration): Generator<Remark> {
  const port = promtail.get('server', 'http_listen_port')
  if (port?.string() !== '0') return
  const other = promtail.string('server', 'grpc_listen_port') ?? '9095'
  for (const agent of config.workloads.filter(({ image }) => /promtail/.test(image)))
    if (agent.at.strings('healthcheck', 'test').some((text) => text.includes(other)))
      yield remark(agent.name, port, 'the port that its health check asks at', '0: a port that is free when it starts')
}

/** Targets are kept by the name of their job: of two, one pipeline is never used. What is said of the jobs follows from it. */
function* twice(promtail: Cursor): Generator<Remark> {
  const jobs = promtail.items('scrape_configs')
  const names = jobs.map((job) => job.string('job_name') ?? '')
  for (const [index, job] of jobs.entries()) {
    const first = names.indexOf(names[index] ?? '')
    if (first === index || names[index] === '') continue
    const lines: [number, number] = [jobs[0]?.lines()[0] ?? 1, job.lines()[1]]
    yield causing(
      refused(
        remark(
          names[index] ?? '',
          job.near('job_name'),
          'a name that no other job has',
          `${names[index] ?? ''} twice: one of the two jobs is not read`,
        ),
      ),
      lines,
    )
  }
}

/** Files, the journal, or what Docker and the kubelet keep; not what is pushed to it. */
function readsFiles(promtail: Cursor): boolean {
  const jobs = promtail.items('scrape_configs')
  return (
    jobs.length === 0 ||
    jobs.some((job) => !['syslog', 'loki_push_api', 'gelf', 'heroku_drain', 'gcplog', 'kafka'].some((kind) => job.has(kind)))
  )
}
