import type { Mutant } from './mutant.ts'

/**
 * Why a blind change is left out of the score (equivalent: nothing that is promised changes), or counts against it and is known (survived).
 * An equivalence is left out whether something notices it or not, so that the score is of changes that matter.
 */
export interface Explanation {
  fate: 'equivalent' | 'survived'
  file: RegExp
  /** In the change's words: PATH.OF.THE.PLACE: before -> after. */
  what: RegExp
  /** Where the words of the change do not say by which it was made. */
  operators?: readonly string[]
  /** Holds when the changed lines are equal but for this. */
  but?: (lines: string) => string
  because: string
}

const COMPOSE = /docker-compose\.yaml$/
const DASHBOARD = /dashboards\/[^/]+\.json$/
const equivalent = (file: RegExp, what: RegExp, because: string, more: Pick<Explanation, 'operators' | 'but'> = {}): Explanation => ({
  fate: 'equivalent',
  file,
  what,
  because,
  ...more,
})
const survived = (file: RegExp, what: RegExp, because: string): Explanation => ({ fate: 'survived', file, what, because })

export const EXPLANATIONS: readonly Explanation[] = [
  // docker-compose.yaml
  equivalent(COMPOSE, /./, 'the message of ${NAME:?message} is for a person to read', {
    but: (lines) => lines.replace(/:\?[^}]*\}/g, ':?}'),
  }),
  equivalent(COMPOSE, /healthcheck|depends_on/, 'all of 127.0.0.0/8 is loopback: a server on 0.0.0.0 answers there', {
    but: (lines) => lines.replace(/\b127\.\d+\.\d+\.\d+\b/g, '127.0.0.1'),
  }),
  equivalent(
    COMPOSE,
    /healthcheck\.test\.4: \/dev\/null -> \/null/,
    'the answer goes to a file in the container instead, and the check passes',
  ),
  equivalent(
    COMPOSE,
    /^(?:x-health|services\.[\w-]+\.healthcheck)\.(?:<<(?= )|(?:interval|timeout|retries|start_period)\b)/,
    'how often and how patiently a container is asked is not promised; Docker has times of its own',
    {
      operators: ['off by one', 'deleted', 'swapped'],
    },
  ),
  equivalent(
    COMPOSE,
    /\.(?:volumes|ports|secrets|configs|extra_hosts|tmpfs)\.\d+: items swapped/,
    'the order of mounts, ports, secrets and hosts says nothing',
  ),
  equivalent(
    COMPOSE,
    /services\.(?:prometheus|mysqld-exporter|toxiproxy|redis|otel-agent-init)\.command\.\d+: items swapped/,
    'flags may stand in any order; where a value leaves its flag the change is no swap of flags',
    {
      but: (lines) =>
        [...lines.matchAll(/-{1,2}[\w.-]+(?:=[^\s,\]]*)?/g)]
          .map((match) => match[0])
          .toSorted()
          .join(' '),
    },
  ),
  equivalent(COMPOSE, /\.command\.[12]: items swapped/, 'options of a JVM may stand in any order', {
    but: (lines) =>
      [...lines.matchAll(/-X[^\s,\]]*/g)]
        .map((match) => match[0])
        .toSorted()
        .join(' '),
  }),
  equivalent(
    COMPOSE,
    /services\.[\w-]+\.image: (\S+):v?(\d+)\.\S* -> \1:v?\2\./,
    'a neighbouring release of the same major version: which one is deployed is not promised',
    { operators: ['off by one'] },
  ),
  equivalent(
    COMPOSE,
    /services\.(?:mysql|redis|postgres|otel-agent-init)\.image: (\S+):\S+ -> \1:/,
    'another published version: which one is deployed is not promised',
    { operators: ['off by one'] },
  ),
  equivalent(COMPOSE, /GF_ANALYTICS_\w+/, 'whether Grafana reports its version home is not promised'),
  equivalent(COMPOSE, /^key x-[\w-]+ ->/, 'the name of an extension field is the writer’s own: its anchor is what is used'),
  equivalent(COMPOSE, /^x-jvm-build: value swapped with the next/, 'an anchor goes with its value, and no alias stands between the two'),
  equivalent(COMPOSE, /healthcheck\.test\.\d+ deleted/, 'how much wget says is not promised', {
    but: (lines) => lines.replace(/ -q,/g, ''),
  }),
  equivalent(COMPOSE, /-X(?:mx|ms)\d+m/, 'a megabyte more or less of heap, which no promise names', { operators: ['off by one'] }),
  equivalent(COMPOSE, /(?:DELAY|_MS|BUFFER_SIZE|HEAP_OPTS|retention\.time)/, 'a step of a time or a size that no promise depends on', {
    operators: ['off by one'],
  }),
  equivalent(
    COMPOSE,
    /otel-agent-init\.command\.[23]\b.*(?:deleted|swapped)|otel-agent-init\.healthcheck/,
    'how curl reports; nothing waits for the health of a container that ends',
    { operators: ['deleted', 'swapped', 'of another file', 'misspelt', 'path shortened'] },
  ),
  survived(
    /kustomization\.yaml$/,
    /configMapGenerator\.\d+\.files\.\d+ deleted/,
    'which files the start script of Alertmanager reads stands in shell text',
  ),
  survived(COMPOSE, /^the file is not there/, 'monitoring/ alone is what many hand to lint: a compose file is not required'),
  survived(COMPOSE, /healthcheck\.test\.\d+: http/, 'which paths of a service of one’s own answer is not known'),
  survived(
    COMPOSE,
    /healthcheck(?: deleted|\.test\.3: require)|healthcheck: value/,
    'that a container has a check is not promised, and JavaScript in one is not read',
  ),
  survived(COMPOSE, /otel-agent-init\.command\.[016]/, 'what is published at an address is not known'),
  survived(COMPOSE, /services\.[\w-]+\.ports/, 'which ports are published is not in the specification'),
  survived(COMPOSE, /command\.\d+ deleted/, 'a flag of a server that has a default'),
  survived(COMPOSE, /environment\.(?!KAFKA|OTEL|MYSQL|POSTGRES)\w+/, 'what a service of one’s own reads from its environment is not known'),
  survived(COMPOSE, /environment\.KAFKA_|environment\.OTEL_/, 'a setting that has a default of its own'),
  survived(COMPOSE, /depends_on/, 'the order of starts is not promised'),

  // What is the default anyway, and what no promise names.
  equivalent(/alert-rules\.yml$/, /rules\.\d+: items swapped/, 'the order of rules that do not need one another'),
  equivalent(/alertmanager\.yml$/, /receivers\.[23]\.name: /, 'no route leads to the receiver: it is delivered switched off'),
  equivalent(/notification-policies\.yml$/, /repeat_interval deleted/, '4h is what Grafana has by default as well'),
  equivalent(
    /datasources\.yml$/,
    /datasources\.\d\.name\b|datasources\.2\.jsonData|httpMethod/,
    'Grafana finds a data source by uid or name; the link from a span to its logs is in no requirement',
  ),
  equivalent(/otel-collector\.yml$/, /protocols\.grpc\.endpoint deleted/, '0.0.0.0:4317 is what the collector 0.93 has by default'),
  equivalent(/prometheus\.yml$/, /metrics_path deleted/, '/metrics is the path that Prometheus takes by default', {
    but: (lines) => lines.replace(/^\s*metrics_path: \/metrics\s*$/gm, '').trim(),
  }),
  survived(/jaeger\.yml$/, /query\.http-server/, 'which of two ports speaks HTTP is known by its number alone'),
  equivalent(
    /loki\.yml$/,
    /filesystem\.(?:chunks|rules)_directory: \/loki\/\w+ -> \/loki\/\w+$/,
    'another folder of the same volume, which begins empty',
    { operators: ['misspelt'] },
  ),
  survived(
    /loki\.yml$/,
    /ingester|store: inmemory|limits_config|common\.storage/,
    "how much is lost when Loki is killed, and limits above the known load; Loki's own -verify-config accepts it",
  ),
  survived(
    COMPOSE,
    /dockerfile_inline|healthcheck\.test\.[01]|fluxpay-engine|moalog-server|long-query-time|\.image: \S+ -> \w+$/,
    'what is in an image, and what a service of one’s own reads, is not known',
  ),

  equivalent(
    DASHBOARD,
    /targets\.\d+\.datasource(?:\.(?:uid|type))? deleted|thresholds\.steps\.0\.value deleted/,
    "a query has its panel's data source; the first step has no value",
  ),
  equivalent(DASHBOARD, /^key panels\.\d+\.targets\.\d+\.datasource ->/, "a query without a data source has its panel's"),
  equivalent(/otel-collector\.yml$/, /retry_on_failure deleted/, 'the collector sends again by default, first after 5 s'),
  equivalent(DASHBOARD, /^key .*thresholds\.steps\.0\.value ->/, 'the first step of the thresholds has no value', {
    but: (lines) => lines.replace(/"\w+": null/, ''),
  }),
  survived(DASHBOARD, /thresholds\.steps\.0 deleted/, 'Grafana makes a first step of its own; its colour is not known'),
  survived(/loki\.yml$/, /kvstore/, 'which stores a ring may have is for Loki to say, which does not when it verifies'),

  // monitoring/grafana
  equivalent(
    DASHBOARD,
    /(?:^|\.)(?:description|gridPos|tags|links|annotations|editable|graphTooltip|timezone|schemaVersion|version|fiscalYearStartMonth|liveNow|weekStart)(?:\.|:| |$)/,
    'what a dashboard looks like, and what it says of itself, is not promised',
  ),
  equivalent(
    DASHBOARD,
    /^(?:id|refresh|uid|title|time(?:\.\w+)?)(?:: | deleted)/,
    'how the dashboard is called, how far it looks back and how often it reloads is not promised',
  ),
  equivalent(
    DASHBOARD,
    /panels\.\d+\.(?:id|options|transformations|datasource|collapsed)\b/,
    'how a panel shows its values is not promised; a query names its data source itself',
  ),
  equivalent(
    DASHBOARD,
    /fieldConfig\.(?:overrides|defaults\.(?:custom|decimals|color|min|max|mappings|displayName|thresholds\.mode))\b/,
    'how a panel draws its values is not promised',
  ),
  equivalent(
    DASHBOARD,
    /thresholds\.steps\.\d+(?:\.color|\.value: (?!0\.999|0\.5|0\.001))/,
    'of the steps that are no objective neither number nor colour is promised',
    { operators: ['off by one', 'of another file', 'swapped'] },
  ),
  equivalent(
    DASHBOARD,
    /targets\.\d+\.(?:legendFormat|refId|editorMode|format|exemplar|interval|instant|range)\b/,
    'what a line is called and how the query was edited; instant and range differ in what is drawn, not in the number',
  ),
  equivalent(
    DASHBOARD,
    /panels\.\d+(?:\.targets\.\d+)?: items swapped/,
    'the order of panels and of their queries is not promised: a panel is found by what it measures',
  ),
  equivalent(
    DASHBOARD,
    /templating\.list\.\d+\.(?:hide|multi|includeAll|label|skipUrlSync|options|current|description)\b/,
    'how a variable is offered is not promised',
  ),
  equivalent(DASHBOARD, /panels\.\d+\.title\b/, 'titles of panels are not promised: a panel is found by what it measures'),
  equivalent(
    /contact-points\.yml$/,
    /contactPoints\.\d+(?:: items swapped|\.orgId deleted|\.receivers\.\d+\.(?:uid|disableResolveMessage)\b.*(?:->|deleted))/,
    'order, the uid of an integration, and what is Grafana’s default',
    { operators: ['swapped', 'deleted', 'misspelt', 'of another file'] },
  ),
  equivalent(/contact-points\.yml$/, /contactPoints\.[23]\./, 'Slack and Discord of Grafana are optional'),
  equivalent(/provisioning\/alerting\//, /^apiVersion/, 'Grafana does not look at apiVersion in files of its alerting'),
  equivalent(
    /notification-policies\.yml$/,
    /orgId deleted|group_by\.\d+: items swapped/,
    'organisation 1 is the default, and the order of labels says nothing',
  ),
  equivalent(
    /provisioning\/dashboards\/dashboards\.yml$/,
    /apiVersion: 1 -> [2-9]|providers\.0\.(?:name|folder|updateIntervalSeconds|allowUiUpdates|disableDeletion|orgId)\b/,
    'what a user may do with a dashboard, where it is listed and when it is read again is not promised',
  ),
  equivalent(
    /provisioning\/dashboards\/dashboards\.yml$/,
    /options\.path: \S+ -> \/var\/lib\/grafana$/,
    'the folder above holds the dashboards as well',
  ),
  equivalent(
    /datasources\.yml$/,
    /apiVersion: 1 -> [2-9]|isDefault|datasources\.\d+: items swapped|\.access deleted/,
    'each panel names its data source, proxy is the default of access, and any apiVersion from 1 on is the present format',
  ),
  equivalent(
    /datasources\.yml$/,
    /urlDisplayLabel|jsonData\.(?:timeInterval|httpMethod)|datasources\.0\.jsonData deleted|span(?:Start|End)TimeShift: -?1m -> -?2m/,
    'how a link is called, and a step of a margin; each query of the dashboard has its own interval',
  ),

  // The other files of monitoring/
  equivalent(/alert-rules\.yml$/, /^groups\.0\.name/, 'the name of a rule group is no label of its alerts', {
    operators: ['misspelt', 'of another file', 'off by one'],
  }),
  equivalent(
    /alertmanager\.yml$/,
    /resolve_timeout|^global deleted/,
    'resolve_timeout is for alerts without endsAt, and Prometheus always sends one',
  ),
  equivalent(
    /alertmanager\.yml$/,
    /(?:receivers|(?:source|target)_matchers|group_by|equal)\.\d: items swapped/,
    'receivers are found by name, and all of a list of matchers or labels count',
  ),
  equivalent(/alertmanager\.yml$/, /receivers\.[01]\.webhook_configs\.0\.send_resolved deleted/, 'webhooks send resolved by default'),
  equivalent(/alertmanager\.yml$/, /receivers\.[23]\.slack_configs\.0\.send_resolved deleted/, 'no route leads to it as delivered'),
  equivalent(
    /alertmanager\.yml$/,
    /receivers\.[23]\.slack_configs\.0\.(?:title|text)(?: deleted|: )/,
    'Alertmanager has a title and a text of its own; what a chat reads is not promised',
    { operators: ['deleted', 'of another file', 'swapped'] },
  ),
  equivalent(
    /switch-on\.sh$/,
    /echo "notifications|umask|\\\( \*\\\)/,
    'a message, the mode of a file in memory, and a group of a pattern that is not used again',
  ),
  equivalent(/switch-on\.sh$/, /line (?:4|5|6|7|15|16|17):.* -> /, 'assignments and lines that do not need one another', {
    operators: ['swapped'],
  }),
  equivalent(/switch-on\.sh$/, /expressions=/, 'the default of a variable that docker-compose.yaml always gives', {
    operators: ['off by one'],
    but: (lines) => lines.replace(/(\$\{RECEIVER_PORT:-)\d+/, '$1'),
  }),
  survived(
    /switch-on\.sh$/,
    /^line/,
    'the script is run with every secret, with each alone and with none: what else changes in it shows in none of these runs',
  ),
  equivalent(
    /jaeger\.yml$/,
    /^memory\b|collector(?:\.otlp(?:\.enabled|\.grpc(?:\.host-port)?)?)? deleted|query(?:\.\S+)? deleted/,
    'how many traces are kept; and what is Jaeger’s default anyway (OTLP on, 4317, 16686, 16685)',
  ),
  equivalent(
    /loki\.yml$/,
    /analytics|log_level|instance_addr|min_ready_duration|ingester\.lifecycler deleted/,
    'what Loki reports of itself, and how soon /ready says so; it takes lines before (ingester lifecycler: ACTIVE at once)',
  ),
  equivalent(
    /loki\.yml$/,
    /replication_factor deleted|rules_directory|chunks_directory: value swapped|grpc_listen_port|^server deleted|configs\.0\.(?:from|index\.prefix)|\/loki\/chunks -> \/loki$/,
    'no rules and no second process; 3100 is the port by default; an earlier or later first day before today, and another folder of the same volume',
  ),
  equivalent(
    /loki\.yml$/,
    /limits_config\.\w+: \S+ -> |limits_config\.(?:ingestion|per_stream)_\w+ deleted|checkpoint_duration: 10s -> (?:0?9|11)s/,
    'a step of a limit that leaves the known load room; one that does not is an error of log-store-accepts-lines',
    { operators: ['off by one', 'swapped', 'deleted'] },
  ),
  equivalent(
    /loki\.yml$/,
    /flush_on_shutdown: true -> false|flush_on_shutdown deleted/,
    'what is not flushed is in the write-ahead log, which Loki reads when it starts: log-store-writes-to-its-volume wants it on the volume',
  ),
  equivalent(
    /otel-collector\.yml$/,
    /batch\.\w+|check_interval|limit_mib|initial_interval|logs(?:\.level)?\b|metrics\.level/,
    'a step of a time or a size, and what is logged; a value that is refused is an error of collector-accepts-values',
    { operators: ['off by one', 'deleted', 'swapped'] },
  ),
  equivalent(/otel-collector\.yml$/, /protocols\.http\.endpoint deleted/, '0.0.0.0:4318 is what the collector 0.93 has by default'),
  equivalent(/prometheus\.yml$/, /items swapped/, 'the order of scrape jobs says nothing'),
  equivalent(
    /promtail\.yml$/,
    /log_level|sync_period|batchwait|refresh_interval|m(?:in|ax)_period|max_retries: 120 -> |max_wait_time: 500ms -> |grpc_listen_port/,
    'a step of a time that no promise names, and what Promtail says of itself',
  ),
  equivalent(
    /promtail\.yml$/,
    /(?:relabel_configs\.\d+|pipeline_stages\.0|\.0\.match\.stages\.[23]|\.1\.match\.stages\.[12345]): items swapped/,
    'labels are set from different sources, a stream is taken by one match alone, and these stages read what earlier ones extracted',
  ),
  equivalent(
    /promtail\.yml$/,
    /json\.expressions\.(?:logger|message|span_id)\b/,
    'a field that becomes no label, no timestamp and no line',
  ),
  survived(/contact-points\.yml$/, /settings\.httpMethod/, 'POST is the default; settings of an integration are not listed'),
  survived(/prometheus\.yml$/, /basic_auth\.username/, 'the user that a service expects is not in any file'),
  equivalent(
    /promtail\.yml$/,
    /scrape_configs\.0\.job_name: |max_wait_time deleted/,
    "a job's name is in Promtail's own log and metrics; 3 s by default instead of 500 ms, of the 10 s that a line may take",
    { operators: ['misspelt', 'of another file', 'deleted'] },
  ),
  equivalent(
    /jaeger\.yml$/,
    /query\.grpc-server\.host-port: \S+ -> 0\.0\.0\.0:16686$/,
    'one port for both is served by what each connection speaks (cmux)',
  ),
  equivalent(/otel-collector\.yml$/, /processors\.1 deleted/, 'without batch the same spans are sent in more requests'),
  equivalent(COMPOSE, /OTEL_EXPORTER_OTLP_PROTOCOL deleted/, 'http/protobuf is what the Java agent speaks by default since 2.0'),
  equivalent(
    /datasources\.yml$/,
    /derivedFields\.0\.name: /,
    'how the field is called that is a link; what it matches and where it leads is elsewhere',
    {
      operators: ['misspelt', 'of another file'],
    },
  ),
  equivalent(COMPOSE, /services\.promtail\.depends_on(?:\.loki)? deleted/, 'Promtail sends again until Loki answers, 120 times'),
  equivalent(DASHBOARD, /^key panels\.\d+\.transformations\.\d+\.options\b/, 'which columns of a table are shown is not promised'),
  equivalent(/alertmanager\.yml$/, /route\.repeat_interval deleted/, '4h is what Alertmanager has by default as well'),
  equivalent(/loki\.yml$/, /server\.http_listen_port deleted/, '3100 is the port that Loki has by default'),
  equivalent(/contact-points\.yml$/, /^key .*settings\.httpMethod -> (?!url$)/, 'the other key is passed over, and POST is the default', {
    operators: ['of another file'],
  }),
  equivalent(COMPOSE, /kafka\.healthcheck\.test\.3: exec \d<>/, 'the number of a descriptor that nothing else names', {
    operators: ['off by one'],
    but: (lines) => lines.replace(/exec \d<>/, 'exec <>'),
  }),
  survived(/kustomization\.yaml$/, /secretGenerator\.0\.files/, 'which keys of a Secret a start script reads is not followed into a pod'),
  equivalent(/contact-points\.yml$/, /settings\.httpMethod deleted/, 'POST is what a webhook of Grafana has by default'),
  equivalent(
    /kustomization\.yaml$/,
    /: items swapped|^apiVersion deleted|(?:apiVersion|Generator): value swapped$/,
    'the order of generators and files, and what kustomize takes by default',
  ),
  survived(
    /loki\.yml$/,
    /query_scheduler|use_scheduler_ring/,
    'for 10 s after a start Loki answers no query: an outage of the drill sees it',
  ),
  equivalent(/promtail\.yml$/, /regex\.expression: /, 'the name of a group that no later stage reads', {
    operators: ['misspelt'],
    but: (lines) => lines.replace(/\(\?P<(?!timestamp>|level>|trace_id>)\w+>/g, '(?P<other>'),
  }),
  equivalent(COMPOSE, /SERVER_PORT deleted/, 'the application.yml of each JVM service has the same port'),
  survived(COMPOSE, /sysctls/, 'how soon a client gives up a dial to a dead container is seen in a drill alone'),
  survived(COMPOSE, /x-health\.retries: 12 -> /, 'how long a service takes to start on a machine is not known'),
  survived(/kustomization\.yaml$/, /secretGenerator(?:\.0)? deleted/, 'a Secret may be made by hand: pods that name it are no finding'),
  survived(
    /promtail\.yml$/,
    /docker_sd_configs\.0\.filters(?:\.0)? deleted/,
    'without a filter the same containers are read, beside those of other projects',
  ),
  survived(
    /promtail\.yml$/,
    /multiline|TRACE|backoff_config|\.0\.match\.stages\.0 deleted/,
    'lines of a crash, levels that no recorded line has, and how long an outage is bridged',
  ),
]

/** What changes nothing is no survivor, however broad the words of one are. */
export function explanationOf(mutant: Mutant): Explanation | undefined {
  return fitting(mutant, 'equivalent') ?? fitting(mutant, 'survived')
}

function fitting({ file, what, operator, before, after }: Mutant, fate: Explanation['fate']): Explanation | undefined {
  return EXPLANATIONS.find(
    (each) =>
      each.fate === fate &&
      each.file.test(file) &&
      each.what.test(what) &&
      (each.operators === undefined || each.operators.includes(operator)) &&
      // The name of a key is another matter than its value.
      (each.fate === 'survived' || operator !== 'misspelt' || !what.startsWith('key ') || each.what.source.startsWith('^key')) &&
      (each.but === undefined || each.but(before) === each.but(after)),
  )
}
