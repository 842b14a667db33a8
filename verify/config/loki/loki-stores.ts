import type { Severity } from '../../model/lint-finding.ts'
import type { Configuration } from '../configuration.ts'
import type { Cursor } from '../yaml/cursor.ts'
import { reads, rootsAt } from '../deployment/container-files.ts'

/**
 * Loki's configuration as its checks read it: a flag of the command line counts before the file, and what stands in neither has Loki's
 * default.
 * https://grafana.com/docs/loki/latest/configure/
 */
export interface Store {
  root: Cursor
  /** undefined: unknown. 209 is 2.9, 300 is 3.0. */
  version: number | undefined
  /** A single process without replicas: no other has a copy of what it keeps in memory. */
  alone: boolean
  /** Limits may be others for the tenant that is written to, by a file that is not read here. */
  overridden: boolean
}

/** A setting: absent is Loki's default, unknown is written as a variable. */
export type Setting = { at: Cursor; text: string } | 'absent' | 'unknown'

const IMAGE = /(?:^|\/)loki(?::|@|$)/

export function stores(config: Configuration): Store[] {
  return config.loki.map((root) => ({
    root,
    version: versionOf(root, config),
    alone:
      workloadsOf(root, config).length < 2 &&
      Number(root.string('common', 'replication_factor') ?? root.string('ingester', 'lifecycler', 'ring', 'replication_factor') ?? 3) === 1,
    overridden: root.has('runtime_config') || root.get('limits_config')?.has('per_tenant_override_config') === true,
  }))
}

function versionOf(root: Cursor, config: Configuration): number | undefined {
  const versions = new Set(
    workloadsOf(root, config)
      .map(({ image }) => /:v?(\d+)\.(\d+)/.exec(image))
      .map((match) => (match === null ? undefined : Number(match[1]) * 100 + Number(match[2]))),
  )
  return versions.size === 1 ? [...versions][0] : undefined
}

/** The containers of one Loki: those that read its file, else those that read no other's. */
function workloadsOf(root: Cursor, config: Configuration): Configuration['workloads'] {
  const all = workloads(config)
  if (config.loki.length < 2) return all
  const own = all.filter((workload) => reads(workload, root, config))
  return own.length > 0 ? own : all.filter((workload) => !config.loki.some((other) => reads(workload, other, config)))
}

/** The store that a Promtail pushes to: by its host, else the one whose file is nearest; undefined when two are equally near. */
export function storeOf(promtail: Cursor, config: Configuration): Store | undefined {
  const hosts = clientsOf(promtail).map((client) => /^https?:\/\/([^/:]+)/.exec(client.string('url') ?? '')?.[1] ?? '')
  const byHost = new Set(config.loki.length < 2 ? [] : hosts.flatMap((host) => rootsAt(host, config.loki, config)))
  if (byHost.size === 1) return stores(config).find(({ root }) => byHost.has(root))
  const common = (a: string, b: string): number => {
    let same = 0
    while (same < a.length && a[same] === b[same]) same += 1
    return a.slice(0, same).split('/').length
  }
  const ranked = stores(config)
    .map((store) => ({ store, near: common(store.root.text.path, promtail.text.path) }))
    .sort((a, b) => b.near - a.near)
  return ranked[0] === undefined || ranked[1]?.near === ranked[0].near ? undefined : ranked[0].store
}

export function workloads(config: Configuration): Configuration['workloads'] {
  return config.workloads.filter(({ image }) => IMAGE.test(image))
}

export function setting(store: Store, config: Configuration, flag: string, ...path: string[]): Setting {
  for (const { args } of workloadsOf(store.root, config)) {
    for (const { value, at } of args) {
      const match = /^--?([\w.-]+)(?:=(.*))?$/.exec(value)
      if (match?.[1] === flag) return { at, text: match[2] ?? 'true' }
    }
  }
  const at = store.root.get(...path)
  const text = at?.string()
  if (at === undefined || text === undefined || text === '') return 'absent'
  return text.includes('${') ? 'unknown' : { at, text }
}

/** The setting, or `otherwise` when it is absent; undefined when it is unknown. */
export function textOf(
  store: Store | undefined,
  config: Configuration,
  otherwise: string,
  flag: string,
  ...path: string[]
): string | undefined {
  const found = store === undefined ? 'absent' : setting(store, config, flag, ...path)
  return found === 'absent' ? otherwise : found === 'unknown' ? undefined : found.text
}

/** Whether lines go through a gateway or proxy: by its name, or because the container runs another image. */
export function isProxy(host: string, config: Configuration): boolean {
  return (
    /loki-(gateway|distributor)|\./.test(host) ||
    config.workloads.some((workload) => [workload.name, workload.container].includes(host) && !/loki/.test(workload.image))
  )
}

/** "256KB", "8MB", a number of bytes; 1024 each. https://github.com/c2h5oh/datasize */
export function bytesOf(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text)
  return match === null ? undefined : Number(match[1]) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf((match[2] ?? '').toLowerCase())
}

export function clientsOf(promtail: Cursor): Cursor[] {
  const one = promtail.get('client')
  return [...(promtail.get('clients')?.items() ?? []), ...(one === undefined ? [] : [one])]
}

/** All stages of a pipeline, those inside others too. */
export function* stagesOf(stages: Cursor | undefined, depth = 0): Generator<[name: string, config: Cursor]> {
  for (const stage of depth > 10 ? [] : (stages?.items() ?? [])) {
    for (const [name, config] of stage.pairs()) {
      yield [name, config]
      yield* stagesOf(config.get('stages'), depth + 1)
    }
  }
}

export function pipelinesOf(promtail: Cursor): Cursor[] {
  return (promtail.get('scrape_configs')?.items() ?? []).flatMap((job) => job.get('pipeline_stages') ?? [])
}

/** What may be otherwise for the tenant is no error. */
export function severityIn(store: Store, severity: Severity): Severity {
  return store.overridden ? 'note' : severity
}
