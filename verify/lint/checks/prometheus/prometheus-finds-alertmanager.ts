import type { Labels, RuleSpec } from '../../../model/spec.ts'
import { RELABEL_ACTIONS, asSent, relabelStep, relabelled, relabellingOf } from '../../../routing/alert-relabelling.ts'
import { alertLabels } from '../../../config/alerting/routed-alerts.ts'
import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { selectors } from '../../../promql/ast.ts'
import { validRegex } from '../../../promql/compare-matchers.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'

const DISCOVERIES = /_sd_configs$/

export const check: Check = {
  meta: {
    id: 'prometheus-finds-alertmanager',
    needs: ['prometheus'],
    title: 'Prometheus sends its alerts to Alertmanager',
    failureTitle: 'Prometheus sends its alerts to no Alertmanager, or to another address',
    why: 'Without an Alertmanager alerts fire and no notification is sent.',
    mend: "In prometheus.yml, list Alertmanager's host and port under alerting.alertmanagers, with its path_prefix, scheme and api_version v2. Take out the relabel step that drops or rewrites alerts.",
    example: 'alerting:\n  alertmanagers:\n    - static_configs:\n        - targets: ["alertmanager:9094"] # Alertmanager listens on 9093',
  },
  *judge(input) {
    const { config, spec } = input
    for (const prometheus of config.prometheus) {
      const managers = prometheus.items('alerting', 'alertmanagers')
      const addresses = managers.flatMap((manager) => manager.items('static_configs').flatMap((entry) => entry.items('targets')))
      const discovered = managers.some((manager) => manager.pairs().some(([key]) => DISCOVERIES.test(key)))
      if (addresses.length === 0 && !discovered && (config.rules.length > 0 || spec.rules.length > 0))
        yield remark('alerting', prometheus.near('alerting'), 'alerting.alertmanagers with a target', 'none')
      for (const manager of managers) {
        for (const key of ['path_prefix', 'scheme', 'api_version'] as const) {
          const value = manager.string(key)
          if (
            value !== undefined &&
            value !== { path_prefix: '/', scheme: 'http', api_version: 'v2' }[key] &&
            !usesPrefix(
              key,
              value,
              config.workloads.flatMap((workload) => workload.args.map((arg) => arg.value)),
            )
          )
            yield remark(
              'alerting',
              manager.near(key),
              `no ${key}, or the one that Alertmanager listens with`,
              `${key}: ${value}`,
              undefined,
              key === 'api_version' ? 'error' : undefined,
            )
        }
      }
      for (const manager of managers) yield* relabelledAway(manager)
      for (const address of addresses) yield* unknownAddress(address, config.workloads)
      yield* relabelling(prometheus, managers, input)
    }
  },
}

/** relabel_configs of the Alertmanagers themselves, on each that is written. */
function* relabelledAway(manager: Cursor): Generator<Remark> {
  for (const entry of manager.items('static_configs')) {
    for (const address of entry.strings('targets')) {
      let labels: Labels = {
        ...entry.labels('labels'),
        __address__: address,
        __scheme__: manager.string('scheme') ?? 'http',
        __alerts_path__: `${(manager.string('path_prefix') ?? '').replace(/\/$/, '')}/api/v2/alerts`,
      }
      for (const step of manager.items('relabel_configs')) {
        const after = relabelled({ labels, unstated: () => false }, [relabelStep(step)])
        const changed = ['__address__', '__scheme__', '__alerts_path__'].find(
          (label) => after !== null && after.labels[label] !== labels[label],
        )
        if (after === null || changed !== undefined)
          yield remark(
            'alerting',
            step,
            `alerts are sent to ${address}`,
            after === null
              ? `dropped by relabel_configs (${describe(step)})`
              : `${changed ?? ''}: ${after.labels[changed ?? ''] ?? 'none'}`,
            undefined,
            after === null ? undefined : 'warning',
          )
        if (after === null) break
        labels = after.labels
      }
    }
  }
}

/** Each step of alert_relabel_configs carried out on every alert of the specification, as it comes from each of its targets. */
function* relabelling(prometheus: Cursor, managers: readonly Cursor[], input: LintInput): Generator<Remark> {
  const { spec } = input
  const needed = new Set([
    'alertname',
    ...spec.routing.groupBy,
    ...spec.routing.routes.flatMap(({ groupBy = [] }) => groupBy),
    ...spec.rules.flatMap((rule) => Object.keys(rule.labels)),
    ...spec.routing.inhibitions.flatMap(({ equal }) => equal),
  ])
  const steps = (owner: Cursor | undefined): readonly Cursor[] => owner?.get('alert_relabel_configs')?.items() ?? []
  const own = managers.map(steps)
  for (const step of [prometheus.get('alerting'), ...managers].flatMap(steps)) {
    const { action, regex } = relabelStep(step)
    if (!RELABEL_ACTIONS.has(action))
      yield remark(
        'alert_relabel_configs',
        step.near('action'),
        [...RELABEL_ACTIONS].join(', '),
        action,
        'Prometheus rejects an unknown relabel action',
      )
    if (!validRegex(regex))
      yield remark(
        'alert_relabel_configs',
        step.near('regex'),
        'a valid regular expression',
        regex,
        'Prometheus rejects relabelling with an invalid regex',
      )
  }
  const reported = new Set<string>()
  const dropped = new Map<Cursor, Set<string>>()
  for (const rule of spec.rules) {
    for (const labels of fromTargets(rule, input)) {
      const { externalLabels } = relabellingOf(prometheus)
      const [sent] = asSent({ externalLabels, all: [], each: [] }, labels)
      const general = carryOut(sent?.labels ?? labels, steps(prometheus.get('alerting')))
      const ways = general.labels === null || own.length === 0 ? [general] : own.map((list) => carryOut(general.labels ?? {}, list))
      if (ways.every((way) => way.labels === null)) {
        const at = ways[0]?.at ?? prometheus
        dropped.set(at, (dropped.get(at) ?? new Set()).add(rule.alert))
      }
      for (const change of [general, ...ways].flatMap((way) => way.changes)) {
        const changed = change.labels.filter((label) => needed.has(label))
        if (changed.length > 0)
          yield* once(reported, {
            ...remark(
              'alert_relabel_configs',
              change.at,
              `${changed.join(', ')} unchanged: routing, grouping or inhibition uses it`,
              describe(change.at),
              'alert_relabel_configs changes labels that routing, grouping or inhibition uses',
            ),
            causes: { lines: [0, -1], elsewhere: { of: ['route-reaches-receiver', 'inhibition-matches'] } },
          })
      }
    }
  }
  for (const [at, alerts] of dropped) {
    const names = [...alerts].join(', ')
    yield remark(
      names,
      at,
      alerts.size > 1 ? 'the alerts reach Alertmanager' : 'the alert reaches Alertmanager',
      `dropped by alert_relabel_configs (${describe(at)})`,
      `alert_relabel_configs drops ${names}: ${alerts.size > 1 ? 'they never reach' : 'it never reaches'} Alertmanager`,
    )
  }
}

function* once(reported: Set<string>, found: Remark): Generator<Remark> {
  const id = `${found.subject} ${found.at.line}`
  if (reported.has(id)) return
  reported.add(id)
  yield found
}

/** The labels of an alert on each target that has its metric. */
function fromTargets(rule: RuleSpec, { spec, facts }: LintInput): Labels[] {
  const parsed = parsePromql(rule.condition.expr)
  const exposing = parsed.ok
    ? selectors(parsed.expr).flatMap(({ metric }) => (metric === null ? [] : (facts.jobsExposing(metric) ?? [])))
    : []
  return alertLabels(rule).flatMap((labels) =>
    spec.platform.targets
      .filter(({ job }) => (labels['job'] === undefined ? exposing.length === 0 || exposing.includes(job) : job === labels['job']))
      .map(({ job, address }) => ({ ...labels, job, instance: address })),
  )
}

interface CarriedOut {
  labels: Labels | null
  at: Cursor | undefined
  changes: { at: Cursor; labels: string[] }[]
}

function carryOut(before: Labels, steps: readonly Cursor[]): CarriedOut {
  let labels = before
  const changes: CarriedOut['changes'] = []
  for (const at of steps) {
    const after = relabelled({ labels, unstated: () => false }, [relabelStep(at)])
    if (after === null) return { labels: null, at, changes }
    const names = [...new Set([...Object.keys(labels), ...Object.keys(after.labels)])].filter((name) => labels[name] !== after.labels[name])
    if (names.length > 0) changes.push({ at, labels: names })
    labels = after.labels
  }
  return { labels, at: undefined, changes }
}

function describe(step: Cursor | undefined): string {
  return `action: ${step?.string('action') ?? 'replace'}`
}

function usesPrefix(key: string, value: string, args: string[]): boolean {
  return key === 'path_prefix' && args.some((arg) => arg.includes(`--web.route-prefix=${value}`))
}

function* unknownAddress(
  address: Cursor,
  workloads: { name: string; container: string; image: string }[],
): Generator<ReturnType<typeof remark>> {
  const [host = '', port] = (address.string() ?? '').split(':')
  const [name = ''] = host.split('.')
  const known = workloads.find((workload) => workload.name === name || workload.container === name)
  const managers = workloads.filter((workload) => /alertmanager/.test(workload.image))
  // A service of another program takes no alerts either. One that is named after Alertmanager may have an image of its own.
  const isOther = known !== undefined && !/alertmanager/.test(`${known.name} ${known.image}`)
  if ((known === undefined || isOther) && managers.length > 0)
    yield remark(
      'alerting',
      address,
      `an Alertmanager among the services (${managers.map((manager) => manager.name).join(', ')})`,
      isOther ? `${address.string() ?? ''}, which is ${known.image}` : (address.string() ?? ''),
    )
  // The image's own port unless --web.listen-address says otherwise.
  if (port !== '9093' && (known === undefined || /prom\/alertmanager|alertmanager/.test(known.image))) {
    if (workloads.length === 0 || known !== undefined)
      yield remark(
        'alerting',
        address,
        'port 9093, the port of Alertmanager',
        address.string() ?? '',
        undefined,
        workloads.length === 0 ? 'warning' : 'error',
      )
  }
}
