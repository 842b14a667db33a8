import type { Configuration } from '../../config/configuration.ts'
import type { Cursor } from '../../config/document.ts'
import { COLLECTOR_KEYS } from './collector.ts'
import { GRAFANA_KEYS } from './grafana.ts'
import { JAEGER_KEYS } from './jaeger.ts'
import { LOKI_KEYS } from './loki.ts'
import { readOutline, unknownKeys, type Keys, type UnknownKey } from './outline.ts'
import { PROMTAIL_KEYS } from './promtail.ts'

/** What happens to a file with a key that its program does not know. */
export type Reaction = 'refused' | 'ignored'

export interface ComponentKey extends UnknownKey {
  reaction: Reaction
  /** The lists hold every key of the version that is deployed: a key that is in none of them is unknown to it, near another or not. */
  isListed: boolean
}

const read = new Map<string, Map<string, Keys>>()
function outlineOf(text: string): Map<string, Keys> {
  const outline = read.get(text) ?? readOutline(text)
  read.set(text, outline)
  return outline
}

/** Unknown keys of Loki, Promtail, the collector, Jaeger and Grafana's provisioning. */
export function* componentKeys(config: Configuration): Generator<ComponentKey> {
  const of = (keys: Iterable<UnknownKey>, reaction: Reaction, isListed: boolean): ComponentKey[] =>
    [...keys].map((key) => ({ ...key, reaction, isListed }))
  const loki = deploys(config, /(?:^|\/)loki:v?(2\.9|3\.0)\b/, /(?:^|\/)loki[:@]/)
  const promtail = deploys(config, /promtail:v?(2\.9|3\.0)\b/, /promtail[:@]/)
  const jaeger = deploys(config, /jaeger.*:v?1\.54\b/, /jaeger.*[:@]/)
  const collector = deploys(config, /collector(-contrib)?:v?0\.93\b/, /collector(-contrib)?[:@]/)
  for (const root of config.loki) yield* of(unknownKeys(root, outlineOf(LOKI_KEYS), 'loki'), 'refused', loki)
  for (const root of config.promtail) yield* of(unknownKeys(root, outlineOf(PROMTAIL_KEYS), 'promtail'), 'refused', promtail)
  for (const root of config.jaeger) yield* of(unknownKeys(root, outlineOf(JAEGER_KEYS), 'jaeger'), 'ignored', jaeger)
  for (const root of config.collectors) yield* of(collectorKeys(root), 'refused', collector)
  for (const root of [...config.datasources, ...config.provisioning]) yield* of(grafanaKeys(root), 'ignored', false)
}

/** Whether every image of a component is of a version whose keys are listed. */
function deploys(config: Configuration, listed: RegExp, any: RegExp): boolean {
  const images = config.workloads.flatMap(({ image, at }) => [
    image,
    ...[...(at.string('build', 'dockerfile_inline') ?? '').matchAll(/^FROM (\S+)/gm)].map((match) => match[1] ?? ''),
  ])
  const found = images.filter((image) => any.test(image))
  return found.length > 0 && found.every((image) => listed.test(image))
}

function* collectorKeys(root: Cursor): Generator<UnknownKey> {
  const outline = outlineOf(COLLECTOR_KEYS)
  yield* unknownKeys(root, outline, 'collector')
  for (const kind of ['receiver', 'processor', 'exporter', 'extension'])
    for (const [name, component] of root.pairs(`${kind}s`))
      yield* unknownKeys(component, outline, `${kind}.${name.split('/')[0] ?? ''}`, name)
}

function* grafanaKeys(root: Cursor): Generator<UnknownKey> {
  const outline = outlineOf(GRAFANA_KEYS)
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
