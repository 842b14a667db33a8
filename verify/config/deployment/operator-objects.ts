import type { Cursor } from '../yaml/cursor.ts'
import { deployedObjects, type Deployed, type Written } from './deployed-objects.ts'
import { podTemplates, type PodTemplate } from './pod-templates.ts'

/** Resources of the Prometheus operator of these kinds, as they are deployed. */
export function operatorObjects(config: Written, ...kinds: string[]): Deployed[] {
  return deployedObjects(config).filter(
    ({ base }) => /^monitoring\.coreos\.com\//.test(base.string('apiVersion') ?? '') && kinds.includes(base.string('kind') ?? ''),
  )
}

/** What a monitor looks at: a Service, or the pods of an object. */
export interface Monitored {
  /** `Service shop`, as it is named in a finding. */
  shown: string
  name: string
  /** undefined: not known here. */
  namespace: string | undefined
  labels: Readonly<Record<string, string>>
  /** The pods behind it that these files make. */
  pods: readonly PodTemplate[]
}

/** All that a ServiceMonitor may select here, or a PodMonitor. */
export function monitored(config: Written, kind: 'ServiceMonitor' | 'PodMonitor'): Monitored[] {
  const [objects, pods] = [deployedObjects(config), podTemplates(config)]
  if (kind === 'PodMonitor')
    return pods.map((pod) => ({
      shown: `${pod.kind} ${pod.name}`,
      name: pod.name,
      namespace: objects.find(({ object }) => object === pod.object)?.namespace,
      labels: pod.labels,
      pods: [pod],
    }))
  return objects
    .filter(({ base }) => base.string('kind') === 'Service')
    .map(({ object, name, namespace }) => ({
      shown: `Service ${name}`,
      name,
      namespace,
      labels: object.labels('metadata', 'labels'),
      pods: pods.filter(({ labels }) => hasLabels(labels, object.labels('spec', 'selector'))),
    }))
}

/** By the labels alone, wherever it is; none where the selector is empty, or says more than labels. */
export function selectedBy(monitor: Cursor, candidates: readonly Monitored[]): Monitored[] {
  const selector = monitor.get('spec', 'selector')
  if (selector === undefined || selector.has('matchExpressions')) return []
  return candidates.filter(({ labels }) => hasLabels(labels, selector.labels('matchLabels')))
}

function hasLabels(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(wanted)
  return pairs.length > 0 && pairs.every(([label, value]) => labels[label] === value)
}
