import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { folderOf, nameOf, resolveIn } from '../../../config/deployment/container-files.ts'
import {
  globOf,
  loadsAt,
  matchesByName,
  namedRuleFiles,
  placesOf,
  readersOf,
  ruleOwners,
  type Reader,
} from '../../../config/deployment/loaded-rules.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'prometheus-loads-rules',
    needs: ['prometheus', 'rules'],
    acrossInstances: true,
    title: 'Prometheus loads every rule file',
    failureTitle: 'Prometheus does not load a rule file',
    why: 'Prometheus accepts a pattern in rule_files that matches no file and starts without these rules. Of several Prometheus each loads its own: what one loads says nothing of another.',
    mend: 'In prometheus.yml, add a pattern to rule_files that matches the rule file.',
    example: 'rule_files: ["rules/*.yaml"] # the file is alert-rules.yml',
  },
  *judge({ config }) {
    const owners = ruleOwners(config)
    for (const prometheus of config.prometheus) {
      const readers = readersOf(prometheus, config)
      if (readers === 'elsewhere') continue
      const reported = new Set<Cursor>()
      // Without a container: those that no Prometheus loads, at the one beside them.
      // One without rules that no container reads, beside one that is read, is for another deployment.
      const isOther =
        prometheus.items('rule_files').length === 0 &&
        config.prometheus.some((each) => each !== prometheus && readersOf(each, config).length > 0)
      const left = isOther ? [] : [...owners].filter(([, { loadedBy, nearest }]) => loadedBy.length === 0 && nearest[0] === prometheus)
      if (readers.length === 0) for (const [file] of left) yield* notLoaded(prometheus, file, undefined, reported)
      for (const reader of readers) {
        for (const [file, { loadedBy }] of owners) {
          // Mounted into another container, or nowhere: configuration-is-mounted.
          if (placesOf(reader, file).length === 0) continue
          if (prometheus.strings('rule_files').some((pattern) => loadsAt(pattern, reader, file))) continue
          // A folder of rules may be for several, of which each loads its own.
          if (loadedBy.length > 0 && !isMountedAlone(reader, file)) continue
          yield* notLoaded(prometheus, file, reader, reported)
        }
      }
      yield* patternsOfNothing(prometheus, readers, config, reported)
    }
  },
}

/** The file by itself, and not as one of a folder. */
function isMountedAlone({ files }: Reader, file: Cursor): boolean {
  const mounts = files.filter(({ text }) => text.file === file.text.file && text.path === file.text.path).map(({ at }) => at)
  return mounts.some((mount) => files.filter(({ at }) => at === mount).length === 1)
}

function* notLoaded(prometheus: Cursor, file: Cursor, reader: Reader | undefined, reported: Set<Cursor>): Generator<Remark> {
  const patterns = prometheus.items('rule_files')
  const mount = reader?.files.find(({ text }) => text.file === file.text.file)
  const isMovedMount = patterns.some((pattern) => {
    const wanted = resolveIn(reader?.folder ?? '', pattern.string() ?? '')
    const [inFolder, sameName] = [folderOf(mount?.path ?? '') === reader?.folder, wanted.endsWith(`/${nameOf(file.text.file)}`)]
    return folderOf(wanted) === reader?.folder && (!inFolder || sameName)
  })
  const at = isMovedMount ? mount?.at : patterns.length === 1 ? patterns[0] : undefined
  if (at !== undefined) reported.add(at)
  for (const pattern of patterns) reported.add(pattern)
  yield remark(
    file.text.path,
    at?.near('target') ?? prometheus.near('rule_files'),
    `a pattern in rule_files that matches ${mount?.path ?? file.text.path}`,
    patterns.length === 0 ? 'no rule_files' : patterns.map((pattern) => pattern.string()).join(', '),
  )
}

function* patternsOfNothing(
  prometheus: Cursor,
  readers: readonly Reader[],
  config: Configuration,
  reported: ReadonlySet<Cursor>,
): Generator<Remark> {
  const files = namedRuleFiles(config)
  const owners = ruleOwners(config)
  for (const pattern of prometheus.items('rule_files')) {
    if (files.length === 0 || reported.has(pattern)) continue
    const text = pattern.string() ?? ''
    const isMet =
      readers.length === 0
        ? files.some((file) => owners.get(file)?.loadedBy.includes(prometheus) === true && matchesByName(text, file))
        : readers.every((reader) => reader.files.some((each) => globOf(resolveIn(reader.folder, text)).test(each.path)))
    // That the file beside it is in no mount is said of the file: configuration-is-mounted.
    const isUnmounted = readers.length > 0 && files.some((file) => file.text.file === `${folderOf(pattern.text.file)}/${text}`)
    const isMeant = config.workloads.some(({ mounts }) => mounts.some(({ source }) => nameOf(source) === nameOf(text)))
    if (!isMet && (isMeant || !isUnmounted))
      yield warning(text, pattern, 'a pattern that matches a rule file', 'matches none of the given files')
  }
}
