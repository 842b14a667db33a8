import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { filesIn, folderOf, nameOf, reads, resolveIn } from '../../../config/deployment/container-files.ts'
import { loopedWords, startOf } from '../../../config/deployment/shell-script.ts'
import { generatorOf, mayShareNamespace, podMounts, type PodMount } from '../../../config/deployment/pod-volumes.ts'
import { scalarsIn, type ConfigText, type Cursor, type Place } from '../../../config/yaml/cursor.ts'
import { namedData, nameOfObject, type NamedData } from '../../../config/deployment/kubernetes-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'

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
    for (const pod of podTemplates(config)) for (const container of pod.containers) yield* asked(pod, container, config)
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
          else if (data !== undefined && more.length === 0 && !data.open) yield* subPaths(pod, mount, source, data, config)
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

/** A file that a container is started with, or that what it is started with names. */
interface Asked {
  path: string
  at: Cursor | Place
  who: string
  /** Of its own command line. */
  isWord: boolean
}

/** What is asked for below a ConfigMap or Secret is a file that it holds. */
function* asked(pod: PodTemplate, container: Cursor, config: Configuration): Generator<Remark> {
  const mounts = podMounts(pod, container, config)
  const all = askedBy(container, mounts, config)
  const found = all.map((each) => ({ ...each, ...mountOf(each.path, mounts) }))
  const isMissing = ({ mount, rest }: (typeof found)[number]): boolean =>
    mount?.files !== undefined && !mount.files.has(rest) && ![...mount.files.keys()].some((file) => file.startsWith(`${rest}/`))
  const said = new Set<string>()
  for (const each of found) {
    const { path, mount, rest, at, who, isWord } = each
    const key = `${mount?.path ?? ''} ${rest}`
    if (said.has(key)) continue
    if (mount?.files === undefined) {
      const moved = elsewhereMounted(each, mounts)
      const all = found.filter(
        (other) => other.mount === undefined && !other.isWord && moved?.mount.files?.has(nameOf(other.path)) === true,
      )
      if (moved === undefined || (mount !== undefined && !isWord)) continue
      said.add(key)
      const own = `${moved.mount.path}/${moved.file}`
      // Where nothing else finds what the mount holds, the mount is elsewhere.
      if (!isWord && !found.some((other) => other.mount === moved.mount) && all.length > 1) {
        for (const other of all) said.add(` ${other.rest}`)
        yield remark(pod.name, moved.mount.at, `a mount at ${folderOf(path)}: ${who} names ${path}`, `${own}`)
      } else yield remark(pod.name, at, `${own}, where it is mounted`, path)
      continue
    }
    if (!isMissing(each)) continue
    said.add(key)
    const shown = [...mount.files.keys()]
    if (rest === '') {
      yield remark(
        pod.name,
        mount.at.near('mountPath'),
        `${folderOf(path)}, or ${path} with the subPath ${shown.includes(nameOf(path)) ? nameOf(path) : 'of a file'}`,
        `${path} without subPath: a folder of ${shown.join(', ')}, and ${isWord ? 'its command' : who} reads it as a file`,
      )
      continue
    }
    const made = generatorOf(mount, rest, config)
    const meant = nearest(rest, shown, Math.max(1, Math.min(3, Math.floor(rest.length / 3))))
    const isAskedElsewhere = found.some((other) => other.mount === mount && other.rest === meant)
    const [idle, ...others] = shown.filter((file) => !found.some((other) => other.mount === mount && other.rest === file))
    const named = meant === undefined ? (others.length === 0 ? idle : undefined) : isAskedElsewhere ? undefined : meant
    const slip = isWord || named === undefined ? undefined : mount.files.get(named)?.at
    const [name] = mount.made.map((one) => one.name)
    // Others of its files are read as they are named: it is the one that was forgotten.
    const isForgotten = !isWord && meant === undefined && found.some((other) => other.mount === mount && !isMissing(other))
    const list = isForgotten ? listOf(mount) : undefined
    const place = (made?.isRenamed === true || slip === undefined ? made?.at : undefined) ?? slip ?? list ?? at
    const finding = remark(
      pod.name,
      place,
      `${isWord ? `a file of ${name ?? 'the mount'}: ${shown.join(', ')}` : `${rest}, which ${who} reads at ${path}`}`,
      place === at ? `${rest}${didYouMean(rest, shown)}` : `${shown.join(', ')}: no ${rest}`,
    )
    // That no container has the file which the list lacks, or has it elsewhere, is the same.
    yield place === at
      ? finding
      : {
          ...finding,
          causes: {
            lines: [finding.at.line, finding.at.line],
            of: ['configuration-is-mounted', 'prometheus-loads-rules'],
            elsewhere: { of: ['configuration-is-mounted'], naming: shown.map((file) => file.split(/\W/)[0] ?? '') },
          },
        }
  }
}

/** What lists the files of a ConfigMap or Secret. */
function listOf({ made, items }: PodMount): Cursor | undefined {
  if (items !== undefined) return items
  const [only, ...more] = made
  return more.length > 0 ? undefined : (only?.at.get('files') ?? only?.at.get('stringData') ?? only?.at.get('data'))
}

function mountOf(path: string, mounts: readonly PodMount[]): { mount: PodMount | undefined; rest: string } {
  const own = mounts.filter((each) => each.path !== '' && (path === each.path || path.startsWith(`${each.path}/`)))
  const mount = own.toSorted((a, b) => b.path.length - a.path.length)[0]
  return { mount, rest: mount === undefined ? path : path.slice(mount.path.length + 1) }
}

/** A file of this name, or nearly, that another mount shows. */
function elsewhereMounted({ path, isWord }: Asked, mounts: readonly PodMount[]): { mount: PodMount; file: string } | undefined {
  const name = nameOf(path)
  for (const mount of mounts)
    for (const file of mount.files?.keys() ?? [])
      if (file === name || (isWord && /\.sh$/.test(file) && nearest(name, [file], 2) !== undefined)) return { mount, file }
  return undefined
}

function askedBy(container: Cursor, mounts: readonly PodMount[], config: Configuration): Asked[] {
  const words: Asked[] = [...container.items('command'), ...container.items('args')].flatMap((at) => {
    const path = /(?:^|=)(\/[^\s=]+\.(?:ya?ml|json|conf|toml|sh))$/.exec(at.string() ?? '')?.[1]
    return path === undefined ? [] : [{ path, at, who: 'its command', isWord: true }]
  })
  const scripts = words.flatMap(({ path }) => {
    const { mount, rest } = mountOf(path, mounts)
    return mount?.files?.get(rest)?.text ?? []
  })
  const named = scripts.filter(({ file }) => /\.sh$/.test(file)).flatMap((text) => askedByScript(text, mounts))
  const workload = config.workloads.find(({ at }) => at.node === container.node)
  const roots = [...config.prometheus, ...config.alertmanager, ...config.promtail, ...config.loki, ...config.collectors]
  const written = roots
    .filter((root) => workload !== undefined && reads(workload, root, config))
    .flatMap(scalarsIn)
    .filter((at) => READS.test(at.key) && at.string()?.startsWith('/') === true)
    .map((at) => ({ path: at.string() ?? '', at, who: `${at.text.path} (${at.key})`, isWord: false }))
  return [...words, ...named, ...written, ...(workload === undefined ? [] : rulesOf(workload, config))]
}

/** Rule files by their names; what a pattern finds is asked by prometheus-loads-rules. */
function rulesOf(workload: Workload, config: Configuration): Asked[] {
  return config.prometheus.flatMap((root) => {
    const own = filesIn(workload, config).find(({ text }) => text === root.text)
    return own === undefined
      ? []
      : root
          .items('rule_files')
          .filter((at) => /^[\w./-]+$/.test(at.string() ?? ''))
          .map((at) => ({
            path: resolveIn(folderOf(own.path), at.string() ?? ''),
            at,
            who: `${root.text.path} (rule_files)`,
            isWord: false,
          }))
  })
}

/** What a start script reads below the mounts. */
function askedByScript(script: ConfigText, mounts: readonly PodMount[]): Asked[] {
  const looped = loopedWords(script.text)
  const { written } = startOf(looped)
  const lines = script.text.split('\n')
  const paths = new Set(
    [...looped.replace(/^\s*#.*$/gm, '').matchAll(/(?<![\w.}])(\/(?:[\w.-]+\/)+[\w.-]+)/g)].map(([, path = '']) => path),
  )
  return [...paths].flatMap((path) => {
    const index = lines.findIndex((line) => !/^\s*#/.test(line) && line.includes(folderOf(path)))
    const { mount } = mountOf(path, mounts)
    const isData = mount?.files !== undefined || (mount === undefined && path.startsWith('/run/secrets/'))
    if (written.includes(path) || index < 0 || !isData) return []
    const at = { file: script.file, line: index + 1, column: 1, length: Math.max(1, lines[index]?.length ?? 1) }
    return [{ path, at, who: script.file, isWord: false }]
  })
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

/** For a subPath that is no file of the volume a folder is made. */
function* subPaths(owner: PodTemplate, mount: Cursor, source: Cursor, data: NamedData, config: Configuration): Generator<Remark> {
  const items = source.items('items')
  const shown = items.length > 0 ? items.flatMap((item) => item.string('path') ?? []) : [...data.keys.keys()]
  const subPath = mount.string('subPath')
  if (shown.length === 0 || subPath === undefined || shown.includes(subPath) || shown.some((each) => each.startsWith(`${subPath}/`))) return
  const made =
    items.length > 0 ? undefined : generatorOf({ made: [data], path: '', at: mount, files: undefined, items: undefined }, subPath, config)
  yield remark(
    owner.name,
    made?.at ?? mount.near('subPath'),
    `a file of the volume: ${shown.join(', ')}`,
    `${subPath}${didYouMean(subPath, shown)}: an empty folder is made`,
  )
}
