/**
 * `node qa/record/operator-keys.ts`: writes verify/lint/known-keys/operator.json, the keys of the Prometheus operator's resources, as
 * go-structs/main.go reads them from the Go types that their CustomResourceDefinitions are made of. Keys of all versions are listed.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { merged, outlineBlocks, readStructs, written, type Value } from './go-structs.ts'

const MODULE = 'github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring'
/** Oldest and newest that the module proxy has of those with each kind, and one between. */
const VERSIONS = ['0.66.0', '0.81.0', '0.95.2']
const KINDS = [
  'v1.Alertmanager',
  'v1.PodMonitor',
  'v1.Probe',
  'v1.Prometheus',
  'v1.PrometheusRule',
  'v1.ServiceMonitor',
  'v1.ThanosRuler',
  'v1alpha1.AlertmanagerConfig',
  'v1alpha1.PrometheusAgent',
  'v1alpha1.ScrapeConfig',
  'v1beta1.AlertmanagerConfig',
]
export const COMMITTED = fileURLToPath(new URL('../../verify/lint/known-keys/operator.json', import.meta.url))

/** Child routes are raw JSON to Go, as a schema cannot be recursive; the operator reads them as routes. */
const ROUTES = Object.fromEntries(
  ['v1alpha1', 'v1beta1'].flatMap((version) => {
    const routes = { routes: `@${version} routes` }
    return [
      [`${version}.AlertmanagerConfig`, { spec: { route: routes } }],
      [`${version} routes`, { [`&${version}.Route`]: null, ...routes }],
    ]
  }),
)

/** The list, as its file holds it; undefined where the modules cannot be had: no go, no network. */
export function operatorKeys(): string | undefined {
  const read = readStructs(
    VERSIONS.flatMap((version) => KINDS.map((kind) => `${MODULE}@v${version}#${kind}`)),
    {},
  )
  if (read === undefined) return undefined
  const blocks = new Map<string, Value>()
  for (const [, { kind: version, types, keys }] of read.structs) {
    const kind = `${version}.${types[0] ?? ''}`
    // What the operator and the API server write is not looked into.
    const own = typeof keys === 'object' && keys !== null ? { spec: keys['spec'] ?? null } : keys
    blocks.set(kind, merged(blocks.get(kind) ?? own, own))
  }
  const lines = outlineBlocks(blocks, {
    added: ROUTES,
    renamed: {},
    // Types of Kubernetes and of the operator that have the same name are not of the same keys.
    common: /^$/,
  })
  return written({ sources: read.sources, blocks: lines })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const list = operatorKeys()
  if (list === undefined)
    throw new Error('the Go modules cannot be had: `go run qa/record/go-structs/main.go MODULE@VERSION#PACKAGE.TYPE` says why')
  writeFileSync(COMMITTED, list)
}
