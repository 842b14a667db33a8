import { dirname, join, normalize } from 'node:path'
import type { Configuration } from '../configuration.ts'
import type { ConfigText, Cursor } from '../yaml/cursor.ts'
import { present } from '../../text/present.ts'
import { filesOfGenerator, namedData, type NamedData } from './kubernetes-objects.ts'
import type { PodTemplate } from './pod-templates.ts'

/** A file that a container sees of a ConfigMap or Secret; `at` is what gives it its name. */
export interface PodFile {
  text: ConfigText | undefined
  at: Cursor
}

/** A mount of a container. */
export interface PodMount {
  /** Without a slash at its end; with a subPath the path of the file. */
  path: string
  at: Cursor
  /** By its path below the mount ('' is the mount itself); undefined: what it holds is not known here. */
  files: ReadonlyMap<string, PodFile> | undefined
  /** What it is made of, as written. */
  made: readonly NamedData[]
  /** The list that chooses of it. */
  items: Cursor | undefined
}

/** One that is not written is that of `kubectl apply`. */
export function mayShareNamespace(one: Cursor, other: Cursor): boolean {
  const [mine, its] = [one, other].map((each) => each.string('metadata', 'namespace') ?? each.string('namespace'))
  return mine === undefined || its === undefined || mine === its
}

export function podMounts({ spec, object }: PodTemplate, container: Cursor, config: Configuration): PodMount[] {
  const known = { configMap: namedData(config, 'ConfigMap'), secret: namedData(config, 'Secret') }
  return container.items('volumeMounts').map((at) => {
    const volume = spec.items('volumes').find((each) => each.string('name') === at.string('name'))
    const sources = volume === undefined ? [] : [volume, ...volume.items('projected', 'sources')]
    const isProjected = volume?.has('projected') === true
    const parts = sources.flatMap((each) =>
      (['configMap', 'secret'] as const).flatMap((kind) => {
        const source = each.get(kind)
        return source === undefined
          ? []
          : [
              partOf(
                source,
                known[kind].filter((one) => mayShareNamespace(object, one.at)),
              ),
            ]
      }),
    )
    // Tokens and the like are beside them in a projected volume.
    const isWhole = parts.length > 0 && parts.length === (isProjected ? volume.items('projected', 'sources').length : 1)
    const files =
      isWhole && parts.every((part) => part.files !== undefined) ? new Map(parts.flatMap((part) => [...(part.files ?? [])])) : undefined
    const path = (at.string('mountPath') ?? '').replace(/\/$/, '')
    const subPath = at.string('subPath')
    return {
      path,
      at,
      files: subPath === undefined ? files : below(files, subPath),
      made: parts.flatMap(({ made }) => made ?? []),
      items: parts.find((part) => part.items !== undefined)?.items,
    }
  })
}

function below(files: ReadonlyMap<string, PodFile> | undefined, subPath: string): ReadonlyMap<string, PodFile> | undefined {
  if (files === undefined) return undefined
  const found = new Map(
    [...files].flatMap(([file, each]): [string, PodFile][] =>
      file === subPath ? [['', each]] : file.startsWith(`${subPath}/`) ? [[file.slice(subPath.length + 1), each]] : [],
    ),
  )
  // A folder that is empty is said of the subPath.
  return found.size === 0 ? undefined : found
}

interface Part {
  files: Map<string, PodFile> | undefined
  made: NamedData | undefined
  items?: Cursor
}

function partOf(source: Cursor, named: readonly NamedData[]): Part {
  const name = source.string('name') ?? source.string('secretName')
  const [made, ...more] = named.filter((each) => each.name === name)
  const items = source.items('items')
  const isKnown = made !== undefined && more.length === 0 && !made.open && made.keys.size > 0 && source.bool('optional') !== true
  if (items.length > 0) {
    const shown = items.map((item): [string, PodFile] => [
      item.string('path') ?? '',
      { text: made?.keys.get(item.string('key') ?? ''), at: item.get('path') ?? item },
    ])
    return { files: source.bool('optional') === true ? undefined : new Map(shown), made, ...present({ items: source.get('items') }) }
  }
  if (!isKnown) return { files: undefined, made }
  return {
    files: new Map([...made.keys].map(([key, text]): [string, PodFile] => [key, { text, at: made.places.get(key) ?? made.at }])),
    made,
  }
}

/** The entry of a generator that has the asked file under another name, or the list that lacks it though it is there. */
export function generatorOf({ made }: PodMount, file: string, { texts }: Configuration): { at: Cursor; isRenamed: boolean } | undefined {
  for (const { at } of made) {
    const files = filesOfGenerator(at)
    const renamed = files.find((each) => each.key !== file && each.file.split('/').at(-1) === file)
    if (renamed !== undefined) return { at: renamed.at, isRenamed: true }
    const home = normalize(dirname(at.text.file))
    const isThere = (folder: string): boolean => texts.some((text) => normalize(text.file) === normalize(join(folder, file)))
    const list = at.get('files')
    if (list !== undefined && [home, ...files.map((each) => dirname(each.file))].some(isThere)) return { at: list, isRenamed: false }
  }
  return undefined
}
