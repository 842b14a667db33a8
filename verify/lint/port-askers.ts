import { agentServices } from './agents.ts'
import { hostsWithPorts, namesOf } from '../config/deployment/links.ts'
import { listenersOf } from '../config/deployment/listeners.ts'
import { scrapeJobs, type Configuration } from '../config/configuration.ts'
import type { LintInput } from './lint-check.ts'
import { receiverAddresses } from './receivers.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import type { Workload } from '../config/deployment/workloads.ts'
import { remembered } from '../text/remembered.ts'

export const PUBLISHED = 'its published port'

/** Someone who asks a container at a port. */
export interface Asker {
  port: number
  who: string
  at: Cursor
  /** By an HTTP request. */
  byHttp?: boolean
}

/** Who asks a container at which port, by a file, a variable, a health check or a published port. */
export function askersOf(workload: Workload, input: LintInput): Asker[] {
  const { config, spec } = input
  const names = namesOf(workload)
  const instrumented = new Set(agentServices(input).map((each) => each.workload))
  const isAsked = ({ host }: { host: string }): boolean => names.includes(host)
  return [
    ...scrapes(workload, input).filter(isAsked),
    ...config.collectors.flatMap(exportersBesideTraces).filter(isAsked),
    ...config.alertmanager
      .flatMap((root) => receiverAddresses(root, { spec }))
      .filter(isAsked)
      .map(({ receiver, at, port }) => ({ port, who: `the receiver ${receiver}`, at, byHttp: !/smarthost$/.test(at.key) })),
    // Of what is promised prometheus-finds-alertmanager says it.
    ...(spec.rules.length > 0 ? [] : config.prometheus.flatMap(alertmanagersOf).flatMap(alertmanagerAddress).filter(isAsked)),
    ...healthCheck(workload),
    ...dataSources(input).filter(isAsked),
    ...workload.ports.map(({ container, at }) => ({ port: container, who: PUBLISHED, at })),
    ...config.workloads.flatMap((other) =>
      // Of services that are promised to be instrumented agent-reaches-collector says it.
      [...addresses(other), ...(instrumented.has(other) ? [] : otlpHosts(other))]
        .filter(isAsked)
        .map(({ name, port, at }) => ({ port, who: `${other.name} (${name})`, at })),
    ),
    ...config.workloads.filter((other) => other !== workload).flatMap((other) => inTwoVariables(other, workload, names, config)),
  ]
}

function scrapes(workload: Workload, { config, spec }: LintInput): (Asker & { host: string })[] {
  return config.prometheus
    .flatMap((prometheus) => scrapeJobs(config, prometheus))
    .filter((job) => !rewritesAddress(job, workload))
    .flatMap((job) => {
      const name = job.string('job_name') ?? ''
      const promised = spec.platform.targets.find((each) => each.job === job.string('job_name'))?.address ?? ''
      return job
        .items('static_configs')
        .flatMap((entry) => entry.items('targets'))
        .flatMap((at) => {
          const address = at.string() ?? ''
          const [host = '', port] = address.split(':')
          // Another address than the specified one: prometheus-scrapes-targets.
          const isIts = promised === '' || promised === address
          return isIts && Number(port) > 0 ? [{ host, port: Number(port), who: `the scrape job ${name}`, at, byHttp: true }] : []
        })
    })
}

/** What is asked is another address than the one that is written, as of probes, or of an agent that is put into a server elsewhere. */
function rewritesAddress(job: Cursor, { image, env }: Workload): boolean {
  if (!job.has('relabel_configs')) return false
  return (
    job.has('params') ||
    /kafka|zookeeper|redis|mysql|mariadb|postgres|mongo/.test(image) ||
    env.has('KAFKA_LISTENERS') ||
    job
      .items('relabel_configs')
      .some((step) => /^__|\$/.test(step.string('target_label') ?? '') || /labelmap|drop|keep/.test(step.string('action') ?? ''))
  )
}

/** Exporters that no pipeline of traces has; of those collector-reaches-jaeger says it. */
function exportersBesideTraces(collector: Cursor): (Asker & { host: string })[] {
  const pipelines = collector.pairs('service', 'pipelines')
  const of = (isTraces: boolean): string[] =>
    pipelines.filter(([name]) => name.startsWith('traces') === isTraces).flatMap(([, pipeline]) => pipeline.strings('exporters'))
  const [traced, others] = [new Set(of(true)), new Set(of(false))]
  return collector.pairs('exporters').flatMap(([name, exporter]) => {
    const at = exporter.get('endpoint') ?? exporter.get('logs_endpoint') ?? exporter.get('metrics_endpoint')
    const [, host, port] = /^(?:https?:\/\/)?([a-z][\w-]*):(\d+)(?:\/|$)/i.exec(at?.string() ?? '') ?? []
    const isAsking = others.has(name) && !traced.has(name) && /^(?:otlp|otlp_http|otlphttp|loki)(?:\/|$)/.test(name)
    return isAsking && at !== undefined && host !== undefined ? [{ host, port: Number(port), who: `the exporter ${name}`, at }] : []
  })
}

function alertmanagerAddress(at: Cursor): (Asker & { host: string })[] {
  const [, host, port] = /^([\w-]+):(\d+)$/.exec(at.string() ?? '') ?? []
  return host === undefined ? [] : [{ host, port: Number(port), who: 'Prometheus, which sends its alerts there', at, byHttp: true }]
}

function healthCheck(workload: Workload): Asker[] {
  const health = workload.at.get('healthcheck')
  const words =
    health?.get('test')?.isList() === true ? health.items('test') : health?.string('test') === undefined ? [] : [health.near('test')]
  const whole = words.map((at) => at.string() ?? '').join(' ')
  const who = 'its health check'
  const [, asked] =
    /\b(?:redis-cli|valkey-cli|pg_isready|psql)\b.*?\s(?:-p|--port)[\s=]?(\d{2,5})\b/.exec(whole) ??
    /\b(?:mysql|mysqladmin|mariadb|mariadb-admin)\b.*?\s(?:-P|--port)[\s=]?(\d{2,5})\b/.exec(whole) ??
    []
  return [
    ...words.flatMap((at) =>
      [...(at.string() ?? '').matchAll(/(?:127\.0\.0\.1|localhost|0\.0\.0\.0)[:/](\d{2,5})\b/g)].map(([, port]) => ({
        port: Number(port),
        who,
        at,
        byHttp: BY_HTTP.test(whole),
      })),
    ),
    ...(asked === undefined ? [] : [{ port: Number(asked), who, at: health?.near('test') ?? workload.at }]),
  ]
}

function dataSources({ config, spec }: LintInput): (Asker & { host: string })[] {
  return config.datasources
    .flatMap((root) => root.items('datasources'))
    .flatMap((source) => {
      const [, host, port] = /^https?:\/\/([\w-]+):(\d+)/.exec(source.string('url') ?? '') ?? []
      // Of what is promised datasources-are-provisioned says it.
      const isPromised = spec.rules.length > 0 && /^(?:prometheus|loki|jaeger)$/.test(source.string('type') ?? '')
      if (isPromised || host === undefined) return []
      return [{ host, port: Number(port), who: `the data source ${source.string('name') ?? ''}`, at: source.near('url'), byHttp: true }]
    })
}

function inTwoVariables(other: Workload, asked: Workload, names: readonly string[], config: Configuration): Asker[] {
  return hostsWithPorts(other)
    .filter(({ host, port }) => names.includes(host.value) && Number(port.value) > 0)
    .map(({ host, port }) => ({
      port: Number(port.value),
      who: `${other.name} (${host.name} and ${port.name})`,
      // The port of another program was not mistyped: the host was.
      at: isListenedTo(Number(port.value), asked, config) ? host.at : port.at,
    }))
}

/** By another container, or a proxy of Toxiproxy. */
function isListenedTo(port: number, workload: Workload, config: Configuration): boolean {
  const isProxied = new RegExp(`"listen":\\s*"[^"]*:${port}"`)
  return (
    config.workloads.some((other) => other !== workload && listenersOf(other, config)?.some((each) => each.port === port) === true) ||
    config.compose.some((root) => root.pairs('configs').some(([, each]) => isProxied.test(each.string('content') ?? '')))
  )
}

/** Where a Prometheus sends its alerts. */
export function alertmanagersOf(prometheus: Cursor): Cursor[] {
  return prometheus
    .items('alerting', 'alertmanagers')
    .flatMap((each) => each.items('static_configs'))
    .flatMap((each) => each.items('targets'))
}

/** Not what opens a connection alone. */
export const BY_HTTP = /\b(?:wget|curl|httpie)\b|https?:\/\/|HTTP\/1/

export interface Address {
  name: string
  host: string
  port: number
  at: Cursor
}

/** Each container is asked about by every other. */
export const addresses = remembered(addressesIn)

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

export function otlpHosts({ env }: Workload): Address[] {
  return [...env].flatMap(([name, { value, at }]) => {
    const [, host, port] = /^(?:https?:\/\/)?([a-z][\w-]*):(\d+)(?:\/|$)/i.exec(value) ?? []
    return /^OTEL_EXPORTER_\w*ENDPOINT$/.test(name) && host !== undefined ? [{ name, host, port: Number(port), at }] : []
  })
}
