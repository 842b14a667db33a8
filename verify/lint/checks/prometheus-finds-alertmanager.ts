import { RE2JS } from 're2js'
import { remark } from '../check.ts'
import type { Check } from '../check.ts'
import type { Cursor } from '../config/document.ts'

const DISCOVERIES = /_sd_configs$/

export const check: Check = {
  meta: {
    id: 'prometheus-finds-alertmanager', area: 'prometheus', severity: 'error', needs: ['prometheus'],
    title: 'Prometheus sends its alerts to Alertmanager', failureTitle: 'Prometheus sends its alerts nowhere, or elsewhere',
    why: 'Without an Alertmanager every alert fires in silence: it is on Prometheus\' own page and nowhere else.',
  },
  *judge({ spec, config }) {
    const needed = new Set(['alertname', ...spec.routing.groupBy, ...spec.routing.routes.flatMap(({ groupBy = [] }) => groupBy), ...spec.rules.flatMap((rule) => Object.keys(rule.labels)), ...spec.routing.inhibitions.flatMap(({ equal }) => equal)])
    for (const prometheus of config.prometheus) {
      const managers = prometheus.get('alerting', 'alertmanagers')?.items() ?? []
      const addresses = managers.flatMap((manager) => (manager.get('static_configs')?.items() ?? []).flatMap((entry) => entry.get('targets')?.items() ?? []))
      const discovered = managers.some((manager) => manager.pairs().some(([key]) => DISCOVERIES.test(key)))
      if (addresses.length === 0 && !discovered) yield remark('alerting', prometheus.get('alerting') ?? prometheus, 'alerting.alertmanagers with a target', 'none')
      for (const manager of managers) {
        for (const key of ['path_prefix', 'scheme', 'api_version'] as const) {
          const value = manager.string(key)
          if (value !== undefined && value !== { path_prefix: '/', scheme: 'http', api_version: 'v2' }[key] && !usesPrefix(key, value, config.workloads.flatMap((workload) => workload.args.map((arg) => arg.value)))) yield remark('alerting', manager.get(key) ?? manager, `${key} as Alertmanager listens`, `${key}: ${value}`, undefined, key === 'api_version' ? 'error' : undefined)
        }
      }
      for (const address of addresses) yield* unknownAddress(address, config.workloads)
      for (const relabel of [prometheus.get('alerting'), ...managers].flatMap((owner) => owner?.get('alert_relabel_configs')?.items() ?? [])) {
        const action = relabel.string('action') ?? 'replace'
        if (/^(drop|keep)$/.test(action)) yield remark('alert_relabel_configs', relabel, 'no alert dropped on its way', `action: ${action}`)
        const changed = changedLabels(relabel, action, needed)
        if (changed.length > 0) yield remark('alert_relabel_configs', relabel, `${changed.join(', ')} as the rule has it: routing, grouping and inhibition go by it`, `action: ${action}`)
      }
    }
  },
}

/** Labels that a step takes away or overwrites on every alert. */
function changedLabels(relabel: Cursor, action: string, needed: ReadonlySet<string>): string[] {
  const regex = pattern(relabel.string('regex') ?? '(.*)')
  if (regex === undefined) return []
  if (action === 'labeldrop') return [...needed].filter((label) => regex.matches(label))
  if (action === 'labelkeep') return [...needed].filter((label) => !regex.matches(label))
  const target = relabel.string('target_label')
  return /^(replace|lowercase|uppercase|hashmod)$/.test(action) && target !== undefined && needed.has(target) ? [target] : []
}

function pattern(text: string): RE2JS | undefined {
  try {
    return RE2JS.compile(text)
  } catch {
    return undefined
  }
}

function usesPrefix(key: string, value: string, args: string[]): boolean {
  return key === 'path_prefix' && args.some((arg) => arg.includes(`--web.route-prefix=${value}`))
}

function* unknownAddress(address: Cursor, workloads: { name: string, container: string, image: string }[]): Generator<ReturnType<typeof remark>> {
  const [host = '', port] = (address.string() ?? '').split(':')
  const [name = ''] = host.split('.')
  const known = workloads.find((workload) => workload.name === name || workload.container === name)
  const managers = workloads.filter((workload) => /alertmanager/.test(workload.image))
  if (known === undefined && managers.length > 0) yield remark('alerting', address, `an Alertmanager among the services (${managers.map((manager) => manager.name).join(', ')})`, address.string() ?? '')
  // The image's own port unless --web.listen-address says otherwise.
  if (port !== '9093' && (known === undefined || /prom\/alertmanager|alertmanager/.test(known.image))) {
    if (workloads.length === 0 || known !== undefined) yield remark('alerting', address, 'port 9093, where Alertmanager listens', address.string() ?? '', undefined, workloads.length === 0 ? 'warning' : 'error')
  }
}
