import { faultOn } from '../../chaos/controller.ts'
import { besidesKey } from '../../chaos/cluster-keepers.ts'
import type { Fault, Need } from '../../chaos/fault.ts'
import { FiredrillError } from '../model/error.ts'
import type { Plan, PlannedExperiment, PlannedOutage } from '../model/plan.ts'
import type { AlertRef, FaultUse, LoadUse } from '../model/spec.ts'
import type { LoadPods, Target, TargetPart } from '../model/target.ts'
import { formatLabels } from '../promql/labels.ts'

/** Where a means leads to, as its owner knows it. */
const PLACES: Partial<Record<Need, (part: TargetPart) => string | undefined>> = {
  docker: ({ docker }) => docker && `container ${docker.container}`,
  process: ({ name, process }) => process && `process ${name}`,
  redis: ({ redis }) => redis && `${redis.host}:${redis.port}`,
  mysql: ({ mysql }) => mysql && `${mysql.host}:${mysql.port}`,
  cpu: ({ cpu }) => cpu && `at most ${cpu.cores} cores of this machine`,
  disk: ({ disk }) => disk && `at most ${disk.maxMegabytes} MB below ${disk.folder}`,
  kubernetes: ({ kubernetes }) =>
    kubernetes && `${kubernetes.kind} ${kubernetes.namespace}/${kubernetes.name} of context ${kubernetes.context}`,
  toxiproxy: ({ toxiproxy }) => toxiproxy && `proxy ${toxiproxy.proxy} of ${toxiproxy.api}`,
}

/**
 * Every fault and load of a plan in its order, with what undoes it and who else feels it, by the means of this target. Pure; times are
 * those of the specification. `keepers`: of clusterKeepers, `others`: of clusterChaos.
 */
export function dryRunText(
  plan: Plan,
  target: Target | undefined,
  registry: readonly Fault[],
  keepers: ReadonlyMap<string, readonly string[]> = new Map(),
  others: readonly string[] = [],
): string {
  const on: On = { target, registry, keepers }
  const { experiments, outages = [] } = plan
  const faults = experiments.flatMap(({ legs }) => legs.filter(({ fault }) => fault !== undefined)).length
  const where = target === undefined ? 'lab (not up: the means are those of the specification)' : target.name
  const own = outages.filter(({ fault }) => fault !== undefined)
  const steps = [
    ...experiments.map((each) => ({ atMs: each.startMs, lines: experimentLines(each, on) })),
    ...own.map((each) => ({ atMs: each.startMs, lines: outageLines(each, on) })),
  ].sort((a, b) => a.atMs - b.atMs)
  const probes = target?.deliveryProbes === true ? ['synthetic alerts are posted to Alertmanager: its receivers notify of them'] : []
  return [
    `dry run on ${where}: ${faults + own.length} faults, at most ${seconds(plan.makespanMs)}; nothing is touched`,
    ...steps.flatMap(({ lines }) => ['', ...lines]),
    '',
    ...others.map((text) => `already there: ${text}`),
    `besides: requests of ${plan.traces.length} traces and ${plan.logs.length} log streams; ${[...probes, 'requests that must be answered throughout'].join('; ')}`,
    '',
  ].join('\n')
}

interface On {
  target: Target | undefined
  registry: readonly Fault[]
  keepers: ReadonlyMap<string, readonly string[]>
}

function experimentLines(experiment: PlannedExperiment, on: On): string[] {
  const { id, alert, startMs, legs, alsoMust, may, receiver, subject } = experiment
  return [
    `${id}: ${alert}${formatLabels(subject)} is notified at ${receiver}`,
    ...legs.flatMap(({ name, atMs, holdMs, fault, load }) => {
      if (fault === undefined && load === undefined) return []
      const head = `${seconds(startMs + atMs).padStart(7)}  ${name.padEnd(6)}`
      const done = [...(load === undefined ? [] : loadLines(load, on.target?.load)), ...(fault === undefined ? [] : faultLines(fault, on))]
      return [`${head} for at most ${seconds(holdMs)}`, ...done.map((line) => `${' '.repeat(17)}${line}`)]
    }),
    ...alertLine('fire too', alsoMust),
    ...alertLine('may fire', may),
  ]
}

function outageLines({ id, title, startMs, holdMs, fault }: PlannedOutage, on: On): string[] {
  return [
    `${id}: ${title}`,
    `${seconds(startMs).padStart(7)}  outage for at most ${seconds(holdMs)}`,
    ...(fault === undefined ? [] : faultLines(fault, on)).map((line) => `${' '.repeat(17)}${line}`),
  ]
}

function faultLines(use: FaultUse, { target, registry, keepers }: On): string[] {
  const params = Object.entries(use.params).map(([name, value]) => ` ${name}=${String(value)}`)
  const asked = `fault ${use.id} ${use.target}${params.join('')}`
  if (target === undefined)
    return lines(
      asked,
      registry.find(({ meta }) => meta.id === use.id),
    )
  try {
    const { part, fault } = faultOn(target, use, registry)
    const places = fault.meta.needs.flatMap((need) => PLACES[need]?.(part) ?? [])
    const besides = keepers.get(besidesKey(use)) ?? []
    return [
      ...lines(`fault ${fault.meta.id} ${use.target}${params.join('')} (${places.join(', ')})`, fault),
      ...besides.map((text) => `also there: ${text}`),
    ]
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    return [`${asked}: refused and skipped, ${error.message}`]
  }
}

function lines(head: string, fault: Fault | undefined): string[] {
  return fault === undefined ? [head] : [head, `undo: ${fault.meta.undone}`, `felt by: ${fault.meta.blastRadius}`]
}

function alertLine(what: string, alerts: readonly AlertRef[]): string[] {
  const names = alerts.map(({ alert, labels }) => `${alert}${formatLabels(labels)}`)
  return names.length === 0 ? [] : [`         ${what}: ${names.join(', ')}`]
}

/** From this machine, or from pods where the target says so. */
function loadLines(use: LoadUse, pods: LoadPods | undefined): string[] {
  if (pods === undefined) return [`load ${loadText(use)}; undo: k6 ends`]
  const { pods: count, namespace, context, cpu, memory } = pods
  return [
    `load ${loadText(use)} from ${count} pods of a Job in namespace ${namespace} of context ${context}`,
    'undo: The Job is deleted, and with it its pods, its ConfigMap and, where services ask for credentials, its Secret.',
    `felt by: The nodes that the pods run on; each asks for ${cpu} of CPU and ${memory} of memory.`,
  ]
}

function loadText({ scenario, params }: LoadUse): string {
  return [scenario, ...Object.entries(params).map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(' ')
}

function seconds(ms: number): string {
  return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000)} s`
}
