/**
 * What is known of images that are published: what they are called, what they read from their environment, and where they say how they are.
 * Of what is not in these lists nothing is said but that it is one slip of the fingers away from what is.
 */
export interface KnownImage {
  /** Repository names, without registry. */
  names: readonly string[]
  /** Its flags in known-keys/flags.json. */
  flags?: string
  /** Every argument is a flag. */
  flagsAlone?: boolean
  /** Variables without which it does not start, each group one of several. https://hub.docker.com/_/mysql, https://hub.docker.com/_/postgres */
  needs?: readonly (readonly string[])[]
  /** Paths that answer when it is well, and the port that they are asked at. */
  health?: { port: number; paths: readonly string[] }
  /** The last minor release of each major version that gets no further one. */
  closed?: Readonly<Record<string, number>>
  /** Where its program is in the image. */
  program?: string
  /** It reads nothing from its environment but what every Go program does. */
  readsNoEnvironment?: true
  /** What the names of its variables begin with; others it does not look at. */
  prefix?: RegExp
  /** Ports that answer no GET of a health check with 200. */
  mute?: readonly number[]
  /** Programs that its images of such a tag do not hold; `*` is every one. */
  lacks?: readonly (readonly [tag: RegExp, programs: readonly string[]])[]
  /** What each of its tags begins with. */
  tag?: RegExp
}

const PROM_TAG = /^(?:v\d|latest|main|master)/

export const KNOWN_IMAGES: readonly KnownImage[] = [
  {
    names: ['prom/prometheus', 'prometheus/prometheus'],
    flags: 'prometheus',
    program: '/bin/prometheus',
    readsNoEnvironment: true,
    flagsAlone: true,
    lacks: [[/./, ['curl', 'bash', 'python3', 'node']]],
    health: { port: 9090, paths: ['/-/ready', '/-/healthy', '/metrics', '/', '/graph', '/status', '/query'] },
    closed: { 0: 20, 1: 8, 2: 55 },
    tag: PROM_TAG,
  },
  {
    names: ['prom/alertmanager', 'prometheus/alertmanager'],
    flags: 'alertmanager',
    program: '/bin/alertmanager',
    readsNoEnvironment: true,
    flagsAlone: true,
    lacks: [[/./, ['curl', 'bash', 'python3', 'node']]],
    health: { port: 9093, paths: ['/-/ready', '/-/healthy', '/metrics', '/', '/api/v2/status'] },
    tag: PROM_TAG,
  },
  {
    names: ['prom/mysqld-exporter', 'prometheus/mysqld-exporter'],
    flags: 'mysqld_exporter',
    flagsAlone: true,
    lacks: [[/./, ['curl', 'bash', 'python3', 'node']]],
    health: { port: 9104, paths: ['/', '/metrics', '/health', '/-/healthy'] },
    tag: PROM_TAG,
  },
  { names: ['prom/node-exporter', 'prometheus/node-exporter'], health: { port: 9100, paths: ['/', '/metrics'] }, tag: PROM_TAG },
  { names: ['prom/blackbox-exporter', 'prom/pushgateway', 'prom/statsd-exporter', 'prom/snmp-exporter'], tag: PROM_TAG },
  {
    names: ['oliver006/redis_exporter'],
    flags: 'redis_exporter',
    flagsAlone: true,
    health: { port: 9121, paths: ['/', '/health', '/metrics', '/scrape'] },
    lacks: [
      [/-alpine$/, ['curl', 'bash']],
      [/^(?!.*-alpine)/, ['*']],
    ],
    closed: { 0: 34 },
  },
  {
    names: ['grafana/grafana', 'grafana/grafana-oss', 'grafana/grafana-enterprise'],
    tag: /^(?!v[2-9]\.|v1\d\.)/,
    health: { port: 3000, paths: ['/api/health', '/healthz', '/login', '/metrics', '/', '/robots.txt'] },
    closed: { 4: 6, 5: 4, 6: 7, 7: 5, 8: 5, 9: 5, 10: 4, 11: 6 },
  },
  {
    names: ['grafana/loki'],
    tag: /^(?!v[2-9]\.|v1\d\.)/,
    flags: 'loki',
    program: '/usr/bin/loki',
    flagsAlone: true,
    lacks: [[/^v?2\./, ['curl', 'bash']]],
    health: { port: 3100, paths: ['/ready', '/metrics', '/services', '/config', '/loki/api/v1/status/buildinfo', '/loki/api/v1/labels'] },
    closed: { 1: 6, 2: 9 },
  },
  {
    names: ['grafana/promtail'],
    tag: /^(?!v[2-9]\.|v1\d\.)/,
    flags: 'promtail',
    program: '/usr/bin/promtail',
    flagsAlone: true,
    lacks: [[/^v?[23]\./, ['wget', 'curl', 'nc']]],
    health: { port: 9080, paths: ['/ready', '/metrics', '/targets', '/service-discovery', '/config'] },
    closed: { 1: 6, 2: 9 },
  },
  { names: ['grafana/tempo', 'grafana/mimir', 'grafana/agent', 'grafana/alloy', 'grafana/k6', 'grafana/pyroscope'] },
  {
    names: ['jaegertracing/all-in-one', 'jaegertracing/jaeger', 'jaegertracing/jaeger-collector', 'jaegertracing/jaeger-query'],
    flags: 'jaeger',
    health: { port: 14269, paths: ['/', '/health', '/metrics'] },
    mute: [14250, 14268, 4317, 4318],
    lacks: [[/^v?1\./, ['curl', 'bash']]],
  },
  {
    names: ['otel/opentelemetry-collector', 'otel/opentelemetry-collector-contrib'],
    flags: 'otelcol',
    flagsAlone: true,
    lacks: [[/./, ['*']]],
  },
  {
    names: ['redis', 'valkey/valkey', 'redis/redis-stack', 'redis/redis-stack-server'],
    flags: 'redis-server',
    lacks: [[/-alpine/, ['curl', 'bash']]],
  },
  {
    names: ['mysql'],
    flags: 'mysqld',
    needs: [['MYSQL_ROOT_PASSWORD', 'MYSQL_ROOT_PASSWORD_FILE', 'MYSQL_ALLOW_EMPTY_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD']],
    closed: { 5: 7, 6: 0, 7: 0, 8: 4 },
  },
  { names: ['mariadb'], flags: 'mysqld' },
  { names: ['postgres'], needs: [['POSTGRES_PASSWORD', 'POSTGRES_PASSWORD_FILE', 'POSTGRES_HOST_AUTH_METHOD']] },
  {
    names: ['confluentinc/cp-kafka'],
    // https://github.com/confluentinc/kafka-images/blob/v7.5.3/kafka/include/etc/confluent/docker
    prefix: /^(?:KAFKA|CLUSTER_ID|CONFLUENT|CUB|SCHEMA|LOG4J|JMX|EXTRA_ARGS|CONNECT)/,
    needs: [['KAFKA_ADVERTISED_LISTENERS'], ['KAFKA_ZOOKEEPER_CONNECT', 'KAFKA_PROCESS_ROLES']],
    closed: { 5: 5, 6: 2, 7: 9 },
  },
  { names: ['confluentinc/cp-zookeeper', 'confluentinc/cp-schema-registry', 'apache/kafka', 'bitnami/kafka', 'bitnami/zookeeper'] },
  { names: ['curlimages/curl'], flags: 'curl' },
  { names: ['shopify/toxiproxy'], flags: 'toxiproxy', flagsAlone: true },
  {
    names: [
      'nginx',
      'httpd',
      'traefik',
      'caddy',
      'busybox',
      'alpine',
      'debian',
      'ubuntu',
      'node',
      'python',
      'golang',
      'rust',
      'maven',
      'gradle',
      'eclipse-temurin',
      'openjdk',
      'mongo',
      'rabbitmq',
      'memcached',
      'zookeeper',
      'elasticsearch',
      'kibana',
      'logstash',
      'influxdb',
      'telegraf',
      'postgis/postgis',
      'cadvisor/cadvisor',
    ],
  },
]

export interface ImageName {
  /** Without registry and library/. */
  repository: string
  tag: string | undefined
  known: KnownImage | undefined
}

/** A registry is what holds a dot or a port before the first slash. https://docs.docker.com/reference/cli/docker/image/tag/ */
export function imageNameOf(image: string): ImageName {
  const [name = '', tag] = image.replace(/@sha256:.*$/, '').split(/:(?=[^/:]*$)/)
  const repository = name.replace(/^[^/]*[.:][^/]*\//, '').replace(/^library\//, '')
  return { repository, tag, known: KNOWN_IMAGES.find(({ names }) => names.includes(repository)) }
}
