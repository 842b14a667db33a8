import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { nameOfObject as nameOf, objectsOf, resourcesOf } from '../../../config/deployment/kubernetes-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'monitors-select-services',
    needs: ['manifest'],
    title: 'ServiceMonitors, PodMonitors and the Prometheus resource select what is there',
    failureTitle: 'A monitor or the Prometheus resource selects nothing, or a port that is not there',
    why: 'The operator makes scrape jobs of what its selectors find. A label or the name of a port that differs finds nothing, and nothing says so: the target is absent, up has no series, ServiceDown does not fire. https://prometheus-operator.dev/docs/developer/getting-started/',
    mend: 'In the ServiceMonitor or PodMonitor, use labels that the Service or pod has and the name of one of its ports. In the Prometheus resource, labels that the monitors have.',
    example:
      'kind: ServiceMonitor\nspec:\n  selector: { matchLabels: { app: shop } } # the Service has app: store\n  endpoints: [{ port: metrics }]',
  },
  *judge({ config }) {
    const all = objectsOf(config)
    for (const at of all.filter((each) => isOperators(each) && each.string('kind') === 'ServiceMonitor'))
      yield* judgeMonitor(
        at,
        'endpoints',
        all.filter((each) => each.string('kind') === 'Service').map((each) => serviceOf(each, config.kustomizations)),
      )
    for (const at of all.filter((each) => isOperators(each) && each.string('kind') === 'PodMonitor'))
      yield* judgeMonitor(at, 'podMetricsEndpoints', podTemplates(config).map(podOf))
    for (const at of all.filter((each) => isOperators(each) && each.string('kind') === 'Prometheus')) yield* judgePrometheus(at, all)
  },
}

/** What a monitor may select. */
interface Candidate {
  name: string
  kind: string
  labels: Readonly<Record<string, string>>
  ports: readonly string[]
}

const isOperators = (at: Cursor): boolean => /^monitoring\.coreos\.com\//.test(at.string('apiVersion') ?? '')

function serviceOf(at: Cursor, kustomizations: readonly Cursor[]): Candidate {
  return {
    name: nameOf(at),
    kind: 'Service',
    labels: { ...at.labels('metadata', 'labels'), ...addedLabels(at, kustomizations) },
    ports: at.items('spec', 'ports').flatMap((each) => each.string('name') ?? []),
  }
}

/** https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/labels/ */
function addedLabels(at: Cursor, kustomizations: readonly Cursor[]): Record<string, string> {
  const own = kustomizations.filter((root) => resourcesOf(root).some(({ file }) => file === at.text.file))
  return Object.fromEntries(
    own.flatMap((root) => [
      ...Object.entries(root.labels('commonLabels')),
      ...root.items('labels').flatMap((each) => Object.entries(each.labels('pairs'))),
    ]),
  )
}

function podOf({ name, kind, labels, ports }: PodTemplate): Candidate {
  return { name, kind, labels, ports: ports.flatMap((port) => port.name ?? []) }
}

function* judgeMonitor(monitor: Cursor, endpoints: string, candidates: readonly Candidate[]): Generator<Remark> {
  const selector = monitor.get('spec', 'selector')
  const wanted = Object.entries(monitor.labels('spec', 'selector', 'matchLabels'))
  if (selector === undefined || wanted.length === 0 || selector.has('matchExpressions')) return
  const fits = ({ labels }: Candidate): boolean => wanted.every(([label, value]) => labels[label] === value)
  const selected = candidates.filter(fits)
  const name = nameOf(monitor)
  if (selected.length === 0) {
    // Most monitors are for what is deployed by others. One of the same name, or of all labels but one, was meant.
    const meant = candidates.find(
      (each) =>
        each.name === name ||
        (wanted.length > 1 && wanted.filter(([label, value]) => each.labels[label] === value).length === wanted.length - 1),
    )
    const [label, value] = wanted.find(([key, text]) => meant?.labels[key] !== text) ?? []
    if (meant !== undefined && label !== undefined)
      yield remark(
        name,
        selector.near('matchLabels', label),
        `${label}: ${meant.labels[label] ?? 'absent'}, as the ${meant.kind} ${meant.name} has it`,
        `${label}: ${value ?? ''}`,
      )
    return
  }
  for (const endpoint of monitor.items('spec', endpoints)) {
    const port = endpoint.string('port')
    const known = [...new Set(selected.flatMap(({ ports }) => ports))]
    if (port !== undefined && known.length > 0 && !known.includes(port))
      yield remark(
        name,
        endpoint.near('port'),
        `a port of ${selected.map((each) => `${each.kind} ${each.name}`).join(', ')}: ${known.join(', ')}`,
        `${port}${didYouMean(port, known)}`,
      )
    const [interval, timeout] = [endpoint.durationMs('interval'), endpoint.durationMs('scrapeTimeout')]
    if (interval !== undefined && timeout !== undefined && timeout > interval)
      yield remark(
        name,
        endpoint.near('scrapeTimeout'),
        `at most the interval, ${endpoint.string('interval') ?? ''}`,
        endpoint.string('scrapeTimeout') ?? '',
      )
  }
}

/** Without a selector of namespaces the operator looks at the one of the Prometheus alone. */
function* ofOtherNamespaces(prometheus: Cursor, key: string, kind: string, there: readonly Cursor[]): Generator<Remark> {
  const own = prometheus.string('metadata', 'namespace')
  const selector = key.replace('Selector', 'NamespaceSelector')
  const others = there.map((each) => each.string('metadata', 'namespace'))
  if (own === undefined || there.length === 0 || prometheus.get('spec')?.has(selector) === true) return
  if (others.every((each) => each !== undefined && each !== own))
    yield remark(
      nameOf(prometheus),
      prometheus.near('spec', key),
      `${selector}: {} for those in ${[...new Set(others)].join(', ')}`,
      `no ${selector}: ${kind}s of ${own} alone are selected, and there are none`,
    )
}

const SELECTORS = [
  ['serviceMonitorSelector', 'ServiceMonitor'],
  ['podMonitorSelector', 'PodMonitor'],
  ['ruleSelector', 'PrometheusRule'],
  ['probeSelector', 'Probe'],
] as const

function* judgePrometheus(prometheus: Cursor, all: readonly Cursor[]): Generator<Remark> {
  const name = nameOf(prometheus)
  for (const [key, kind] of SELECTORS) {
    const labels = Object.entries(prometheus.labels('spec', key, 'matchLabels'))
    const there = all.filter((each) => each.string('kind') === kind && isOperators(each))
    if (labels.length === 0 || prometheus.get('spec', key)?.has('matchExpressions') === true) continue
    const missed = there.filter((each) => !labels.every(([label, value]) => each.string('metadata', 'labels', label) === value))
    yield* ofOtherNamespaces(prometheus, key, kind, there)
    const shown = labels.map(([label, value]) => `${label}: ${value}`).join(', ')
    if (there.length > 0 && missed.length === there.length)
      yield remark(name, prometheus.near('spec', key), `labels that a ${kind} has`, `${shown}, which none of ${there.length} has`)
    else if (missed.length > 0 && missed.length < there.length / 2)
      for (const each of missed)
        yield warning(
          nameOf(each),
          each.near('metadata', 'labels'),
          `${shown}, by which Prometheus ${name} selects`,
          'another label, or none',
        )
  }
  const [interval, timeout] = [prometheus.durationMs('spec', 'scrapeInterval') ?? 30_000, prometheus.durationMs('spec', 'scrapeTimeout')]
  if (timeout !== undefined && timeout > interval)
    yield remark(
      name,
      prometheus.near('spec', 'scrapeTimeout'),
      `at most the scrape interval, ${prometheus.string('spec', 'scrapeInterval') ?? '30s'}`,
      prometheus.string('spec', 'scrapeTimeout') ?? '',
    )
  for (const key of ['scrapeInterval', 'evaluationInterval'])
    if ((prometheus.durationMs('spec', key) ?? 0) > 300_000)
      yield remark(name, prometheus.near('spec', key), 'at most 5m, the lookback of Prometheus', prometheus.string('spec', key) ?? '')
}
