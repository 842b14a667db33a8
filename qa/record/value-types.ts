/**
 * `node qa/record/value-types.ts`: writes the type of each value into the lists of verify/lint/known-keys, from the sources of the programs
 * in the Go module cache (`go mod download MODULE@VERSION`; versions: verify/lint/known-keys/components.ts). A key whose sources disagree
 * gets none, and its value is not judged.
 */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CACHE = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim()
const FOLDER = fileURLToPath(new URL('../../verify/lint/known-keys/', import.meta.url))
const LOKI = `${CACHE}/github.com/grafana/loki/v3@v3.0.0-20240617182007-6c33561108ad/docs/sources`

type Types = Map<string, string>
type Tree = { [key: string]: Tree | string | null }

function add(types: Types, key: string, type: string): void {
  types.set(key, types.has(key) && types.get(key) !== type ? '' : type)
}

/** `[max_line_size: <int> | default = 256KB]`, as Loki's reference of its configuration is generated. */
function ofReference(file: string): Types {
  const types: Types = new Map()
  const names: Record<string, string> = { boolean: 'bool', int: 'int', duration: 'duration', float: 'number' }
  for (const [, key = '', type = '', usual = ''] of readFileSync(file, 'utf8').matchAll(
    /^\s*-?\s*\[?(\w+): <(\w+)>(?: \| default = ([^\]\n]*))?/gm,
  )) {
    const known = /<|^string$/.test(type) ? '' : (names[type] ?? '')
    add(types, key, known === 'int' && /\d\s*[KMG]?B$/i.test(usual) ? 'size' : known)
  }
  // A size whose default is 0 or a plain number is written as one elsewhere.
  for (const [key, type] of types) if (type === 'int' && /(?:_size|_bytes|rate_limit|_burst)$/.test(key)) types.set(key, 'size')
  return types
}

/** Fields of Go structs with a mapstructure tag. */
function ofStructs(pattern: string): Types {
  const types: Types = new Map()
  const names: Record<string, string> = { 'time.Duration': 'duration', bool: 'bool', float64: 'number', float32: 'number' }
  for (const file of globSync(pattern).filter((each) => !each.endsWith('_test.go')))
    for (const [, type = '', key = ''] of readFileSync(file, 'utf8').matchAll(/^\s*\w+\s+(\*?[\w.[\]]+)\s+`mapstructure:"(\w+)/gm)) {
      const bare = type.replace('*', '')
      add(types, key, names[bare] ?? (/^uint\d*$/.test(bare) ? 'uint' : /^int\d*$/.test(bare) ? 'int' : ''))
    }
  return types
}

/** Types by key, or by the key above it and the key. */
function annotate(list: string, types: Types): void {
  const file = `${FOLDER}${list}.json`
  const walk = (tree: Tree, above = ''): Tree =>
    Object.fromEntries(
      Object.entries(tree).map(([key, below]) => {
        if (below !== null && typeof below === 'object') return [key, walk(below, key)]
        const type = types.get(`${above}.${key}`) ?? types.get(key) ?? ''
        return [key, type !== '' && (below === null || below.startsWith('#')) ? `#${type}` : below]
      }),
    )
  writeFileSync(file, `${JSON.stringify(walk(JSON.parse(readFileSync(file, 'utf8')) as Tree), null, 2)}\n`)
}

const loki = ofReference(`${LOKI}/shared/configuration.md`)
annotate('loki', loki)
annotate('server', loki)
annotate('promtail', ofReference(`${LOKI}/send-data/promtail/configuration.md`))
annotate('collector', ofStructs(`${CACHE}/go.opentelemetry.io/collector/**/*.go`))

// By hand: the references of these have no types that a program could read.
const relabelActions = 'replace|keep|drop|hashmod|labelmap|labeldrop|labelkeep|lowercase|uppercase|keepequal|dropequal'
const byHand = (types: Record<string, string>): Types => new Map(Object.entries(types))
annotate(
  'prometheus',
  byHand({
    action: relabelActions,
    modulus: 'int',
    scheme: 'http|https',
    honor_labels: 'bool',
    honor_timestamps: 'bool',
    track_timestamps_staleness: 'bool',
    follow_redirects: 'bool',
    enable_http2: 'bool',
    enable_compression: 'bool',
    sample_limit: 'int',
    label_limit: 'int',
    target_limit: 'int',
    label_name_length_limit: 'int',
    label_value_length_limit: 'int',
    body_size_limit: 'size',
    timeout: 'duration',
    limit: 'int',
  }),
)
annotate('alertmanager', byHand({ send_resolved: 'bool', continue: 'bool', max_alerts: 'int', link_names: 'bool', short_fields: 'bool' }))
annotate(
  'promtail',
  byHand({
    'relabel_configs.action': relabelActions,
    'match.action': 'keep|drop',
    refresh_interval: 'duration',
    target_sync_period: 'duration',
    min_period: 'duration',
  }),
)
annotate('server', byHand({ log_level: 'debug|info|warn|error', log_format: 'logfmt|json' }))
annotate(
  'jaeger',
  byHand({ 'enabled': 'bool', 'max-traces': 'int', 'num-workers': 'int', 'queue-size': 'int', 'queue-size-memory': 'int' }),
)
annotate(
  'grafana',
  byHand({
    orgId: 'int',
    access: 'proxy|direct',
    isDefault: 'bool',
    basicAuth: 'bool',
    withCredentials: 'bool',
    editable: 'bool',
    prune: 'bool',
    disableDeletion: 'bool',
    allowUiUpdates: 'bool',
    foldersFromFilesStructure: 'bool',
    updateIntervalSeconds: 'int',
    apiVersion: 'int',
  }),
)
