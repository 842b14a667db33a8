import type { ConfigText, Cursor } from '../yaml/cursor.ts'
import { asAlertmanager } from '../alerting/operator-routing.ts'
import type { Workload } from './workloads.ts'

/** What a Kubernetes object holds for us: configuration texts, PrometheusRule groups, containers. */
export interface ManifestParts {
  texts: ConfigText[]
  rules: Cursor[]
  workloads: Workload[]
  services: Cursor[]
  alertmanager: Cursor[]
}

const NONE: ManifestParts = { texts: [], rules: [], workloads: [], services: [], alertmanager: [] }

/** Resources of the Prometheus operator that run pods. https://prometheus-operator.dev/docs/api-reference/api/ */
const OPERATED: Record<string, { image: string; service: string }> = {
  Prometheus: { image: 'quay.io/prometheus/prometheus', service: 'prometheus-operated' },
  Alertmanager: { image: 'quay.io/prometheus/alertmanager', service: 'alertmanager-operated' },
}

/** The names of Services under which containers are reached are names of theirs as well. */
export function namedByServices(workloads: readonly Workload[], services: readonly Cursor[]): Workload[] {
  return workloads.map((workload) => {
    const own = services.filter((service) => {
      const selector = Object.entries(service.labels('spec', 'selector'))
      return selector.length > 0 && selector.every(([label, value]) => workload.podLabels?.[label] === value)
    })
    const names = own.flatMap((service) => service.string('metadata', 'name') ?? [])
    return names.length === 0 ? workload : { ...workload, aliases: [...(workload.aliases ?? []), ...names] }
  })
}

export function manifestParts(root: Cursor): ManifestParts {
  const kind = root.string('kind') ?? ''
  if (/List$/.test(kind) && root.get('items')?.isList() === true) {
    return join((root.get('items')?.items() ?? []).map(manifestParts))
  }
  if (kind === 'ConfigMap' || kind === 'Secret') {
    const name = root.string('metadata', 'name') ?? 'configmap'
    const data = [...(root.get('data')?.pairs() ?? []), ...(root.get('stringData')?.pairs() ?? [])]
    const texts = kind === 'Secret' ? (root.get('stringData')?.pairs() ?? []) : data
    return {
      ...NONE,
      texts: texts.flatMap(([key, value]) =>
        /\.(ya?ml|json|rules)$/.test(key) || looksLikeConfig(value.string() ?? '') ? (value.embedded(`${name}/${key}`) ?? []) : [],
      ),
    }
  }
  if (kind === 'Service') return { ...NONE, services: [root] }
  if (kind === 'AlertmanagerConfig') {
    const spec = root.get('spec')
    return { ...NONE, alertmanager: spec?.has('route') === true ? [asAlertmanager(spec)] : [] }
  }
  const operated = OPERATED[kind]
  if (operated !== undefined && /^monitoring\.coreos\.com\//.test(root.string('apiVersion') ?? ''))
    return { ...NONE, workloads: [operatedWorkload(root, kind.toLowerCase(), operated)] }
  // https://grafana.github.io/grafana-operator/docs/dashboards/
  if (kind === 'GrafanaDashboard') {
    const text = root.get('spec', 'json')?.embedded(`${root.string('metadata', 'name') ?? 'dashboard'}.json`)
    return { ...NONE, texts: text === undefined ? [] : [text] }
  }
  if (kind === 'PrometheusRule') {
    const spec = root.get('spec')
    return { ...NONE, rules: spec === undefined ? [] : [spec] }
  }
  const template =
    kind === 'CronJob'
      ? root.get('spec', 'jobTemplate', 'spec', 'template', 'spec')
      : kind === 'Pod'
        ? root.get('spec')
        : root.get('spec', 'template', 'spec')
  if (template === undefined) return NONE
  const volumes = new Map((template.get('volumes')?.items() ?? []).map((volume) => [volume.string('name') ?? '', volume]))
  const name = root.string('metadata', 'name') ?? ''
  const podLabels = (kind === 'Pod' ? root : root.get('spec', kind === 'CronJob' ? 'jobTemplate' : 'template'))?.labels(
    'metadata',
    'labels',
  )
  return {
    ...NONE,
    workloads: (template.get('containers')?.items() ?? []).map((container, index, all) => ({
      ...workload(name, container, volumes, all.length === 1 || index === 0),
      podLabels: podLabels ?? {},
    })),
  }
}

function join(parts: ManifestParts[]): ManifestParts {
  return {
    texts: parts.flatMap((part) => part.texts),
    rules: parts.flatMap((part) => part.rules),
    workloads: parts.flatMap((part) => part.workloads),
    services: parts.flatMap((part) => part.services),
    alertmanager: parts.flatMap((part) => part.alertmanager),
  }
}

/** The pod that the operator makes: its labels are those that Services select it by. */
function operatedWorkload(root: Cursor, program: string, { image, service }: { image: string; service: string }): Workload {
  const name = root.string('metadata', 'name') ?? ''
  const spec = root.get('spec') ?? root
  return {
    name: `${program}-${name}`,
    container: program,
    image: spec.string('image') ?? image,
    env: new Map(),
    // What it is started with is the operator's.
    unknownEnv: true,
    args: [],
    mounts: [],
    ports: [],
    podLabels: {
      'app.kubernetes.io/name': program,
      'app.kubernetes.io/instance': name,
      'app.kubernetes.io/managed-by': 'prometheus-operator',
      [program]: name,
      [`operator.prometheus.io/name`]: name,
      ...spec.labels('podMetadata', 'labels'),
    },
    aliases: [service],
    at: spec,
  }
}

function looksLikeConfig(text: string): boolean {
  return /^(groups|route|scrape_configs|global|receivers|datasources|service):/m.test(text) && text.includes('\n')
}

function workload(owner: string, container: Cursor, volumes: Map<string, Cursor>, main: boolean): Workload {
  const env: Workload['env'] = new Map()
  let unknownEnv = container.has('envFrom')
  for (const at of container.get('env')?.items() ?? []) {
    const value = at.string('value')
    if (value === undefined) unknownEnv = true
    else env.set(at.string('name') ?? '', { value, at: at.get('value') ?? at })
  }
  const args = ['command', 'args'].flatMap((key) => container.get(key)?.items() ?? []).map((at) => ({ value: at.string() ?? '', at }))
  const mounts = (container.get('volumeMounts')?.items() ?? []).flatMap((at) => {
    const volume = volumes.get(at.string('name') ?? '')
    const projected = volume?.items('projected', 'sources') ?? []
    const target = at.string('mountPath') ?? ''
    if (projected.length > 0)
      return projected.map((each) => ({
        source: each.string('configMap', 'name') ?? each.string('secret', 'name') ?? '',
        target,
        readOnly: true,
        at,
      }))
    const source =
      volume?.string('configMap', 'name') ??
      volume?.string('secret', 'secretName') ??
      volume?.string('hostPath', 'path') ??
      volume?.string('persistentVolumeClaim', 'claimName') ??
      at.string('name') ??
      ''
    return [{ source, target, readOnly: at.bool('readOnly') === true || volume?.has('configMap') === true, at }]
  })
  const ports = (container.get('ports')?.items() ?? []).flatMap((at) => {
    const number = at.number('containerPort')
    return number === undefined ? [] : [{ container: number, at }]
  })
  const name = container.string('name') ?? owner
  return {
    name: main ? owner || name : name,
    container: name,
    image: container.string('image') ?? '',
    env,
    unknownEnv,
    args,
    mounts,
    ports,
    at: container,
  }
}
