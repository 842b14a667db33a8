import path from 'node:path'
import type { Configuration } from '../configuration.ts'
import type { Cursor } from '../yaml/cursor.ts'
import { remembered } from '../../text/remembered.ts'
import { filesIn, folderOf, nameOf, resolveIn, type ContainerFile } from './container-files.ts'

/** A container that reads a prometheus.yml: the folder that its patterns start from, and what is mounted into it. */
export interface Reader {
  folder: string
  files: readonly ContainerFile[]
}

/**
 * The containers that read this file; 'elsewhere': those that it is mounted into read another one in its place. None where the deployment
 * is not known.
 */
export function readersOf(prometheus: Cursor, config: Configuration): readonly Reader[] | 'elsewhere' {
  const readers: Reader[] = []
  let passedOver = false
  for (const workload of config.workloads) {
    const files = filesIn(workload, config)
    const own = files.find(({ text }) => text.file === prometheus.text.file && text.path === prometheus.text.path)
    if (own === undefined || !/prometheus/.test(`${workload.image} ${workload.name}`)) continue
    const flag = workload.args.map(({ value }) => /^--config\.file=(.+)$/.exec(value)?.[1]).find((file) => file !== undefined)
    if (flag !== undefined && flag !== own.path) passedOver = true
    else readers.push({ folder: folderOf(own.path), files })
  }
  return readers.length === 0 && passedOver ? 'elsewhere' : readers
}

/** Rule files that rule_files has to name; PrometheusRule objects are loaded by the operator. */
export function namedRuleFiles({ ruleFiles }: Configuration): Cursor[] {
  return ruleFiles.filter((file) => /\.(ya?ml|json|rules)$/.test(file.text.path) && file.get('groups') !== undefined && file.key === '')
}

/** Whether a pattern of rule_files loads the file, in this container. */
export function loadsAt(pattern: string, reader: Reader, file: Cursor): boolean {
  const wanted = globOf(resolveIn(reader.folder, pattern))
  return placesOf(reader, file).some((place) => wanted.test(place))
}

/** Where a container has a file. */
export function placesOf({ files }: Reader, file: Cursor): string[] {
  return files.filter(({ text }) => text.file === file.text.file && text.path === file.text.path).map((each) => each.path)
}

/** Without a container only the last name is known: the folder in the container is not the one in the repository. */
export function matchesByName(pattern: string, file: Cursor): boolean {
  return globOf(nameOf(pattern)).test(nameOf(file.text.path))
}

/** https://pkg.go.dev/path/filepath#Match */
export function globOf(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
  try {
    return new RegExp(`^${text}$`)
  } catch {
    return /^$/
  }
}

/** Rule files by the prometheus.yml that loads them. */
export interface RuleOwners {
  /** Those that load the file; where none does, `nearest` are those beside it. */
  loadedBy: readonly Cursor[]
  nearest: readonly Cursor[]
}

/**
 * Of each rule file, which of several Prometheus loads it: by the mounts of its container, by its own path where rule_files is relative,
 * else by name among those whose file lies nearest. What one Prometheus loads says nothing of what another does.
 */
export const ruleOwners = remembered((config: Configuration): ReadonlyMap<Cursor, RuleOwners> => {
  const readers = new Map(config.prometheus.map((root) => [root, readersOf(root, config)]))
  return new Map(
    namedRuleFiles(config).map((file) => {
      const nearest = nearestTo(file, config.prometheus)
      const patternsOf = (root: Cursor): string[] => root.strings('rule_files')
      const surely = config.prometheus.filter((root) => {
        const own = readers.get(root) ?? []
        if (own === 'elsewhere') return false
        return own.length > 0
          ? own.some((reader) => patternsOf(root).some((pattern) => loadsAt(pattern, reader, file)))
          : patternsOf(root).some((pattern) => loadsInPlace(pattern, root, file))
      })
      const byName = nearest.filter(
        (root) => readers.get(root)?.length === 0 && patternsOf(root).some((pattern) => matchesByName(pattern, file)),
      )
      const loadedBy = surely.length > 0 ? surely : byName
      return [file, { loadedBy, nearest }]
    }),
  )
})

/** A relative pattern starts at the folder of its file, where the two stand as they are deployed. */
function loadsInPlace(pattern: string, root: Cursor, file: Cursor): boolean {
  if (pattern.startsWith('/') || root.text.path !== root.text.file || file.text.path !== file.text.file) return false
  return globOf(path.posix.join(folderOf(slashed(root.text.file)), pattern)).test(path.posix.normalize(slashed(file.text.file)))
}

function slashed(file: string): string {
  return file.replaceAll('\\', '/')
}

/** Those with the most folders in common with a file, and of these the ones in the fewest further folders. */
export function nearestTo(file: Cursor, roots: readonly Cursor[]): Cursor[] {
  const folders = ({ text }: Cursor): string[] =>
    slashed(text.path === text.file ? text.file : text.path)
      .split('/')
      .slice(0, -1)
  const own = folders(file)
  const nearness = (root: Cursor): number => {
    const theirs = folders(root)
    const differs = own.findIndex((folder, index) => theirs[index] !== folder)
    return (differs < 0 ? own.length : differs) * DEEPEST - theirs.length
  }
  const most = Math.max(...roots.map(nearness))
  return roots.filter((root) => nearness(root) === most)
}

const DEEPEST = 1_000
