import type { Configuration } from '../../verify/config/configuration.ts'
import type { Cursor } from '../../verify/config/yaml/cursor.ts'
import { kindOf } from '../../verify/config/kinds.ts'
import { mutateExpression } from './expressions.ts'
import type { Edit } from './mutant.ts'

type Path = (string | number)[]

/** Takes the value away; or the item of a list that it stands in. */
const REMOVED = Symbol('removed')
const ITEM_REMOVED = Symbol('item removed')
/** What a value becomes: this one, or those that follow from its text. A change that changes nothing is left out by the caller. */
type Change = unknown
type Following = (text: string, at: Cursor | undefined, root: Cursor) => unknown[]
/**
 * An operator, the place that it changes, and how. In a place `*` is every item or key (or part of a key's name), `(a.*)` any number of
 * such steps, one below the other; all but its last step must be there.
 */
type Row = readonly [operator: string, place: string, ...changes: Change[]]

/** Of a value that is there: its text with the first match replaced. */
const swap =
  (pattern: RegExp | string, by: string | ((match: string, group: string) => string)): Following =>
  (text, at) =>
    at === undefined ? [] : [text.replace(pattern, by as string)]
const add = (tail: string): Following => swap(/$/, () => tail)
/** Of a list of texts that is there. */
const list =
  (change: (items: string[]) => string[][]): Following =>
  (_, at) =>
    at === undefined ? [] : change(at.strings())
const nextPort = swap(/:(\d+)/, (_, port) => `:${Number(port) + 1}`)

/** A step longer and shorter. */
const durations: Following = (text) => {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text)
  if (match === null) return []
  const value = Number(match[1]) * ({ ms: 0.001, s: 1, m: 60, h: 3600 }[match[2] ?? ''] ?? 1)
  return value > 15 ? [`${value + 15}s`, `${value - 15}s`, `${value * 2}s`] : [`${value * 2}s`]
}

const RULE = 'groups.*.rules.*'
const JOB = 'scrape_configs.*'
const ROUTE = 'route.routes.*(routes.*)'
const STAGE = 'scrape_configs.*.pipeline_stages.*(match.stages.*)'
const TARGET = 'static_configs.0.targets.0'
const SOURCE = 'datasources.*'
const FIELD = `${SOURCE}.jsonData.derivedFields.*`
const POINT = 'contactPoints.*'

const ROWS: Partial<Record<ReturnType<typeof kindOf>, readonly Row[]>> = {
  'rules': [
    ['group interval', 'groups.*.interval', '1m', '30s'],
    ['group limit', 'groups.*.limit', 1],
    ['for', `${RULE}.for`, durations, REMOVED],
    ['keep_firing_for', `${RULE}.keep_firing_for`, '5m'],
    ['severity', `${RULE}.labels.severity`, 'critical', 'warning', 'info', 'page'],
    ['label', `${RULE}.labels.severity`, REMOVED],
    ['label', `${RULE}.labels.job`, 'all'],
    ['label', `${RULE}.labels.value`, '{{ $value }}'],
    ['annotation', `${RULE}.annotations.*`, REMOVED, add(' Please look.'), swap('$labels.', '$labels.x_')],
    ['annotation', `${RULE}.annotations.*`, swap(/\d/, (digit) => String((Number(digit) + 1) % 10))],
    ['rule removed', RULE, REMOVED],
    ['alert renamed', `${RULE}.alert`, add('s')],
  ],
  'prometheus': [
    ['rule files', 'rule_files', REMOVED],
    ['rule files', 'rule_files.0', 'rules.yml'],
    ['alerting', 'alerting', REMOVED],
    ['global interval', 'global.scrape_interval', durations],
    ['global interval', 'global.evaluation_interval', durations],
    ['global interval', 'global.scrape_timeout', durations],
    ['alerting', `alerting.alertmanagers.0.${TARGET}`, 'alertmanager:9094', 'alertmanagers:9093'],
    ['alerting', 'alerting.alertmanagers.0.scheme', 'https'],
    ['alerting', 'alerting.alertmanagers.0.path_prefix', '/alertmanager'],
    ['scrape job removed', JOB, REMOVED],
    ['scrape job renamed', `${JOB}.job_name`, add('s')],
    ['scrape target', `${JOB}.${TARGET}`, swap(':', 'x:')],
    ['scrape port', `${JOB}.${TARGET}`, nextPort],
    ['scrape path', `${JOB}.metrics_path`, (text: string) => [`${text || '/metrics'}x`]],
    ['scrape scheme', `${JOB}.scheme`, 'https'],
    ['scrape interval', `${JOB}.scrape_interval`, '60s'],
    ['scrape timeout', `${JOB}.scrape_timeout`, '1s'],
    [
      'relabelling',
      `${JOB}.metric_relabel_configs`,
      [{ source_labels: ['__name__'], regex: '(up|redis|mysql|http|axum|jvm).*', action: 'drop' }],
    ],
    ['relabelling', `${JOB}.relabel_configs`, [{ target_label: 'job', replacement: 'all' }]],
    ['auth', `${JOB}.basic_auth`, REMOVED],
    ['auth', `${JOB}.basic_auth.*`, REMOVED],
  ],
  'alertmanager': [
    ['resolve_timeout', 'global.resolve_timeout', '10m'],
    ['route receiver', 'route(routes.*).receiver', otherReceivers],
    ['grouping times', 'route(routes.*).group_wait', durations],
    ['grouping times', 'route(routes.*).group_interval', durations],
    ['grouping times', 'route(routes.*).repeat_interval', durations],
    ['group_by', 'route(routes.*).group_by', REMOVED, list((all) => [['...'], [...all, 'severity']])],
    ['group_by', 'route(routes.*).group_by', list((all) => all.map((label) => all.filter((other) => other !== label)))],
    ['route removed', ROUTE, REMOVED],
    ['continue', `${ROUTE}.continue`, (text: string) => [text !== 'true']],
    ['route matcher', `${ROUTE}.matchers.*`, REMOVED, swap(/=~?/, '!='), swap(/"([^"]*)"/, '"$1s"')],
    ['route matcher', `${ROUTE}.matchers.*`, swap(/=~?\s*"([^"]*)"/, '=~ "$1|warning"'), swap(/^\w+/, 'level')],
    ['mute', `${ROUTE}.mute_time_intervals`, ['nights']],
    ['inhibition', 'inhibit_rules.*', REMOVED],
    ['inhibition', 'inhibit_rules.*.equal', REMOVED, ['instance'], ['namespace'], list((all) => [[...all, 'instance']])],
    ['inhibition', 'inhibit_rules.*.*_matchers.*', REMOVED, swap(/"([^"]*)"/, (_, value) => `"${narrowed(value)}"`), negated],
    ['receiver emptied', 'receivers.*.*_configs', REMOVED],
    ['send_resolved', 'receivers.*.*_configs.*.send_resolved', (text: string) => [text === 'false']],
    ['receiver address', 'receivers.*.*_configs.*.url', nextPort, swap(/\/[^/]*$/, '/other')],
    ['receiver renamed', 'receivers.*.name', add('s')],
    ['receiver removed', 'receivers.*', REMOVED],
  ],
  'promtail': [
    ['positions', 'positions', REMOVED],
    ['positions', 'positions.filename', '/tmp/positions.yaml'],
    ['log client', 'clients', REMOVED],
    ['log client', 'clients.0.url', swap(/:(\d+)/, ':3101'), swap('/push', ''), swap('loki:', 'lokki:')],
    ['log client', 'clients.0.backoff_config.max_retries', 1, 3],
    ['docker discovery', `${JOB}.docker_sd_configs.0.host`, 'unix:///run/podman.sock'],
    ['docker discovery', `${JOB}.docker_sd_configs`, REMOVED],
    ['log label', `${JOB}.relabel_configs.*`, REMOVED],
    ['log label', `${JOB}.relabel_configs.*.target_label`, (text: string) => [`${text}_name`]],
    ['log label', `${JOB}.relabel_configs.*.source_labels.0`, '__meta_docker_container_id'],
    ['log label', `${JOB}.relabel_configs.*.regex`, REMOVED, swap(/^.*$/s, () => '/(moalog-.*)')],
    ['log stage', `${STAGE}.match`, ITEM_REMOVED],
    ['log selector', `${STAGE}.match.selector`, swap(/"(\w)/, '"x$1'), swap(/service/, 'app')],
    ['json stage', `${STAGE}.json`, ITEM_REMOVED],
    ['json stage', `${STAGE}.json.expressions.*`, REMOVED, (text: string, at: Cursor) => [`${(text || at.key).replaceAll('"', '')}_x`]],
    ['regex stage', `${STAGE}.regex`, ITEM_REMOVED],
    ['regex stage', `${STAGE}.regex.expression`, swap(/\?P<(\w+)>/, '?P<$1_x>'), swap('\\s+', '\\t')],
    ['regex stage', `${STAGE}.regex.expression`, (text: string) => [`^${text.replace(/^(\(\?\w+\))?\^?/, '')} $`]],
    ['log label cardinality', `${STAGE}.labels.message`, null],
    ['timestamp stage', `${STAGE}.timestamp.source`, 'time'],
    ['timestamp stage', `${STAGE}.timestamp.format`, 'Unix'],
    ['multiline stage', `${STAGE}.multiline.firstline`, '^\\['],
  ],
  'loki': [
    ['log tenant', 'auth_enabled', true, REMOVED],
    ['log store address', 'server.http_listen_port', 3101],
    ['log store address', 'server.http_path_prefix', '/logs'],
    ['log schema', 'schema_config.configs.0.schema', 'v12'],
    ['log schema', 'schema_config.configs.0.store', 'boltdb-shipper'],
    ['log metadata', 'limits_config.allow_structured_metadata', false, REMOVED],
    ['log limit', 'limits_config.ingestion_burst_size_mb', 0.0001],
    ['log limit', 'limits_config.per_stream_rate_limit_burst', '100B'],
    ['log limit', 'limits_config.max_line_size', '200B'],
    ['log limit', 'limits_config.max_label_names_per_series', 3],
    ['log limit', 'limits_config.max_label_value_length', 8],
    ['log limit', 'limits_config.reject_old_samples_max_age', '5s'],
    ['write-ahead log', 'ingester.wal.enabled', false],
    ['write-ahead log', 'ingester.wal.checkpoint_duration', '30m'],
  ],
  'collector': [
    ['collector receiver', 'receivers.otlp.protocols.*', REMOVED],
    ['collector receiver', 'receivers.otlp.protocols.*.endpoint', swap(/\d+$/, '4319'), swap(/^[\d.]+/, 'localhost')],
    ['collector exporter', 'exporters.*.endpoint', swap(/\d+$/, '4318'), swap(/\d+$/, '14250'), swap(/^\w+/, 'otel-collector')],
    ['collector exporter', 'exporters.*.tls', REMOVED],
    ['collector pipeline', 'service.pipelines.*', REMOVED],
    ['collector pipeline', 'service.pipelines.*.exporters', ['debug'], []],
    ['collector pipeline', 'service.pipelines.*.receivers', ['jaeger'], []],
    ['collector pipeline', 'service.pipelines.*.processors', []],
    ['collector metrics', 'service.telemetry.metrics.address', swap(/\d+$/, '8888')],
    ['collector metrics', 'service.telemetry', REMOVED],
  ],
  'compose': [
    // Shared settings live in an extension field: what they merge into is changed with them.
    ...['x-*', 'services.*.environment'].flatMap((block): Row[] => [
      ['agent endpoint', `${block}.OTEL_EXPORTER_OTLP_ENDPOINT`, swap('4318', '4317'), swap('otel-collector', 'localhost'), REMOVED],
      ['agent protocol', `${block}.OTEL_EXPORTER_OTLP_PROTOCOL`, swap(/^.*$/, 'grpc')],
      ['agent', `${block}.JAVA_TOOL_OPTIONS`, REMOVED, swap(/^.*$/s, '-Xmx256m'), swap('/otel/', '/opt/')],
      ['agent', `${block}.JAVA_TOOL_OPTIONS`, swap('opentelemetry-javaagent', 'opentelemetry-agent')],
      ['service name', `${block}.OTEL_SERVICE_NAME`, add('-1'), swap(/^.*$/, 'service'), REMOVED],
    ]),
    ['container name', 'services.*.container_name', add('-1')],
  ],
  'datasources': [
    ['datasource uid', `${SOURCE}.uid`, add('-1')],
    ['datasource address', `${SOURCE}.url`, swap(/\d+$/, '9999'), swap(/\/\/\w+/, '//grafana')],
    ['datasource removed', SOURCE, REMOVED],
    ['derivedFields regex', `${FIELD}.matcherRegex`, swap('trace_id', 'traceId'), swap('{32}', '{16}')],
    ['derivedFields regex', `${FIELD}.matcherRegex`, swap(/\((?!\?)(.*)\)/, '(?:$1)'), 'traceID=(\\w+)'],
    ['derivedFields target', `${FIELD}.datasourceUid`, 'loki', 'tempo'],
    ['derivedFields target', `${FIELD}.url`, '$${__value.time}'],
    ['derivedFields target', FIELD, REMOVED],
    ['datasource uid', `${SOURCE}.jsonData.tracesToLogsV2.datasourceUid`, 'logs'],
  ],
  'contact-points': [
    ['contact point', POINT, REMOVED],
    ['contact point', `${POINT}.name`, add('s')],
    ['contact point', `${POINT}.receivers.0.settings`, REMOVED],
    ['contact point', `${POINT}.receivers.0.disableResolveMessage`, true],
  ],
}

function otherReceivers(text: string, at: Cursor | undefined, root: Cursor): string[] {
  const names = root.items('receivers').map((receiver) => receiver.string('name') ?? '')
  return at === undefined ? [] : names.filter((name) => name !== text).slice(0, 3)
}

function narrowed(value: string): string {
  return value.includes('|') ? (value.split('|')[0] ?? '') : `${value}x`
}

function negated(matcher: string): string[] {
  return [matcher.includes('!') ? matcher.replace('!', '=') : matcher.replace(/=~?/, (op) => (op === '=' ? '!=' : '!~'))]
}

/** All single changes that the operators make to a document, by its kind. */
export function editsOf(root: Cursor, config: Configuration): Edit[] {
  const kind = kindOf(root)
  const edits = (ROWS[kind] ?? []).flatMap((row) => editsOfRow(root, row))
  if (kind === 'rules') edits.push(...expressionEdits(root), ...twice(root))
  if (kind === 'compose') edits.push(...agentEdits(root, config))
  if (kind === 'dashboard') edits.push(...dashboardEdits(root))
  return edits
}

/** Optional receivers may be missing, and of what moalog-server sends itself nothing is promised. */
function mayDiffer(root: Cursor, [first = '', second = '', , key]: Path): boolean {
  if (first === 'contactPoints') return /slack|discord/.test(root.string(first, second, 'name') ?? '')
  return first === 'services' && second === 'moalog-server' && /^OTEL_(SERVICE_NAME|EXPORTER_OTLP_ENDPOINT)$/.test(String(key))
}

function editsOfRow(root: Cursor, [operator, place, ...changes]: Row): Edit[] {
  const steps = place.match(/\([^)]*\)|[^.()]+/g) ?? []
  return placesOf(root, steps).flatMap(({ path, at }) => {
    if (mayDiffer(root, path)) return []
    const touches = touchedBy(root, path)
    return changes.flatMap((change): Edit[] => {
      if (change === REMOVED) return at === undefined ? [] : [drop(operator, path, touches, at)]
      if (change === ITEM_REMOVED) return at === undefined ? [] : [drop(operator, path.slice(0, -1), touches, at)]
      const values = typeof change === 'function' ? (change as Following)(at?.string() ?? '', at, root) : [change]
      return values.map((to) => set(operator, path, at?.plain(), to, touches))
    })
  })
}

/** Where the steps lead; the last one may be missing there. */
function placesOf(at: Cursor, [step, ...rest]: string[], path: Path = []): { path: Path; at: Cursor | undefined }[] {
  if (step === undefined) return [{ path, at }]
  const down = (name: string | number, next: Cursor | undefined): ReturnType<typeof placesOf> => {
    const below = [...path, name]
    if (next !== undefined) return placesOf(next, rest, below)
    return rest.length === 0 ? [{ path: below, at: undefined }] : []
  }
  if (step.startsWith('(')) {
    const again = placesOf(at, [...step.slice(1, -1).split('.'), step, ...rest], path)
    return [...placesOf(at, rest, path), ...again]
  }
  if (/^\d+$/.test(step)) return down(Number(step), at.get(Number(step)))
  if (!step.includes('*')) return at.isMap() ? down(step, at.get(step)) : []
  const fits = new RegExp(`^${step.replace('*', '.*')}$`)
  return [
    ...at.items().flatMap((item, index) => (step === '*' ? down(index, item) : [])),
    ...at.pairs().flatMap(([key, value]) => (fits.test(key) ? down(key, value) : [])),
  ]
}

/** Alerts, jobs, services or panels: what a live drill has to run. */
function touchedBy(root: Cursor, [first = '', second = '', , rule]: Path): string[] {
  const name = (at: Cursor | undefined, key: string): string[] => [at?.string(key)].filter((text) => text !== undefined)
  if (first === 'groups' && rule === undefined) return root.items(first, second, 'rules').flatMap((each) => name(each, 'alert'))
  if (first === 'groups') return name(root.get(first, second, 'rules', rule ?? 0), 'alert')
  if (first === 'scrape_configs' && root.has('rule_files')) return name(root.get(first, second), 'job_name')
  if (first === 'panels') return name(root.get(first, second), 'title')
  return first === 'services' ? [String(second)] : []
}

function set(operator: string, path: Path, from: unknown, to: unknown, touches: string[] = []): Edit {
  return {
    operator,
    what: `${path.join('.')}: ${shown(from)} -> ${shown(to)}`,
    touches,
    apply: (document) => {
      document.setIn(path, to)
    },
  }
}

function drop(operator: string, path: Path, touches: string[], at: Cursor): Edit {
  const name = ['name', 'alert', 'job_name', 'title'].map((key) => at.string(key)).find((text) => text !== undefined)
  return {
    operator,
    what: `${path.join('.')}${name === undefined ? '' : ` (${name})`} removed`,
    touches,
    apply: (document) => {
      document.deleteIn(path)
    },
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '(absent)' : JSON.stringify(value)
}

/** Each change of an expression at a place. */
function ofExpression(path: Path, expr: string, name: string, wanted = /./, prefix = ''): Edit[] {
  return mutateExpression(expr)
    .filter(({ operator }) => wanted.test(operator))
    .map((mutant) => ({
      operator: `${prefix}${mutant.operator}`,
      what: `${name}: ${mutant.what}`,
      touches: [name],
      apply: (document) => {
        document.setIn(path, mutant.expr)
      },
    }))
}

function expressionEdits(root: Cursor): Edit[] {
  return placesOf(root, `${RULE}.expr`.split('.')).flatMap(({ path, at }) =>
    ofExpression(path, at?.string() ?? '', touchedBy(root, path).join()),
  )
}

function twice(root: Cursor): Edit[] {
  return placesOf(root, RULE.split('.')).map(({ path, at }) => ({
    operator: 'rule duplicated',
    what: `${at?.string('alert') ?? ''} twice`,
    touches: touchedBy(root, path),
    apply: (document) => {
      document.addIn(path.slice(0, -1), at?.plain())
    },
  }))
}

const SWITCHES: readonly [operator: string, key: string, value: string][] = [
  ['sampler', 'OTEL_TRACES_SAMPLER', 'always_off'],
  ['agent', 'OTEL_TRACES_EXPORTER', 'none'],
  ['propagator', 'OTEL_PROPAGATORS', 'b3'],
  ['agent', 'OTEL_JAVAAGENT_ENABLED', 'false'],
  ['agent', 'OTEL_SDK_DISABLED', 'true'],
]

/** What is changed of services with the agent, and mounts. */
function agentEdits(root: Cursor, config: Configuration): Edit[] {
  return config.workloads
    .filter((each) => each.at.text.file === root.text.file)
    .flatMap((workload) => {
      const path: Path = ['services', workload.name]
      const touches = [workload.name]
      const mounts = workload.mounts.map(({ at }, index) => ({ at, path: [...path, 'volumes', index], text: at.string() }))
      const edits = mounts.flatMap((mount) =>
        /monitoring\/\S+\.ya?ml:/.test(mount.text ?? '') ? [drop('configuration mount', mount.path, touches, mount.at)] : [],
      )
      if (![...workload.env.values()].some(({ value }) => value.includes('opentelemetry-javaagent'))) return edits
      for (const [operator, key, value] of SWITCHES) edits.push(set(operator, [...path, 'environment', key], undefined, value, touches))
      edits.push({
        operator: 'sampler',
        what: `${workload.name}: one request in ten`,
        touches,
        apply: (document) => {
          document.setIn([...path, 'environment', 'OTEL_TRACES_SAMPLER'], 'parentbased_traceidratio')
          document.setIn([...path, 'environment', 'OTEL_TRACES_SAMPLER_ARG'], '0.1')
        },
      })
      for (const mount of mounts.filter(({ text = '' }) => /otel/.test(text)))
        edits.push(
          set('agent mount', mount.path, mount.text, mount.text?.replace(/:ro$/, ''), touches),
          drop('agent mount', mount.path, touches, mount.at),
          set('agent mount', mount.path, mount.text, mount.text?.replace(':/otel', ':/agent'), touches),
        )
      return edits
    })
}

const OVERVIEW = /^(Availability|Latency p95|Error rate|Error budget|Active alerts)$/
/** Series panels promise their numbers over any range they ask for; the objectives are in the overview. */
const CHANGES_OF_OVERVIEW = /metric|quantile|function|aggregation|matcher|arithmetic|unit|threshold/
const CHANGES_OF_SERIES = /^(metric|quantile|matcher)$/

function dashboardEdits(root: Cursor): Edit[] {
  return root.items('panels').flatMap((panel, p): Edit[] => {
    const path: Path = ['panels', p]
    const title = panel.string('title') ?? ''
    const targets = panel.items('targets')
    if (targets.length === 0) return []
    const overview = OVERVIEW.test(title)
    const edits = targets.flatMap((target, t) => {
      const at: Path = [...path, 'targets', t]
      const expr = (target.string('expr') ?? '').replaceAll('$window', '24h').replaceAll('$__rate_interval', '5m')
      return [
        ...ofExpression([...at, 'expr'], expr, title, overview ? CHANGES_OF_OVERVIEW : CHANGES_OF_SERIES, 'panel '),
        set('panel query hidden', [...at, 'hide'], false, true, [title]),
        set('panel datasource', [...at, 'datasource', 'uid'], target.string('datasource', 'uid'), 'prom', [title]),
      ]
    })
    if (!overview) return edits
    edits.push(drop('panel removed', path, [title], panel), set('panel title', [...path, 'title'], title, `${title} 2`, [title]))
    const defaults: Path = [...path, 'fieldConfig', 'defaults']
    const steps = panel.items('fieldConfig', 'defaults', 'thresholds', 'steps')
    const colors = steps.map((step) => step.string('color') ?? '')
    if (colors.length > 1) {
      edits.push({
        operator: 'panel colour',
        what: `${title}: colours the wrong way round`,
        touches: [title],
        apply: (document) => {
          colors.toReversed().forEach((color, index) => {
            document.setIn([...defaults, 'thresholds', 'steps', index, 'color'], color)
          })
        },
      })
      edits.push(set('panel colour', [...defaults, 'color', 'mode'], 'thresholds', 'continuous-GrYlRd', [title]))
    }
    for (const [index, step] of steps.entries()) {
      const value = step.number('value')
      if (value !== undefined && [0.999, 0.5, 0.001].includes(value))
        edits.push(set('panel objective', [...defaults, 'thresholds', 'steps', index, 'value'], value, value * 2, [title]))
    }
    return edits
  })
}
