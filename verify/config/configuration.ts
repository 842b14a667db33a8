import { FiredrillError } from '../model/error.ts'
import { duplicateKey, openDocuments } from './yaml/cursor.ts'
import type { ConfigText, Cursor } from './yaml/cursor.ts'
import { RuleNode } from './alerting/rule-node.ts'
import { kindOf } from './kinds.ts'
import type { Kind } from './kinds.ts'
import { patchedManifests } from './deployment/kustomize.ts'
import { manifestParts, namedByServices } from './deployment/manifests.ts'
import type { Workload } from './deployment/workloads.ts'
import { composeWorkloads } from './deployment/workloads.ts'

/** Everything that was found in the given paths, sorted by what it is. */
export interface Configuration {
  rules: RuleNode[]
  recordings: { record: string; expr: string; at: Cursor }[]
  ruleFiles: Cursor[]
  prometheus: Cursor[]
  /** Jobs by file: `scrape_config_files` reads further ones (https://prometheus.io/docs/prometheus/latest/configuration/configuration/). */
  scrapeFragments: Cursor[]
  alertmanager: Cursor[]
  promtail: Cursor[]
  loki: Cursor[]
  jaeger: Cursor[]
  collectors: Cursor[]
  datasources: Cursor[]
  dashboards: Cursor[]
  contactPoints: Cursor[]
  provisioning: Cursor[]
  kustomizations: Cursor[]
  /** Kubernetes objects as written; what they hold is sorted in beside. */
  manifests: Cursor[]
  workloads: Workload[]
  compose: Cursor[]
  /** Shell scripts by their file: entry points of containers. */
  scripts: ConfigText[]
  /** For ${NAME} in compose files: .env.example and .env. */
  variables: Record<string, string>
  /** Kinds present; a check runs when all it needs are. */
  kinds: Set<Kind | 'workloads'>
  /** Recognised files. */
  files: string[]
  texts: ConfigText[]
  problems: FiredrillError[]
}

const SCRIPT = /\.sh$/
/** Templates of Go, which are no YAML: Alertmanager's are looked up by what its `templates` names. */
export const TEMPLATE_FILE = /\.(?:tmpl|tpl|gotmpl)$/

/** What only Helm's templates have. https://helm.sh/docs/chart_template_guide/ */
const CHART =
  /\{\{-?\s*(?:include\s+"|tpl\s|toYaml\b|(?:[^}"]*[\s(])?\$?\.(?:Values|Release|Chart|Capabilities)\b)|:\s*["']?[\w./:@-]*\{\{-?\s*(?:env|key|secret|service|lookup)\b/m
/** Lines of a chart, or of a message that an alert makes. */
const STEPS = /^\s*\{\{-?\s*(?:if|range|with|end|define)\b/m
const MESSAGE = /\{\{[^}]*(?:\.(?:Alerts|CommonLabels|GroupLabels|CommonAnnotations|Annotations|Labels)\b|\$labels\b)/

/** Whether a text that is no YAML may become one by Helm or the like. */
function isChart(text: string): boolean {
  return CHART.test(text) || (STEPS.test(text) && !MESSAGE.test(text))
}

/** What ERB and Jinja have, and no YAML: a text may be YAML with it. https://jinja.palletsprojects.com/en/stable/templates/ */
const TEMPLATE = /^(?!\s*#).*(?:<%[=#-]?.*%>|\{%-?\s*(?:raw|if|elif|for|set|include|macro|block)\b)/m

/** What only Helm fills in, in quotes: YAML, and no manifest yet. */
const VALUES = /\{\{-?\s*\$?\.(?:Values|Chart)\.\w/

function isTemplate({ text }: ConfigText): boolean {
  return ((text.includes('<%') || text.includes('{%')) && TEMPLATE.test(text)) || (text.includes('{{') && VALUES.test(text))
}

/** Texts -> configuration. Files that cannot be read become problems; files that are no configuration are passed over. */
export function configure(texts: ConfigText[], variables: Record<string, string> = {}): Configuration {
  const result: Configuration = {
    rules: [],
    recordings: [],
    ruleFiles: [],
    prometheus: [],
    scrapeFragments: [],
    alertmanager: [],
    promtail: [],
    loki: [],
    jaeger: [],
    collectors: [],
    datasources: [],
    dashboards: [],
    contactPoints: [],
    provisioning: [],
    kustomizations: [],
    manifests: [],
    workloads: [],
    compose: [],
    scripts: texts.filter(({ file }) => SCRIPT.test(file)),
    variables,
    kinds: new Set(),
    files: [],
    texts,
    problems: [],
  }
  const charts: string[] = []
  const sortIn = (queue: ConfigText[]): void => {
    for (let text = queue.shift(); text !== undefined; text = queue.shift()) {
      const isWritten = isTemplate(text)
      try {
        const roots = openDocuments(text)
        // Tasks of Ansible have such texts too, and are no configuration of these programs.
        if (isWritten && roots.some((root) => kindOf(root) !== 'other')) charts.push(text.file)
        else for (const root of roots) queue.push(...place(root, result, variables))
      } catch (error) {
        if (!(error instanceof FiredrillError)) throw error
        if (error.code === 'CONFIG_YAML' && (isWritten || isChart(text.text))) charts.push(text.file)
        else result.problems.push(error)
      }
    }
  }
  sortIn(texts.filter(({ file }) => !SCRIPT.test(file) && !TEMPLATE_FILE.test(file)))
  sortIn(addManifests(patchedManifests(result.manifests, result.kustomizations, texts), result))
  const [chart] = charts
  if (chart !== undefined)
    result.problems.push(
      new FiredrillError(
        'CONFIG_HELM',
        charts.length === 1
          ? 'a template, of Helm or the like, which is no YAML yet'
          : `a template, of Helm or the like, which is no YAML yet, and ${charts.length - 1} further ones`,
        { place: { file: chart }, next: 'Render it first (helm template CHART > rendered.yaml, erb, ansible), and name what comes out.' },
      ),
    )
  // A file with jobs alone belongs to the one that reads further files.
  if (result.prometheus.some((root) => root.has('scrape_config_files'))) {
    result.scrapeFragments = result.prometheus.filter((root) => root.pairs().every(([key]) => key === 'scrape_configs'))
    result.prometheus = result.prometheus.filter((root) => !result.scrapeFragments.includes(root))
  }
  return result
}

/** Kubernetes objects -> the texts embedded in them; what they hold besides is sorted in. */
function addManifests(manifests: readonly Cursor[], result: Configuration): ConfigText[] {
  const parts = manifests.map(manifestParts)
  for (const rules of parts.flatMap((part) => part.rules)) {
    result.kinds.add('rules')
    addRules(rules, result)
  }
  for (const spec of parts.flatMap((part) => part.alertmanager)) {
    result.kinds.add('alertmanager')
    result.alertmanager.push(spec)
  }
  const workloads = namedByServices(
    parts.flatMap((part) => part.workloads),
    parts.flatMap((part) => part.services),
  )
  if (workloads.length > 0) result.kinds.add('workloads')
  result.workloads.push(...workloads)
  return parts.flatMap((part) => part.texts)
}

/** All jobs of a Prometheus, those of its further files included. */
export function scrapeJobs({ scrapeFragments }: Configuration, prometheus: Cursor): Cursor[] {
  return [prometheus, ...(prometheus.has('scrape_config_files') ? scrapeFragments : [])].flatMap(
    (root) => root.get('scrape_configs')?.items() ?? [],
  )
}

/** Those of every Prometheus. */
export function allScrapeJobs(config: Configuration): Cursor[] {
  return config.prometheus.flatMap((root) => scrapeJobs(config, root))
}

const RECEIVES = /^--(?:web\.enable-remote-write-receiver|enable-feature=.*(?:remote-write|otlp-write)-receiver)/

/** Whether a Prometheus may have series that no job of its own scrapes: by federation, remote read, or as a receiver of remote writes. */
export function hasSeriesOfOthers(config: Configuration): boolean {
  return (
    config.prometheus.some(
      (root) =>
        root.has('remote_read') || scrapeJobs(config, root).some((job) => job.string('metrics_path')?.endsWith('/federate') === true),
    ) || config.workloads.some(({ args }) => args.some(({ value }) => RECEIVES.test(value)))
  )
}

type CursorList = { [K in keyof Configuration]: Configuration[K] extends Cursor[] ? K : never }[keyof Configuration]

/** Where documents of a kind go that are kept as they are. */
const LISTS: Partial<Record<Kind, CursorList>> = {
  'prometheus': 'prometheus',
  'alertmanager': 'alertmanager',
  'promtail': 'promtail',
  'loki': 'loki',
  'jaeger': 'jaeger',
  'collector': 'collectors',
  'datasources': 'datasources',
  'dashboard': 'dashboards',
  'contact-points': 'contactPoints',
  'grafana-provisioning': 'provisioning',
  'kustomization': 'kustomizations',
  'manifest': 'manifests',
}

/** Sorts one document in; returns the texts embedded in it. */
function place(root: Cursor, result: Configuration, variables: Record<string, string>): ConfigText[] {
  const kind = kindOf(root)
  if (kind === 'other') return []
  if (!result.files.includes(root.text.file)) result.files.push(root.text.file)
  result.kinds.add(kind)
  // Grafana reads JSON, where the last one counts.
  const twice = kind === 'dashboard' ? undefined : duplicateKey(root)
  if (twice !== undefined) {
    const { file, line, column, length } = twice.at
    result.problems.push(
      new FiredrillError('CONFIG_YAML', `the key ${twice.key} stands twice in one mapping`, {
        place: { file, line, column, length },
        next: 'Remove one of the two: the file is refused as it is.',
      }),
    )
  }
  const list = LISTS[kind]
  if (list !== undefined) result[list].push(root)
  switch (kind) {
    case 'rules':
      addRules(root, result)
      return []
    case 'compose': {
      result.kinds.add('workloads')
      result.compose.push(root)
      result.workloads.push(...composeWorkloads(root)(variables))
      return (root.get('configs')?.pairs() ?? []).flatMap(([name, config]) => config.get('content')?.embedded(name) ?? [])
    }
    default:
      return []
  }
}

/** A line filter or a parser behind a stream selector. */
const LOGQL = /\}\s*(?:\|[=~>]|!=|!~)\s*["`]|\}\s*\|\s*(?:json|logfmt|pattern|regexp|unpack|line_format|label_format|decolorize)\b/

function addRules(root: Cursor, result: Configuration): void {
  const expressions = (root.get('groups')?.items() ?? [])
    .flatMap((group) => group.get('rules')?.items() ?? [])
    .map((rule) => rule.string('expr') ?? '')
  // Loki's ruler has files of the same form: they are not for Prometheus.
  if (expressions.some((expr) => LOGQL.test(expr))) return
  result.ruleFiles.push(root)
  for (const group of root.get('groups')?.items() ?? []) {
    for (const at of group.get('rules')?.items() ?? []) {
      const expr = at.string('expr') ?? ''
      const alert = at.string('alert')
      const record = at.string('record')
      if (alert !== undefined) result.rules.push(new RuleNode(alert, expr, at, group))
      else if (record !== undefined) result.recordings.push({ record, expr, at })
    }
  }
}
