import { basename, dirname, join, normalize } from 'node:path'
import type { Configuration } from '../configuration.ts'
import type { ConfigText, Cursor } from '../yaml/cursor.ts'
import { patchFilesOf } from './kustomize.ts'

/** Kubernetes objects as written, those of a List one by one. */
export function objectsOf({ manifests }: Pick<Configuration, 'manifests'>): Cursor[] {
  return manifests.flatMap((root) => (/List$/.test(root.string('kind') ?? '') ? [...root.items('items')] : [root]))
}

/** Without patches of kustomize, which are parts of objects. */
export function wholeObjects(config: Pick<Configuration, 'manifests' | 'kustomizations'>): Cursor[] {
  const patches = new Set(config.kustomizations.flatMap(patchFilesOf))
  return objectsOf(config).filter(({ text }) => !patches.has(normalize(text.file)))
}

export function nameOfObject(at: Cursor): string {
  return at.string('metadata', 'name') ?? ''
}

/** A ConfigMap or Secret: written, or made by a generator of a kustomization. */
export interface NamedData {
  name: string
  /** The texts that are known of its keys; undefined: the key is there, its text is not read. */
  keys: ReadonlyMap<string, ConfigText | undefined>
  /** What gives each key its name. */
  places: ReadonlyMap<string, Cursor>
  /** Made of literals or env files besides, or an example to copy: what further keys it has is not known. */
  open: boolean
  at: Cursor
}

/** `secrets.example.yaml`, `sample-secret.yml`: what is applied is a copy of it that is kept elsewhere. */
export function isExample({ text }: Cursor): boolean {
  return EXAMPLE.test(basename(text.file))
}

const EXAMPLE = /(?:^|[._-])(?:examples?|samples?|template|tmpl|dist)(?:[._-]|$)/i

const GENERATORS = { ConfigMap: 'configMapGenerator', Secret: 'secretGenerator' } as const

export function namedData(
  config: Pick<Configuration, 'manifests' | 'kustomizations' | 'texts'>,
  kind: 'ConfigMap' | 'Secret',
): NamedData[] {
  const written = objectsOf(config)
    .filter((at) => at.string('kind') === kind)
    .map((at) => {
      const pairs = ['data', 'stringData', 'binaryData'].flatMap((key) => at.pairs(key))
      return {
        name: nameOfObject(at),
        keys: new Map(pairs.map(([key]) => [key, undefined] as const)),
        places: new Map(pairs),
        open: kind === 'Secret' && isExample(at),
        at,
      }
    })
  const generated = config.kustomizations.flatMap((root) => root.items(GENERATORS[kind])).map((at) => generatedData(at, config))
  return [...written, ...generated]
}

function generatedData(at: Cursor, { texts }: Pick<Configuration, 'texts'>): NamedData {
  const files = filesOfGenerator(at)
  return {
    name: at.string('name') ?? '',
    keys: new Map(files.map(({ key, file }) => [key, texts.find((text) => normalize(text.file) === file)] as const)),
    places: new Map(files.map(({ key, at: each }) => [key, each])),
    open: at.has('literals') || at.has('envs') || at.has('env') || at.string('behavior') === 'merge',
    at,
  }
}

interface NamedFile {
  /** Named as texts are. */
  file: string
  /** kustomize reads files below the kustomization only. */
  outside: boolean
  at: Cursor
}

/** `[key=]path` each; a path starts from the folder of the kustomization. */
export function filesOfGenerator(at: Cursor): (NamedFile & { key: string })[] {
  return at.items('files').map((each) => {
    const text = each.string() ?? ''
    const [key, path] = text.includes('=') ? [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] : [undefined, text]
    return { key: key ?? path.split('/').at(-1) ?? '', ...named(path, each) }
  })
}

/** Files and folders that a kustomization is made of; addresses of repositories are none. */
export function resourcesOf(kustomization: Cursor, keys: readonly string[] = ['resources', 'components', 'bases']): NamedFile[] {
  return keys
    .flatMap((key) => kustomization.items(key))
    .filter((at) => !/:\/\/|^git@|\?ref=|^[\w-]+\.[\w.-]+\/.*\//.test(at.string() ?? ''))
    .map((at) => named(at.string() ?? '', at))
}

function named(path: string, at: Cursor): NamedFile {
  const folder = normalize(dirname(at.text.file))
  const file = normalize(join(folder, path))
  return { file, outside: folder === '.' ? file.startsWith('..') : !file.startsWith(`${folder}/`), at }
}

/** What the kustomization is laid over; undefined where some of it is not among the given files. */
export function kustomizedObjects(root: Cursor, config: Pick<Configuration, 'manifests' | 'kustomizations'>): Cursor[] | undefined {
  const all = wholeObjects(config)
  const resources = resourcesOf(root)
  const written = ['resources', 'components', 'bases'].flatMap((key) => root.items(key)).length
  if (resources.length < written || root.has('helmCharts') || root.has('generators')) return undefined
  const found: Cursor[] = []
  for (const { file } of resources) {
    const path = file.replace(/\/$/, '')
    const own = all.filter((each) => normalize(each.text.file) === path)
    const inner = config.kustomizations.find((each) => each !== root && dirname(normalize(each.text.file)) === path)
    const below = own.length > 0 ? own : inner === undefined ? undefined : kustomizedObjects(inner, config)
    if (below === undefined || ['namePrefix', 'nameSuffix'].some((key) => inner?.has(key) === true)) return undefined
    found.push(...below)
  }
  return found
}
