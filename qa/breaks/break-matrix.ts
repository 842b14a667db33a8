import type { Starved } from './starve.ts'

/** What is broken on purpose, and what a drill must say to it. Each break is one thing, as it is found on a real platform. */

/** `from` is replaced by `to`. */
export interface Edit {
  from: string | RegExp
  to: string
}

export type Change =
  // Of docker-compose.yaml or of a file of monitoring/; `current`: the same in what `--versions current` reads in that file's place.
  | (Edit & { file: string; current?: Edit & { part: string; file: string } })
  // Of a part of the lab as `--lab FILE` has it; null takes a variable away.
  | { part: string; env: Record<string, string | null>; argv?: readonly string[] }

export const COMPOSE = 'docker-compose.yaml'

/** Path from the checkout, and in the copy that is drilled: the compose file lies beside monitoring/. */
export function pathOf({ file }: { file: string }): string {
  return file === COMPOSE ? file : `monitoring/${file}`
}

export interface Break {
  name: string
  change: Change
  /** The subject (experiment, trace path, log stream) that must fail, and every subject that may. */
  must: string
  may: RegExp
  /** Whose failure it must be; any of the subject's when absent. */
  check?: string
  /** What the failed verdict must say: the link that is broken. */
  named: RegExp
  /** What the headline of its cause must name: the part, rule or file that is to be changed, and where it can be known, to what. */
  part: string
  /** How many causes the report may list for it: one, or two where both are true. */
  causes?: 2
}

/** What cannot even be started: found before the drill, exit code 1, and what standard error must say. */
export interface Refusal {
  name: string
  change: Change
  says: RegExp
}

/** Breaks that do not touch one another, drilled together, by `only` alone. */
export interface Drill {
  name: string
  only: string[]
  /** Of the drill itself. */
  env?: Record<string, string>
  /** Without any, the drill must pass. */
  breaks: Break[]
  refusal?: Refusal
  /** Nothing is broken but the machine: exit code 3, nothing fails, and each of these checks of the experiment says why it cannot tell. */
  starved?: Starved & { says: { check: string; because: RegExp }[] }
  /** One of those that a build has time for. */
  short?: true
}

const ALERT = /^(redis-killed|error-burst|collector-killed|mysql-killed)$/
const FLUXPAY = /^path-fluxpay-|^fluxpay-engine$/
const RATE_LIMITER = /^path-moalog|^path-rate-limited$|^rate-limiter$|^moalog-server$/
const ALL_TRACES = /^path-|^rate-limiter$|^fluxpay-engine$|^moalog-server$/

type Row = Omit<Break, 'must' | 'may' | 'check'> & { fails: string; may?: RegExp }

/** `fails` of a row: the subject that must fail and, where it matters, the check; `may` without one: that subject alone. */
export function drill(name: string, only: string[], ...rows: Row[]): Drill {
  const breaks = rows.map(({ fails, may, ...row }) => {
    const [must = '', check] = fails.split(' ')
    return { ...row, must, may: may ?? new RegExp(`^${must}$`), ...(check === undefined ? {} : { check }) }
  })
  return { name, only, breaks }
}

const short = (...of: Parameters<typeof drill>): Drill => ({ ...drill(...of), short: true })

const agent = (part: string, env: Record<string, string | null>): Change => ({ part, env })
const collector = (from: string | RegExp, to: string): Change => ({ file: 'otel-collector/otel-collector.yml', from, to })
/** A processor more, before the batches are made. */
const processor = (name: string, settings: string): Change =>
  collector(
    /^processors:\n([^]*)processors: \[memory_limiter, batch\]/m,
    `processors:\n  ${name}:\n${settings}\n$1processors: [memory_limiter, ${name}, batch]`,
  )
/** `filelog`: the same of the collector that reads the logs in Promtail's place. */
const promtail = (from: string | RegExp, to: string, filelog: Edit): Change => ({
  file: 'promtail/promtail.yml',
  from,
  to,
  current: { part: 'promtail', file: 'lab/versions/filelog.yml', ...filelog },
})

/** What a drill takes for granted, broken. */
const PREMISES: Drill[] = [
  short('fail-open', ['redis-killed', 'redis-hung', 'jaeger-stopped'], {
    name: 'rate-limiter-does-not-fail-open',
    change: { part: 'rate-limiter', env: { LAB_NO_FAIL_OPEN: 'true' } },
    part: 'rate-limiter',
    fails: 'redis-hung keeps-answering',
    may: /^redis-(killed|hung)$/,
    named: /Fails alone too.*fallback of rate-limiter.*\n.*rate-limit\/check: 0 of \d+ answered 200 .*x 500/s,
  }),
  drill('timing', ['redis-killed'], {
    name: 'evaluated-every-five-minutes',
    change: { file: 'prometheus.yml', from: 'evaluation_interval: 15s', to: 'evaluation_interval: 5m' },
    part: 'in prometheus.yml to 15s',
    fails: 'drill timing-as-specified',
    may: /^(drill|redis-killed)$/,
    named: /global\.evaluation_interval in prometheus\.yml is 20s, specified 1s/,
  }),
]

/** A machine that is too busy, bounded in time. */
const MACHINE: Drill[] = [
  {
    ...drill('busy-machine', ['heap-pressure']),
    starved: {
      part: 'rate-limiter',
      experiment: 'heap-pressure',
      seconds: 12,
      says: [
        { check: 'isolation', because: /ServiceDown.* hit its compressed scrape timeout of 1 s: the machine kept rate-limiter waiting/ },
        {
          check: 'alert-fired',
          because: /the machine kept rate-limiter waiting .* for a CPU .*; Prometheus had no sample of rate-limiter/,
        },
      ],
    },
  },
]

const RULES: Drill[] = [
  drill('rule', ['error-burst'], {
    name: 'threshold-doubled',
    change: { file: 'alert-rules.yml', from: /> 0\.01\b/g, to: '> 0.02' },
    part: 'HighErrorRate',
    fails: 'error-burst',
    may: ALERT,
    named: /loaded rule HighErrorRate differs: .*threshold 0\.02 instead of 0\.01/,
  }),
  short(
    'for-and-panel',
    ['redis-killed'],
    {
      name: 'for-doubled',
      change: { file: 'alert-rules.yml', from: 'for: 30s', to: 'for: 1m' },
      part: 'RedisConnectionFailed',
      fails: 'redis-killed rule-as-specified',
      // timing-as-specified is of the drill as a whole.
      may: /^(redis-killed|drill)$/,
      named: /for is/,
    },
    {
      name: 'slo-panel-of-a-wrong-job',
      change: {
        file: 'grafana/dashboards/slo-dashboard.json',
        from: /sum by \(le\) \(rate\(axum_http_requests_duration_seconds_bucket\{/,
        to: '$&job=\\"moalog\\",',
      },
      part: 'SLO dashboard',
      fails: 'drill slo-panel-has-data',
      named: /[Pp]95|[Ll]atency/,
    },
  ),
  drill('route', ['redis-killed'], {
    name: 'critical-route-to-default',
    change: { file: 'alertmanager/alertmanager.yml', from: /receiver: critical\b/, to: 'receiver: default' },
    part: 'alertmanager.yml',
    fails: 'redis-killed',
    may: ALERT,
    named: /default/,
  }),
  drill('grouping', ['redis-killed'], {
    name: 'group-by-removed',
    change: { file: 'alertmanager/alertmanager.yml', from: /^ +group_by: .*\n/m, to: '' },
    part: 'group_by',
    fails: 'redis-killed grouped-as-specified',
    may: /^(redis-killed|drill)$/,
    named: /grouped by no label/,
  }),
  drill('metric', ['redis-killed'], {
    name: 'metric-misspelt',
    change: { file: 'alert-rules.yml', from: 'redis_up == 0', to: 'redis_upp == 0' },
    part: 'RedisConnectionFailed',
    fails: 'redis-killed',
    may: ALERT,
    named: /redis_upp/,
  }),
]

/** A rule that cannot fire on the platform as it is: found in steady state, drilled or not. */
const SUBJECTS: Drill[] = [
  drill('subject-redis', ['redis-memory-filled'], {
    name: 'redis-without-maxmemory',
    change: { file: COMPOSE, from: '--maxmemory, 64mb, --maxmemory-policy, noeviction, ', to: '' },
    part: 'redis',
    fails: 'RedisHighMemory rule-sees-subject',
    named: /RedisHighMemory can never fire on this Redis: maxmemory is 0|Set maxmemory of redis/,
  }),
  drill('subject-buckets', ['redis-killed'], {
    name: 'rate-limiter-without-buckets',
    change: { part: 'rate-limiter', env: { LAB_NO_BUCKETS: 'true' } },
    part: 'rate-limiter',
    fails: 'HighLatency rule-sees-subject',
    // The dashboard's p95 by service lacks the same series.
    may: /^(HighLatency|drill)$/,
    named: /no series http_server_requests_seconds_bucket\{job="rate-limiter"\}: the service exports no histogram buckets/,
  }),
  drill('subject-slow-buckets', ['redis-killed'], {
    name: 'fluxpay-engine-with-slow-buckets-only',
    change: { part: 'fluxpay-engine', env: { LAB_SLOW_BUCKETS_ONLY: 'true' } },
    part: 'bucket boundaries (le) and the unit of the histogram that fluxpay-engine',
    fails: 'HighLatency rule-sees-subject',
    named: /HighLatency is firing for fluxpay-engine \(p95 0\.9\d* s\) while k6 measured a p95 of \d+ ms/,
  }),
]

const compose = (from: string | RegExp, to: string): Change => ({ file: COMPOSE, from, to })

/** A flag, a variable or a path of docker-compose.yaml: the lab runs what is deployed, so a drill finds it. */
const DEPLOYED: Drill[] = [
  drill('deployed-collectors', ['redis-killed'], {
    name: 'mysqld-exporter-without-global-status',
    change: compose('--mysqld.username=root]', '--mysqld.username=root, --no-collect.global_status]'),
    part: 'what mysqld-exporter is set to',
    fails: 'MySQLSlowQueries rule-sees-subject',
    named: /no series mysql_global_status_slow_queries\{job="mysqld-exporter"\}/,
  }),
  drill('deployed-server-port', ['redis-killed'], {
    name: 'rate-limiter-listens-elsewhere',
    change: compose('SERVER_PORT: "8082"', 'SERVER_PORT: "8083"'),
    part: 'rate-limiter:8082',
    fails: 'drill healthy-start',
    named: /target rate-limiter \(rate-limiter:8082\) is down .* while rate-limiter answered/,
  }),
  drill('deployed-jmx-port', ['redis-killed'], {
    name: 'jmx-exporter-listens-elsewhere',
    change: compose('=9404:/app', '=9406:/app'),
    part: 'rate-limiter:9404',
    fails: 'drill healthy-start',
    named: /target rjmx-rate-limiter \(rate-limiter:9404\) is down .* while rate-limiter answered/,
  }),
  drill('deployed-redis-address', ['redis-killed'], {
    name: 'redis-exporter-of-another-redis',
    change: compose('redis://redis:6379', 'redis://redis:6380'),
    part: 'what redis-exporter is set to',
    fails: 'RedisConnectionFailed rule-sees-subject',
    may: /^RedisConnectionFailed$|^RedisHighMemory$/,
    named: /RedisConnectionFailed is firing for redis-exporter \(0\) while redis answered PING/,
  }),
  {
    ...short('deployed-agent-jar', ['path-moalog']),
    refusal: {
      name: 'agent-jar-under-another-name',
      change: compose('-javaagent:/otel/opentelemetry-javaagent.jar', '-javaagent:/otel/agent.jar'),
      says: /fluxpay-engine and rate-limiter cannot start: \/otel\/agent\.jar, which it must load, is not in the container/,
    },
  },
]

/** Stand-ins built so that they break a promise (lab/services/README.md). */
const SWITCHES: Drill[] = [
  short(
    'switches',
    ['path-moalog', 'path-fluxpay-order', 'fluxpay-engine'],
    {
      name: 'rate-limiter-does-not-forward',
      change: { part: 'rate-limiter', env: { LAB_NO_FORWARDING: 'true' } },
      part: 'rate-limiter',
      fails: 'path-moalog trace-complete',
      named: /rate-limiter refuses GET \/gateway\/api\/v1\/articles \(404\)/,
    },
    {
      name: 'fluxpay-engine-logs-plain-text',
      change: { part: 'fluxpay-engine', env: { LAB_PLAIN_TEXT_LOGS: 'true' } },
      part: 'fluxpay-engine',
      fails: 'fluxpay-engine log-labels-and-fields',
      may: /^fluxpay-engine$|^path-fluxpay-order$/,
      named: /does not match this line: .*fluxpay-engine/,
    },
  ),
]

const TRACED = {
  'fluxpay-engine': { path: 'path-fluxpay-order', may: FLUXPAY },
  'rate-limiter': { path: 'path-moalog', may: RATE_LIMITER },
}

/** A service whose agent is misled: its trace path lacks spans, and the finding names the service. */
function traced(
  service: keyof typeof TRACED,
  name: string,
  env: Record<string, string | null>,
  named: RegExp,
  { check = 'trace-complete', part = service }: { check?: string; part?: string } = {},
): Row {
  const { path, may } = TRACED[service]
  return { name, change: agent(service, env), part, fails: `${path} ${check}`, may, named }
}

const AGENTS: Drill[] = [
  short(
    'agents-off',
    ['path-fluxpay-order', 'path-moalog'],
    traced('fluxpay-engine', 'agent-not-attached', { JAVA_TOOL_OPTIONS: null }, /^No agent: the lines of fluxpay-engine/),
    traced(
      'rate-limiter',
      'agent-endpoint-closed',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4999' },
      /^Exporter of the service: .*rate-limiter/,
    ),
  ),
  drill(
    'agents-misled',
    ['path-fluxpay-order', 'path-moalog'],
    traced(
      'fluxpay-engine',
      'agent-protocol-grpc-to-http-port',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      /^Exporter of the service: .*fluxpay-engine/,
    ),
    traced('rate-limiter', 'propagator-b3', { OTEL_PROPAGATORS: 'b3' }, /^Propagator: the lines of rate-limiter/),
  ),
  short(
    'agents-silent',
    ['path-fluxpay-order', 'path-moalog'],
    traced(
      'fluxpay-engine',
      'sampler-always-off',
      { OTEL_TRACES_SAMPLER: 'always_off' },
      /^Sampler: the lines of at least 3 requests to fluxpay-engine/,
    ),
    traced('rate-limiter', 'service-name-wrong', { OTEL_SERVICE_NAME: 'rate-limitr' }, /^Service name: .*"rate-limitr"/, {
      part: 'rate-limit',
    }),
  ),
  // The flow of fluxpay-engine is what a ratio shows in; three requests may all be among the lucky ones.
  drill(
    'agents-partly',
    ['path-fluxpay-order', 'path-moalog', 'fluxpay-engine'],
    traced('fluxpay-engine', 'sampler-one-in-two', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }, /^Sampler: /, {
      check: 'trace-count',
    }),
    traced('rate-limiter', 'propagator-without-baggage', { OTEL_PROPAGATORS: 'tracecontext' }, /^Baggage: rate-limiter/, {
      check: 'trace-carries-run',
    }),
  ),
  drill(
    'agents-without-a-library',
    ['path-fluxpay-order'],
    traced(
      'fluxpay-engine',
      'kafka-instrumentation-off',
      { OTEL_INSTRUMENTATION_KAFKA_ENABLED: 'false', OTEL_INSTRUMENTATION_SPRING_KAFKA_ENABLED: 'false' },
      /kafka library is not instrumented.*headers/,
    ),
  ),
]

const PIPELINES: Drill[] = [
  short(
    'collector-exporter',
    ['path-fluxpay-order', 'rate-limiter'],
    {
      name: 'collector-exporter-to-closed-port',
      change: collector('jaeger:4317', 'jaeger:4999'),
      part: 'ollector',
      fails: 'path-fluxpay-order trace-complete',
      may: ALL_TRACES,
      named: /^Collector, exporter: /,
    },
    {
      name: 'promtail-json-stage-removed',
      change: promtail(/^( +)- json:\n(?:\1 {2}.*\n)+/m, '', {
        from: /- type: json_parser\n(?: {8}.*\n)+/,
        to: '- { type: noop, output: parsed }\n',
      }),
      part: 'json stage',
      fails: 'rate-limiter log-labels-and-fields',
      named: /json stage/,
    },
  ),
  drill(
    'collector-filter',
    ['path-fluxpay-order', 'moalog-server'],
    {
      name: 'collector-filters-a-service',
      change: processor(
        'filter/break',
        `    error_mode: ignore\n    traces:\n      span: ['resource.attributes["service.name"] == "fluxpay-engine"']`,
      ),
      part: 'ollector',
      fails: 'path-fluxpay-order trace-complete',
      may: FLUXPAY,
      named: /^Collector, pipeline: /,
    },
    {
      name: 'promtail-regex-stage-broken',
      change: promtail('|DEBUG|INFO|WARN|ERROR)', '|DEBUG|WARN|ERROR)', { from: '|DEBUG|INFO|WARN|ERROR)', to: '|DEBUG|WARN|ERROR)' }),
      part: 'regex stage',
      fails: 'moalog-server log-labels-and-fields',
      named: /regex stage/,
    },
  ),
  drill(
    'collector-sampler',
    ['path-fluxpay-order', 'fluxpay-engine', 'rate-limiter'],
    {
      name: 'collector-samples-one-in-two',
      change: processor(
        'tail_sampling',
        '    decision_wait: 1s\n    policies: [{ name: half, type: probabilistic, probabilistic: { sampling_percentage: 50 } }]',
      ),
      part: 'ollector',
      fails: 'path-fluxpay-order trace-count',
      may: ALL_TRACES,
      named: /^Collector, pipeline: /,
    },
    {
      name: 'promtail-label-wrong',
      change: promtail('target_label: container', 'target_label: container_name', {
        from: 'to: resource.container ',
        to: 'to: resource.container_name ',
      }),
      part: 'container',
      fails: 'rate-limiter log-labels-and-fields',
      may: /^rate-limiter$|^fluxpay-engine$/,
      named: /container/,
    },
  ),
  drill('collector-strips', ['path-fluxpay-order', 'fluxpay-engine'], {
    name: 'collector-deletes-an-attribute',
    change: processor('attributes/break', '    actions: [{ key: http.response.status_code, action: delete }]'),
    part: 'http.response.status_code',
    fails: 'path-fluxpay-order trace-complete',
    may: ALL_TRACES,
    named: /^Attribute: .*no http\.response\.status_code/,
  }),
  drill('collector-keeps-errors', ['path-fluxpay-order', 'path-fluxpay-payment-failed'], {
    name: 'collector-samples-errors-only',
    change: processor(
      'tail_sampling',
      '    decision_wait: 1s\n    policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]',
    ),
    part: 'ollector',
    fails: 'path-fluxpay-order trace-complete',
    may: ALL_TRACES,
    named: /^Collector, pipeline: /,
  }),
  drill('collector-drops-consumers', ['path-fluxpay-order', 'fluxpay-engine'], {
    name: 'collector-filters-a-kind',
    change: processor('filter/break', `    error_mode: ignore\n    traces:\n      span: ['kind == SPAN_KIND_CONSUMER']`),
    part: 'fluxpay-engine consumer span',
    fails: 'path-fluxpay-order trace-complete',
    may: FLUXPAY,
    named: /^Collector, pipeline: |a filter of the collector/,
  }),
  short(
    'store-forgets',
    ['path-fluxpay-order', 'rate-limiter'],
    {
      name: 'jaeger-forgets',
      change: { file: 'jaeger/jaeger.yml', from: /max-traces: \d+/, to: 'max-traces: 5' },
      part: 'max-traces',
      fails: 'path-fluxpay-order trace-complete',
      may: ALL_TRACES,
      named: /^Trace store: .*max-traces/,
    },
    {
      name: 'promtail-drops-some',
      change: promtail(/^ {4}pipeline_stages:\n/m, "$&      - drop:\n          expression: 'flow-[a-z-]+-00004[0-4]'\n", {
        from: /^ +- type: router\n/m,
        to: `      - { type: filter, expr: 'body matches "flow-[a-z-]+-00004[0-4]"' }\n$&`,
      }),
      part: 'drop',
      fails: 'rate-limiter log-none-lost',
      named: /rows 40-44\).*drop, match/,
    },
  ),
  drill('logs-of-nothing', ['rate-limiter'], {
    name: 'promtail-reads-no-container',
    change: promtail('compose.project=moalog', 'compose.project=moalogs', { from: 'docker/containers/', to: 'docker/container/' }),
    part: 'path or container',
    fails: 'rate-limiter log-line-found',
    named: /what the log collector reads for rate-limiter \(path or container/,
  }),
  drill('collector-path', ['path-fluxpay-order', 'rate-limiter'], {
    name: 'collector-listens-elsewhere',
    change: collector(/^( +)endpoint: 0\.0\.0\.0:4318\n/m, '$&$1traces_url_path: /v1/spans\n'),
    part: 'traces_url_path',
    fails: 'path-fluxpay-order trace-complete',
    may: ALL_TRACES,
    named: /^Exporter of the service: .*404/,
  }),
  short(
    'log-link',
    ['fluxpay-engine', 'moalog-server'],
    {
      name: 'derived-field-regex-broken',
      change: { file: 'grafana/provisioning/datasources/datasources.yml', from: '([0-9a-f]{32})', to: '([0-9a-f]{16})' },
      part: 'regex',
      fails: 'fluxpay-engine log-opens-trace',
      may: /^fluxpay-engine$|^moalog-server$/,
      named: /regex/,
    },
    {
      name: 'promtail-multiline-stage-removed',
      change: promtail(/^ +- multiline:\n +firstline: '[^'\n]*\\d\{4\}.*\n +max_wait_time: .*\n/m, '', {
        from: /- type: recombine\n +id: rust\n(?: {8}.*\n)+/,
        to: '- { type: noop, id: rust }\n',
      }),
      part: 'multiline stage',
      fails: 'moalog-server log-lines-together',
      may: /^moalog-server$|^fluxpay-engine$/,
      named: /multiline stage/,
    },
  ),
]

const OUTAGES: Drill[] = [
  short('outages', ['jaeger-stopped', 'agent-endpoint-closed', 'loki-stopped', 'promtail-paused']),
  drill(
    'outages-without-a-queue',
    ['jaeger-stopped', 'loki-stopped'],
    {
      name: 'collector-does-not-retry',
      change: collector(/retry_on_failure:\n +initial_interval: \w+/, 'retry_on_failure:\n      enabled: false'),
      part: 'retry_on_failure',
      fails: 'jaeger-stopped outage-spans-survive',
      named: /trace-store.*sending_queue and retry_on_failure/s,
    },
    {
      name: 'promtail-gives-up',
      change: promtail(/max_retries: \d+/, 'max_retries: 2', {
        from: /(?<=otlp_http\/loki:\n[^]*retry_on_failure: \{ )initial/,
        to: 'enabled: false, initial',
      }),
      part: 'max_retries',
      fails: 'loki-stopped outage-lines-survive',
      named: /log-store.*max_retries/s,
    },
  ),
]

const FORMS: Drill[] = [
  { ...short('instrumented', ['path-moalog-instrumented', 'moalog-server']), env: { MOALOG_OTEL_ENABLED: 'true' } },
  {
    ...drill('instrumented-switched-off', ['path-moalog-instrumented'], {
      name: 'moalog-otel-off',
      change: agent('moalog-server', { MOALOG_OTEL_ENABLED: 'false' }),
      part: 'moalog-server',
      fails: 'path-moalog-instrumented trace-complete',
      named: /No span of moalog-server/,
    }),
    env: { MOALOG_OTEL_ENABLED: 'true' },
  },
  drill('uninstrumented-switched-on', ['path-moalog'], {
    name: 'moalog-otel-on',
    change: agent('moalog-server', { MOALOG_OTEL_ENABLED: 'true' }),
    part: 'Switch its agent or library off',
    fails: 'path-moalog trace-complete',
    named: /moalog-server .*not instrumented/,
  }),
]

const board = (from: string | RegExp, to: string): Change => ({ file: 'grafana/dashboards/slo-dashboard.json', from, to })

/** One panel each, found by another check each; MySQL's death makes the errors without which a budget cannot go below zero. */
const DASHBOARD: Drill[] = [
  drill(
    'dashboard',
    ['mysql-killed'],
    {
      name: 'slo-window-of-an-hour',
      change: board('avg_over_time(up[24h])', 'avg_over_time(up[1h])'),
      part: 'let Availability look over 1d',
      fails: 'drill slo-value-matches',
      named: /Availability: 1h \(/,
    },
    {
      name: 'slo-p99-for-p95',
      change: board('histogram_quantile(0.95, sum by (le) (', 'histogram_quantile(0.99, sum by (le) ('),
      part: 'correct the query of Latency p95',
      fails: 'drill slo-value-matches',
      named: /Latency p95: /,
    },
    {
      name: 'slo-budget-stops-at-zero',
      change: board(/"expr": "(\(1 - .*\/ 0\.001\) \* 100)"/, '"expr": "clamp_min($1, 0)"'),
      part: 'take clamp_min() out of the query of Error budget',
      fails: 'drill slo-budget-sign',
      named: /Error budget shows 0/,
    },
    {
      name: 'slo-service-of-4xx',
      change: board(
        '"expr": "(sum by (job) (rate(axum_http_requests_total{status=~\\"5',
        '"expr": "(sum by (job) (rate(axum_http_requests_total{status=~\\"4',
      ),
      part: 'correct the query of Error rate by service',
      fails: 'drill slo-series-match',
      named: /Error rate by service of moalog-server: /,
    },
    {
      name: 'slo-colours-turned',
      change: board(/"red"(,\n\s+"value": null\n\s+\},\n\s+\{\n\s+"color": )"green"(,\n\s+"value": 0\.999\b)/, '"green"$1"red"$2'),
      part: 'of Availability: red below 0.999',
      fails: 'drill slo-thresholds',
      named: /Availability is green/,
    },
    {
      name: 'slo-alerts-of-one-severity',
      change: board('ALERTS{alertstate', 'ALERTS{severity=\\"warning\\",alertstate'),
      part: 'ALERTS{severity="warning"',
      fails: 'drill slo-panel-has-data',
      named: /Active alerts leaves out HighErrorRate|Active alerts never listed/,
    },
  ),
]

/** In an order in which few parts are restarted twice. */
export const DRILLS: readonly Drill[] = [
  ...PREMISES,
  ...MACHINE,
  ...AGENTS,
  ...PIPELINES,
  ...OUTAGES,
  ...FORMS,
  ...RULES,
  ...SUBJECTS,
  ...DEPLOYED,
  ...SWITCHES,
  ...DASHBOARD,
]

/** Broken by `--compose` one at a time on containers: the same promise, the same finding. None that a drill reads in the checkout. */
export const ON_COMPOSE = [
  'for-doubled',
  'metric-misspelt',
  'critical-route-to-default',
  'group-by-removed',
  'redis-without-maxmemory',
  'mysqld-exporter-without-global-status',
  'collector-exporter-to-closed-port',
  'collector-does-not-retry',
  'promtail-json-stage-removed',
  'promtail-label-wrong',
] as const
