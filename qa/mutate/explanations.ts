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
/** Where a value that is longer, shorter or another one changes as little as none. */
const VALUES = ['off by one', 'misspelt', 'of another file'] as const
const GONE = ['deleted', 'of another file'] as const
const equivalent = (file: RegExp, what: RegExp, because: string, more: Pick<Explanation, 'operators' | 'but'> = {}): Explanation => ({
  fate: 'equivalent',
  file,
  what,
  because,
  ...more,
})
const survived = (file: RegExp, what: RegExp, because: string, more: Pick<Explanation, 'operators'> = {}): Explanation => ({
  fate: 'survived',
  file,
  what,
  because,
  ...more,
})

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
      operators: ['off by one', 'deleted'],
    },
  ),
  equivalent(COMPOSE, /^x-health\.interval: value swapped/, 'how often and how patiently a container is asked is not promised'),
  equivalent(COMPOSE, /^x-health\.timeout: 3s -> \d+m?s$/, 'a health check answers within milliseconds', {
    operators: ['of another file'],
  }),
  equivalent(
    COMPOSE,
    /\.(?:volumes|ports|secrets|configs|extra_hosts|tmpfs)\.\d+: items swapped/,
    'the order of mounts, ports, secrets and hosts says nothing',
  ),
  equivalent(
    COMPOSE,
    /services\.(?:(?:prometheus|mysqld-exporter|toxiproxy)\.command\.\d+|otel-agent-init\.command\.[012]): items swapped/,
    'flags may stand in any order; where a value leaves its flag the change is no swap of flags',
    {
      but: (lines) =>
        [...lines.matchAll(/-{1,2}[\w.-]+(?:=[^\s,\]]*)?/g)]
          .map((match) => match[0])
          .toSorted()
          .join(' '),
    },
  ),
  equivalent(COMPOSE, /(?:rate-limiter|fluxpay-engine)\.command\.[12]: items swapped/, 'options of a JVM may stand in any order', {
    but: (lines) =>
      [...lines.matchAll(/-X[^\s,\]]*/g)]
        .map((match) => match[0])
        .toSorted()
        .join(' '),
  }),
  equivalent(
    COMPOSE,
    /services\.[\w-]+\.image: (?:\S+prometheus:v2\.48\.0 -> \S+v2\.(?:47\.0|48\.1)|\S+alertmanager:v0\.27\.0 -> \S+v0\.26\.0|\S+grafana:10\.2\.0 -> \S+10\.2\.1|\S+(?:loki|promtail):2\.9\.0 -> \S+2\.9\.1|\S+all-in-one:1\.54 -> \S+1\.5[35]|\S+cp-kafka:7\.5\.3 -> \S+7\.5\.2|postgres:16-alpine -> postgres:1[57]-alpine|redis:7-alpine -> redis:[68]-alpine|mysql:8\.0 -> mysql:8\.1|\S+mysqld-exporter:v0\.16\.0 -> \S+v0\.15\.0|\S+redis_exporter:v1\.66\.0-alpine -> \S+v1\.6[57]\.0-alpine|\S+toxiproxy:2\.5\.0 -> \S+2\.(?:4|6)\.0|\S+curl:8\.11\.1 -> \S+8\.1(?:0\.1|1\.0))$/,
    'a release that was published, and in which nothing changed that is used here: which one is deployed is not promised',
    { operators: ['off by one'] },
  ),
  survived(
    COMPOSE,
    /\.image: (?:(\S+):\S+ -> \1:\S+|\S+006\/\S+ -> \S+00[57]\/\S+)$|dockerfile_inline: FROM \S+/,
    'which tags of an image a registry has is not known',
  ),
  survived(COMPOSE, /\.image: (?:\S+ -> \S+$|value swapped)/, 'which images a registry has is not known', {
    operators: ['of another file', 'path shortened', 'swapped'],
  }),
  equivalent(COMPOSE, /environment\.GF_ANALYTICS_\w+(?: deleted|: )/, 'whether Grafana reports its version home is not promised', {
    operators: ['deleted', ...VALUES],
  }),
  equivalent(
    COMPOSE,
    /^key services\.grafana\.environment\.GF_ANALYTICS_\w+ ->/,
    'whether Grafana reports its version home is not promised',
    {
      operators: ['of another file'],
    },
  ),
  equivalent(COMPOSE, /^key x-[\w-]+ -> x-/, 'the name of an extension field is the writer’s own: its anchor is what is used'),
  equivalent(
    COMPOSE,
    /^x-jvm-(?:build|environment): value swapped with the next/,
    'an anchor goes with its value, and no alias stands between the two',
  ),
  equivalent(COMPOSE, /healthcheck\.test\.\d+ deleted/, 'how much wget says is not promised', {
    but: (lines) => lines.replace(/ -q,/g, ''),
  }),
  equivalent(COMPOSE, /-X(?:mx|ms)\d+m/, 'a megabyte more or less of heap, which no promise names', { operators: ['off by one'] }),
  equivalent(COMPOSE, /(?:DELAY|_MS|BUFFER_SIZE|HEAP_OPTS|retention\.time)/, 'a step of a time or a size that no promise depends on', {
    operators: ['off by one'],
  }),
  equivalent(COMPOSE, /redis\.command\.2: 64mb -> 6[35]mb/, 'RedisHighMemory is a share of the limit, large or small'),
  equivalent(COMPOSE, /redis\.command\.0 deleted/, 'the image puts redis-server before arguments that begin with a dash'),
  equivalent(COMPOSE, /prometheus\.command\.[12] deleted/, 'another folder of the same volume (/prometheus/data), and 15 days by default'),
  equivalent(
    COMPOSE,
    /(?:rate-limiter|fluxpay-engine)\.command\.2 deleted/,
    'with 256 MB and one CPU the JVM takes the serial collector by itself',
  ),
  equivalent(
    COMPOSE,
    /otel-agent-init\.command\.[23] deleted|otel-agent-init\.command\.3: --show-error -> --show-erro$|otel-agent-init\.command\.6: https:(\S+) -> http:\1/,
    'how curl reports; it takes shortened options, and GitHub redirects from http to https',
  ),
  equivalent(COMPOSE, /otel-agent-init\.healthcheck deleted/, 'nothing waits for the health of a container that ends'),
  equivalent(
    COMPOSE,
    /postgres\.healthcheck\.test\.[57]: fluxpay -> /,
    'pg_isready asks whether the server answers: it needs no user or database that is there',
  ),
  equivalent(
    COMPOSE,
    /postgres\.environment\.POSTGRES_DB deleted|^key services\.postgres\.environment\.POSTGRES_DB ->/,
    'the database is called as its user by default, and the user is fluxpay',
  ),
  equivalent(COMPOSE, /kafka\.environment\.CLUSTER_ID: /, 'any 16 bytes in base64 are an id, and there is one broker', {
    operators: ['misspelt', 'off by one'],
  }),
  equivalent(
    COMPOSE,
    /kafka\.environment\.KAFKA_(?:GROUP_INITIAL_REBALANCE_DELAY_MS|OFFSETS_TOPIC_NUM_PARTITIONS|BROKER_SESSION_TIMEOUT_MS|BROKER_HEARTBEAT_INTERVAL_MS|LOG_CLEANER_DEDUPE_BUFFER_SIZE|HEAP_OPTS) deleted/,
    'Kafka has a default of its own, with which it starts later and takes more memory',
  ),
  equivalent(
    COMPOSE,
    /x-jvm-environment\.(?:OTEL_(?:METRICS|LOGS)_EXPORTER|OTEL_BSP_SCHEDULE_DELAY|OTEL_JAVA_EXPERIMENTAL_SPAN_ATTRIBUTES_COPY_FROM_BAGGAGE_INCLUDE) deleted/,
    'metrics and logs of the agent find no receiver and are dropped, spans come within 5 s, and none says whose drill it is of: nothing of it is promised',
  ),
  equivalent(
    COMPOSE,
    /^key x-jvm-environment\.OTEL_EXPORTER_OTLP_PROTOCOL -> (?!OTEL)/,
    'http/protobuf is what the Java agent speaks by default since 2.0',
    {
      operators: ['of another file'],
    },
  ),
  equivalent(COMPOSE, /OTEL_EXPORTER_OTLP_PROTOCOL deleted/, 'http/protobuf is what the Java agent speaks by default since 2.0'),
  equivalent(
    COMPOSE,
    /moalog-server\.environment\.(?:RUST_LOG|MOALOG_OTEL_ENABLED|OTEL_SERVICE_NAME|OTEL_EXPORTER_OTLP_ENDPOINT) deleted/,
    'moalog-server is not instrumented as delivered, and info is its own level',
  ),
  equivalent(COMPOSE, /services\.promtail\.depends_on(?:\.loki)? deleted/, 'Promtail sends again until Loki answers, 120 times'),
  equivalent(COMPOSE, /SERVER_PORT deleted/, 'the application.yml of each JVM service has the same port'),
  equivalent(COMPOSE, /kafka\.healthcheck\.test\.3: exec \d<>/, 'the number of a descriptor that nothing else names', {
    operators: ['off by one'],
    but: (lines) => lines.replace(/exec \d<>/, 'exec <>'),
  }),
  equivalent(COMPOSE, /mysql\.healthcheck\.test\.1: /, 'any query that the server answers will do', {
    operators: ['off by one'],
    but: (lines) => lines.replace(/SELECT \d/, 'SELECT'),
  }),
  equivalent(COMPOSE, /x-jvm-build\.dockerfile_inline: /, 'the folder in which is built is named nowhere else', {
    operators: ['misspelt'],
    but: (lines) => lines.replace(/WORKDIR \/\w+/, 'WORKDIR'),
  }),
  equivalent(COMPOSE, /jmx_exporter\.content: /, 'a second in which the exporter does not answer yet', {
    operators: ['off by one'],
    but: (lines) => lines.replace(/startDelaySeconds: \d/, ''),
  }),
  survived(COMPOSE, /secrets\.(?:slack|discord)_url\.file/, 'whether what is there is a file or a folder is not known'),
  survived(COMPOSE, /^the file is not there/, 'monitoring/ alone is what many hand to lint: a compose file is not required'),
  survived(COMPOSE, /healthcheck\.test\.\d+: http/, 'which paths of a service of one’s own answer is not known'),
  survived(COMPOSE, /healthcheck deleted|healthcheck: value/, 'that a container has a check is not promised'),
  survived(COMPOSE, /healthcheck\.test\.3: require/, 'a program in a health check is looked at word by word, and not run'),
  survived(
    COMPOSE,
    /healthcheck\.test\.\d+(?:: (?!http)| deleted)/,
    'which programs an image holds, and what they make of their arguments, is not known',
  ),
  survived(
    COMPOSE,
    /otel-agent-init\.command\.[016]/,
    'which release is published at an address is not known; without --fail a page of errors is saved',
  ),
  survived(COMPOSE, /otel-agent-init\.user/, 'who may write to a new volume is seen when it is made'),
  survived(COMPOSE, /services\.[\w-]+\.ports/, 'which ports are published is not in the specification'),
  survived(COMPOSE, /command\.\d+ deleted|services\.[\w-]+\.command deleted/, 'a flag of a server that has a default'),
  survived(COMPOSE, /mysql\.command\.0: --long-query-time=1 -> /, 'how slow a query is that counts as slow is in no requirement'),
  survived(
    COMPOSE,
    /build\.(?:args\.SERVICE|context|<<)|dockerfile_inline/,
    'what a Dockerfile makes of its context and arguments shows when it is built',
  ),
  survived(COMPOSE, /environment\.KAFKA_|environment\.OTEL_/, 'a setting that has a default of its own'),
  survived(
    COMPOSE,
    /(?:x-jvm-environment|environment)\.(?:SERVER_ADDRESS|ACTUATOR_PASSWORD|REDIS_HOST|SPRING_\w+|MOALOG_\w+|DATABASE_URL|\w+_URL|RUST_LOG|CLUSTER_ID|RECEIVER_PORT|REDIS_ADDR|GF_SECURITY_ADMIN_PASSWORD)|^key services\.moalog-server\.environment/,
    'what a service of one’s own reads from its environment is not known',
  ),
  survived(
    COMPOSE,
    /(?:MYSQL|POSTGRES)_(?:USER|PASSWORD): value swapped/,
    'values of two variables that are both set, and secret, are not compared',
  ),
  survived(COMPOSE, /depends_on/, 'the order of starts is not promised'),
  survived(COMPOSE, /jaeger\.command\.0: /, 'Jaeger without its file has the same ports by default'),
  survived(COMPOSE, /postgres\.volumes\.0: /, 'the image makes a volume of its own below the folder that is mounted'),
  survived(COMPOSE, /sysctls/, 'how soon a client gives up a dial to a dead container is seen in a drill alone'),
  survived(COMPOSE, /x-health\.retries: 12 -> /, 'how long a service takes to start on a machine is not known'),
  survived(
    COMPOSE,
    /container_name|^name deleted|^key services\.[\w-]+ ->|services\.[\w-]+ deleted|services\.[\w-]+: value swapped/,
    'which services there are besides those of the specification is the writer’s own',
  ),
  survived(COMPOSE, /toxiproxy_proxies\.content/, 'how a proxy is called, and which port a service of one’s own listens on, is not known'),
  survived(COMPOSE, /jmx_exporter\.content/, 'which beans are exported besides those that a rule reads is not promised'),
  survived(COMPOSE, /secrets\.\w+: value swapped/, 'which of two secrets a variable is meant for is known by its name alone'),
  survived(COMPOSE, /alertmanager\.entrypoint/, 'an entry point that is moved or gone is being looked at'),

  // monitoring/grafana/dashboards
  equivalent(
    DASHBOARD,
    /^(?:description|tags|links|annotations|editable|graphTooltip|timezone|schemaVersion|version)(?:\.\w+)*(?::(?! value)| deleted)|^key (?:description|tags|links|annotations|annotations\.list|editable|graphTooltip|timezone|schemaVersion|version) ->/,
    'what a dashboard looks like, and what it says of itself, is not promised',
  ),
  equivalent(DASHBOARD, /^key annotations -> annotation$/, 'what a dashboard looks like, and what it says of itself, is not promised'),
  equivalent(
    DASHBOARD,
    /^(?:id|uid|title): (?!value)|^(?:id|uid|refresh|time(?:\.\w+)?) deleted|^refresh: 30s -> \d+s$|^time\.from: now-6h -> now-\d+h$|^key (?:uid|refresh|time|time\.from|time\.to) ->/,
    'how the dashboard is called, how far it looks back and how often it reloads is not promised',
  ),
  equivalent(
    DASHBOARD,
    /panels\.\d+\.(?:id|description|collapsed)(?:: (?!value)| deleted)|^key panels\.\d+\.(?:id|description|collapsed|title) ->|panels\.\d+\.title(?:: (?!value)| deleted)/,
    'what is written on a panel is not promised: a panel is found by what it measures',
  ),
  equivalent(
    DASHBOARD,
    /panels\.(?:[1-46-8]|10)\.title: value swapped/,
    'what is written on a panel is not promised: a panel is found by what it measures',
  ),
  equivalent(
    DASHBOARD,
    /panels\.[059](?:\.panels)? deleted|^key panels\.[059]\.panels -> (?!type|title|id)/,
    'a heading between panels; an open row holds none itself',
  ),
  equivalent(
    DASHBOARD,
    /panels\.\d+\.gridPos(?:\.[xywh]: |: (?!value)|(?:\.[xywh])? deleted)|^key panels\.\d+\.gridPos(?:\.[xywh])? ->/,
    'where a panel stands, and how large it is, is not promised as long as it has a size',
    {
      // One without height or width is not seen.
      but: (lines) => (/"[hw]": 0\b/.test(lines) || (/"[xy]":/.test(lines) && !/"h":[^]*"w":/.test(lines)) ? 'no size' : ''),
    },
  ),
  equivalent(
    DASHBOARD,
    /panels\.\d+\.gridPos\.[xy](?:: (?!value)| deleted)|^key panels\.\d+\.gridPos\.[xy] ->/,
    'where a panel stands is not promised',
    {
      operators: ['deleted', ...VALUES],
    },
  ),
  equivalent(
    DASHBOARD,
    /panels\.\d+\.datasource(?:\.(?:uid|type))? deleted|^key panels\.\d+\.datasource(?:\.(?:uid|type))? ->|panels\.\d+\.datasource\.type: /,
    'without one a panel asks the default data source, which is Prometheus; with one it is found by its uid',
    { operators: ['deleted', 'of another file', 'misspelt'] },
  ),
  equivalent(
    DASHBOARD,
    /targets\.\d+\.datasource(?:\.(?:uid|type))? deleted|^key panels\.\d+\.targets\.\d+\.datasource(?:\.(?:uid|type))? ->/,
    "a query goes to its panel's data source, and not to the one that it names",
    { operators: [...GONE] },
  ),
  equivalent(
    DASHBOARD,
    /fieldConfig\.(?:overrides(?:\.[\w.]+)?|defaults\.(?:custom(?:\.\w+)*|decimals|color|color\.mode|min|max|thresholds\.mode))(?: deleted| -> )/,
    'how a panel draws its values is not promised: each of these has a default',
    { operators: [...GONE] },
  ),
  equivalent(
    DASHBOARD,
    /fieldConfig\.(?:defaults\.(?:custom\.(?:lineWidth|fillOpacity|spanNulls|align)|decimals|min|max)|overrides\.[\w.]+(?<!color)): (?!value)/,
    'how a panel draws its values is not promised',
    { operators: [...VALUES] },
  ),
  equivalent(
    DASHBOARD,
    /panels\.10\.fieldConfig(?:\.defaults)? deleted|^key panels\.10\.fieldConfig(?:\.defaults)? ->/,
    'a list of alerts has no numbers to draw',
    {
      operators: [...GONE],
    },
  ),
  equivalent(
    DASHBOARD,
    /panels\.[678]\.fieldConfig\.defaults\.thresholds(?:\.steps(?:\.1)?)? deleted|^key panels\.[678]\.fieldConfig\.defaults\.thresholds(?:\.steps)? ->/,
    'a series by service needs no line at the objective; one that it draws has to be there',
    { operators: [...GONE] },
  ),
  equivalent(
    DASHBOARD,
    /panels\.4\.fieldConfig\.defaults\.thresholds\.steps\.2(?: deleted|\.value: 25 -> (?!0$))/,
    'from which share of the budget on it is green is not promised: it turns at 0',
    { operators: ['deleted', 'off by one', 'of another file'] },
  ),
  equivalent(DASHBOARD, /thresholds\.steps\.0\.value deleted/, 'the first step of the thresholds has no value'),
  equivalent(DASHBOARD, /^key .*thresholds\.steps\.0\.value ->/, 'the first step of the thresholds has no value', {
    operators: ['of another file'],
    but: (lines) => lines.replace(/"\w+": null/, ''),
  }),
  equivalent(
    DASHBOARD,
    /targets\.\d+\.(?:legendFormat|refId|editorMode)(?: deleted|: (?!value))|^key panels\.\d+\.targets\.\d+\.(?:legendFormat|refId|editorMode) ->/,
    'what a line is called, and how the query was edited, is not promised',
    { operators: ['deleted', ...VALUES] },
  ),
  equivalent(
    DASHBOARD,
    /panels\.[1-8]\.targets\.\d+\.(?:instant|range)(?: deleted|: (?!value)| -> )|^key panels\.[1-8]\.targets\.\d+\.(?:instant|range) ->|panels\.10\.targets\.0\.range deleted|^key panels\.10\.targets\.0\.range ->/,
    'instant and range differ in what is drawn, not in the last number',
    { operators: ['deleted', 'off by one', 'of another file'] },
  ),
  equivalent(
    DASHBOARD,
    /panels\.\d+(?:\.targets\.\d+)?: items swapped/,
    'the order of panels and of their queries is not promised: a panel is found by what it measures',
  ),
  equivalent(
    DASHBOARD,
    /options\.(?:legend|tooltip|orientation|showThreshold\w+|showHeader|sortBy)(?:\.\w+)*(?: deleted|: (?!value)| -> )|panels\.\d+\.options deleted|^key panels\.\d+\.options ->/,
    'how a panel shows its values is not promised: each of these has a default',
    {
      operators: [...GONE, 'off by one'],
      but: (lines) => (/"(?:orientation|displayMode|placement|mode|sort)": "(?!auto|table|bottom|multi|desc)/.test(lines) ? lines : ''),
    },
  ),
  equivalent(
    DASHBOARD,
    /options\.(?:reduceOptions(?:\.(?:calcs|fields|values))?|reduceOptions\.calcs\.0|legend\.calcs\.\d) deleted|^key panels\.\d+\.options\.reduceOptions(?:\.\w+)? ->|reduceOptions\.values: false|legend\.calcs\.\d: items swapped/,
    'the last number of all fields is what a gauge shows by default, and an instant query has one',
  ),
  equivalent(
    DASHBOARD,
    /panels\.10\.(?:transformations\b|options\.sortBy)(?!.*transformations\.0\.options\.excludeByName\.\w+ -> alert)/,
    'which columns a table shows, how they are called and in which order they stand is not promised',
    { operators: ['deleted', ...VALUES] },
  ),
  equivalent(
    DASHBOARD,
    /^key panels\.10\.transformations\.0\.options\.(?:excludeByName|indexByName|renameByName)\.\w+ ->/,
    'which columns a table shows, how they are called and in which order they stand is not promised',
    { operators: ['misspelt', 'of another file'] },
  ),
  equivalent(
    DASHBOARD,
    /templating\.list\.\d+\.(?:hide|multi|includeAll|label|skipUrlSync|description|options(?:\.[\w.]+)?|current\.(?:selected|text|value))(?: deleted|: (?!value| items)| -> )|options\.\d(?:\.\w+)?: (?:value|items) swapped|^key templating\.list\.\d+\.(?:hide|multi|includeAll|label|options(?:\.[\w.]+)?|current\.(?:selected|text|value)) ->/,
    'how a variable is offered is not promised: its options are those of its query, and text or value alone finds the one that is shown',
  ),
  equivalent(DASHBOARD, /templating\.list\.0\.query: \S+ -> (?:\S+,)?24h(?:,|$)/, 'which other windows may be chosen is not promised', {
    operators: ['off by one'],
  }),
  equivalent(DASHBOARD, /targets\.\d+\.expr: /, 'nothing of what is multiplied by 0 is left: it is there for its labels', {
    operators: ['misspelt'],
    but: (lines) => lines.replace(/(0 \* sum[^{]*\{(?:endpoint|uri)!=\\")[^"\\]*/g, '$1'),
  }),
  equivalent(
    DASHBOARD,
    /custom\.lineWidth: value swapped|indexByName\.\w+: value swapped|options\.showThresholdLabels: value swapped/,
    'how a panel draws its values is not promised',
    {
      operators: ['swapped'],
    },
  ),
  equivalent(
    DASHBOARD,
    /panels\.[1-4]\.targets\.\d\.instant: value swapped/,
    'instant and range differ in what is drawn, not in the last number',
  ),
  survived(DASHBOARD, /thresholds\.steps\.0 deleted/, 'Grafana makes a first step of its own; its colour is not known'),
  survived(DASHBOARD, /thresholds\.steps\.\d+\.color/, 'which words are colours is not known: one that is none is drawn in black'),
  survived(
    DASHBOARD,
    /: value swapped with the next/,
    'two settings of how a panel or dashboard looks in each other’s place: Grafana passes over values of another kind',
  ),
  survived(
    DASHBOARD,
    /gridPos|fieldConfig|options\.|legend|tooltip|time\.|refresh|current/,
    'how a panel looks is looked at where it hides its numbers',
  ),

  // monitoring/grafana/provisioning
  equivalent(
    /contact-points\.yml$/,
    /contactPoints\.\d+(?:: items swapped|\.orgId deleted|\.receivers\.\d+\.(?:uid: (?!value)|disableResolveMessage deleted))/,
    'order, the uid of an integration, and what is Grafana’s default',
  ),
  equivalent(/contact-points\.yml$/, /settings\.httpMethod deleted/, 'POST is what a webhook of Grafana has by default'),
  equivalent(/contact-points\.yml$/, /^key .*settings\.httpMethod -> (?!url$)/, 'the other key is passed over, and POST is the default', {
    operators: ['of another file'],
  }),
  equivalent(
    /notification-policies\.yml$/,
    /orgId deleted|group_by\.\d+: items swapped/,
    'organisation 1 is the default, and the order of labels says nothing',
  ),
  equivalent(/notification-policies\.yml$/, /repeat_interval deleted/, '4h is what Grafana has by default as well'),
  equivalent(
    /notification-policies\.yml$/,
    /^apiVersion(?: deleted|: 1 -> [\d.]+$)/,
    'Grafana does not look at apiVersion in files of its alerting',
  ),
  equivalent(
    /provisioning\/dashboards\/dashboards\.yml$/,
    /apiVersion: 1 -> [1-9]\d*$|providers\.0\.(?:(?:folder|updateIntervalSeconds|allowUiUpdates|disableDeletion)(?: deleted|: (?!value))|name: |disableDeletion: value)/,
    'what a user may do with a dashboard, where it is listed and when it is read again is not promised',
    { operators: ['deleted', 'swapped', ...VALUES] },
  ),
  equivalent(
    /provisioning\/dashboards\/dashboards\.yml$/,
    /options\.path: \S+ -> \/var\/lib\/grafana$/,
    'the folder above holds the dashboards as well',
  ),
  equivalent(
    /datasources\.yml$/,
    /apiVersion: 1 -> [1-9]\d*$|isDefault(?: deleted|: true)|datasources\.\d: items swapped|\.access deleted/,
    'each panel names its data source, proxy is the default of access, and any apiVersion from 1 on is the present format',
  ),
  equivalent(/datasources\.yml$/, /datasources\.\d\.name: /, 'Grafana finds a data source by its uid, else by its name', {
    operators: ['swapped', 'misspelt', 'of another file'],
  }),
  equivalent(
    /datasources\.yml$/,
    /datasources\.[02]\.jsonData deleted|jsonData\.(?:timeInterval(?: deleted|: 15s -> \d+(?:s|m|h)$)|httpMethod deleted)|urlDisplayLabel(?: deleted|: (?!value))/,
    'GET and 15 s are the defaults, each query of the dashboard has its own interval, and how a link is called is not promised',
  ),
  equivalent(
    /datasources\.yml$/,
    /tracesToLogsV2(?:\.(?:datasourceUid|query|span\w+TimeShift))? deleted|tracesToLogsV2\.span\w+TimeShift: -?1m -> -?[02]m/,
    'the link from a span to its logs is in no requirement',
    { operators: ['deleted', ...VALUES] },
  ),
  equivalent(
    /datasources\.yml$/,
    /derivedFields\.0\.name: /,
    'how the field is called that is a link; what it matches and where it leads is elsewhere',
    {
      operators: ['misspelt', 'of another file'],
    },
  ),
  survived(/datasources\.yml$/, /tracesToLogsV2/, 'the link from a span to its logs is in no requirement'),
  survived(/datasources\.yml$/, /\.url: \S+ -> \$/, 'a variable of the environment in place of a URL is not followed'),

  // The other files of monitoring/
  equivalent(/alert-rules\.yml$/, /rules\.\d+: items swapped/, 'the order of rules that do not need one another'),
  equivalent(/alert-rules\.yml$/, /^groups\.0\.name/, 'the name of a rule group is no label of its alerts', {
    operators: ['misspelt', 'of another file', 'off by one'],
  }),
  equivalent(
    /alertmanager\.yml$/,
    /resolve_timeout(?: deleted|: 5m -> \d+[smh]$)|^global deleted/,
    'resolve_timeout is for alerts without endsAt, and Prometheus always sends one',
  ),
  equivalent(
    /alertmanager\.yml$/,
    /(?:receivers|(?:source|target)_matchers|group_by|equal)\.\d: items swapped/,
    'receivers are found by name, and all of a list of matchers or labels count',
  ),
  equivalent(/alertmanager\.yml$/, /receivers\.[01]\.webhook_configs\.0\.send_resolved deleted/, 'webhooks send resolved by default'),
  equivalent(
    /alertmanager\.yml$/,
    /receivers\.[23]\.slack_configs\.0\.(?:title|text)(?: deleted|: )/,
    'Alertmanager has a title and a text of its own; what a chat reads is not promised',
    { operators: ['deleted', 'of another file', 'swapped'] },
  ),
  equivalent(/alertmanager\.yml$/, /route\.repeat_interval deleted/, '4h is what Alertmanager has by default as well'),
  equivalent(
    /switch-on\.sh$/,
    /line 5: umask 077 -> (?:deleted|umask 0?\d+$)|line 17: echo "notifications to \$channel are on" -> (?:deleted|echo "\w+ to \$channel are \w+")/,
    'a message, and the mode of a file in memory',
  ),
  equivalent(/switch-on\.sh$/, /line (?:4|5|6|7|15|16|17):.* -> /, 'assignments and lines that do not need one another', {
    operators: ['swapped'],
  }),
  equivalent(/switch-on\.sh$/, /expressions=/, 'the default of a variable that docker-compose.yaml always gives', {
    operators: ['off by one'],
    but: (lines) => lines.replace(/(\$\{RECEIVER_PORT:-)\d+/, '$1'),
  }),
  equivalent(/switch-on\.sh$/, /^line 7: running=/, 'how a file in memory is called that is written and read by this name', {
    operators: ['misspelt'],
    but: (lines) => lines.replace(/running=\/run\/alertmanager\/[\w.]+/, 'running='),
  }),
  survived(
    /switch-on\.sh$/,
    /^line/,
    'the script is run with every secret, with each alone and with none: what else changes in it shows in none of these runs',
  ),
  equivalent(
    /jaeger\.yml$/,
    /^memory(?: deleted|\.max-traces(?: deleted|: \d+ -> \d+$))|collector(?:\.otlp(?:\.enabled|\.grpc(?:\.host-port)?)?)? deleted|query(?:\.\S+)? deleted/,
    'how many traces are kept; and what is Jaeger’s default anyway (OTLP on, 4317, 16686, 16685)',
  ),
  equivalent(
    /jaeger\.yml$/,
    /query\.grpc-server\.host-port: 0\.0\.0\.0:16685 -> 0\.0\.0\.0:1668[34]$/,
    'no other program asks the query service by gRPC, at whichever port',
  ),
  survived(/promtail\.yml$/, /grpc_listen_port: 0 -> -1$/, 'what a program makes of a port below 0 is not known'),
  survived(/jaeger\.yml$/, /query\.http-server/, 'which of two ports speaks HTTP is known by its number alone'),
  equivalent(
    /loki\.yml$/,
    /analytics(?:\.reporting_enabled)?(?: deleted|: false)|log_level deleted|instance_addr deleted|min_ready_duration(?: deleted|: 0s -> \ds$)|ingester\.lifecycler deleted/,
    'what Loki reports of itself, its own address by default, and how soon /ready says so: it takes lines before',
  ),
  equivalent(/loki\.yml$/, /instance_addr: /, 'all of 127.0.0.0/8 is loopback: the process finds itself there', {
    operators: ['off by one'],
    but: (lines) => lines.replace(/\b127\.\d+\.\d+\.\d+\b/g, '127.0.0.1'),
  }),
  equivalent(
    /loki\.yml$/,
    /filesystem\.(?:chunks|rules)_directory: (?:\/loki\/\w+ -> \/loki(?:\/\w+)?$|value swapped)|rules_directory deleted/,
    'another folder of the same volume, which begins empty; there are no rules',
    { operators: ['misspelt', 'path shortened', 'swapped', 'deleted'] },
  ),
  equivalent(
    /loki\.yml$/,
    /grpc_listen_port(?: deleted|: 9096 -> (?!3100$)\d{4,5}$)|^server deleted|server\.http_listen_port deleted/,
    'there is no second process that asks by gRPC, and 3100 is the port by default',
  ),
  equivalent(
    /loki\.yml$/,
    /configs\.0\.(?:from: 2024-01-01 -> 20(?:1\d|2[0-5])-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)$|index\.prefix(?: deleted|: (?!value)))/,
    'an earlier or later first day before today, and how the files of the index are called',
  ),
  equivalent(
    /loki\.yml$/,
    /limits_config\.(?!allow_structured)\w+: \S+ -> |limits_config\.(?:ingestion|per_stream)_\w+ deleted|checkpoint_duration: 10s -> (?:0?9|11)s/,
    'a step of a limit that leaves the known load room; one that does not is an error of log-store-accepts-lines',
    { operators: ['off by one', 'deleted'] },
  ),
  equivalent(
    /loki\.yml$/,
    /flush_on_shutdown: true -> false|flush_on_shutdown deleted/,
    'what is not flushed is in the write-ahead log, which Loki reads when it starts: log-store-writes-to-its-volume wants it on the volume',
  ),
  survived(
    /loki\.yml$/,
    /ingester|store: inmemory|limits_config|common\.storage/,
    "how much is lost when Loki is killed, and limits above the known load; Loki's own -verify-config accepts it",
  ),
  survived(/loki\.yml$/, /configs\.0\.from deleted/, 'a schema without a first day holds from the beginning'),
  survived(/loki\.yml$/, /kvstore/, 'which stores a ring may have is for Loki to say, which does not when it verifies'),
  survived(
    /loki\.yml$/,
    /query_scheduler|use_scheduler_ring/,
    'for 10 s after a start Loki answers no query: an outage of the drill sees it',
  ),
  equivalent(/otel-collector\.yml$/, /protocols\.grpc\.endpoint deleted/, '0.0.0.0:4317 is what the collector 0.93 has by default'),
  equivalent(/otel-collector\.yml$/, /protocols\.http\.endpoint deleted/, '0.0.0.0:4318 is what the collector 0.93 has by default'),
  equivalent(/otel-collector\.yml$/, /health_check\.endpoint deleted/, '0.0.0.0:13133 is what the collector 0.93 has by default'),
  equivalent(/otel-collector\.yml$/, /retry_on_failure deleted/, 'the collector sends again by default, first after 5 s'),
  equivalent(
    /otel-collector\.yml$/,
    /batch\.(?:timeout: 200ms -> \d+m?s$|send_batch_size: 512 -> \d+$|\w+ deleted)|check_interval: 1s -> [1-9]s|limit_mib: 256 -> 25[57]$|spike_limit_mib: 64 -> (?:0|63|65)$|spike_limit_mib deleted|initial_interval(?: deleted|: 1s -> [02]s)|(?:telemetry\.logs|telemetry\.logs\.level|metrics\.level) deleted/,
    'a step of a time or a size, and what is logged; a value that is refused is an error of collector-accepts-values',
    { operators: ['off by one', 'deleted', 'of another file'] },
  ),
  equivalent(/otel-collector\.yml$/, /processors\.1 deleted/, 'without batch the same spans are sent in more requests'),
  survived(
    /otel-collector\.yml$/,
    /pipelines\.traces\.processors(?:\.0)? deleted/,
    'the collector exports the same spans without a limit of its memory: a note',
  ),
  equivalent(/prometheus\.yml$/, /items swapped/, 'the order of scrape jobs says nothing'),
  equivalent(/prometheus\.yml$/, /metrics_path deleted/, '/metrics is the path that Prometheus takes by default', {
    but: (lines) => lines.replace(/^\s*metrics_path: \/metrics\s*$/gm, '').trim(),
  }),
  equivalent(/prometheus\.yml$/, /global\.scrape_timeout deleted/, '10s is what Prometheus has by default as well'),
  equivalent(/prometheus\.yml$/, /scrape_configs\.2\.scrape_interval deleted/, '15s is the interval of all jobs as well'),
  equivalent(/promtail\.yml$/, /grpc_listen_port: 0 -> (?!9080$)\d{4,5}$/, 'no other process asks Promtail by gRPC, at whichever port'),
  survived(/promtail\.yml$/, /json\.expressions/, 'a field that becomes no label, no timestamp and no line may have any source'),
  survived(/prometheus\.yml$/, /basic_auth\.username/, 'the user that a service expects is not in any file'),
  equivalent(
    /promtail\.yml$/,
    /server\.log_level deleted|grpc_listen_port(?: deleted|: 0 -> 1$)|sync_period(?: deleted|: 1s -> [02]s)|batchwait(?: deleted|: 200ms -> \d+ms$)|refresh_interval(?: deleted|: 5s -> [46]s)|m(?:in|ax)_period(?: deleted|: \S+ -> \d+m?s$)|max_retries: 120 -> 1(?:19|21)$|max_wait_time(?: deleted|: 500ms -> \d+ms$)/,
    'a step of a time that no promise names, and what Promtail says of itself; 3 s by default instead of 500 ms, of the 10 s that a line may take',
    { operators: ['off by one', 'deleted'] },
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
    { operators: ['deleted', ...VALUES] },
  ),
  equivalent(
    /promtail\.yml$/,
    /^key .*json\.expressions\.(?:logger|message|span_id) ->/,
    'a field that becomes no label, no timestamp and no line',
  ),
  equivalent(/promtail\.yml$/, /scrape_configs\.0\.job_name: /, "a job's name is in Promtail's own log and metrics", {
    operators: ['misspelt', 'of another file'],
  }),
  equivalent(
    /promtail\.yml$/,
    /positions\.filename: \S+ -> \/var\/lib\/promtail\/\w+\.\w+$/,
    'another file of the same volume, which begins empty',
    {
      operators: ['misspelt'],
    },
  ),
  equivalent(/promtail\.yml$/, /regex\.expression: /, 'the name of a group that no later stage reads', {
    operators: ['misspelt'],
    but: (lines) => lines.replace(/\(\?P<(?!timestamp>|level>|trace_id>)\w+>/g, '(?P<other>'),
  }),
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
  equivalent(
    /kustomization\.yaml$/,
    /: items swapped|^(?:apiVersion|kind) deleted|(?:apiVersion|Generator): value swapped$/,
    'the order of generators and files, and what kustomize takes by default',
  ),
  survived(
    /kustomization\.yaml$/,
    /configMapGenerator\.\d+\.files\.\d+ deleted/,
    'which files the start script of Alertmanager reads stands in shell text',
  ),
  survived(/kustomization\.yaml$/, /secretGenerator\.0\.files/, 'which keys of a Secret a start script reads is not followed into a pod'),
  survived(/kustomization\.yaml$/, /secretGenerator(?:\.0)? deleted/, 'a Secret may be made by hand: pods that name it are no finding'),
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
