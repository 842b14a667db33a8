import type { Labels, LogSpec } from '../model/spec.ts'
import { podTemplates } from '../config/deployment/pod-templates.ts'
import type { LintInput } from './lint-check.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import { labelKey } from '../promql/labels.ts'
import { validRegex } from '../promql/compare-matchers.ts'
import { relabelled, relabelStep } from '../routing/alert-relabelling.ts'
import { entryOf, runStages, visible, type Entry } from '../logs/promtail-stages.ts'

const PROJECT = '__meta_docker_container_label_com_docker_compose_project'

/** What becomes of a service's container log in one scrape job. */
export interface Stream {
  log: LogSpec
  job: Cursor
  /** Labels before the pipeline; undefined: the job does not take the container. */
  labels: Labels | undefined
}

/** Meta labels that Docker discovery or Kubernetes discovery gives a service's container. */
function discovered(log: LogSpec, { spec, config }: LintInput, job: Cursor, project: string | undefined): Labels[] {
  const service = spec.platform.services.find((candidate) => candidate.name === log.service)
  const container = service?.container ?? log.service
  const logstream = log.labels['logstream'] ?? 'stdout'
  const results: Labels[] = []
  if (job.items('docker_sd_configs').length > 0) {
    results.push({
      __meta_docker_container_name: `/${container}`,
      __meta_docker_container_id: '0123456789ab',
      __meta_docker_container_log_stream: logstream,
      __meta_docker_container_label_com_docker_compose_service: log.service,
      ...(project === undefined ? {} : { [PROJECT]: project }),
      __meta_docker_network_name: 'default',
    })
  }
  if (job.items('kubernetes_sd_configs').length > 0) {
    results.push({
      __meta_kubernetes_pod_container_name: container,
      __meta_kubernetes_pod_name: `${container}-0`,
      __meta_kubernetes_namespace: 'default',
      ...podLabels(log.service, container, config),
      __meta_kubernetes_pod_uid: '0123',
      __stream__: logstream,
    })
  }
  for (const group of job.items('static_configs')) results.push(group.labels('labels'))
  return results
}

/**
 * Of the service's own pod where it is here, else the two that most have:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
function podLabels(service: string, container: string, config: LintInput['config']): Labels {
  const own = podTemplates(config).find(
    ({ name, containers }) => name === service || containers.some((each) => each.string('name') === container),
  )
  const labels = own?.labels ?? { 'app': service, 'app.kubernetes.io/name': service }
  return Object.fromEntries(
    Object.entries(labels).map(([label, value]) => [`__meta_kubernetes_pod_label_${label.replace(/[^a-zA-Z0-9_]/g, '_')}`, value]),
  )
}

/** For each log of the specification, the streams that the jobs make of it. */
export function streamsOf(input: LintInput): { promtail: Cursor; log: LogSpec; streams: Stream[] }[] {
  // Without a name in the compose file, or without the file, the project is that of a folder: not known.
  const project = input.config.compose.map((root) => root.string('name')).find((name) => name !== undefined)
  const unstated = (label: string): boolean => project === undefined && label === PROJECT
  return input.config.promtail.flatMap((promtail) =>
    input.spec.logs.map((log) => ({
      promtail,
      log,
      streams: promtail.items('scrape_configs').flatMap((job) => {
        const steps = job.items('relabel_configs').map(relabelStep)
        // Promtail does not start with an invalid regex.
        const valid = steps.every(({ regex }) => validRegex(regex))
        return discovered(log, input, job, project).map((meta) => {
          const labels = valid ? relabelled({ labels: meta, unstated }, steps)?.labels : undefined
          return { log, job, labels: labels === undefined ? undefined : visible(labels) }
        })
      }),
    })),
  )
}

/** The stream that carries the service's log: the one whose labels come closest to the promised ones. */
export function bestStream(streams: Stream[], log: LogSpec): Stream | undefined {
  const score = (stream: Stream): number =>
    stream.labels === undefined ? -1 : Object.entries(log.labels).filter(([label, value]) => stream.labels?.[label] === value).length
  return [...streams].sort((a, b) => score(b) - score(a))[0]
}

/** A recorded line after the pipeline. */
export function processed({ job, labels }: Stream, line: string): Readonly<Entry> {
  const ofJob = entries.get(job) ?? new Map<string, Entry>()
  entries.set(job, ofJob)
  const key = `${labels === undefined ? '' : labelKey(labels)}\0${line}`
  const known =
    ofJob.get(key) ??
    runStages(entryOf(job.has('kubernetes_sd_configs') ? asInFile(job, line) : line, labels), job.items('pipeline_stages'))
  ofJob.set(key, known)
  return known
}

/**
 * A line as the container runtime writes it to /var/log/pods: containerd and CRI-O each with time and stream before it, which the stage cri
 * takes off (https://grafana.com/docs/loki/latest/send-data/promtail/stages/cri/); Docker as JSON, of which the stage docker takes the line.
 */
function asInFile(job: Cursor, line: string): string {
  if (job.items('pipeline_stages').some((stage) => stage.has('docker'))) return JSON.stringify({ log: line, stream: 'stdout' })
  return `2026-01-02T03:04:05.123456789Z stdout F ${line}`
}

/** Several checks ask for the same recorded lines, and again with each change of another file (`mutate`). */
const entries = new WeakMap<Cursor, Map<string, Entry>>()

/** Recorded lines that carry a request's stamp, or all when none does: start-up lines have no trace id. */
export function requestLines(lines: string[]): string[] {
  const withTrace = lines.filter((line) => /trace_id/.test(line))
  return withTrace.length > 0 ? withTrace : lines
}
