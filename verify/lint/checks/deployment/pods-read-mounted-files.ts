import { remark, type Check, type Remark } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { reads } from '../../../config/deployment/container-files.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'
import { namedData, nameOfObject, podTemplates, type NamedData, type PodTemplate } from '../../../config/deployment/kubernetes-objects.ts'

export const check: Check = {
  meta: {
    id: 'pods-read-mounted-files',
    needs: ['manifest'],
    isRefusal: true,
    title: 'A pod is started with files that its ConfigMaps hold',
    failureTitle: 'A container is started with a file that its ConfigMap or Secret does not hold',
    why: 'Each key of a ConfigMap is a file in the mounted folder, under its own name or the path that `items` gives it. For a subPath that is no key Kubernetes makes an empty folder. https://kubernetes.io/docs/concepts/storage/volumes/#configmap',
    mend: 'In the manifest, use the same name for the key of the ConfigMap, `items[].path`, subPath and the flag of the program.',
    example: 'args: [--config.file=/etc/prometheus/prometheus.yml] # the key is prometheus.yaml',
  },
  *judge({ config }) {
    const known = { ConfigMap: namedData(config, 'ConfigMap'), Secret: namedData(config, 'Secret') }
    for (const pod of podTemplates(config)) yield* written(pod)
    for (const pod of podTemplates(config)) yield* secretFiles(pod, config)
    for (const pod of podTemplates(config))
      for (const container of pod.containers)
        for (const mount of container.items('volumeMounts')) {
          const volume = pod.spec.items('volumes').find((each) => each.string('name') === mount.string('name'))
          const source = volume?.get('configMap') ?? volume?.get('secret')
          const name = source?.string('name') ?? source?.string('secretName')
          if (source === undefined || source.bool('optional') === true) continue
          const named = known[source.key === 'secret' ? 'Secret' : 'ConfigMap'].filter((each) => each.name === name)
          const [data, ...more] = named.filter((each) => mayShareNamespace(pod.object, each.at))
          if (data === undefined && named[0] !== undefined) yield elsewhere(pod, source, named[0])
          else if (data !== undefined && more.length === 0 && !data.open) yield* files(pod, container, mount, source, data)
        }
  },
}

/** What an init container writes beside its volumes is gone when it ends. */
function* written({ name, spec }: PodTemplate): Generator<Remark> {
  for (const container of spec.items('initContainers')) {
    const words = [...container.items('command'), ...container.items('args')]
    const mounts = container.items('volumeMounts').map((each) => (each.string('mountPath') ?? '').replace(/\/$/, ''))
    for (const [index, at] of words.entries()) {
      const path = at.string() ?? ''
      if (!/^(?:-o|-O|--output|--output-document)$/.test(words[index - 1]?.string() ?? '') || !path.startsWith('/')) continue
      if (mounts.length > 0 && !mounts.some((folder) => path.startsWith(`${folder}/`)))
        yield remark(name, container.near('volumeMounts'), `a mount that holds ${path}, which the container writes`, mounts.join(', '))
    }
  }
}

const READS = /^(?:\w+_file|ca_file|cert_file|key_file)$/

/** A file that a configuration names in the folder of a Secret or ConfigMap has the name that `items` gives it. */
function* secretFiles(pod: PodTemplate, config: Configuration): Generator<Remark> {
  const workloads = config.workloads.filter(({ at }) => pod.containers.some((container) => container.node === at.node))
  const roots = [...config.prometheus, ...config.alertmanager, ...config.promtail, ...config.loki, ...config.collectors]
  for (const workload of workloads)
    for (const mount of workload.at.items('volumeMounts')) {
      const volume = pod.spec.items('volumes').find((each) => each.string('name') === mount.string('name'))
      const source = volume?.get('secret') ?? volume?.get('configMap')
      const shown = source?.items('items').map((each) => each.get('path')) ?? []
      const folder = (mount.string('mountPath') ?? '').replace(/\/$/, '')
      const names = shown.map((at) => at?.string() ?? '')
      if (shown.length === 0 || source?.bool('optional') === true || mount.has('subPath')) continue
      for (const at of roots.filter((root) => reads(workload, root, config)).flatMap(scalarsIn)) {
        const file = READS.test(at.key) && at.string()?.startsWith(`${folder}/`) === true ? at.string()!.slice(folder.length + 1) : ''
        if (file === '' || names.includes(file)) continue
        yield remark(pod.name, shown[0] ?? mount, `${file}, which ${at.text.path} names as ${at.key}`, names.join(', '))
        break
      }
    }
}

/** One that is not written is that of `kubectl apply`. */
function mayShareNamespace(one: Cursor, other: Cursor): boolean {
  const [mine, its] = [one, other].map((each) => each.string('metadata', 'namespace') ?? each.string('namespace'))
  return mine === undefined || its === undefined || mine === its
}

function elsewhere({ name }: PodTemplate, source: Cursor, { at }: NamedData): Remark {
  const namespace = at.string('metadata', 'namespace') ?? ''
  return remark(
    name,
    source.get('name') ?? source.near('secretName'),
    'one of the namespace of the pod',
    `${nameOfObject(at)} is in ${namespace}`,
  )
}

/** Which files the mount shows, and which of them are asked for. */
function* files(owner: PodTemplate, container: Cursor, mount: Cursor, source: Cursor, data: NamedData): Generator<Remark> {
  const items = source.items('items')
  const shown = items.length > 0 ? items.flatMap((item) => item.string('path') ?? []) : [...data.keys.keys()]
  if (shown.length === 0) return
  const subPath = mount.string('subPath')
  if (subPath !== undefined) {
    if (!shown.includes(subPath) && !shown.some((each) => each.startsWith(`${subPath}/`)))
      yield remark(
        owner.name,
        mount.near('subPath'),
        `a file of the volume: ${shown.join(', ')}`,
        `${subPath}${didYouMean(subPath, shown)}: an empty folder is made`,
      )
    return
  }
  const folder = (mount.string('mountPath') ?? '').replace(/\/$/, '')
  for (const arg of [...container.items('command'), ...container.items('args')]) {
    const file = /(?:^|=)(\/[^\s=]+\.(?:ya?ml|json|conf|toml))$/.exec(arg.string() ?? '')?.[1] ?? ''
    const own = file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : ''
    const inner = container
      .items('volumeMounts')
      .some(
        (each) =>
          each !== mount &&
          file.startsWith((each.string('mountPath') ?? '?').replace(/\/$/, '')) &&
          (each.string('mountPath') ?? '').length > folder.length,
      )
    if (own !== '' && !inner && !shown.includes(own))
      yield remark(owner.name, arg, `a file of ${data.name}: ${shown.join(', ')}`, `${own}${didYouMean(own, shown)}`)
  }
}
