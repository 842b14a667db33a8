import type { Configuration } from '../config/configuration.ts'
import { deployedManifests } from '../config/deployment/deployed-objects.ts'
import { nameOfObject } from '../config/deployment/kubernetes-objects.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import type { Labels } from '../model/spec.ts'
import { validRegex } from '../promql/compare-matchers.ts'
import { relabelled, relabelStep } from '../routing/alert-relabelling.ts'

/** A port of a Service that Kubernetes discovery finds. */
export interface Discovered {
  /** SERVICE:PORT, as the Service is asked in its own namespace. */
  address: string
  /** After relabelling; undefined: the job drops it. */
  labels: Labels | undefined
}

const BY_SERVICE = new Set(['service', 'endpoints', 'endpointslice'])

/** Roles of a job's Kubernetes discovery. https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config */
export function rolesOf(job: Cursor): string[] {
  return job.items('kubernetes_sd_configs').flatMap((each) => each.string('role') ?? [])
}

/**
 * What a job makes of every port of every Service, or undefined where that is not known: other roles, no Service here, an invalid
 * regular expression. Labels of pods and nodes may be there without their value being known.
 */
export function discoveredBy(job: Cursor, config: Configuration): Discovered[] | undefined {
  const services = deployedManifests(config).filter((at) => at.string('kind') === 'Service' && at.string('spec', 'type') !== 'ExternalName')
  const steps = job.items('relabel_configs').map(relabelStep)
  const roles = rolesOf(job)
  if (services.length === 0 || roles.length === 0 || !roles.every((role) => BY_SERVICE.has(role))) return undefined
  if (!steps.every(({ regex }) => validRegex(regex))) return undefined
  return services.flatMap((service) =>
    service.items('spec', 'ports').map((port) => {
      const address = `${nameOfObject(service)}:${port.string('port') ?? ''}`
      const labels = relabelled({ labels: metaLabels(service, port, job), unstated: (label) => UNKNOWN.test(label) }, steps)?.labels
      return { address, labels }
    }),
  )
}

const UNKNOWN = /^__meta_kubernetes_(?:pod|node|endpoint|endpointslice|namespace)_/

function metaLabels(service: Cursor, port: Cursor, job: Cursor): Labels {
  const name = nameOfObject(service)
  const [number, portName] = [port.string('port') ?? '', port.string('name') ?? '']
  const namespace = service.string('metadata', 'namespace') ?? 'default'
  const own = [...Object.entries(service.labels('metadata', 'labels')), ...Object.entries(service.labels('metadata', 'annotations'))]
  return {
    __address__: `${name}.${namespace}.svc:${number}`,
    __meta_kubernetes_namespace: namespace,
    __meta_kubernetes_service_name: name,
    __meta_kubernetes_service_port_name: portName,
    __meta_kubernetes_service_port_number: number,
    __meta_kubernetes_endpoint_port_name: portName,
    __meta_kubernetes_endpointslice_port_name: portName,
    job: job.string('job_name') ?? '',
    ...Object.fromEntries(
      own.flatMap(([label, value]) =>
        ['label', 'annotation'].map((kind) => [`__meta_kubernetes_service_${kind}_${label.replace(/[^a-zA-Z0-9_]/g, '_')}`, value]),
      ),
    ),
  }
}
