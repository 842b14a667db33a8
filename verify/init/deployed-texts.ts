import { parse, stringify } from 'yaml'
import type { LoadedGroup } from '../model/journal.ts'
import { formatDuration } from '../promql/duration.ts'
import type { InitFile } from './specify.ts'

/** Where a snapshot of what runs stands in the platform's folder. */
export const SNAPSHOT = { prometheus: 'monitoring/prometheus.yml', rules: 'monitoring/rules', alertmanager: 'monitoring/alertmanager.yml' }

/** Rule files as they are loaded, made again from what Prometheus says of its groups: the same rules, without the comments. */
export function ruleFiles(groups: readonly LoadedGroup[], usualIntervalMs: number): InitFile[] {
  const taken = new Set<string>()
  return [...Map.groupBy(groups, ({ file }) => file)].map(([file, own], index) => {
    const base = (file.split(/[/\\]/).at(-1) ?? '').replace(/\.ya?ml$|\.rules$/, '').replace(/[^\w.-]+/g, '-') || 'rules'
    const name = taken.has(base) ? `${base}-${index + 1}` : base
    taken.add(name)
    return { path: `${SNAPSHOT.rules}/${name}.yml`, text: ruleText(own, usualIntervalMs) }
  })
}

function ruleText(groups: readonly LoadedGroup[], usualIntervalMs: number): string {
  const names = new Map<string, number>()
  const unique = (name: string): string => {
    // Of two servers behind one query (Thanos), or of two tenants: a file may have each name once.
    const times = (names.get(name) ?? 0) + 1
    names.set(name, times)
    return times === 1 ? name : `${name} (${times})`
  }
  return stringify(
    {
      groups: groups.map(({ name, intervalMs, rules }) => ({
        name: unique(name),
        ...(intervalMs > 0 && intervalMs !== usualIntervalMs ? { interval: formatDuration(intervalMs) } : {}),
        rules: rules.map((rule) => ({
          [rule.type === 'recording' ? 'record' : 'alert']: rule.name,
          expr: rule.query,
          ...(rule.forMs > 0 ? { for: formatDuration(rule.forMs) } : {}),
          ...(rule.keepFiringForMs > 0 ? { keep_firing_for: formatDuration(rule.keepFiringForMs) } : {}),
          ...(Object.keys(rule.labels).length > 0 ? { labels: rule.labels } : {}),
          ...(Object.keys(rule.annotations).length > 0 ? { annotations: rule.annotations } : {}),
        })),
      })),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  )
}

/** prometheus.yml as it runs, with its rule files where this snapshot has them. Secrets are `<secret>`, as the API gives them. */
export function prometheusText(yaml: string): string {
  const config: unknown = parse(yaml, { maxAliasCount: 0 })
  const own = typeof config === 'object' && config !== null && !Array.isArray(config) ? (config as Record<string, unknown>) : {}
  return stringify({ ...own, rule_files: ['rules/*.yml'] }, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Where an address is a secret, the snapshot has one that leads nowhere. https://www.rfc-editor.org/rfc/rfc2606 */
const NOWHERE = 'http://secret.invalid'

/** alertmanager.yml as it runs: without what is set to nothing, and with an address of its own for each that is a secret. */
export function alertmanagerText(yaml: string): string {
  let secrets = 0
  const readable = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => readable(each, key))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).flatMap(([name, each]) => (each === '' || each === null ? [] : [[name, readable(each, name)] as const])),
      )
    return value === '<secret>' && /url$/.test(key) ? `${NOWHERE}/${++secrets}` : value
  }
  return stringify(readable(parse(yaml, { maxAliasCount: 0 }), ''), { lineWidth: 0, aliasDuplicateObjects: false })
}
