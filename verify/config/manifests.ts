import type { ConfigText, Cursor } from './document.ts'
import type { Workload } from './workloads.ts'

/** What a Kubernetes object holds for us: configuration texts, PrometheusRule groups, containers. */
export interface ManifestParts {
  texts: ConfigText[]
  rules: Cursor[]
  workloads: Workload[]
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
      texts: texts.flatMap(([key, value]) =>
        /\.(ya?ml|json|rules)$/.test(key) || looksLikeConfig(value.string() ?? '') ? (value.embedded(`${name}/${key}`) ?? []) : [],
      ),
      rules: [],
      workloads: [],
    }
  }
  // https://grafana.github.io/grafana-operator/docs/dashboards/
  if (kind === 'GrafanaDashboard') {
    const text = root.get('spec', 'json')?.embedded(`${root.string('metadata', 'name') ?? 'dashboard'}.json`)
    return { texts: text === undefined ? [] : [text], rules: [], workloads: [] }
  }
  if (kind === 'PrometheusRule') {
    const spec = root.get('spec')
    return { texts: [], rules: spec === undefined ? [] : [spec], workloads: [] }
  }
  const template =
    kind === 'CronJob'
      ? root.get('spec', 'jobTemplate', 'spec', 'template', 'spec')
      : kind === 'Pod'
        ? root.get('spec')
        : root.get('spec', 'template', 'spec')
  if (template === undefined) return { texts: [], rules: [], workloads: [] }
  const volumes = new Map((template.get('volumes')?.items() ?? []).map((volume) => [volume.string('name') ?? '', volume]))
  const name = root.string('metadata', 'name') ?? ''
  return {
    texts: [],
    rules: [],
    workloads: (template.get('containers')?.items() ?? []).map((container, index, all) =>
      workload(name, container, volumes, all.length === 1 || index === 0),
    ),
  }
}

function join(parts: ManifestParts[]): ManifestParts {
  return {
    texts: parts.flatMap((part) => part.texts),
    rules: parts.flatMap((part) => part.rules),
    workloads: parts.flatMap((part) => part.workloads),
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
  const mounts = (container.get('volumeMounts')?.items() ?? []).map((at) => {
    const volume = volumes.get(at.string('name') ?? '')
    const source =
      volume?.string('configMap', 'name') ??
      volume?.string('secret', 'secretName') ??
      volume?.string('hostPath', 'path') ??
      volume?.string('persistentVolumeClaim', 'claimName') ??
      at.string('name') ??
      ''
    return { source, target: at.string('mountPath') ?? '', readOnly: at.bool('readOnly') === true || volume?.has('configMap') === true, at }
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
