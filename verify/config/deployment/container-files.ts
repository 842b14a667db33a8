import path from 'node:path'
import { TEMPLATE_FILE, type Configuration } from '../configuration.ts'
import type { ConfigText, Cursor } from '../yaml/cursor.ts'
import { nameOfObject, namedData, objectsOf } from './kubernetes-objects.ts'
import type { Workload } from './workloads.ts'
import { remembered } from '../../text/remembered.ts'

/** A delivered file as a container sees it. */
export interface ContainerFile {
  /** Inside the container. */
  path: string
  text: ConfigText
  /** The mount, or the entry of configs or secrets. */
  at: Cursor
}

/** Where a bind mount's source lies, as files are named here; undefined for volumes and for paths of the host. */
export function sourceOf(owner: Cursor, source: string): string | undefined {
  if (!/^\.{1,2}(\/|$)/.test(source)) return undefined
  return path.posix.join(path.posix.dirname(owner.text.file.replaceAll('\\', '/')), source).replace(/\/$/, '')
}

/** The delivered files that a container's mounts hold, its ConfigMaps included. */
export function filesIn(workload: Workload, config: Configuration): readonly ContainerFile[] {
  return filesOf(config)(workload)
}

/** A dozen checks ask for them. */
const filesOf = remembered((config: Configuration) => remembered((workload: Workload) => mountedIn(workload, config)))

function mountedIn(workload: Workload, config: Configuration): ContainerFile[] {
  const found: ContainerFile[] = []
  for (const { source, target, at } of workload.mounts) {
    const host = sourceOf(workload.at, source)
    const folder = target.replace(/\/$/, '')
    for (const text of config.texts) {
      if (host !== undefined && text.file === host) found.push({ path: folder, text, at })
      else if (host !== undefined && (host === '.' || text.file.startsWith(`${host}/`)) && !isOfAnother(workload, text, config))
        found.push({ path: `${folder}/${host === '.' ? text.file : text.file.slice(host.length + 1)}`, text, at })
    }
    // Texts inside manifests: <configmap>/<key>.
    for (const text of embedded(config)) {
      const [owner, ...key] = text.path.split('/')
      const subPath = at.string('subPath')
      if (owner === source && key.length > 0 && host === undefined && (subPath === undefined || subPath === key.join('/')))
        found.push({ path: subPath === undefined ? `${folder}/${key.join('/')}` : folder, text, at })
    }
  }
  // What a kustomization makes a ConfigMap of.
  for (const { source, target, at } of config.kustomizations.length > 0 ? workload.mounts : [])
    for (const { name, keys } of namedData({ ...config, manifests: [] }, 'ConfigMap'))
      for (const [key, text] of name === source ? keys : []) {
        const subPath = at.string('subPath')
        if (text !== undefined && (subPath === undefined || subPath === key))
          found.push({ path: subPath === undefined ? `${target.replace(/\/$/, '')}/${key}` : target, text, at })
      }
  const root = config.compose.find((each) => each.text === workload.at.text)
  for (const at of workload.at.get('configs')?.items() ?? []) {
    const name = at.string() ?? at.string('source') ?? ''
    const file = root?.string('configs', name, 'file')
    const host = file === undefined ? undefined : sourceOf(workload.at, file)
    const isInline = root?.get('configs', name)?.has('content') === true
    const text = isInline
      ? embedded(config).find((each) => each.path === name && each.file === workload.at.text.file)
      : config.texts.find((each) => each.file === host)
    if (text !== undefined) found.push({ path: at.string('target') ?? `/${name}`, text, at })
  }
  return found
}

/** What each program reads of what stands in a folder that is mounted for something else. */
const READS: readonly (readonly [image: RegExp, (config: Configuration) => readonly Cursor[]])[] = [
  [
    /prom(?:etheus)?\/prometheus(?::|@|$)/,
    ({ prometheus, scrapeFragments, ruleFiles }) => [...prometheus, ...scrapeFragments, ...ruleFiles],
  ],
  [/\/alertmanager(?::|@|$)/, ({ alertmanager }) => alertmanager],
  [/\/loki(?::|@|$)/, ({ loki, ruleFiles }) => [...loki, ...ruleFiles]],
  [/\/promtail(?::|@|$)/, ({ promtail }) => promtail],
  [/jaeger/, ({ jaeger }) => jaeger],
  [/opentelemetry-collector/, ({ collectors }) => collectors],
]

function isOfAnother({ image }: Workload, { file }: ConfigText, config: Configuration): boolean {
  const own = READS.find(([each]) => each.test(image))
  if (own === undefined) return false
  const owners = READS.filter(([, read]) => read(config).some((root) => root.text.file === file))
  return (owners.length > 0 && !owners.includes(own)) || /\.sh$/.test(file)
}

function embedded(config: Configuration): ConfigText[] {
  const roots = [
    ...config.prometheus,
    ...config.ruleFiles,
    ...config.alertmanager,
    ...config.promtail,
    ...config.loki,
    ...config.collectors,
  ]
  return [...[...new Set(roots.map((root) => root.text))].filter((text) => text.path !== text.file), ...writtenTemplates(config)]
}

/** Templates in ConfigMaps, by `<configmap>/<key>`. */
function writtenTemplates(config: Configuration): ConfigText[] {
  return objectsOf(config)
    .filter((at) => at.string('kind') === 'ConfigMap')
    .flatMap((at) =>
      at.pairs('data').flatMap(([key, value]) => (TEMPLATE_FILE.test(key) ? (value.embedded(`${nameOfObject(at)}/${key}`) ?? []) : [])),
    )
}

/** What a container has at a path; unknown: its image or a mount that is not read here may hold it. */
export function fileAt(workload: Workload, config: Configuration, file: string): ContainerFile | 'unknown' | 'absent' {
  const wanted = path.posix.normalize(file)
  const found = filesIn(workload, config).find((each) => each.path === wanted)
  if (found !== undefined) return found
  // A file that is mounted there and not among the texts is missing, or of another kind.
  const isCovered = workload.mounts.some(
    ({ source, target }) =>
      wanted === target || (wanted.startsWith(`${target.replace(/\/$/, '')}/`) && sourceOf(workload.at, source) === undefined),
  )
  const configs = workload.at.get('configs')?.items() ?? []
  const isConfig = configs.some((each) => (each.string('target') ?? `/${each.string() ?? each.string('source') ?? ''}`) === wanted)
  // A Dockerfile in the compose file says what it copies.
  const inline = workload.at.string('build', 'dockerfile_inline')
  const isBuilt = workload.at.has('build') && (inline === undefined || inline.includes(path.posix.basename(wanted)))
  return isCovered || isConfig || isBuilt ? 'unknown' : 'absent'
}

/** Whether a container has the file of a document. */
export function reads(workload: Workload, root: Cursor, config: Configuration): boolean {
  return filesIn(workload, config).some(({ text }) => text.file === root.text.file && text.path === root.text.path)
}

/** Of several instances of a program those that a host runs; all of them where the deployment does not say which. */
export function rootsAt(host: string, roots: readonly Cursor[], config: Configuration): readonly Cursor[] {
  if (roots.length < 2) return roots
  const short = host.split('.')[0] ?? ''
  const owners = config.workloads.filter(({ name, container, aliases = [] }) => [name, container, ...aliases].includes(short))
  const found = roots.filter((root) => owners.some((owner) => reads(owner, root, config)))
  return found.length > 0 ? found : roots
}

/** A path of a configuration file, which may be relative to the file's folder. */
export function resolveIn(folder: string, file: string): string {
  return path.posix.resolve(folder, file)
}

export function folderOf(file: string): string {
  return path.posix.dirname(file)
}

/** Without `./` and `..` inside. */
export function plainPath(file: string): string {
  return path.posix.normalize(file)
}

export function nameOf(file: string): string {
  return path.posix.basename(file)
}
