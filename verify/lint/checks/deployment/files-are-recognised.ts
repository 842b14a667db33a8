import { warning, type Check } from '../../lint-check.ts'
import { readableDocuments } from '../../../config/yaml/cursor.ts'
import { kindOf } from '../../../config/kinds.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

/** Names that say what a file is, and a key by which it is known. */
const NAMES: readonly [RegExp, string, string][] = [
  [/^(?:docker-)?compose\.ya?ml$/, 'a compose file', 'services'],
  [/^prometheus\.ya?ml$/, 'the configuration of Prometheus', 'scrape_configs'],
  [/^alertmanager\.ya?ml$/, 'the configuration of Alertmanager', 'route'],
  [/^promtail\.ya?ml$/, 'the configuration of Promtail', 'scrape_configs'],
  [/^loki\.ya?ml$/, 'the configuration of Loki', 'schema_config'],
  [/^otel-?collector(?:-config)?\.ya?ml$/, 'the configuration of a collector', 'service'],
  [/^(?:alert|alerting|recording)[-_.]?rules\.ya?ml$/, 'a rule file', 'groups'],
]

/** What values of Helm charts are called after the program: loki:, promtail.yaml with config:, and what all charts have. */
const OF_CHARTS =
  /^(?:config|server|read|write|backend|gateway|singleBinary|deploymentMode|minio|enterprise|kube-?[sS]tate-?[mM]etrics|(?:prometheus-)?node-?[eE]xporter|prometheus-\w+|prometheusOperator|prometheusSpec|serverFiles|alertmanagerFiles|daemonset|replicaCount|persistence|resources|(?:fullname|name)Override|serviceMonitor|serviceAccount)$/

export const check: Check = {
  meta: {
    id: 'files-are-recognised',
    severity: 'warning',
    isRefusal: true,
    title: 'A file that is named like a configuration is one',
    failureTitle: 'A file is named like a configuration and has none of its keys: it was not judged',
    why: 'A file is known by its keys. When the telling one is misspelt or missing, no check looks at the file, and no finding would look like no fault.',
    mend: 'Correct the first-level keys of the file, or rename the file.',
    example: 'service: # services\n  loki:\n    image: grafana/loki:2.9.0',
  },
  *judge({ config }) {
    for (const text of config.texts) {
      const [, what, key] = NAMES.find(([pattern]) => pattern.test(text.file.split(/[/\\]/).at(-1) ?? '')) ?? []
      if (what === undefined || key === undefined) continue
      const roots = readableDocuments(text)
      const [root] = roots
      if (root === undefined || roots.some((each) => kindOf(each) !== 'other')) continue
      const keys = root.pairs().map(([each]) => each)
      if (
        keys.some(
          (each) =>
            OF_CHARTS.test(each) ||
            each ===
              text.file
                .split(/[/\\]/)
                .at(-1)
                ?.replace(/\.ya?ml$/, ''),
        )
      )
        continue
      yield warning(
        text.file.split('/').at(-1) ?? text.file,
        root,
        `${what}: ${key}`,
        keys.length === 0 ? 'an empty file' : `${keys.slice(0, 6).join(', ')}${didYouMean(key, keys)}`,
      )
    }
  },
}
