import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { askersOf } from '../../service-askers.ts'
import { deployedManifests } from '../../../config/deployment/deployed-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'
import { nameOfObject } from '../../../config/deployment/kubernetes-objects.ts'
import { mayShareNamespace } from '../../../config/deployment/pod-volumes.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'workloads-have-pods',
    needs: ['manifest'],
    title: 'What a Service leads to has a pod at least',
    failureTitle: 'A workload of Kubernetes has no pod, and a Service leads to it alone',
    why: 'With replicas: 0 no pod is made, and the Service has no endpoints: every connection to it is refused. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#scaling-a-deployment',
    mend: 'In the workload, its patch or `replicas` of the kustomization, set replicas to 1 or more, or take the Service and what asks it out as well.',
    example: 'kind: Deployment\nmetadata: { name: redis-exporter } # prometheus.yml scrapes its Service\nspec: { replicas: 0 }',
  },
  *judge(input) {
    const objects = deployedManifests(input.config)
    const pods = podTemplates(input.config)
    for (const pod of pods) if (isAway(pod) && !objects.some((each) => scales(each, pod))) yield* judgePod(pod, pods, objects, input)
  },
}

function isAway({ object }: PodTemplate): boolean {
  return object.number('spec', 'replicas') === 0
}

/** An autoscaler, or a rollout that takes the template over (`workloadRef` of Argo Rollouts), decides of its pods. */
function scales(object: Cursor, { name }: PodTemplate): boolean {
  return [object.string('spec', 'scaleTargetRef', 'name'), object.string('spec', 'workloadRef', 'name')].includes(name)
}

function* judgePod(pod: PodTemplate, pods: readonly PodTemplate[], objects: readonly Cursor[], input: LintInput): Generator<Remark> {
  const services = objects.filter((each) => each.string('kind') === 'Service' && leadsTo(each, pod))
  const alone = services.filter((service) => !pods.some((other) => !isAway(other) && leadsTo(service, other)))
  const [first] = alone
  if (first === undefined) return
  const at = pod.object.near('spec', 'replicas')
  const asking = [...new Set(alone.flatMap((service) => askersOf(service, input)))].sort()
  if (asking.length > 0) yield remark(pod.name, at, `1 or more: asked by ${asking.join(', ')}`, 'replicas: 0')
  else yield warning(pod.name, at, `1 or more: the Service ${nameOfObject(first)} leads to it alone`, 'replicas: 0')
}

function leadsTo(service: Cursor, { labels, object }: PodTemplate): boolean {
  const wanted = Object.entries(service.labels('spec', 'selector'))
  return wanted.length > 0 && mayShareNamespace(service, object) && wanted.every(([label, value]) => labels[label] === value)
}
