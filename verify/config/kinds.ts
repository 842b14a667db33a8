import { nearest } from '../text/did-you-mean.ts'
import type { Cursor } from './yaml/cursor.ts'
import { remembered } from '../text/remembered.ts'

/** What a document is, by its shape: file names say nothing. */
export type Kind =
  | 'prometheus'
  | 'rules'
  | 'alertmanager'
  | 'promtail'
  | 'loki'
  | 'jaeger'
  | 'collector'
  | 'datasources'
  | 'dashboard'
  | 'contact-points'
  | 'grafana-provisioning'
  | 'compose'
  | 'manifest'
  | 'kustomization'
  | 'other'

/** Documents do not change: asked again by every lint of the same text. */
export const kindOf = remembered(kindIn)

function kindIn(root: Cursor): Kind {
  if (!root.isMap()) return 'other'
  const has = (...names: string[]): boolean => names.every((name) => root.has(name))
  if (root.string('kind') === 'Dashboard' && root.get('spec', 'panels')?.isList() === true) return 'dashboard'
  // Flux has resources of that kind, which are no files of kustomize: https://fluxcd.io/flux/components/kustomize/kustomizations/
  if (has('apiVersion', 'kind'))
    return /kustomization|component/i.test(root.string('kind') ?? '') &&
      !/^kustomize\.toolkit\.fluxcd\.io\//.test(root.string('apiVersion') ?? '') &&
      // Backstage has components too: https://backstage.io/docs/features/software-catalog/descriptor-format/#kind-component
      !(root.string('kind') === 'Component' && !/kustom|k8s/.test(root.string('apiVersion') ?? ''))
      ? 'kustomization'
      : 'manifest'
  if (has('groups') && (root.get('groups')?.isList() === true || root.get('groups')?.node === null || isEmptyScalar(root.get('groups'))))
    return root.get('groups', 0)?.has('orgId') === true
      ? 'grafana-provisioning'
      : // Groups of something else: of hosts, of users.
        root.items('groups').length > 0 && !root.items('groups').some((group) => group.has('rules'))
        ? 'other'
        : 'rules'
  if (
    has('route', 'receivers') ||
    (has('receivers') && root.get('receivers')?.isList() === true) ||
    // Charts have routes of another kind in their values.
    (has('route') &&
      ['receiver', 'routes', 'group_by', 'group_wait', 'repeat_interval'].some((key) => root.get('route')?.has(key) === true))
  )
    return 'alertmanager'
  // Jaeger 2 is a collector with a store, and has other promises: https://www.jaegertracing.io/docs/2.0/configuration/
  if (root.get('extensions', 'jaeger_storage') !== undefined || root.get('extensions', 'jaeger_query') !== undefined) return 'other'
  if (root.get('service', 'pipelines') !== undefined || (has('exporters') && has('receivers'))) return 'collector'
  // Unit tests of rules: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
  if (has('tests') && !has('scrape_configs') && !has('global')) return 'other'
  if (
    has('scrape_configs') ||
    has('rule_files') ||
    has('scrape_config_files') ||
    (has('global') && root.get('global')?.has('scrape_interval') === true)
  ) {
    const promtail =
      has('clients') ||
      has('positions') ||
      root
        .get('scrape_configs')
        ?.items()
        .some((job) => job.has('pipeline_stages')) === true
    return promtail ? 'promtail' : 'prometheus'
  }
  if (has('clients') && has('server')) return 'promtail'
  // Cortex, which Loki comes from, has blocks_storage.
  if (
    !has('blocks_storage') &&
    (has('schema_config') ||
      (has('auth_enabled') && ['common', 'limits_config', 'ingester', 'storage_config', 'server'].some((name) => has(name))))
  )
    return 'loki'
  // Values of Grafana's Helm chart have its files by their names: https://github.com/grafana/helm-charts/tree/main/charts/grafana
  if (has('datasources'))
    return root.pairs('datasources').some(([name]) => /\.ya?ml$/.test(name)) || isChartValues(root, 'datasources') ? 'other' : 'datasources'
  if (has('contactPoints')) return 'contact-points'
  if (isProvisioning(root)) return 'grafana-provisioning'
  // As provisioned, as the HTTP API wraps it, and with the rows of old:
  // https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/
  if (
    [root, root.get('dashboard')].some(
      (at) =>
        (at?.get('panels')?.isList() === true && !isOfAnotherProgram(at)) ||
        (at?.get('rows')?.isList() === true && (at.has('schemaVersion') || at.has('templating'))),
    )
  )
    return 'dashboard'
  if (has('services') && root.get('services')?.isMap() === true) return 'compose'
  if (isJaeger(root)) return 'jaeger'
  if (has('configMapGenerator') || (has('resources') && root.get('resources')?.isList() === true)) return 'kustomization'
  return misspelt(root)
}

/** Panels that have nothing of Grafana's: of OpenSearch Dashboards, Kibana and others. */
function isOfAnotherProgram(root: Cursor): boolean {
  const panels = root.items('panels')
  const own = ['type', 'targets', 'gridPos', 'datasource', 'fieldConfig', 'libraryPanel', 'span']
  return (
    panels.length > 0 &&
    !['schemaVersion', 'templating', 'time', 'uid', 'title', 'annotations'].some((key) => root.has(key)) &&
    !panels.some((panel) => own.some((key) => panel.has(key)))
  )
}

/** `datasources: {}` among settings of something else. */
function isChartValues(root: Cursor, key: string): boolean {
  const at = root.get(key)
  return !root.has('apiVersion') && at?.isMap() === true && at.pairs().length === 0
}

/** Lists of Grafana's provisioning, and what an item has: other files have policies and providers of their own. */
const PROVISIONED: Readonly<Record<string, readonly string[]>> = {
  policies: ['receiver', 'routes', 'group_by', 'orgId'],
  providers: ['type', 'options', 'folder', 'orgId', 'disableDeletion', 'updateIntervalSeconds', 'allowUiUpdates'],
  muteTimes: ['time_intervals', 'orgId'],
  templates: ['template', 'orgId'],
}

function isProvisioning(root: Cursor): boolean {
  return Object.entries(PROVISIONED).some(([key, own]) => {
    const at = root.get(key)
    return at !== undefined && (root.has('apiVersion') || at.items().some((item) => own.some((name) => item.has(name))))
  })
}

/** Jaeger's settings are its flags: two of their first words, so that one may be misspelt. */
function isJaeger(root: Cursor): boolean {
  const names = ['memory', 'collector', 'query', 'span-storage', 'badger', 'cassandra', 'es', 'sampling', 'admin']
  const maps = names.filter((name) => root.get(name)?.isMap() === true)
  return maps.length >= 2 && maps.some((name) => name === 'collector' || name === 'query' || name === 'memory')
}

/** A file whose one telling key is misspelt: the form of what stands under it says what was meant. */
function misspelt(root: Cursor): Kind {
  for (const [key, value] of root.pairs()) {
    const meant = nearest(key, ['services', 'datasources', 'providers', 'contactPoints', 'groups'], 2)
    const first = value.isMap() ? value.pairs().map(([, each]) => each) : value.items()
    const holds = (...names: string[]): boolean => first.some((each) => names.some((name) => each.has(name)))
    if (meant === 'services' && value.isMap() && holds('image', 'build')) return 'compose'
    if (meant === 'datasources' && value.isList() && holds('type')) return 'datasources'
    if (meant === 'providers' && value.isList() && holds('options')) return 'grafana-provisioning'
    if (meant === 'contactPoints' && value.isList() && holds('receivers')) return 'contact-points'
    if (meant === 'groups' && value.isList() && holds('rules')) return 'rules'
  }
  return 'other'
}

function isEmptyScalar(cursor: Cursor | undefined): boolean {
  return cursor !== undefined && !cursor.isMap() && !cursor.isList() && cursor.string() === undefined
}
