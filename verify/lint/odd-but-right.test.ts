import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configure } from '../config/configuration.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { lint } from './lint.ts'
import { noSpecification } from './no-specification.ts'
import { TRAPS } from './traps.ts'

/*
 * Files of others that look suspicious and are right: the check that would speak of them says nothing. Each is broken once as well, by a
 * change of its text, and the same check speaks: a row that asserts nothing fails.
 */

interface Odd {
  check: string
  what: string
  files: Record<string, string>
  /** Of all files. */
  broken: [from: string, to: string]
}

function said(files: Record<string, string>, only: string): string[] {
  const texts = Object.entries(files).map(([file, text]): ConfigText => ({ file, path: file, text, lineOffset: 0, columnOffset: 0 }))
  const { findings, problems } = lint(texts, {
    spec: noSpecification(configure(texts)),
    catalogue: { targets: [] },
    logLines: {},
    checks: [...TRAPS],
    only: [only],
  })
  assert.deepEqual(problems, [])
  return findings.map(({ severity, file, line, expected, observed }) => `${severity} ${file}:${line} ${expected}; ${observed}`)
}

const compose = (...services: string[]): Record<string, string> => ({
  'compose.yaml': `services:\n${services.map((each, index) => `  s${index}: { ${each} }\n`).join('')}`,
})
const curl = (...words: string[]): Record<string, string> => compose(`image: curlimages/curl:8.5.0, command: ${JSON.stringify(words)}`)

const dockerfile = (...lines: string[]): Record<string, string> => ({
  'compose.yaml': `services:\n  app:\n    build:\n      context: .\n      dockerfile_inline: |\n${lines.map((line) => `        ${line}\n`).join('')}`,
})
const healthy = (image: string, test: string, more = ''): string =>
  `image: "${image}", environment: { POSTGRES_PASSWORD: x, MYSQL_ROOT_PASSWORD: x }, ${more}healthcheck: { test: ${test} }`
const KAFKA = {
  KAFKA_BROKER_ID: '1',
  KAFKA_ZOOKEEPER_CONNECT: 'zookeeper:2181',
  KAFKA_LISTENERS: 'INNER://0.0.0.0:29092,LOCAL://0.0.0.0:9092',
  KAFKA_ADVERTISED_LISTENERS: 'INNER://s0:29092,LOCAL://localhost:9092',
  KAFKA_INTER_BROKER_LISTENER_NAME: 'INNER',
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'INNER:PLAINTEXT,LOCAL:PLAINTEXT',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
}
const kafka = (more: string, env: Record<string, string> = {}): Record<string, string> =>
  compose(`image: "confluentinc/cp-kafka:7.3.0", ${more}environment: ${JSON.stringify({ ...KAFKA, ...env })}`)

const ROWS: Odd[] = [
  ...[
    ['-sSLo', '/data/plugin', 'https://example.com/a.jar'],
    ['--retry-max-time', '60', '-s', 'https://example.com/a.jar'],
    ['-sS', '--max-redirs', '5', '--data-binary', '@/tmp/x', '--dump-header', '-', 'http://es:9200/_bulk'],
    ['--unix-socket', '/run/docker.sock', '-s', 'http://localhost/info'],
    ['--happy-eyeballs-timeout-ms', '200', '-s', 'https://example.com/a.jar'],
    ['-XPUT', '-sd', 'hello', 'http://es:9200/x'],
  ].map((words) => ({
    check: 'flags-are-known',
    what: `curl ${words.join(' ')}`,
    files: curl(...words),
    broken: [`"${words.at(-1)}"`, `"-s", "quiet", "${words.at(-1)}"`] as [string, string],
  })),
  {
    check: 'flags-are-known',
    what: 'a command behind redis-server',
    files: compose('image: "redis:7", command: ["sh", "-c", "redis-server --save 60 1 --appendonly yes && echo x"]'),
    broken: ['60 1', '60 one'],
  },
  {
    check: 'flags-are-known',
    what: 'Prometheus that finds its file in the folder of its data, or prints its version',
    files: compose(
      'image: "prom/prometheus:v2.50.0", command: ["--version"]',
      'image: "prom/prometheus:v2.50.0", command: ["--log.level=info"], volumes: ["./p.yml:/prometheus/prometheus.yml"]',
    ),
    broken: ['/prometheus/prometheus.yml', '/etc/prometheus.yml'],
  },
  {
    check: 'dockerfiles-are-whole',
    what: 'a user that it creates, which is one letter beside a usual one',
    files: dockerfile('FROM alpine', 'RUN adduser -D appusr', 'USER appusr'),
    broken: ['adduser -D appusr', 'true'],
  },
  {
    check: 'dockerfiles-are-whole',
    what: "the builder's own arguments, and a file of a published image",
    files: dockerfile(
      'FROM alpine',
      'ARG TARGET_ARCH=x',
      'ARG TARGETARCH',
      'COPY --from=busybox /bin/sh /x',
      'RUN echo $TARGETARCH $TARGET_ARCH',
    ),
    broken: ['--from=busybox', '--from=busy'],
  },
  {
    check: 'dockerfiles-are-whole',
    what: 'a variable of its own, which is a slip beside an argument',
    files: dockerfile('FROM alpine', 'ARG VERSION=1', 'ENV VERSOIN=2', 'RUN echo $VERSOIN'),
    broken: ['ENV VERSOIN=2', 'ENV OTHER=2'],
  },
  {
    check: 'health-check-can-pass',
    what: 'a database that is asked by its host name, its alias and its address',
    files: compose(
      healthy('postgres:16', '[CMD, pg_isready, -h, db]', 'hostname: db, '),
      healthy('postgres:16', '[CMD, pg_isready, -h, data]', 'networks: { n: { aliases: [data] } }, '),
      healthy('mysql:8', '[CMD-SHELL, "mysqladmin ping -h 172.20.0.7 -px"]', 'networks: { n: { ipv4_address: 172.20.0.7 } }, '),
    ),
    broken: ['-h, data', '-h, date'],
  },
  {
    check: 'health-check-can-pass',
    what: 'programs of every system',
    files: compose(
      healthy('redis:7', '[CMD, ls, /tmp/ready]'),
      healthy('postgres:16', '[CMD, gosu, postgres, pg_isready]'),
      healthy('mysql:8', '[CMD, stat, /var/run/mysqld/mysqld.sock]'),
      healthy('redis:7', '[CMD, env, "REDISCLI_AUTH=x", redis-cli, ping]'),
      healthy('confluentinc/cp-kafka:7.5.0', '[CMD, cub, kafka-ready, "1", "20"]'),
    ),
    broken: ['CMD, ls', 'CMD, list'],
  },
  {
    check: 'health-check-can-pass',
    what: 'a connection to a receiver, which asks nothing by HTTP',
    files: {
      ...compose(
        `build: ., command: [--config=/o.yaml], volumes: ["./o.yaml:/o.yaml"], healthcheck: { test: [CMD-SHELL, "bash -c '</dev/tcp/localhost/4317'"] }`,
      ),
      'o.yaml':
        'receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } }\nexporters: { debug: {} }\nservice: { pipelines: { traces: { receivers: [otlp], exporters: [debug] } } }\n',
    },
    broken: ["bash -c '</dev/tcp/localhost/4317'", 'curl http://localhost:4317'],
  },
  ...['confluentinc/cp-kafka-connect:7.5.0', 'grafana/otel-lgtm:0.8.1'].map((image) => ({
    check: 'compose-file-is-accepted',
    what: `${image} brings its health check`,
    files: compose(`image: "${image}"`, 'image: example/app, depends_on: { s0: { condition: service_healthy } }'),
    broken: [image, 'grafana/loki:3.0.0'] as [string, string],
  })),
  {
    check: 'kafka-listeners-agree',
    what: 'a listener for the health check alone',
    files: kafka('healthcheck: { test: [CMD, kafka-topics, --bootstrap-server, "localhost:9092", --list] }, '),
    broken: ['--bootstrap-server, "localhost:9092"', '--bootstrap-server, "s0:29092"'],
  },
  {
    check: 'kafka-listeners-agree',
    what: 'published ports in a range, and no thread for the log cleaner',
    files: kafka('ports: ["9091-9092:9091-9092"], ', { KAFKA_LOG_CLEANER_THREADS: '0' }),
    broken: ['KAFKA_LOG_CLEANER_THREADS', 'KAFKA_NUM_IO_THREADS'],
  },
  {
    check: 'credentials-agree',
    what: 'users that a migration creates, and a database elsewhere',
    files: compose(
      'image: "postgres:16", environment: { POSTGRES_PASSWORD: admin }',
      'image: flyway/flyway, environment: { FLYWAY_URL: "jdbc:postgresql://s0/postgres", FLYWAY_USER: postgres, FLYWAY_PASSWORD: admin }',
      'image: example/app, environment: { DATABASE_URL: "postgres://app:x@s0:5432/app", WAREHOUSE_URL: "postgres://r:x@dw.example.com/dw" }',
    ),
    broken: ['FLYWAY_USER: postgres', 'FLYWAY_USER: app'],
  },
  {
    check: 'scrape-logins-agree',
    what: 'a target that another one is asked about',
    files: {
      ...compose(
        'image: "prom/prometheus:v2.50.0", command: [--config.file=/p.yml, --web.config.file=/web.yml], volumes: ["./p.yml:/p.yml", "./web.yml:/web.yml"]',
      ),
      'p.yml':
        'scrape_configs:\n  - job_name: b\n    static_configs: [{ targets: ["s0:9090"] }]\n    relabel_configs: [{ target_label: __address__, replacement: "b:9115" }]\n',
      'web.yml': 'basic_auth_users: { admin: x }\n',
    },
    broken: ['target_label: __address__', 'target_label: site'],
  },
  {
    check: 'agent-is-downloaded',
    what: 'an agent of an inner mirror, and an extension beside it',
    files: curl(
      '-LO',
      'http://nexus/opentelemetry-javaagent.jar',
      '-o',
      '/otel/opentelemetry-javaagent.jar',
      'https://repo1.maven.org/maven2/io/opentelemetry/contrib/x/1.0/x-1.0.jar',
    ),
    broken: ['http://nexus/', 'http://gihtub.com/'],
  },
  {
    check: 'dashboards-are-well-formed',
    what: 'a dashboard of the second schema',
    files: {
      'd.json':
        '{ "apiVersion": "dashboard.grafana.app/v2alpha1", "kind": "Dashboard", "metadata": { "name": "x" }, "spec": { "title": "T", "annotations": [], "elements": {}, "layout": { "kind": "GridLayout" }, "panels": [] } }',
    },
    broken: ['"elements"', '"other"'],
  },
  {
    check: 'collector-components-are-whole',
    what: 'further signals of a receiver, a detector of a newer version, and a level in capitals',
    files: {
      'c.yaml':
        'receivers: { skywalking: { protocols: { grpc: {} } }, postgresql: { endpoint: "x:5432" } }\nprocessors: { resourcedetection: { detectors: [env, newcloud] } }\nexporters: { logging: { loglevel: INFO } }\nservice:\n  pipelines:\n    metrics: { receivers: [skywalking], processors: [resourcedetection], exporters: [logging] }\n    logs: { receivers: [postgresql], exporters: [logging] }\n',
    },
    broken: ['INFO', 'INFOS'],
  },
  {
    check: 'images-are-spelt',
    what: 'a tag that a script exports',
    files: compose('image: "prom/prometheus:${PROM_TAG}"'),
    broken: ['${PROM_TAG}', 'nightly'],
  },
  {
    check: 'containers-reach-each-other',
    what: "a name for the host itself in the host's network",
    files: compose('image: nginx, network_mode: host, extra_hosts: ["db:127.0.0.1"]'),
    broken: ['network_mode: host, ', ''],
  },
  {
    check: 'provisioning-is-read',
    what: 'providers and policies of something else, and values of a chart',
    files: {
      'a.yaml': 'metadata: { version: v1 }\nproviders:\n  - { name: aws, events: [x] }\n',
      'values.yaml': 'image: { tag: x }\npolicies: []\ndatasources: {}\n',
    },
    broken: ['events: [x]', 'folder: x'],
  },
  ...['am:9094', 'alertmanger:9093', 's1:9095'].map((address) => ({
    check: 'ports-agree',
    what: `alerts go to a service, an alias and a host elsewhere, and not to ${address}`,
    files: {
      ...compose(
        'image: "prom/prometheus:v2.50.0", volumes: ["./p.yml:/etc/prometheus/prometheus.yml"]',
        'image: "prom/alertmanager:v0.27.0", container_name: am, networks: { default: { aliases: [alertmanager] } }',
      ),
      'p.yml':
        'scrape_configs: []\nalerting: { alertmanagers: [{ static_configs: [{ targets: ["s1:9093", "alertmanager:9093", "am.example.com:1", "X"] }] }] }\n',
    },
    broken: ['"X"', `"${address}"`] as [string, string],
  })),
  ...(
    [
      ['influxdb:2.7', 'http://s1:8086', 'http://s1:8087'],
      ['docker.elastic.co/elasticsearch/elasticsearch:7.17.28', 'http://s1:9200', 'http://s1:9201'],
      ['influxdb:2.7', 'http://s1:8086/api', 'http://s1:8068/api'],
    ] as const
  ).map(([image, url, wrong]) => ({
    check: 'ports-agree',
    what: `${image} at its port, and not at ${wrong}`,
    files: compose(`image: example/app, environment: { STORE_URL: "${url}" }`, `image: "${image}"`),
    broken: [url, wrong] as [string, string],
  })),
  ...['data-pv', 'dat-pvc', 'data_pvc'].map((claim) => ({
    check: 'pod-references-exist',
    what: `a claim that is here, one that is made elsewhere, and not ${claim}`,
    files: {
      'k.yaml':
        'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: data-pvc }\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec:\n  containers: [{ name: c, image: x }]\n  volumes:\n    - { name: d, persistentVolumeClaim: { claimName: "data-pvc" } }\n    - { name: e, persistentVolumeClaim: { claimName: media } }\n',
    },
    broken: ['"data-pvc"', claim] as [string, string],
  })),
  {
    check: 'ports-agree',
    what: 'a port that a shell sets, a service of an external network, and exporters at their ports',
    files: {
      ...compose(
        'image: "prom/prometheus:v2.50.0", volumes: ["./p.yml:/etc/prometheus/prometheus.yml"]',
        'image: "prom/node-exporter:v1.8.0", command: ["sh", "-c", "node_exporter --web.listen-address=:9500"]',
        'image: "gcr.io/cadvisor/cadvisor:v0.49.1"',
        'image: "prometheuscommunity/postgres-exporter:v0.15.0"',
      ),
      'p.yml':
        'scrape_configs:\n  - { job_name: a, scrape_interval: 5s, static_configs: [{ targets: ["s1:9500", "s2:8080", "s3:9187", "far.example.com:1"] }] }\n',
    },
    broken: ['s2:8080', 's2:8081'],
  },
]

for (const { check, what, files, broken } of ROWS)
  test(`${check}: ${what}`, () => {
    assert.deepEqual(said(files, check), [])
    const changed = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, text.replaceAll(...broken)]))
    assert.notDeepEqual(changed, files, 'the text that is to be broken is there')
    assert.ok(said(changed, check).length > 0, 'once it is broken the check speaks')
  })

test('spans that are printed alone are a warning where none are promised', () => {
  const collector = (exporters: string): string[] =>
    said(
      {
        'c.yaml': `receivers: { otlp: { protocols: { grpc: {} } } }\nprocessors: { batch: {} }\nexporters: { otlp: { endpoint: "tempo:4317" }, debug: {} }\nservice:\n  pipelines:\n    traces: { receivers: [otlp], processors: [batch], exporters: ${exporters} }\n`,
      },
      'collector-pipeline-is-whole',
    )
  assert.deepEqual(collector('[otlp, debug]'), [])
  assert.deepEqual(collector('[debug]'), ['warning c.yaml:6 an exporter to a trace store; debug'])
})

test('a service behind a profile in a file that is laid over another is a warning', () => {
  const over = (more: Record<string, string>): string[] =>
    said(
      {
        'over.yaml':
          'services:\n  store: { image: minio/minio, profiles: [tiered] }\n  app: { depends_on: [store], environment: { S: "store:9000" } }\n',
        ...more,
      },
      'containers-reach-each-other',
    )
  const [warned, failed] = [over({ 'compose.yaml': 'services:\n  app: { image: example/app }\n' }), over({})]
  assert.deepEqual(
    [warned, failed].map((each) => each.map((line) => line.split(' ')[0])),
    [['warning'], ['error']],
  )
})
