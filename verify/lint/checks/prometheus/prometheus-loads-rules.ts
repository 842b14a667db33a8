import { remark, warning, type Check } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { filesIn, folderOf, nameOf, resolveIn } from '../../../config/deployment/container-files.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'prometheus-loads-rules',
    area: 'prometheus',
    severity: 'error',
    needs: ['prometheus', 'rules'],
    title: 'Prometheus loads every rule file',
    failureTitle: 'Prometheus does not load a rule file',
    why: 'Prometheus accepts a pattern in rule_files that matches no file and starts without these rules.',
    mend: 'In prometheus.yml, add a pattern to rule_files that matches the rule file.',
    example: 'rule_files: ["rules/*.yaml"] # the file is alert-rules.yml',
  },
  *judge({ config }) {
    // PrometheusRule objects are loaded by the operator, not by rule_files.
    const files = config.ruleFiles.filter(
      (file) => file.text.path.match(/\.(ya?ml|json|rules)$/) !== null && file.get('groups') !== undefined && file.key === '',
    )
    for (const prometheus of config.prometheus) {
      const patterns = prometheus.items('rule_files')
      const container = readerOf(prometheus, config)
      if (container === 'elsewhere') continue
      const reported = new Set<Cursor>()
      for (const file of files) {
        const mounted = container?.files.filter(({ text }) => text.file === file.text.file)
        // Mounted into another container, or nowhere: configuration-is-mounted.
        if (mounted?.length === 0) continue
        const places = mounted?.map(({ path }) => path)
        const isLoaded = (pattern: Cursor): boolean =>
          container === undefined || places === undefined
            ? matches(pattern.string() ?? '', file.text.path)
            : places.some((place) => globOf(resolveIn(container.folder, pattern.string() ?? '')).test(place))
        if (patterns.some(isLoaded)) continue
        // Another Prometheus may have rules of its own.
        if (config.prometheus.some((other) => other !== prometheus && names(other, file))) continue
        const [mount] = mounted ?? []
        const isMovedMount = patterns.some((pattern) => {
          const wanted = resolveIn(container?.folder ?? '', pattern.string() ?? '')
          const [inFolder, sameName] = [folderOf(mount?.path ?? '') === container?.folder, wanted.endsWith(`/${nameOf(file.text.file)}`)]
          return folderOf(wanted) === container?.folder && (!inFolder || sameName)
        })
        const at = isMovedMount ? mount?.at : patterns.length === 1 ? patterns[0] : undefined
        if (at !== undefined) reported.add(at)
        for (const pattern of patterns) reported.add(pattern)
        const place = places?.[0] ?? file.text.path
        yield remark(
          file.text.path,
          at?.near('target') ?? prometheus.near('rule_files'),
          `a pattern in rule_files that matches ${place}`,
          patterns.length === 0 ? 'no rule_files' : patterns.map((pattern) => pattern.string()).join(', '),
        )
      }
      for (const pattern of patterns) {
        if (files.length === 0 || reported.has(pattern)) continue
        const isMet =
          container === undefined
            ? files.some((file) => matches(pattern.string() ?? '', file.text.path))
            : container.files.some((each) => globOf(resolveIn(container.folder, pattern.string() ?? '')).test(each.path))
        if (!isMet) yield warning(pattern.string() ?? '', pattern, 'a pattern that matches a rule file', 'matches none of the given files')
      }
    }
  },
}

function names(prometheus: Cursor, file: Cursor): boolean {
  return prometheus.items('rule_files').some((pattern) => matches(pattern.string() ?? '', file.text.path))
}

/** The container that reads this file, with the folder that patterns start from; 'elsewhere': it reads another file in its place. */
function readerOf(
  prometheus: Cursor,
  config: Configuration,
): { folder: string; files: ReturnType<typeof filesIn> } | 'elsewhere' | undefined {
  for (const workload of config.workloads) {
    const files = filesIn(workload, config)
    const own = files.find(({ text }) => text.file === prometheus.text.file && text.path === prometheus.text.path)
    if (own === undefined || !/prometheus/.test(`${workload.image} ${workload.name}`)) continue
    const flag = workload.args.map(({ value }) => /^--config\.file=(.+)$/.exec(value)?.[1]).find((file) => file !== undefined)
    return flag !== undefined && flag !== own.path ? 'elsewhere' : { folder: folderOf(own.path), files }
  }
  return undefined
}

/** Without a container only the last name is known: the folder in the container is not the one in the repository. */
function matches(pattern: string, file: string): boolean {
  return globOf(nameOf(pattern)).test(nameOf(file))
}

/** https://pkg.go.dev/path/filepath#Match */
function globOf(pattern: string): RegExp {
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
