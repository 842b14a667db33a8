import { agentServices } from './agents.ts'
import { addresses, alertmanagersOf, otlpHosts, type Address } from './port-askers.ts'
import { hostNamesOf, isOpen } from '../config/deployment/links.ts'
import type { Configuration } from '../config/configuration.ts'
import { didYouMean, nearest } from '../text/did-you-mean.ts'
import { note, remark, warning, type LintInput, type Remark } from './lint-check.ts'
import { reads } from '../config/deployment/container-files.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import type { Workload } from '../config/deployment/workloads.ts'

/** A host that is nearly one of the services, and is none. */
export function* unknownHosts(input: LintInput): Generator<Remark> {
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
