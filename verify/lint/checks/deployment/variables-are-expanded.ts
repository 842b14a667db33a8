import { oncePerPlace, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { filesIn } from '../../../config/deployment/container-files.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** Where a dollar and braces are a regular expression's, or a match of one. */
const PATTERNS =
  /^(?:regex|replacement|target_label|separator|expression|replace|template|firstline|format|selector|matchers|text|title|message)$/

export const check: Check = {
  meta: {
    id: 'variables-are-expanded',
    needs: ['compose'],
    isRefusal: true,
    title: 'No file has a variable that its program does not replace',
    failureTitle: 'A file has a variable that its program does not replace: it is read as it is written',
    why: 'Prometheus and Alertmanager replace no ${NAME} in their files, and Loki and Promtail only with -config.expand-env=true. The URL, password or host is then the text "${NAME}". https://github.com/prometheus/alertmanager/issues/2818',
    mend: 'Write the value, name a file for it (password_file, url_file, api_url_file), or give Loki or Promtail the flag -config.expand-env=true.',
    example: 'receivers:\n  - name: slack\n    slack_configs: [{ api_url: "${SLACK_URL}" }]',
  },
  *judge(input) {
    yield* oncePerPlace(input.config.workloads.flatMap((workload) => [...judge(workload, input)]))
  },
}

function* judge(workload: Workload, { config }: LintInput): Generator<Remark> {
  // A script or a shell may replace them first.
  const words = [...workload.at.strings('entrypoint'), ...workload.args.map(({ value }) => value)]
  if (workload.at.has('entrypoint') || workload.at.has('build') || words.some((word) => /(?:^|\/)(?:ba|a)?sh$|envsubst|\bsed\b/.test(word)))
    return
  const files = filesIn(workload, config).map(({ text }) => text.file)
  const mine = (roots: readonly Cursor[]): Cursor[] => roots.filter((root) => files.includes(root.text.file))
  const expands = words.some((word) => /^-{1,2}config\.expand-env(?:=true)?$/.test(word))
  const silent = [
    ...mine(config.prometheus),
    ...mine(config.alertmanager),
    ...(expands ? [] : [...mine(config.loki), ...mine(config.promtail)]),
  ]
  for (const root of silent) {
    const labels = root.get('global', 'external_labels')
    for (const at of scalarsIn(root)) {
      const name = /\$\{(\w+)(?::-[^}]*)?\}/.exec(at.string() ?? '')?.[1]
      const isLabel = labels !== undefined && labels.pairs().some(([, each]) => each.start === at.start)
      if (name === undefined || /^\d+$/.test(name) || PATTERNS.test(at.key) || isLabel) continue
      const isGrafana = config.loki.includes(root) || config.promtail.includes(root)
      yield remark(
        workload.name,
        at,
        isGrafana ? '-config.expand-env=true in the command' : `the value, or a file that holds it`,
        `\${${name}}, which is not replaced`,
      )
    }
  }
}
