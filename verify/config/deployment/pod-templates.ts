import type { Cursor } from '../yaml/cursor.ts'
import { deployedManifests, type Written } from './deployed-objects.ts'
import { nameOfObject } from './kubernetes-objects.ts'

/** The pods that an object makes, as far as Services and volumes look at them. */
export interface PodTemplate {
  /** Of the object. */
  name: string
  kind: string
  labels: Readonly<Record<string, string>>
  /** Init containers among them. */
  containers: readonly Cursor[]
  ports: readonly { name: string | undefined; number: number; at: Cursor }[]
  /** The pod's spec. */
  spec: Cursor
  object: Cursor
}

const MAKES_PODS = /^(?:Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Job|CronJob)$/

/** Of an operator's bundle the Deployments are in its ClusterServiceVersion: https://olm.operatorframework.io/docs/concepts/crds/clusterserviceversion/ */
function installed(object: Cursor): [Cursor, string][] {
  return object.string('kind') === 'ClusterServiceVersion'
    ? object.items('spec', 'install', 'spec', 'deployments').map((each): [Cursor, string] => [each, 'Deployment'])
    : [[object, object.string('kind') ?? '']]
}

/** Of all objects as they are deployed: patches of kustomizations are laid over them, and are no pods themselves. */
export function podTemplates(config: Written): PodTemplate[] {
  return deployedManifests(config)
    .flatMap(installed)
    .flatMap(([object, kind]) => {
      const template =
        kind === 'Pod'
          ? object
          : kind === 'CronJob'
            ? object.get('spec', 'jobTemplate', 'spec', 'template')
            : object.get('spec', 'template')
      const spec = template?.get('spec')
      if (!MAKES_PODS.test(kind) || template === undefined || spec === undefined) return []
      const containers = spec.items('containers')
      return {
        name: object.string('name') ?? nameOfObject(object),
        kind,
        labels: template.labels('metadata', 'labels'),
        containers: [...spec.items('initContainers'), ...containers],
        ports: containers.flatMap((container) =>
          container.items('ports').flatMap((at) => {
            const number = at.number('containerPort')
            return number === undefined ? [] : [{ name: at.string('name'), number, at }]
          }),
        ),
        spec,
        object,
      }
    })
}
