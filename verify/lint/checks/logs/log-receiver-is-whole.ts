import { refused, remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { hostPort, typeOf, withDefaults } from '../../agents.ts'
import { globOf } from '../../../config/deployment/loaded-rules.ts'
import { reads, rootsAt } from '../../../config/deployment/container-files.ts'
import { isProxy, stores, workloads } from '../../../config/loki/loki-stores.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'log-receiver-is-whole',
    needs: ['collector'],
    title: "The collector reads the containers' files, labels their lines and sends them to Loki",
    failureTitle: "The collector reads no container's file, or its lines do not reach Loki with their labels",
    why: 'A pattern that matches no file is a warning in the log of the collector. Of a line that comes by OTLP Loki makes labels of those resource attributes that limits_config.otlp_config indexes. The exporter itself adds /v1/logs to its endpoint. https://grafana.com/docs/loki/latest/send-data/otel/',
    mend: 'In the collector configuration, correct include, move what is to be a label to resource.NAME, and end the endpoint of otlp_http with /otlp. In the Loki configuration, list the attributes under limits_config.otlp_config with the action index_label.',
    example: 'operators:\n  - { type: move, from: attributes.attrs.tag, to: attributes.container } # a label is a resource attribute',
  },
  *judge(input) {
    for (const collector of input.config.collectors)
      for (const [name, pipeline] of collector.pairs('service', 'pipelines')) {
        const receivers = named(collector, 'receivers', pipeline).filter(([key]) => /^file_?log$/.test(typeOf(key)))
        if (typeOf(name) !== 'logs' || receivers.length === 0) continue
        for (const [key, receiver] of receivers) {
          yield* files(key, receiver, collector, input)
          yield* ways(key, receiver)
        }
        const toLoki = [...exported(collector, pipeline, input)]
        yield* toLoki.filter((each) => 'expected' in each)
        if (toLoki.length > 0) yield* labels(collector, pipeline, receivers, input)
      }
  },
}

function named(collector: Cursor, kind: 'receivers' | 'processors' | 'exporters', pipeline: Cursor): (readonly [string, Cursor])[] {
  const used = pipeline.strings(kind)
  return collector.pairs(kind).filter(([key]) => used.includes(key))
}

/** Where Docker and the kubelet write what containers print, and a file of each. */
const WRITTEN = [
  '/var/lib/docker/containers/0a1b/0a1b-json.log',
  '/var/log/pods/shop_web-0_0a1b/web/0.log',
  '/var/log/containers/web-0_shop_web-0a1b.log',
]
const OF_CONTAINERS = /^\/var\/lib\/docker\/|^\/var\/log\/(?:pods|containers)\/|-json\.log$/

function* files(name: string, receiver: Cursor, collector: Cursor, { config }: LintInput): Generator<Remark> {
  const patterns = receiver.items('include')
  if (patterns.length === 0) yield refused(remark(name, receiver.get('include') ?? receiver.keyPlace(), 'include with a pattern', 'none'))
  const agents = config.workloads.filter((workload) => reads(workload, collector, config))
  for (const at of patterns) {
    const pattern = at.string() ?? ''
    if (pattern.includes('$')) continue
    const matches = globOf(pattern.replaceAll('**/', '*/'))
    const folder = /^[^*?{[]*\//.exec(pattern)?.[0] ?? pattern
    if (OF_CONTAINERS.test(pattern) && !pattern.includes('**') && !WRITTEN.some((file) => matches.test(file)) && !namesOne(pattern))
      yield remark(name, at, `files of containers, such as ${WRITTEN[0]}${didYouMean(pattern, PATTERNS)}`, `${pattern} matches none`)
    else if (agents.length > 0 && !agents.some(({ mounts }) => mounts.some(({ target }) => covers(target, folder))))
      yield remark(name, at, `a mount of ${folder} in ${agents.map((agent) => agent.name).join(', ')}`, 'not mounted: no file is found')
  }
  const storage = receiver.get('storage')
  const started = collector.strings('service', 'extensions')
  if (storage === undefined)
    yield warning(name, receiver.keyPlace(), 'storage: file_storage', 'none: the collector forgets what it has sent when it ends')
  else if (!started.includes(storage.string() ?? ''))
    yield refused(
      remark(
        name,
        storage,
        `one of service.extensions (${started.join(', ') || 'none'})`,
        `${storage.string() ?? ''}, which is not started`,
      ),
    )
}

const PATTERNS = ['/var/lib/docker/containers/*/*-json.log', '/var/log/pods/*/*/*.log', '/var/log/containers/*.log']

/** A pattern for some containers by name. */
function namesOne(pattern: string): boolean {
  return /^\/var\/lib\/docker\/containers\/[^/]+\/[^/]*\.log$|^\/var\/log\/pods\/[^/]+\/[^/]+\/[^/]+\.log$|^\/var\/log\/containers\/[^/]+\.log$/.test(
    pattern,
  )
}

function covers(target: string, folder: string): boolean {
  const own = `${target.replace(/\/$/, '')}/`
  return folder.startsWith(own) || own.startsWith(folder)
}

/** Operators are chained by their ids: with an unknown one the collector does not start. */
function* ways(name: string, receiver: Cursor): Generator<Remark> {
  const operators = receiver.items('operators')
  const ids = operators.map((operator) => operator.string('id') ?? operator.string('type') ?? '')
  for (const operator of operators)
    for (const at of [operator.get('output'), operator.get('default'), ...operator.items('routes').map((route) => route.get('output'))]) {
      const id = at?.string() ?? ''
      if (at !== undefined && id !== '' && !ids.includes(id))
        yield refused(remark(name, at, `the id of an operator (${ids.join(', ')})`, `${id}${didYouMean(id, ids)}`))
    }
}

/** What is wrong with exporters to Loki, and the name of each that is one. */
function* exported(collector: Cursor, pipeline: Cursor, { config }: LintInput): Generator<Remark | { name: string }> {
  const own = workloads(config).flatMap((workload) => [workload.name, workload.container])
  for (const [name, exporter] of named(collector, 'exporters', pipeline)) {
    const kind = typeOf(name)
    if (!/^otlp/.test(kind)) continue
    const url = withDefaults(exporter.string('logs_endpoint') ?? exporter.string('endpoint') ?? '')
    const at = exporter.has('logs_endpoint') ? exporter.near('logs_endpoint') : exporter.near('endpoint')
    const { host, path } = hostPort(url)
    const isLoki = own.includes(host) || /loki/.test(host) || /\/otlp(\/|$)/.test(path)
    if (!isLoki || url.includes('${')) continue
    yield { name }
    if (!/^otlp_?http$/.test(kind)) yield remark(name, at, 'the exporter otlp_http: Loki takes OTLP over HTTP alone', kind)
    else if (!isProxy(host, config)) {
      const right = exporter.has('logs_endpoint') ? '/otlp/v1/logs' : '/otlp'
      if (!path.replace(/\/$/, '').endsWith(right)) yield remark(name, at, `a path that ends with ${right}`, url)
    }
    const [retry, queue] = ['retry_on_failure', 'sending_queue'].map((key) => exporter.get(key))
    for (const off of [retry, queue])
      if (off?.bool('enabled') === false)
        yield warning(name, off.near('enabled'), 'true, or lines are lost while Loki is away', 'enabled: false')
  }
}

/** Attributes that Loki indexes by itself. https://grafana.com/docs/loki/latest/configure/#distributor */
const INDEXED =
  'service.name service.namespace service.instance.id deployment.environment cloud.region cloud.availability_zone k8s.cluster.name k8s.namespace.name k8s.pod.name k8s.container.name container.name k8s.replicaset.name k8s.deployment.name k8s.statefulset.name k8s.daemonset.name k8s.cronjob.name k8s.job.name'.split(
    ' ',
  )
const labelOf = (attribute: string): string => attribute.replaceAll(/\W/g, '_')

function* labels(
  collector: Cursor,
  pipeline: Cursor,
  receivers: readonly (readonly [string, Cursor])[],
  { spec, config }: LintInput,
): Generator<Remark> {
  const promised = [...new Set(spec.logs.flatMap((log) => Object.keys(log.labels)))]
  const later = added(collector, pipeline)
  if (later === undefined) return
  const [store, ...others] = rootsAt(hostOf(collector, pipeline), config.loki, config)
  for (const [name, receiver] of receivers) {
    const set = [...attributesOf(receiver), ...later]
    for (const label of promised) {
      const attribute = set.find((each) => labelOf(each) === label)
      if (attribute === undefined)
        yield remark(
          name,
          receiver.near('operators'),
          `resource.${label}, which Loki makes a label of`,
          `resource attributes: ${set.join(', ') || 'none'}${didYouMean(label, set)}`,
        )
      else if (store !== undefined && others.length === 0 && !isIndexed(store, attribute))
        yield remark(
          label,
          store.get('limits_config', 'otlp_config') ?? store.near('limits_config'),
          `${attribute} under otlp_config.resource_attributes with the action index_label`,
          `no label: ${attribute} of each line that comes by OTLP is structured metadata`,
        )
    }
  }
  const version = stores(config).find(({ root }) => root === store)?.version
  if (store !== undefined && others.length === 0 && version !== undefined && version < 300)
    yield remark('loki', store, 'Loki 3.0 or newer', `Loki ${Math.floor(version / 100)}.${version % 100}, which has no OTLP endpoint`)
}

function hostOf(collector: Cursor, pipeline: Cursor): string {
  const [first] = named(collector, 'exporters', pipeline).filter(([name]) => /^otlp_?http$/.test(typeOf(name)))
  return hostPort(withDefaults(first?.[1].string('logs_endpoint') ?? first?.[1].string('endpoint') ?? '')).host
}

/** https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/pkg/stanza/docs/types/field.md */
function attributesOf(receiver: Cursor): string[] {
  return [
    ...receiver.pairs('resource').map(([key]) => key),
    ...receiver.items('operators').flatMap((operator) => {
      const type = operator.string('type')
      if (type === 'container' && operator.bool('add_metadata_from_filepath') !== false)
        return ['k8s.container.name', 'k8s.container.restart_count', 'k8s.namespace.name', 'k8s.pod.name', 'k8s.pod.uid']
      if (type === 'remove' || type === 'retain') return []
      return ['to', 'field', 'parse_to'].flatMap((key) => {
        const [, dotted, quoted] = /^resource(?:\.([^[]+)|\[["'](.+)["']\])$/.exec(operator.string(key) ?? '') ?? []
        return dotted ?? quoted ?? []
      })
    }),
  ]
}

/** What processors add to the resource; undefined where only the running collector knows. */
function added(collector: Cursor, pipeline: Cursor): string[] | undefined {
  const processors = named(collector, 'processors', pipeline)
  if (processors.some(([name]) => /^(?:transform|k8sattributes|k8s_attributes|resourcedetection|resource_detection)$/.test(typeOf(name))))
    return undefined
  return processors.flatMap(([name, processor]) =>
    typeOf(name) === 'groupbyattrs'
      ? processor.strings('keys')
      : typeOf(name) === 'resource'
        ? processor.items('attributes').flatMap((each) => (each.string('action') === 'delete' ? [] : (each.string('key') ?? [])))
        : [],
  )
}

function isIndexed(loki: Cursor, attribute: string): boolean {
  const resource = loki.get('limits_config', 'otlp_config', 'resource_attributes')
  const own = loki.get('distributor', 'otlp_config')?.strings('default_resource_attributes_as_index_labels') ?? []
  const byItself = own.length > 0 ? own : INDEXED
  if (resource?.bool('ignore_defaults') !== true && byItself.includes(attribute)) return true
  for (const each of resource?.items('attributes_config') ?? []) {
    const regex = each.string('regex')
    if (each.strings('attributes').includes(attribute) || (regex !== undefined && matches(regex, attribute)))
      return each.string('action') === 'index_label'
  }
  return false
}

function matches(regex: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${regex})$`).test(text)
  } catch {
    return true
  }
}
