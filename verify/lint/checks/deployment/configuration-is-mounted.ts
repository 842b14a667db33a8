import { note, remark, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { fileAt, filesIn, nameOf, plainPath, sourceOf } from '../../../config/deployment/container-files.ts'
import { ruleOwners } from '../../../config/deployment/loaded-rules.ts'
import { readableDocuments, type Cursor } from '../../../config/yaml/cursor.ts'
import { filesOfGenerator } from '../../../config/deployment/kubernetes-objects.ts'
import { kindOf } from '../../../config/kinds.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

type Reads = 'prometheus' | 'promtail' | 'loki' | 'collectors' | 'alertmanager' | 'jaeger'
interface Reader {
  image: RegExp
  flag: RegExp
  reads: Reads
  /** Where the image looks without the flag. */
  usual?: string
}

const READERS: Reader[] = [
  {
    image: /prom\/prometheus|\/prometheus:|^prometheus$/,
    // One dash is refused: flags-are-known says it.
    flag: /^-{1,2}config\.file=(.+)$/,
    reads: 'prometheus',
    usual: '/etc/prometheus/prometheus.yml',
  },
  { image: /promtail/, flag: /^-{1,2}config\.file=(.+)$/, reads: 'promtail', usual: '/etc/promtail/config.yml' },
  { image: /loki/, flag: /^-{1,2}config\.file=(.+)$/, reads: 'loki', usual: '/etc/loki/local-config.yaml' },
  {
    image: /opentelemetry-collector-contrib/,
    flag: /^--config=(?:file:)?(\/.+)$/,
    reads: 'collectors',
    usual: '/etc/otelcol-contrib/config.yaml',
  },
  { image: /opentelemetry-collector[:@]/, flag: /^--config=(?:file:)?(\/.+)$/, reads: 'collectors', usual: '/etc/otelcol/config.yaml' },
  { image: /collector/, flag: /^--config=(?:file:)?(\/.+)$/, reads: 'collectors' },
  { image: /alertmanager/, flag: /^-{1,2}config\.file=(.+)$/, reads: 'alertmanager', usual: '/etc/alertmanager/alertmanager.yml' },
  { image: /jaeger/, flag: /^--config(?:-file)?=(?:file:)?(\/.+)$/, reads: 'jaeger' },
]

/** Files that images come with. */
const IMAGES_OWN =
  /^\/etc\/(prometheus\/prometheus|promtail\/config|loki\/local-config|loki\/config|alertmanager\/alertmanager|otelcol[\w-]*\/config)\.ya?ml$/

export const check: Check = {
  meta: {
    id: 'configuration-is-mounted',
    needs: ['workloads'],
    title: 'Every component reads the delivered configuration',
    failureTitle: 'A component reads a file that is not mounted, or a delivered file is not mounted',
    why: 'With a wrong mount the component does not start, or starts with the example configuration of its image: none of the delivered configuration is used.',
    mend: "In the compose file, mount the delivered file at the path that the component's --config flag names.",
    example: 'command: [--config.file=/etc/loki/loki.yml]\nvolumes: ["./monitoring/loki/loki.yml:/etc/loki/config.yml:ro"]',
  },
  *judge({ config }) {
    for (const workload of config.workloads) {
      const reader = READERS.find(({ image }) => image.test(workload.image) || image.test(workload.name))
      if (reader !== undefined) yield* judgeReader(workload, reader, config)
      else yield* movedFile(workload, config)
      yield* folderAsFile(workload, config)
    }
    yield* unmounted(config)
  },
}

/** A folder at the path of a file: the program finds a folder where it opens its configuration. */
function* folderAsFile(workload: Workload, config: Configuration): Generator<Remark> {
  for (const { source, target, at } of workload.mounts) {
    const host = sourceOf(workload.at, source)
    const inside = host === undefined ? [] : config.texts.filter(({ file }) => file.startsWith(`${host}/`))
    if (!/\.(?:ya?ml|json|sh|conf|toml|rules)$/.test(target) || inside.length === 0 || config.texts.some(({ file }) => file === host))
      continue
    const meant = inside.find(({ file }) => nameOf(file) === nameOf(target))
    yield remark(workload.name, at, `${meant === undefined ? 'a file' : meant.file} at ${target}`, `${host ?? source}, a folder`)
  }
}

function* judgeReader(workload: Workload, reader: Reader, config: Configuration): Generator<Remark> {
  const own = filesIn(workload, config).filter(({ text }) => config[reader.reads].some((root) => root.text.file === text.file))
  const flags = workload.args.flatMap(({ value, at }, index) => {
    // A value may be an argument of its own.
    const file = (reader.flag.exec(value) ?? reader.flag.exec(`${value}=${workload.args[index + 1]?.value ?? ''}`))?.[1]
    return file === undefined ? [] : [{ file, at }]
  })
  // A script or an image of its own may name another file.
  const usual = workload.at.has('entrypoint') || workload.at.has('build') ? undefined : reader.usual
  const [first] = own
  if (flags.length === 0 && usual !== undefined && first !== undefined && !own.some(({ path }) => path === usual))
    yield remark(
      workload.name,
      first.at,
      `${first.text.file} mounted at ${usual}, or --config.file=${first.path}`,
      `mounted at ${first.path}`,
    )
  for (const { file, at } of flags) {
    const found = fileAt(workload, config, file)
    if (found === 'unknown') {
      // A volume of data may hold it, but the delivered file is mounted beside.
      const [beside] = own.filter(({ path }) => flags.every((flag) => flag.file !== path))
      const volume = workload.mounts.find(({ source, target }) => file.startsWith(`${target}/`) && /^[A-Za-z0-9][\w.-]*$/.test(source))
      const isCompose = config.compose.some((root) => root.text === workload.at.text)
      if (beside !== undefined && volume !== undefined && isCompose && !workload.at.has('build'))
        yield remark(workload.name, at, `${beside.path}, where ${beside.text.file} is mounted`, file)
      continue
    }
    if (found !== 'absent') {
      const isRead =
        config[reader.reads].some((root) => root.texts.some((text) => text.file === found.text.file)) ||
        // One of several, of which another is not known here, is judged nowhere.
        (reader.reads === 'collectors' && readableDocuments(found.text).some((root) => kindOf(root) === 'collector'))
      const isOther = config.files.includes(found.text.file) && !isRead
      if (isOther)
        yield remark(
          workload.name,
          found.at,
          `the configuration of ${workload.name} at ${file}`,
          `${found.text.file}, which is something else`,
        )
      continue
    }
    // The image's own configuration, and nothing is delivered in its place.
    if (own.length === 0 && (IMAGES_OWN.test(file) || imageNameOf(workload.image).known === undefined)) continue
    const missed = own.find(({ path }) => flags.every((flag) => flag.file !== path))
    yield remark(
      workload.name,
      missed === undefined || (nameOf(missed.path) === nameOf(missed.text.file) && nameOf(file) !== nameOf(missed.text.file))
        ? at
        : missed.at,
      `a mount that holds ${file}`,
      workload.mounts.length === 0 ? 'no mount' : workload.mounts.map((mount) => mount.target).join(', '),
    )
  }
}

/** A program that is not known here, whose flag names a file that is mounted at another path. */
function* movedFile(workload: Workload, config: Configuration): Generator<Remark> {
  for (const { value } of workload.args) {
    const file = /^-{1,2}config(?:[._-]?file)?=(\/[\w./-]+\.\w+)$/.exec(value)?.[1]
    const mount = workload.mounts.find(({ target }) => file !== undefined && target !== file && nameOf(target) === nameOf(file))
    if (file !== undefined && mount !== undefined && fileAt(workload, config, file) === 'absent')
      yield remark(workload.name, mount.at.near('target'), `a mount that holds ${file}`, `${nameOf(file)} at ${mount.target}`)
  }
}

/** The folder of a file, with a slash at its end. */
function homeOf(file: string): string {
  return file.replace(/[^/\\]*$/, '')
}

function* unmounted(config: Configuration): Generator<Remark> {
  // The sources of a pod's mounts are names of ConfigMaps, no paths.
  const isPod = (workload: Workload): boolean => config.manifests.some((root) => root.text === workload.at.text)
  const sources = config.workloads.flatMap((workload) => [
    ...(isPod(workload) ? [] : workload.mounts.map((mount) => mount.source.replace(/^\.\//, '').replace(/\/$/, ''))),
    ...filesIn(workload, config).map(({ text }) => text.file),
  ])
  const delivered: Cursor[] = [
    ...config.prometheus,
    ...config.ruleFiles,
    ...config.alertmanager,
    ...config.promtail,
    ...config.loki,
    ...config.collectors,
    ...config.jaeger,
    ...config.datasources,
    ...config.dashboards,
    ...(config.kustomizations.length > 0 ? [...config.contactPoints, ...config.provisioning] : []),
  ].filter((root) => root.text.path === root.text.file && root.key === '')
  const reads = (file: string): boolean =>
    sources.some(
      (source) =>
        source !== '' && (file === source || file.endsWith(`/${source}`) || file.startsWith(`${source}/`) || file.includes(`/${source}/`)),
    )
  // What is mounted says where this deployment keeps its files; those beside are for others.
  const folders = config.workloads.flatMap((workload) => {
    const home = homeOf(workload.at.text.file)
    return filesIn(workload, config).flatMap(({ text }) =>
      text.file.startsWith(home) ? `${home}${text.file.slice(home.length).split('/').slice(0, -1)[0] ?? ''}` : [],
    )
  })
  const isOfThis = (file: string): boolean => folders.some((folder) => homeOf(file) === folder || file.startsWith(`${folder}/`))
  // An image of one's own may have the file inside.
  const baked = (file: string): boolean => config.workloads.some((workload) => mayHold(workload, file))
  // Where none of the files is mounted, they are deployed by other means.
  if (!delivered.some((root) => reads(root.text.file))) return
  // A second configuration of a program, beside the one that is mounted, is for another deployment: an example, say.
  const alone = [config.prometheus, config.alertmanager, config.promtail, config.loki, config.collectors, config.jaeger]
  const isSecond = (root: Cursor): boolean =>
    alone.some((roots) => roots.includes(root) && roots.some((other) => other !== root && reads(other.text.file)))
  const owners = ruleOwners(config)
  for (const root of delivered) {
    if (reads(root.text.file) || baked(root.text.file)) continue
    const loadedBy = owners.get(root)?.loadedBy ?? []
    if (isSecond(root) || (loadedBy.length > 0 && loadedBy.every((each) => isSecond(each) && !reads(each.text.file))))
      yield note(
        root.text.file,
        root,
        'a container that reads the file',
        'read by no container of these files: it is for another deployment',
      )
    else if (isOfThis(root.text.file)) yield remark(root.text.file, root, 'a container that mounts the file', 'no mount')
    else yield* ungenerated(root, config, reads)
  }
}

/** A file beside those of which a kustomization makes a ConfigMap that is mounted. */
function* ungenerated(root: Cursor, config: Configuration, reads: (file: string) => boolean): Generator<Remark> {
  const file = plainPath(root.text.file)
  const generators = config.kustomizations.flatMap((each) => each.items('configMapGenerator'))
  if (generators.some((each) => filesOfGenerator(each).some((own) => own.file === file))) return
  const beside = generators.find((each) => filesOfGenerator(each).some((own) => homeOf(own.file) === homeOf(file) && reads(own.file)))
  const list = beside?.get('files')
  if (list !== undefined)
    yield remark(
      root.text.file,
      list,
      `${root.text.file} among the files`,
      `${filesOfGenerator(beside!)
        .map(({ key }) => key)
        .join(', ')}: no container has it`,
    )
}

/** Published images have no configuration of this platform. */
const PUBLISHED =
  /(?:^|\/)(?:prom|grafana|jaegertracing|otel|oliver006|bitnami)\/[^/]+$|^quay\.io\/prometheus\/|^(?:redis|mysql|postgres)(?::|$)/

/** Whether the image of a part of the monitoring may have been built with the file. */
function mayHold({ image, name, at }: Workload, file: string): boolean {
  if (![...READERS.map((reader) => reader.image), /grafana/].some((pattern) => pattern.test(image) || pattern.test(name))) return false
  if (!at.has('build')) return image !== '' && !PUBLISHED.test(image)
  const inline = at.string('build', 'dockerfile_inline')
  // COPY of the file, or of a folder that holds it.
  return (
    inline === undefined ||
    inline.split('\n').some((line) => /^\s*(?:COPY|ADD)\s/i.test(line) && (line.includes(nameOf(file)) || /\s\.?\/?\s/.test(line)))
  )
}
