import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import { deployedObjects, type Deployed } from '../../../config/deployment/deployed-objects.ts'
import { monitored, operatorObjects, selectedBy } from '../../../config/deployment/operator-objects.ts'

export const check: Check = {
  meta: {
    id: 'monitors-look-into-namespaces',
    needs: ['manifest'],
    title: 'Monitors and the Prometheus resource look into the namespaces of what they select',
    failureTitle: 'A monitor or the Prometheus resource looks into a namespace in which nothing of it is',
    why: 'Without a namespaceSelector a ServiceMonitor or PodMonitor looks into its own namespace alone. With one that names another nothing is found, and nothing says so: there is no target. https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.NamespaceSelector',
    mend: 'In the monitor, name the namespace of the Service or pods in spec.namespaceSelector.matchNames. In the Prometheus resource, select by labels that the Namespace has.',
    example:
      'kind: ServiceMonitor\nmetadata: { name: shop, namespace: monitoring }\nspec:\n  selector: { matchLabels: { app: shop } } # the Service is in the namespace shop',
  },
  *judge({ config }) {
    for (const kind of ['ServiceMonitor', 'PodMonitor'] as const) {
      const candidates = monitored(config, kind)
      for (const monitor of operatorObjects(config, kind)) yield* judgeMonitor(monitor, selectedBy(monitor.object, candidates), config)
    }
    for (const prometheus of operatorObjects(config, 'Prometheus', 'PrometheusAgent')) yield* judgePrometheus(prometheus, config)
  },
}

function* judgeMonitor(monitor: Deployed, selected: ReturnType<typeof selectedBy>, config: LintInput['config']): Generator<Remark> {
  const selector = monitor.object.get('spec', 'namespaceSelector')
  if (selector?.bool('any') === true) return
  const names = selector?.items('matchNames') ?? []
  const wanted = names.length > 0 ? names.map((each) => each.string() ?? '') : [monitor.namespace]
  const there = [...new Set(selected.map(({ namespace }) => namespace))]
  if (there.length > 0) {
    if (there.includes(undefined) || wanted.includes(undefined) || there.some((each) => wanted.includes(each))) return
    yield remark(
      monitor.name,
      names[0] ?? monitor.object.near('spec', 'selector'),
      `spec.namespaceSelector.matchNames: [${there.join(', ')}], where ${selected.map(({ shown }) => shown).join(', ')} is`,
      names.length > 0 ? wanted.join(', ') : `its own namespace, ${wanted.join()}, alone`,
    )
    return
  }
  // What is deployed by others may be anywhere; a name that is nearly one of here was meant as that.
  const known = [...new Set([...deployedObjects(config).flatMap(({ namespace }) => namespace ?? []), ...namespaces(config).keys()])]
  for (const each of names) {
    const text = each.string() ?? ''
    if (known.includes(text) || WELL_KNOWN.test(text) || nearest(text, known, 2) === undefined) continue
    yield remark(monitor.name, each, `a namespace: ${known.join(', ')}`, `${text}${didYouMean(text, known)}`)
  }
}

const WELL_KNOWN = /^(?:default|kube-.*)$/

/** Namespaces that are written here, with their labels; each has its name as one. */
function namespaces(config: LintInput['config']): Map<string, Readonly<Record<string, string>>> {
  return new Map(
    deployedObjects(config)
      .filter(({ base }) => base.string('kind') === 'Namespace')
      .map(({ object, name }) => [name, { ...object.labels('metadata', 'labels'), 'kubernetes.io/metadata.name': name }]),
  )
}

const SELECTED = {
  serviceMonitorNamespaceSelector: 'ServiceMonitor',
  podMonitorNamespaceSelector: 'PodMonitor',
  probeNamespaceSelector: 'Probe',
  ruleNamespaceSelector: 'PrometheusRule',
} as const

/** A selector of namespaces whose labels no Namespace has that such a resource is in. */
function* judgePrometheus({ object, name }: Deployed, config: LintInput['config']): Generator<Remark> {
  const written = namespaces(config)
  for (const [key, kind] of Object.entries(SELECTED)) {
    const selector = object.get('spec', key)
    const wanted = Object.entries(selector?.labels('matchLabels') ?? {})
    if (selector === undefined || wanted.length === 0 || selector.has('matchExpressions')) continue
    const of = [...new Set(operatorObjects(config, kind).map(({ namespace }) => namespace))]
    const labels = of.map((each) => (each === undefined ? undefined : written.get(each)))
    // A namespace that is made elsewhere may have any label but another name.
    if (labels.length === 0 || labels.some((each) => each === undefined)) continue
    if (labels.some((own) => wanted.every(([label, value]) => own?.[label] === value))) continue
    yield remark(
      name,
      selector.near('matchLabels'),
      `labels of a Namespace with a ${kind}: ${of.join(', ')}`,
      wanted.map(([label, value]) => `${label}: ${value}`).join(', '),
    )
  }
}
