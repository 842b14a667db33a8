import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { filesIn, folderOf, resolveIn, sourceOf } from '../../../config/deployment/container-files.ts'
import { readableDocuments, type Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

export const check: Check = {
  meta: {
    id: 'data-folders-are-kept',
    needs: ['workloads'],
    title: 'Every store writes to a volume, and may write to it',
    failureTitle: 'A store cannot write its data, or writes it where it is lost',
    why: 'A data folder that is mounted read-only keeps the program from starting. One beside its volume is in the container: it is gone with the next `docker compose up` that makes the container anew.',
    mend: "In the compose file, mount the volume at the folder that the finding names, without :ro, or set the program's data folder to the volume.",
    example: 'loki:\n  volumes: ["loki_data:/loki:ro"]',
  },
  *judge({ config }) {
    for (const workload of config.workloads) yield* overImage(workload)
    for (const workload of config.workloads)
      for (const folder of dataFolders(workload, config)) yield* judge(workload, folder, movedBy(workload, folder))
  },
}

/** Folders of the system: a volume there hides what a newer image brings. */
const OF_THE_IMAGE = /^\/(?:bin|etc|lib|sbin|usr|usr\/local|usr\/bin|usr\/lib|var|var\/lib)?$/

/** https://docs.docker.com/engine/storage/volumes/#populate-a-volume-using-a-container: filled once, and never again. */
function* overImage({ name, mounts }: Workload): Generator<Remark> {
  for (const { source, target, at } of mounts)
    if (/^[A-Za-z0-9][\w.-]*$/.test(source) && OF_THE_IMAGE.test(target.replace(/\/+$/, '')))
      yield warning(
        name,
        at,
        'the volume at a folder of its own',
        `${target}, a folder of the image: the volume keeps its first copy for ever`,
      )
}

/** The flag that names another folder than the image's own, which the volume is at. */
function movedBy(workload: Workload, folder: string): Cursor | undefined {
  const known = IMAGES.find(({ image }) => image.test(workload.image))
  const isThere = known !== undefined && workload.mounts.some(({ target }) => target.replace(/\/+$/, '') === known.usual)
  return isThere && folder !== known.usual ? workload.args.find(({ value }) => known.flag?.test(value))?.at : undefined
}

function* judge(workload: Workload, folder: string, moved: Cursor | undefined): Generator<Remark> {
  const covers = ({ target }: { target: string }): boolean => isBelow(folder, target)
  // The innermost mount counts.
  const [mount] = workload.mounts.filter(covers).toSorted((a, b) => b.target.length - a.target.length)
  if (mount?.readOnly === true) {
    yield remark(workload.name, mount.at, `${folder} to be writable: ${workload.name} keeps its data there`, 'mounted read-only')
    return
  }
  if (mount !== undefined) return
  const tmpfs = [...workload.at.strings('tmpfs')].map((each) => each.split(':')[0] ?? '')
  if (workload.at.bool('read_only') === true && !tmpfs.some((target) => isBelow(folder, target)))
    yield remark(workload.name, workload.at.near('read_only'), `a volume or tmpfs at ${folder}`, 'read_only: true')
  // A volume that is there for the data, and stands elsewhere.
  const volumes = workload.mounts.filter(
    ({ source, readOnly, at }) =>
      !readOnly && /^[A-Za-z0-9][\w.-]*$/.test(source) && sourceOf(workload.at, source) === undefined && at !== undefined,
  )
  const [only, ...more] = volumes
  if (only !== undefined && more.length === 0)
    yield warning(
      workload.name,
      moved ?? only.at,
      `the volume ${only.source} at ${folder}, where ${workload.name} keeps its data`,
      `at ${only.target}: what is written is lost with the container`,
    )
}

function isBelow(folder: string, target: string): boolean {
  const base = target.replace(/\/+$/, '')
  return base !== '' && (folder === base || folder.startsWith(`${base}/`))
}

/** Folders of the images that write there unless a flag, a variable or the configuration says otherwise. */
const IMAGES: { image: RegExp; usual: string; flag?: RegExp; env?: string }[] = [
  { image: /(?:^|\/)prometheus(?:[:@]|$)/, usual: '/prometheus', flag: /^--storage\.tsdb\.path=(\/.+)$/ },
  { image: /(?:^|\/)alertmanager(?:[:@]|$)/, usual: '/alertmanager', flag: /--storage\.path=(\/[^\s"']+)/ },
  { image: /(?:^|\/)grafana(?:-oss|-enterprise)?(?:[:@]|$)/, usual: '/var/lib/grafana', env: 'GF_PATHS_DATA' },
  { image: /(?:^|\/)(?:mysql|mariadb)(?:[:@]|$)/, usual: '/var/lib/mysql', flag: /^--datadir=(\/.+)$/ },
  { image: /(?:^|\/)postgres(?:[:@]|$)/, usual: '/var/lib/postgresql/data', env: 'PGDATA' },
]

function dataFolders(workload: Workload, config: Configuration): string[] {
  const known = IMAGES.find(({ image }) => image.test(workload.image))
  const files = filesIn(workload, config)
  if (known !== undefined) {
    const texts = [
      ...workload.args.map(({ value }) => value),
      ...files.filter(({ path: file }) => file.endsWith('.sh')).map(({ text }) => text.text),
    ]
    const flag = texts.flatMap((text) => known.flag?.exec(text)?.[1] ?? [])[0]
    return [resolveIn('/', flag ?? workload.env.get(known.env ?? '')?.value ?? known.usual)]
  }
  const read = (roots: readonly Cursor[]): Cursor | undefined =>
    roots.find((root) => files.some(({ text }) => text.file === root.text.file))
  const [loki, promtail] = [read(config.loki), read(config.promtail)]
  if (loki !== undefined && /loki/.test(workload.image)) {
    const stores = [loki.string('common', 'path_prefix'), loki.string('storage_config', 'filesystem', 'directory')]
    return stores.filter((folder): folder is string => folder?.startsWith('/') === true).slice(0, 1)
  }
  if (/grafana\/tempo/.test(workload.image)) {
    const roots = files.flatMap(({ text }) => (/\.ya?ml$/.test(text.path) ? readableDocuments(text) : []))
    const stores = roots.flatMap((root) => [
      root.string('storage', 'trace', 'local', 'path'),
      root.string('storage', 'trace', 'wal', 'path'),
    ])
    // Where no volume is, its traces are to be lost.
    return stores
      .filter(
        (folder): folder is string => folder?.startsWith('/') === true && workload.mounts.some(({ target }) => isBelow(folder, target)),
      )
      .slice(0, 1)
  }
  const positions = promtail?.string('positions', 'filename')
  if (positions?.startsWith('/') === true && /promtail/.test(workload.image)) {
    const folder = folderOf(positions)
    // Where no mount is, log-agent-is-whole says so.
    return workload.mounts.some(({ target }) => isBelow(folder, target)) ? [folder] : []
  }
  return []
}
