import type { Starved } from './starve.ts'

/** What is broken on purpose, and what a drill must say to it. Each break is one thing, as it is found on a real platform. */

export type Change =
  // Of docker-compose.yaml or of a file of monitoring/.
  | { file: string; from: string | RegExp; to: string }
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
  /** What the headline of its cause must name: the part, rule or file that is to be changed. */
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
/** The dashboard's checks are about the drill as a whole. */
const DRILL = /^drill$/

const agent = (part: string, env: Record<string, string | null>): Change => ({ part, env })
const collector = (from: string | RegExp, to: string): Change => ({ file: 'otel-collector/otel-collector.yml', from, to })
const promtail = (from: string | RegExp, to: string): Change => ({ file: 'promtail/promtail.yml', from, to })

/** What a drill takes for granted, broken. */
const PREMISES: Drill[] = [
  {
    name: 'fail-open',
    only: ['redis-killed', 'redis-hung', 'jaeger-stopped'],
    short: true,
    breaks: [
      {
        name: 'rate-limiter-does-not-fail-open',
        change: { part: 'rate-limiter', env: { LAB_NO_FAIL_OPEN: 'true' } },
        part: 'rate-limiter',
        must: 'redis-hung',
        may: /^redis-(killed|hung)$/,
        check: 'keeps-answering',
        named: /Fails alone too.*fallback of rate-limiter.*\n.*rate-limit\/check: 0 of \d+ answered 200 .*x 500/s,
      },
    ],
  },
  {
    name: 'timing',
    only: ['redis-killed'],
    breaks: [
      {
        name: 'evaluated-every-five-minutes',
        change: { file: 'prometheus.yml', from: 'evaluation_interval: 15s', to: 'evaluation_interval: 5m' },
        part: 'prometheus.yml',
        must: 'drill',
        may: /^(drill|redis-killed)$/,
        check: 'timing-as-specified',
        named: /global\.evaluation_interval in prometheus\.yml is 20s, specified 1s/,
      },
    ],
  },
]

/** A machine that is too busy, bounded in time. */
const MACHINE: Drill[] = [
  {
    name: 'busy-machine',
    only: ['heap-pressure'],
    breaks: [],
    starved: {
      part: 'rate-limiter',
      experiment: 'heap-pressure',
      seconds: 12,
      says: [
        { check: 'isolation', because: /ServiceDown.* hit its compressed scrape timeout of 1 s: this machine is too slow/ },
        {
          check: 'alert-fired',
          because: /the machine kept rate-limiter waiting .* for a CPU .*; Prometheus had no sample of rate-limiter/,
        },
      ],
    },
  },
]

const RULES: Drill[] = [
  {
    name: 'rule',
    only: ['error-burst'],
    breaks: [
      {
        name: 'threshold-doubled',
        change: { file: 'alert-rules.yml', from: /> 0\.01\b/g, to: '> 0.02' },
        part: 'HighErrorRate',
        must: 'error-burst',
        may: ALERT,
        named: /loaded rule HighErrorRate differs: .*> 0\.02/,
      },
    ],
  },
  {
    name: 'for-and-panel',
    only: ['redis-killed'],
    short: true,
    breaks: [
      {
        name: 'for-doubled',
        change: { file: 'alert-rules.yml', from: 'for: 30s', to: 'for: 1m' },
        part: 'RedisConnectionFailed',
        must: 'redis-killed',
        may: ALERT,
        check: 'rule-as-specified',
        named: /for is/,
      },
      {
        name: 'slo-panel-of-a-wrong-job',
        part: 'SLO dashboard',
        must: 'drill',
        may: DRILL,
        check: 'slo-panel-has-data',
        named: /[Pp]95|[Ll]atency/,
        change: {
          file: 'grafana/dashboards/slo-dashboard.json',
          from: /sum by \(le\) \(rate\(axum_http_requests_duration_seconds_bucket\{/,
          to: '$&job=\\"moalog\\",',
        },
      },
    ],
  },
  {
    name: 'route',
    only: ['redis-killed'],
    breaks: [
      {
        name: 'critical-route-to-default',
        change: { file: 'alertmanager/alertmanager.yml', from: /receiver: critical\b/, to: 'receiver: default' },
        part: 'alertmanager.yml',
        must: 'redis-killed',
        may: ALERT,
        named: /default/,
      },
    ],
  },
  {
    name: 'grouping',
    only: ['redis-killed'],
    breaks: [
      {
        name: 'group-by-removed',
        change: { file: 'alertmanager/alertmanager.yml', from: /^ +group_by: .*\n/m, to: '' },
        part: 'group_by',
        must: 'redis-killed',
        may: /^(redis-killed|drill)$/,
        check: 'grouped-as-specified',
        named: /grouped by no label/,
      },
    ],
  },
  {
    name: 'metric',
    only: ['redis-killed'],
    breaks: [
      {
        name: 'metric-misspelt',
        change: { file: 'alert-rules.yml', from: 'redis_up == 0', to: 'redis_upp == 0' },
        part: 'RedisConnectionFailed',
        must: 'redis-killed',
        may: ALERT,
        named: /redis_upp/,
      },
    ],
  },
]

/** A rule that cannot fire on the platform as it is: found in steady state, drilled or not. */
const SUBJECTS: Drill[] = [
  {
    name: 'subject-redis',
    only: ['redis-memory-filled'],
    breaks: [
      {
        name: 'redis-without-maxmemory',
        change: { file: COMPOSE, from: '--maxmemory, 64mb, --maxmemory-policy, noeviction, ', to: '' },
        part: 'redis',
        must: 'RedisHighMemory',
        may: /^RedisHighMemory$/,
        check: 'rule-sees-subject',
        named: /RedisHighMemory can never fire on this Redis: maxmemory is 0|Set maxmemory of redis/,
      },
    ],
  },
  {
    name: 'subject-buckets',
    only: ['redis-killed'],
    breaks: [
      {
        name: 'rate-limiter-without-buckets',
        change: { part: 'rate-limiter', env: { LAB_NO_BUCKETS: 'true' } },
        part: 'rate-limiter',
        must: 'HighLatency',
        // The dashboard's p95 by service lacks the same series.
        may: /^(HighLatency|drill)$/,
        check: 'rule-sees-subject',
        named: /no series http_server_requests_seconds_bucket\{job="rate-limiter"\}: the service exports no histogram buckets/,
      },
    ],
  },
  {
    name: 'subject-slow-buckets',
    only: ['redis-killed'],
    breaks: [
      {
        name: 'fluxpay-engine-with-slow-buckets-only',
        change: { part: 'fluxpay-engine', env: { LAB_SLOW_BUCKETS_ONLY: 'true' } },
        part: 'fluxpay-engine',
        must: 'HighLatency',
        may: /^HighLatency$/,
        check: 'rule-sees-subject',
        named: /HighLatency is firing for fluxpay-engine \(p95 0\.9\d* s\) while k6 measured a p95 of \d+ ms/,
      },
    ],
  },
]

const compose = (from: string | RegExp, to: string): Change => ({ file: COMPOSE, from, to })

/** A flag, a variable or a path of docker-compose.yaml: the lab runs what is deployed, so a drill finds it. */
const DEPLOYED: Drill[] = [
  {
    name: 'deployed-collectors',
    only: ['redis-killed'],
    breaks: [
      {
        name: 'mysqld-exporter-without-global-status',
        change: compose('--mysqld.username=root]', '--mysqld.username=root, --no-collect.global_status]'),
        part: 'mysqld-exporter',
        must: 'MySQLSlowQueries',
        may: /^MySQLSlowQueries$/,
        check: 'rule-sees-subject',
        named: /no series mysql_global_status_slow_queries\{job="mysqld-exporter"\}/,
      },
    ],
  },
  {
    name: 'deployed-server-port',
    only: ['redis-killed'],
    breaks: [
      {
        name: 'rate-limiter-listens-elsewhere',
        change: compose('SERVER_PORT: "8082"', 'SERVER_PORT: "8083"'),
        part: 'rate-limiter:8082',
        must: 'drill',
        may: DRILL,
        check: 'healthy-start',
        named: /target rate-limiter \(rate-limiter:8082\) is down .* while rate-limiter answered/,
      },
    ],
  },
  {
    name: 'deployed-jmx-port',
    only: ['redis-killed'],
    breaks: [
      {
        name: 'jmx-exporter-listens-elsewhere',
        change: compose('=9404:/app', '=9406:/app'),
        part: 'rate-limiter:9404',
        must: 'drill',
        may: DRILL,
        check: 'healthy-start',
        named: /target rjmx-rate-limiter \(rate-limiter:9404\) is down .* while rate-limiter answered/,
      },
    ],
  },
  {
    name: 'deployed-redis-address',
    only: ['redis-killed'],
    breaks: [
      {
        name: 'redis-exporter-of-another-redis',
        change: compose('redis://redis:6379', 'redis://redis:6380'),
        part: 'redis-exporter',
        must: 'RedisConnectionFailed',
        may: /^RedisConnectionFailed$|^RedisHighMemory$/,
        check: 'rule-sees-subject',
        named: /RedisConnectionFailed is firing for redis-exporter \(0\) while redis answered PING/,
      },
    ],
  },
  {
    name: 'deployed-agent-jar',
    only: ['path-moalog'],
    short: true,
    breaks: [],
    refusal: {
      name: 'agent-jar-under-another-name',
      change: compose('-javaagent:/otel/opentelemetry-javaagent.jar', '-javaagent:/otel/agent.jar'),
      says: /fluxpay-engine and rate-limiter cannot start: \/otel\/agent\.jar, which it must load, is not in the container/,
    },
  },
]

/** Stand-ins built so that they break a promise (lab/services/README.md). */
const SWITCHES: Drill[] = [
  {
    name: 'switches',
    only: ['path-moalog', 'path-fluxpay-order', 'fluxpay-engine'],
    short: true,
    breaks: [
      {
        name: 'rate-limiter-does-not-forward',
        change: { part: 'rate-limiter', env: { LAB_NO_FORWARDING: 'true' } },
        part: 'rate-limiter',
        must: 'path-moalog',
        may: /^path-moalog$/,
        check: 'trace-complete',
        named: /rate-limiter refuses GET \/gateway\/api\/v1\/articles \(404\)/,
      },
      {
        name: 'fluxpay-engine-logs-plain-text',
        change: { part: 'fluxpay-engine', env: { LAB_PLAIN_TEXT_LOGS: 'true' } },
        part: 'fluxpay-engine',
        must: 'fluxpay-engine',
        may: /^fluxpay-engine$|^path-fluxpay-order$/,
        check: 'log-labels-and-fields',
        named: /does not match this line: .*fluxpay-engine/,
      },
    ],
  },
]

const AGENTS: Drill[] = [
  {
    name: 'agents-off',
    only: ['path-fluxpay-order', 'path-moalog'],
    short: true,
    breaks: [
      {
        name: 'agent-not-attached',
        change: agent('fluxpay-engine', { JAVA_TOOL_OPTIONS: null }),
        part: 'fluxpay-engine',
        must: 'path-fluxpay-order',
        may: FLUXPAY,
        check: 'trace-complete',
        named: /^No agent: the lines of fluxpay-engine/,
      },
      {
        name: 'agent-endpoint-closed',
        change: agent('rate-limiter', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4999' }),
        part: 'rate-limiter',
        must: 'path-moalog',
        may: RATE_LIMITER,
        check: 'trace-complete',
        named: /^Exporter of the service: .*rate-limiter/,
      },
    ],
  },
  {
    name: 'agents-misled',
    only: ['path-fluxpay-order', 'path-moalog'],
    breaks: [
      {
        name: 'agent-protocol-grpc-to-http-port',
        change: agent('fluxpay-engine', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }),
        part: 'fluxpay-engine',
        must: 'path-fluxpay-order',
        may: FLUXPAY,
        check: 'trace-complete',
        named: /^Exporter of the service: .*fluxpay-engine/,
      },
      {
        name: 'propagator-b3',
        change: agent('rate-limiter', { OTEL_PROPAGATORS: 'b3' }),
        part: 'rate-limiter',
        must: 'path-moalog',
        may: RATE_LIMITER,
        check: 'trace-complete',
        named: /^Propagator: the lines of rate-limiter/,
      },
    ],
  },
  {
    name: 'agents-silent',
    only: ['path-fluxpay-order', 'path-moalog'],
    short: true,
    breaks: [
      {
        name: 'sampler-always-off',
        change: agent('fluxpay-engine', { OTEL_TRACES_SAMPLER: 'always_off' }),
        part: 'fluxpay-engine',
        must: 'path-fluxpay-order',
        may: FLUXPAY,
        check: 'trace-complete',
        named: /^Sampler: the lines of at least 3 request\(s\) to fluxpay-engine/,
      },
      {
        name: 'service-name-wrong',
        change: agent('rate-limiter', { OTEL_SERVICE_NAME: 'rate-limitr' }),
        part: 'rate-limit',
        must: 'path-moalog',
        may: RATE_LIMITER,
        check: 'trace-complete',
        named: /^Service name: .*"rate-limitr"/,
      },
    ],
  },
  {
    // The flow of fluxpay-engine is what a ratio shows in; three requests may all be among the lucky ones.
    name: 'agents-partly',
    only: ['path-fluxpay-order', 'path-moalog', 'fluxpay-engine'],
    breaks: [
      {
        name: 'sampler-one-in-two',
        change: agent('fluxpay-engine', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }),
        part: 'fluxpay-engine',
        must: 'path-fluxpay-order',
        may: FLUXPAY,
        check: 'trace-count',
        named: /^Sampler: /,
      },
      {
        name: 'propagator-without-baggage',
        change: agent('rate-limiter', { OTEL_PROPAGATORS: 'tracecontext' }),
        part: 'rate-limiter',
        must: 'path-moalog',
        may: RATE_LIMITER,
        check: 'trace-carries-run',
        named: /^Baggage: rate-limiter/,
      },
    ],
  },
  {
    name: 'agents-without-a-library',
    only: ['path-fluxpay-order'],
    breaks: [
      {
        name: 'kafka-instrumentation-off',
        change: agent('fluxpay-engine', {
          OTEL_INSTRUMENTATION_KAFKA_ENABLED: 'false',
          OTEL_INSTRUMENTATION_SPRING_KAFKA_ENABLED: 'false',
        }),
        part: 'fluxpay-engine',
        must: 'path-fluxpay-order',
        may: FLUXPAY,
        check: 'trace-complete',
        named: /library is not instrumented.*headers/,
      },
    ],
  },
]

const PIPELINES: Drill[] = [
  {
    name: 'collector-exporter',
    only: ['path-fluxpay-order', 'rate-limiter'],
    short: true,
    breaks: [
      {
        name: 'collector-exporter-to-closed-port',
        change: collector('jaeger:4317', 'jaeger:4999'),
        part: 'ollector',
        must: 'path-fluxpay-order',
        may: ALL_TRACES,
        check: 'trace-complete',
        named: /^Collector, exporter: /,
      },
      {
        name: 'promtail-json-stage-removed',
        change: promtail(/^( +)- json:\n(?:\1 {2}.*\n)+/m, ''),
        part: 'json stage',
        must: 'rate-limiter',
        may: /^rate-limiter$/,
        check: 'log-labels-and-fields',
        named: /json stage/,
      },
    ],
  },
  {
    name: 'collector-filter',
    only: ['path-fluxpay-order', 'moalog-server'],
    breaks: [
      {
        name: 'collector-filters-a-service',
        part: 'ollector',
        must: 'path-fluxpay-order',
        may: FLUXPAY,
        check: 'trace-complete',
        named: /^Collector, pipeline: /,
        change: collector(
          /^processors:\n([^]*)processors: \[memory_limiter, batch\]/m,
          `processors:\n  filter/break:\n    error_mode: ignore\n    traces:\n      span: ['resource.attributes["service.name"] == "fluxpay-engine"']\n$1processors: [memory_limiter, filter/break, batch]`,
        ),
      },
      {
        name: 'promtail-regex-stage-broken',
        change: promtail('|DEBUG|INFO|WARN|ERROR)', '|DEBUG|WARN|ERROR)'),
        part: 'regex stage',
        must: 'moalog-server',
        may: /^moalog-server$/,
        check: 'log-labels-and-fields',
        named: /regex stage/,
      },
    ],
  },
  {
    name: 'collector-sampler',
    only: ['path-fluxpay-order', 'fluxpay-engine', 'rate-limiter'],
    breaks: [
      {
        name: 'collector-samples-one-in-two',
        part: 'ollector',
        must: 'path-fluxpay-order',
        may: ALL_TRACES,
        check: 'trace-count',
        named: /^Collector, pipeline: /,
        change: collector(
          /^processors:\n([^]*)processors: \[memory_limiter, batch\]/m,
          'processors:\n  tail_sampling:\n    decision_wait: 1s\n    policies: [{ name: half, type: probabilistic, probabilistic: { sampling_percentage: 50 } }]\n$1processors: [memory_limiter, tail_sampling, batch]',
        ),
      },
      {
        name: 'promtail-label-wrong',
        change: promtail('target_label: container', 'target_label: container_name'),
        part: 'container',
        must: 'rate-limiter',
        may: /^rate-limiter$|^fluxpay-engine$/,
        check: 'log-labels-and-fields',
        named: /container/,
      },
    ],
  },
  {
    name: 'collector-strips',
    only: ['path-fluxpay-order', 'fluxpay-engine'],
    breaks: [
      {
        name: 'collector-deletes-an-attribute',
        part: 'http.response.status_code',
        must: 'path-fluxpay-order',
        may: ALL_TRACES,
        check: 'trace-complete',
        named: /^Attribute: .*no http\.response\.status_code/,
        change: collector(
          /^processors:\n([^]*)processors: \[memory_limiter, batch\]/m,
          'processors:\n  attributes/break:\n    actions: [{ key: http.response.status_code, action: delete }]\n$1processors: [memory_limiter, attributes/break, batch]',
        ),
      },
    ],
  },
  {
    name: 'collector-keeps-errors',
    only: ['path-fluxpay-order', 'path-fluxpay-payment-failed'],
    breaks: [
      {
        name: 'collector-samples-errors-only',
        part: 'ollector',
        must: 'path-fluxpay-order',
        may: ALL_TRACES,
        check: 'trace-complete',
        named: /^Collector, pipeline: /,
        change: collector(
          /^processors:\n([^]*)processors: \[memory_limiter, batch\]/m,
          'processors:\n  tail_sampling:\n    decision_wait: 1s\n    policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]\n$1processors: [memory_limiter, tail_sampling, batch]',
        ),
      },
    ],
  },
  {
    name: 'collector-drops-consumers',
    only: ['path-fluxpay-order', 'fluxpay-engine'],
    breaks: [
      {
        name: 'collector-filters-a-kind',
        part: 'ollector',
        must: 'path-fluxpay-order',
        may: FLUXPAY,
        check: 'trace-complete',
        named: /^Collector, pipeline: |a filter of the collector/,
        change: collector(
          /^processors:\n([^]*)processors: \[memory_limiter, batch\]/m,
          `processors:\n  filter/break:\n    error_mode: ignore\n    traces:\n      span: ['kind == SPAN_KIND_CONSUMER']\n$1processors: [memory_limiter, filter/break, batch]`,
        ),
      },
    ],
  },
  {
    name: 'store-forgets',
    only: ['path-fluxpay-order', 'rate-limiter'],
    short: true,
    breaks: [
      {
        name: 'jaeger-forgets',
        change: { file: 'jaeger/jaeger.yml', from: /max-traces: \d+/, to: 'max-traces: 5' },
        part: 'max-traces',
        must: 'path-fluxpay-order',
        may: ALL_TRACES,
        check: 'trace-complete',
        named: /^Trace store: .*max-traces/,
      },
      {
        name: 'promtail-drops-some',
        part: 'drop',
        must: 'rate-limiter',
        may: /^rate-limiter$/,
        check: 'log-none-lost',
        named: /rows 40-44\).*drop, match/,
        change: promtail(/^ {4}pipeline_stages:\n/m, "$&      - drop:\n          expression: 'flow-[a-z-]+-00004[0-4]'\n"),
      },
    ],
  },
  {
    name: 'collector-path',
    only: ['path-fluxpay-order', 'rate-limiter'],
    breaks: [
      {
        name: 'collector-listens-elsewhere',
        change: collector(/^( +)endpoint: 0\.0\.0\.0:4318\n/m, '$&$1traces_url_path: /v1/spans\n'),
        part: '404',
        must: 'path-fluxpay-order',
        may: ALL_TRACES,
        check: 'trace-complete',
        named: /^Exporter of the service: .*404/,
      },
    ],
  },
  {
    name: 'log-link',
    only: ['fluxpay-engine', 'moalog-server'],
    short: true,
    breaks: [
      {
        name: 'derived-field-regex-broken',
        change: { file: 'grafana/provisioning/datasources/datasources.yml', from: '([0-9a-f]{32})', to: '([0-9a-f]{16})' },
        part: 'regex',
        must: 'fluxpay-engine',
        may: /^fluxpay-engine$|^moalog-server$/,
        check: 'log-opens-trace',
        named: /regex/,
      },
      {
        name: 'promtail-multiline-stage-removed',
        change: promtail(/^ +- multiline:\n +firstline: '[^'\n]*\\d\{4\}.*\n +max_wait_time: .*\n/m, ''),
        part: 'multiline stage',
        must: 'moalog-server',
        may: /^moalog-server$|^fluxpay-engine$/,
        check: 'log-lines-together',
        named: /multiline stage/,
      },
    ],
  },
]

const OUTAGES: Drill[] = [
  { name: 'outages', only: ['jaeger-stopped', 'agent-endpoint-closed', 'loki-stopped', 'promtail-paused'], breaks: [], short: true },
  {
    name: 'outages-without-a-queue',
    only: ['jaeger-stopped', 'loki-stopped'],
    breaks: [
      {
        name: 'collector-does-not-retry',
        change: collector(/retry_on_failure:\n +initial_interval: \w+/, 'retry_on_failure:\n      enabled: false'),
        part: 'retry_on_failure',
        must: 'jaeger-stopped',
        may: /^jaeger-stopped$/,
        check: 'outage-spans-survive',
        named: /trace-store.*sending_queue and retry_on_failure/s,
      },
      {
        name: 'promtail-gives-up',
        change: promtail(/max_retries: \d+/, 'max_retries: 2'),
        part: 'max_retries',
        must: 'loki-stopped',
        may: /^loki-stopped$/,
        check: 'outage-lines-survive',
        named: /log-store.*max_retries/s,
      },
    ],
  },
]

const FORMS: Drill[] = [
  {
    name: 'instrumented',
    only: ['path-moalog-instrumented', 'moalog-server'],
    env: { MOALOG_OTEL_ENABLED: 'true' },
    breaks: [],
    short: true,
  },
  {
    name: 'instrumented-switched-off',
    only: ['path-moalog-instrumented'],
    env: { MOALOG_OTEL_ENABLED: 'true' },
    breaks: [
      {
        name: 'moalog-otel-off',
        change: agent('moalog-server', { MOALOG_OTEL_ENABLED: 'false' }),
        part: 'moalog-server',
        must: 'path-moalog-instrumented',
        may: /^path-moalog-instrumented$/,
        check: 'trace-complete',
        named: /No span of moalog-server/,
      },
    ],
  },
  {
    name: 'uninstrumented-switched-on',
    only: ['path-moalog'],
    breaks: [
      {
        name: 'moalog-otel-on',
        change: agent('moalog-server', { MOALOG_OTEL_ENABLED: 'true' }),
        part: 'moalog-server',
        must: 'path-moalog',
        may: /^path-moalog$/,
        check: 'trace-complete',
        named: /moalog-server .*not instrumented/,
      },
    ],
  },
]

const board = (from: string | RegExp, to: string): Change => ({ file: 'grafana/dashboards/slo-dashboard.json', from, to })

/** One panel each, found by another check each; MySQL's death makes the errors without which a budget cannot go below zero. */
const DASHBOARD: Drill[] = [
  {
    name: 'dashboard',
    only: ['mysql-killed'],
    breaks: [
      {
        name: 'slo-window-of-an-hour',
        change: board('avg_over_time(up[24h])', 'avg_over_time(up[1h])'),
        part: 'Availability',
        must: 'drill',
        may: DRILL,
        check: 'slo-value-matches',
        named: /Availability: 1h \(/,
      },
      {
        name: 'slo-p99-for-p95',
        change: board('histogram_quantile(0.95, sum by (le) (', 'histogram_quantile(0.99, sum by (le) ('),
        part: 'Latency p95',
        must: 'drill',
        may: DRILL,
        check: 'slo-value-matches',
        named: /Latency p95: /,
      },
      {
        name: 'slo-budget-stops-at-zero',
        change: board(/"expr": "(\(1 - .*\/ 0\.001\) \* 100)"/, '"expr": "clamp_min($1, 0)"'),
        part: 'Error budget',
        must: 'drill',
        may: DRILL,
        check: 'slo-budget-sign',
        named: /Error budget shows 0/,
      },
      {
        name: 'slo-service-of-4xx',
        change: board(
          '"expr": "(sum by (job) (rate(axum_http_requests_total{status=~\\"5',
          '"expr": "(sum by (job) (rate(axum_http_requests_total{status=~\\"4',
        ),
        part: 'Error rate by service',
        must: 'drill',
        may: DRILL,
        check: 'slo-series-match',
        named: /Error rate by service of moalog-server: /,
      },
      {
        name: 'slo-colours-turned',
        change: board(/"red"(,\n\s+"value": null\n\s+\},\n\s+\{\n\s+"color": )"green"(,\n\s+"value": 0\.999\b)/, '"green"$1"red"$2'),
        part: 'Availability',
        must: 'drill',
        may: DRILL,
        check: 'slo-thresholds',
        named: /Availability is green/,
      },
      {
        name: 'slo-alerts-of-one-severity',
        change: board('ALERTS{alertstate', 'ALERTS{severity=\\"warning\\",alertstate'),
        part: 'Active alerts',
        must: 'drill',
        may: DRILL,
        check: 'slo-panel-has-data',
        named: /Active alerts leaves out HighErrorRate|Active alerts never listed/,
      },
    ],
  },
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
