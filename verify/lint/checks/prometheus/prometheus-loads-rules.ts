import { remark, type Check } from '../../check.ts'

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
      for (const file of files) {
        if (patterns.some((pattern) => matches(pattern.string() ?? '', file.text.path))) continue
        yield remark(
          file.text.path,
          prometheus.near('rule_files'),
          `a pattern in rule_files that matches ${file.text.path}`,
          patterns.length === 0 ? 'no rule_files' : patterns.map((pattern) => pattern.string()).join(', '),
        )
      }
      for (const pattern of patterns) {
        if (files.length > 0 && !files.some((file) => matches(pattern.string() ?? '', file.text.path)))
          yield remark(
            pattern.string() ?? '',
            pattern,
            'a pattern that matches a rule file',
            'matches none of the given files',
            undefined,
            'warning',
          )
      }
    }
  },
}

/** Only the names below the longest common tail are known: the folder in the container is not the one in the repository. */
function matches(pattern: string, path: string): boolean {
  const globs = pattern.split('/').filter((part) => part !== '' && part !== '.')
  const names = path.split('/')
  const glob = (text: string): RegExp =>
    new RegExp(
      `^${text
        .replace(/[.+^${}()|\\]/g, '\\$&')
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '[^/]')}$`,
    )
  return glob(globs.at(-1) ?? '').test(names.at(-1) ?? '')
}
