import { scrapeJobs, type Configuration } from '../../config/configuration.ts'
import { reads } from '../../config/deployment/container-files.ts'
import { objectsOf } from '../../config/deployment/kubernetes-objects.ts'
import type { Workload } from '../../config/deployment/workloads.ts'
import type { Cursor } from '../../config/yaml/cursor.ts'
import { keysOfOtherVersions, type AboutComponent } from './collector-versions.ts'
import { readOutline, typedValues, unknownKeys, type Keys, type TypedValue, type UnknownKey } from './outline.ts'
import alertmanager from './alertmanager.json' with { type: 'json' }
import collector from './collector.json' with { type: 'json' }
import components from './collector-components.json' with { type: 'json' }
import grafana from './grafana.json' with { type: 'json' }
import jaeger from './jaeger.json' with { type: 'json' }
import loki from './loki.json' with { type: 'json' }
import operator from './operator.json' with { type: 'json' }
import prometheus from './prometheus.json' with { type: 'json' }
import promtail from './promtail.json' with { type: 'json' }
import server from './server.json' with { type: 'json' }

/**
 * The lists of keys, and what each was extracted from; sections that are not listed are not looked into.
 * - prometheus, alertmanager: https://prometheus.io/docs/prometheus/latest/configuration/configuration/ and
 *   https://prometheus.io/docs/alerting/latest/configuration/.
 * - loki: docs/sources/shared/configuration.md of Loki 3.0.0 (go module v3.0.0-20240617182007), with those of 2.9 that its upgrade notes
 *   (docs/sources/setup/upgrade/_index.md) name as removed in 3.0; server: the HTTP and gRPC server of the same, which Promtail has too.
 * - promtail: docs/sources/send-data/promtail/configuration.md and clients/pkg/logentry/stages/*.go of Loki 3.0.0; 2.9 has the same.
 * - collector: the mapstructure tags of go.opentelemetry.io/collector v0.93.0 (service).
 *   collector-components: what qa/record/collector-keys.ts reads from the Go modules that the file names, with what it has by hand.
 * - jaeger: the --config-file of Jaeger all-in-one, its flags taken apart at the dots; from cmd/ and plugin/ of Jaeger 1.54.0 (go module
 *   github.com/jaegertracing/jaeger v1.54.0). Storages other than memory are not looked into.
 * - operator: what qa/record/operator-keys.ts reads from the Go modules that the file names: resources of the Prometheus operator.
 * - grafana: https://grafana.com/docs/grafana/v10.2/administration/provisioning/ and
 *   pkg/services/provisioning/{datasources,dashboards}/types.go of Grafana 10.2. jsonData differs by type.
 */
const LISTS = {
  alertmanager: [alertmanager],
  prometheus: [prometheus],
  collector: [collector, components.blocks],
  grafana: [grafana],
  jaeger: [jaeger],
  loki: [loki, server],
  operator: [operator.blocks],
  promtail: [promtail, server],
}

const ABOUT: Readonly<Record<string, AboutComponent>> = components.about

const COLLECTOR_KINDS = ['receiver', 'processor', 'exporter', 'extension', 'connector']

/** What happens to a file with a key that its program does not know; dropped: kubectl refuses it, without validation it is dropped. */
export type Reaction = 'refused' | 'ignored' | 'dropped'

export interface ComponentKey extends UnknownKey {
  reaction: Reaction
  /** The lists hold every key of the version that is deployed: a key that is in none of them is unknown to it, near another or not. */
  isListed: boolean
  /** Other versions have the key: that of the deployed one, which does not. */
  lackedBy?: string
}

const read = new Map<keyof typeof LISTS, Map<string, Keys>>()
function outlineOf(list: keyof typeof LISTS): Map<string, Keys> {
  const outline = read.get(list) ?? readOutline(...LISTS[list])
  read.set(list, outline)
  return outline
}

/** Unknown keys of Prometheus, its rules and operator, Alertmanager, Loki, Promtail, the collector, Jaeger and Grafana's provisioning. */
export function* componentKeys(config: Configuration): Generator<ComponentKey> {
  const of = (keys: Iterable<UnknownKey>, reaction: Reaction, isListed: boolean): ComponentKey[] =>
    [...keys].map((key) => ({ ...key, reaction, isListed }))
  const lokis = deploys(config, /(?:^|\/)loki:v?(2\.9|3\.0)\b/, /(?:^|\/)loki[:@]/)
  const promtails = deploys(config, /promtail:v?(2\.9|3\.0)\b/, /promtail[:@]/)
  const jaegers = deploys(config, /jaeger.*:v?1\.54\b/, /jaeger.*[:@]/)
  const grafanas = deploys(config, /(?:^|\/)grafana(?:-oss|-enterprise)?:v?10\.2\b/, /(?:^|\/)grafana(?:-oss|-enterprise)?[:@]/)
  const collectors = (versions: readonly string[]): boolean =>
    deploys(
      config,
      new RegExp(`collector(-contrib)?:v?(?:${versions.map((each) => each.replace('.', '\\.')).join('|')})\\b`),
      /collector(-contrib)?[:@]/,
    )
  const newer = (root: Cursor, list: keyof typeof LISTS, block: string): ComponentKey[] =>
    of(unknownKeys(root, outlineOf(list), block), 'refused', false)
  for (const root of config.prometheus) {
    yield* newer(root, 'prometheus', 'prometheus')
    for (const job of scrapeJobs(config, root)) yield* newer(job, 'prometheus', 'job')
  }
  // A PrometheusRule and an AlertmanagerConfig have keys of their own.
  for (const root of config.ruleFiles.filter(({ key }) => key === '')) yield* newer(root, 'prometheus', 'rules')
  yield* of(operatorKeys(config), 'dropped', false)
  for (const root of config.alertmanager.filter(({ key }) => key === '')) yield* newer(root, 'alertmanager', 'alertmanager')
  for (const root of config.loki) yield* of(unknownKeys(root, outlineOf('loki'), 'loki'), 'refused', lokis)
  for (const root of config.promtail) yield* of(unknownKeys(root, outlineOf('promtail'), 'promtail'), 'refused', promtails)
  for (const root of config.jaeger) yield* of(unknownKeys(root, outlineOf('jaeger'), 'jaeger'), 'ignored', jaegers)
  for (const root of config.collectors) {
    yield* of(unknownKeys(root, outlineOf('collector'), 'collector'), 'refused', collectors(['0.93']))
    const started = versionOf(root, config)
    for (const { name, block, at, owner } of collectorComponents(root)) {
      const { versions, ignores, of: older = block } = ABOUT[block] ?? { versions: [] }
      const listed = ABOUT[older]?.versions ?? versions
      const keys = of(unknownKeys(at, outlineOf('collector'), block, name), 'refused', listed.length > 0 && collectors(listed))
      // The scrapers of hostmetrics are read one by one.
      for (const key of keys) yield ignores === true && !key.path.startsWith(`${name}.scrapers`) ? { ...key, reaction: 'ignored' } : key
      // A newer name of the same component.
      if (started !== undefined && listed.includes(started) && !versions.includes(started))
        yield {
          ...{ key: name, at, owner, path: owner.key, near: [older.split('.')[1], ...name.split('/').slice(1)].join('/'), known: [] },
          ...{ reaction: 'refused', isListed: true, lackedBy: started },
        }
      const lacks = ignores === true || started === undefined ? [] : (ABOUT[older]?.lacks?.[started] ?? [])
      for (const key of keysOfOtherVersions(at, name, lacks))
        yield { ...key, reaction: 'refused', isListed: true, ...(started === undefined ? {} : { lackedBy: started }) }
    }
    for (const [name, receiver] of root.pairs('receivers')) {
      const scraped = name.split('/')[0] === 'prometheus' ? receiver.get('config') : undefined
      if (scraped === undefined) continue
      for (const job of scraped.items('scrape_configs')) yield* newer(job, 'prometheus', 'job')
    }
  }
  for (const root of [...config.datasources, ...config.provisioning]) yield* of(grafanaKeys(root), 'ignored', grafanas)
}

/** Values of the same programs whose type is known. */
export function* componentValues(config: Configuration): Generator<TypedValue & { program: keyof typeof LISTS }> {
  const of = function* (program: keyof typeof LISTS, root: Cursor, block: string): Generator<TypedValue & { program: keyof typeof LISTS }> {
    for (const value of typedValues(root, outlineOf(program), block)) yield { ...value, program }
  }
  for (const root of config.prometheus) {
    yield* of('prometheus', root, 'prometheus')
    for (const job of scrapeJobs(config, root)) yield* of('prometheus', job, 'job')
  }
  for (const root of config.ruleFiles) yield* of('prometheus', root, 'rules')
  for (const root of config.alertmanager.filter(({ key }) => key === '')) yield* of('alertmanager', root, 'alertmanager')
  for (const root of config.loki) yield* of('loki', root, 'loki')
  for (const root of config.promtail) yield* of('promtail', root, 'promtail')
  for (const root of config.jaeger) yield* of('jaeger', root, 'jaeger')
  for (const root of config.collectors) {
    yield* of('collector', root, 'collector')
    for (const { at, block } of collectorComponents(root)) yield* of('collector', at, block)
  }
  for (const root of [...config.datasources, ...config.provisioning])
    for (const block of ['datasources', 'dashboards'])
      if (root.has(block === 'datasources' ? block : 'providers')) yield* of('grafana', root, block)
}

/** Whether every image of a component is of a version whose keys are listed. */
function deploys(config: Configuration, listed: RegExp, any: RegExp): boolean {
  const found = config.workloads.flatMap(imagesOf).filter((image) => any.test(image))
  return found.length > 0 && found.every((image) => listed.test(image))
}

function imagesOf({ image, at }: Workload): string[] {
  const built = [...(at.string('build', 'dockerfile_inline') ?? '').matchAll(/^FROM (\S+)/gm)]
  return [image, ...built.map((match) => match[1] ?? '')]
}

/** The version of the collectors that are started with this configuration, 0.93; undefined: not known, or several. */
function versionOf(root: Cursor, config: Configuration): string | undefined {
  const images = config.workloads.filter((workload) => reads(workload, root, config)).flatMap(imagesOf)
  const versions = images
    .filter((image) => /collector(?:-contrib)?[:@]/.test(image))
    .map((image) => /collector(?:-contrib)?:v?(\d+\.\d+)\./.exec(image)?.[1])
  return new Set(versions).size === 1 ? versions[0] : undefined
}

/** https://prometheus-operator.dev/docs/api-reference/api/ */
function* operatorKeys(config: Configuration): Generator<UnknownKey> {
  for (const object of objectsOf(config)) {
    const [, version] = /^monitoring\.coreos\.com\/(\w+)$/.exec(object.string('apiVersion') ?? '') ?? []
    const kind = object.string('kind') ?? ''
    const spec = object.get('spec')
    const keys = outlineOf('operator').get(`${version}.${kind}`)?.get('spec')
    if (keys !== undefined) yield* unknownKeys(spec, new Map([...outlineOf('operator'), ['spec', keys.keys]]), 'spec', `${kind}.spec`)
  }
}

/** Receivers, processors and so on of a collector, with the block of their keys. */
function* collectorComponents(root: Cursor): Generator<{ name: string; block: string; at: Cursor; owner: Cursor }> {
  for (const kind of COLLECTOR_KINDS) {
    const owner = root.get(`${kind}s`)
    for (const [name, at] of owner?.pairs() ?? []) yield { name, block: `${kind}.${name.split('/')[0] ?? ''}`, at, owner: owner ?? root }
  }
}

function* grafanaKeys(root: Cursor): Generator<UnknownKey> {
  const outline = outlineOf('grafana')
  const kind =
    root.has('providers') || root.pairs().some(([, value]) => value.items().some((each) => each.has('options')))
      ? 'dashboards'
      : 'datasources'
  if (kind === 'datasources' && !root.pairs().some(([, value]) => value.items().some((each) => each.has('type') && !each.has('settings'))))
    return
  yield* unknownKeys(root, outline, kind)
  for (const source of root.get('datasources')?.items() ?? []) {
    const type = source.string('type') ?? ''
    const keys = outline.get(type)?.get('jsonData')
    if (keys !== undefined && !['datasources', 'dashboards'].includes(type))
      yield* unknownKeys(source.get('jsonData'), new Map([['jsonData', keys.keys]]), 'jsonData')
  }
}
