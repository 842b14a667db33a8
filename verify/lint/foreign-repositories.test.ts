import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { configure } from '../config/configuration.ts'
import { lint, type LintOptions } from './lint.ts'
import { noSpecification } from './no-specification.ts'
import { TRAPS } from './traps.ts'

/*
 * What whole repositories of others taught, tried without a specification: what must not be said of them, and single breaks that were put
 * into them by hand. The files here are small ones in their style. Three variants of each kind at least.
 */

const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })

/** `severity id file:line` of what is said of the files. */
function said(files: Record<string, string>, options: Partial<LintOptions> = {}): string[] {
  const texts = Object.entries(files).map(([file, content]) => text(file, content))
  const { findings, problems } = lint(texts, {
    spec: noSpecification(configure(texts)),
    catalogue: { targets: [] },
    logLines: {},
    checks: [...TRAPS],
    ...options,
  })
  return [
    ...problems.map(({ code, message }) => `problem ${code}: ${message}`),
    ...findings.map(({ severity, id, file, line }) => `${severity} ${id} ${file}:${line}`),
  ]
}

interface Kind {
  kind: string
  /** Each with what it must come to; nothing where it is fine. */
  variants: [files: Record<string, string>, expected: string[], options?: Partial<LintOptions>][]
}

const COMPOSE = (services: string): Record<string, string> => ({ 'compose.yaml': `services:\n${services}` })
const missing = (...files: string[]): Partial<LintOptions> => ({
  exists: (file) => !files.includes(file),
  isIgnored: (file) => files.includes(file) && !file.includes('kept'),
})

const dashboard = (...panels: string[]): string => `{ "uid": "d", "title": "D", "panels": [${panels.join(',\n')}] }`
const legend = (label: string, index: number): string =>
  `{ "id": ${index}, "type": "timeseries", "title": "P${index}", "datasource": { "uid": "p", "type": "prometheus" },\n "targets": [{ "refId": "A", "expr": "sum(up)",\n "legendFormat": "{{${label}}}" }] }`
const steps = (index: number, ...values: number[]): string =>
  `{ "id": ${index}, "type": "stat", "title": "S${index}", "targets": [{ "refId": "A", "expr": "up" }], "fieldConfig": { "defaults": { "thresholds": { "mode": "absolute", "steps": [{ "color": "green", "value": null }${values.map((value) => `,\n { "color": "red", "value": ${value} }`).join('')}] } } } }`

const collector = (endpoint: string, kind = 'otlp', more = ''): Record<string, string> => ({
  'collector.yaml': `receivers: { otlp: { protocols: { grpc: {} } } }\nprocessors: { batch: {}${more === '' ? '' : `, ${more}: {}`} }\nexporters:\n  ${kind}:\n    endpoint: ${endpoint}\nservice:\n  pipelines:\n    traces: { receivers: [otlp], processors: [${more === '' ? '' : `${more}, `}batch], exporters: [${kind}] }\n`,
})

const promtail = (job: string): Record<string, string> => ({
  'promtail.yml': `server: { http_listen_port: 9080 }\npositions: { filename: /data/p.yaml }\nclients: [{ url: "http://loki:3100/loki/api/v1/push" }]\nscrape_configs:\n  - job_name: j\n${job}`,
})

const template = (content: string): Record<string, string> => ({
  'rules.yml': `groups:\n  - name: g\n    rules:\n      - alert: Disk\n        ${content}\n`,
})
const RENDER = ['problem CONFIG_HELM: a template, of Helm or the like, which is no YAML yet']

const SECRET = (file: string, keys: string): Record<string, string> => ({
  [file]: `apiVersion: v1\nkind: Secret\nmetadata: { name: shop }\nstringData: { ${keys} }\n`,
  'pod.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: { name: shop }\nspec:\n  containers:\n    - name: shop\n      image: shop:1\n      args: [--config=/etc/shop/shop.yml]\n      env:\n        - { name: A, valueFrom: { secretKeyRef: { name: shop, key: token } } }\n      volumeMounts: [{ name: c, mountPath: /etc/shop }]\n  volumes: [{ name: c, secret: { secretName: shop } }]\n',
})

const QUIET: Kind[] = [
  {
    kind: 'components of Backstage are none of kustomize',
    variants: [
      ['backstage.io/v1alpha1', []],
      ['kustomize.config.k8s.io/v1alpha1', ['error kustomizations-apply c.yaml:4']],
      ['kustomise.config.k8s.io/v1alpha1', ['error kustomizations-apply c.yaml:1', 'error kustomizations-apply c.yaml:4']],
    ].map(([version, expected]): Kind['variants'][0] => [
      { 'c.yaml': `apiVersion: ${version as string}\nkind: Component\nmetadata: { name: shop }\nspec: { type: service }\n` },
      expected as string[],
    ]),
  },
  {
    kind: 'panels of OpenSearch Dashboards are none of Grafana',
    variants: [
      [{ 'd.yaml': 'dashboard: { id: d, title: D }\npanels:\n  - { id: a, title: A, query: up, chartType: line }\n' }, []],
      [{ 'd.yaml': 'panels:\n  - { id: a, panelIndex: "1", version: 7.9.3 }\n' }, []],
      [{ 'd.json': '{ "panels": [{ "id": 1, "title": "A", "chart": "line" }] }' }, []],
      [{ 'd.json': '{ "title": "D", "panels": [{ "id": 1, "title": "A" }] }' }, ['error dashboards-are-spelt d.json:1']],
    ],
  },
  {
    kind: 'a collector is asked at its own port, and where a job has an interval of its own as well',
    variants: [8888, 8889, 9999].map((port) => [
      {
        'collector.yaml': `receivers: { otlp: { protocols: { grpc: } } }\nexporters: { debug: {} }\nservice:\n  telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { host: 0.0.0.0, port: ${port} } } } }] } }\n  pipelines: { traces: { receivers: [otlp], exporters: [debug] } }\n`,
        'prometheus.yml': `scrape_configs:\n  - job_name: otel-collector\n    scrape_interval: 30s\n    static_configs: [{ targets: ["otel-collector:${port}"] }]\n`,
      },
      [],
      { only: ['collector-listens'] },
    ]),
  },
  {
    kind: 'a Secret to copy is an example: the one that is applied may have further keys, and none that is nearly one of its own',
    variants: [
      ...['secret.example.yaml', 'k/sample-secret.yaml', 'secrets_template.yml', 'secret.yaml.dist.yaml'].map(
        (file): Kind['variants'][0] => [SECRET(file, 'password: a'), []],
      ),
      [SECRET('secret.yaml', 'password: a'), ['error pods-read-mounted-files pod.yaml:8', 'error pod-references-exist pod.yaml:10']],
      [SECRET('exemplary.yaml', 'password: a'), ['error pods-read-mounted-files pod.yaml:8', 'error pod-references-exist pod.yaml:10']],
      [SECRET('secret.example.yaml', 'tokne: a'), ['error pod-references-exist pod.yaml:10']],
      ...(
        [
          ['login.example.yaml', 'password', []],
          ['login.example.yaml', 'usre', ['error operator-references-exist m.yaml:8']],
          ['login.yaml', 'password', ['error operator-references-exist m.yaml:8']],
        ] as const
      ).map(([file, key, expected]): Kind['variants'][0] => [
        {
          [file]: 'apiVersion: v1\nkind: Secret\nmetadata: { name: login }\nstringData: { user: a }\n',
          'm.yaml': `apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: { name: m }\nspec:\n  selector: { matchLabels: { app: shop } }\n  endpoints:\n    - port: web\n      basicAuth: { username: { name: login, key: ${key} } }\n`,
        },
        [...expected],
        { only: ['operator-references-exist'] },
      ]),
    ],
  },
  {
    kind: 'an empty mode of a dashboard is the one that Grafana chooses',
    variants: ['""', '"absolute"', '"absolut"'].map((mode) => [
      { 'd.json': dashboard(steps(1, 80)).replace('"absolute"', mode) },
      mode === '"absolut"' ? ['warning dashboards-are-spelt d.json:1'] : [],
      { only: ['dashboards-are-spelt'] },
    ]),
  },
  {
    kind: 'rules that ERB or Jinja makes are said once, not key by key',
    variants: [
      [template("expr: disk_percent > <%= p('threshold') %>\n        for: <%= p('time') %>"), RENDER],
      [template('expr: up == 0\n        annotations: { summary: "{% raw %}{{ $labels.job }}{% endraw %}" }'), RENDER],
      [template('expr: up == 0\n{% if paged %}\n        labels: { severity: page }\n{% endif %}'), RENDER],
      [template('expr: up{job="a"} > <%= limit %>'), RENDER],
      [{ 'values.yml': 'a: 1\n{{ if .Values.b }}\n   c: 2\n b: 3\n{{ end }}\n' }, RENDER],
      [template('# made of <%= this %> once\n        expr: up{job="a"} == 0'), []],
      [{ 'tasks.yml': '- name: t\n  debug: { msg: "{% if a %}b{% endif %}" }\n' }, []],
    ],
  },
  {
    kind: 'unit tests of rules name rule files, and are no configuration of Prometheus',
    variants: [
      [
        {
          'tests.yml': 'rule_files: [alerts.yml]\ntests:\n  - interval: 1m\n    input_series: []\n',
          ...template('expr: up{job="a"} == 0'),
        },
        [],
      ],
      [{ 'a_test.yaml': 'rule_files:\n  - other/*.yml\nevaluation_interval: 1m\ntests: []\n', ...template('expr: up{job="a"} == 0') }, []],
      [{ 'x.yml': 'fuzzy_compare: true\nrule_files: [x.rules]\ngroup_eval_order: [a]\ntests: []\n' }, []],
    ],
  },
  {
    kind: 'a file that .gitignore lists is made elsewhere: a note, and no error',
    variants: [
      [
        COMPOSE('  am:\n    image: shop:1\n    volumes:\n      - ./am/slack_url.txt:/run/secrets/slack_url.txt:ro\n'),
        ['note mounted-files-exist compose.yaml:5'],
        missing('am/slack_url.txt'),
      ],
      [COMPOSE('  shop:\n    image: shop:1\n    env_file: shop.env\n'), ['note mounted-files-exist compose.yaml:4'], missing('shop.env')],
      [
        {
          'k/kustomization.yaml':
            'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator:\n  - name: s\n    files: [url.txt]\n',
        },
        ['note kustomization-files-exist k/kustomization.yaml:5'],
        missing('k/url.txt'),
      ],
      [COMPOSE('  shop:\n    image: shop:1\n    env_file: kept.env\n'), ['error mounted-files-exist compose.yaml:4'], missing('kept.env')],
    ],
  },
  {
    kind: 'sampling is a choice where no traces are promised',
    variants: (['tail_sampling', 'probabilistic_sampler', 'filter/health'] as const).map((each) => [
      collector('tempo:4317\n    tls: { insecure: true }', 'otlp', each),
      [],
    ]),
  },
  {
    kind: 'stores of others have ports, paths and TLS of their own',
    variants: [
      [collector('api.honeycomb.io:443'), []],
      [collector('https://otlp.eu01.nr-data.net', 'otlphttp'), []],
      [collector('https://tempo-gateway.traces.svc:8080/api/traces/v1/tenant', 'otlphttp'), []],
      [collector('"https://tempo-{{ .Name }}.{{ .Namespace }}.svc:8080"', 'otlphttp'), []],
    ],
  },
  {
    kind: 'parts of an image that come from variables are not known here',
    variants: ['${REGISTRY}/shop:${TAG}', '${PREFIX}shop:${TAG}', 'shop:${TAG}'].map((image) => [
      COMPOSE(`  shop:\n    image: ${image}\n    environment: { A: b }\n`),
      // That nothing sets them is another matter.
      [],
      { only: ['images-are-spelt'] },
    ]),
  },
  {
    kind: 'values of charts are called after the program',
    variants: [
      [{ 'loki.yaml': 'loki:\n  auth_enabled: false\nwrite: { replicas: 2 }\n' }, []],
      [{ 'prometheus.yaml': 'server:\n  retention: 2d\nalertmanager: { enabled: false }\n' }, []],
      [{ 'promtail.yaml': 'config:\n  lokiAddress: http://loki\n' }, []],
      [{ 'prometheus.yml': 'scrape_config:\n  - job_name: a\n' }, ['warning files-are-recognised prometheus.yml:1']],
    ],
  },
  {
    kind: 'one cause of many panels is one finding',
    variants: [
      [
        { 'd.json': dashboard(...Array.from({ length: 9 }, (_, index) => legend('pod', index))) },
        ['warning panel-legends-have-labels d.json:3'],
      ],
      [
        { 'd.json': dashboard(...Array.from({ length: 6 }, (_, index) => steps(index, 90, 80))) },
        ['warning dashboards-are-spelt d.json:3'],
      ],
      [
        { 'd.json': dashboard(legend('pod', 1), legend('job', 2)) },
        ['warning panel-legends-have-labels d.json:3', 'warning panel-legends-have-labels d.json:6'],
      ],
      [
        COMPOSE(
          `  prometheus:\n    image: prom/prometheus:v2.48.0\n    command: [--config.file=/etc/prometheus/prometheus.yml, --web.external-url=http://a1:80/]\n    environment:\n${[1, 2, 3, 4, 5].map((index) => `      A${index}: http://v${index}:80\n`).join('')}${[1, 2, 3, 4, 5].map((index) => `  v${index}: { image: "shop:${index}", profiles: [v${index % 2}] }\n`).join('')}`,
        ),
        ['warning containers-reach-each-other compose.yaml:11'],
        { only: ['containers-reach-each-other'] },
      ],
    ],
  },
  {
    kind: 'users of a database are made by scripts of its own',
    variants: ['mysql:8.0', 'mariadb:11', 'mysql:8.4'].map((image) => [
      COMPOSE(
        `  db:\n    image: ${image}\n    environment: { MYSQL_ROOT_PASSWORD: r, MYSQL_USER: app, MYSQL_PASSWORD: a }\n    volumes: ["./sql:/docker-entrypoint-initdb.d:ro"]\n  exporter:\n    image: prom/mysqld-exporter:v0.15.1\n    command: ["--mysqld.address=db:3306", "--mysqld.username=exporter"]\n    environment: { MYSQLD_EXPORTER_PASSWORD: e }\n`,
      ),
      [],
      { only: ['credentials-agree'] },
    ]),
  },
  {
    kind: 'Promtail listens where its jobs say so',
    variants: [
      ['    syslog: { listen_address: "0.0.0.0:1514", labels: { a: b } }\n', '1514:1514', []],
      ['    gelf: { listen_address: "0.0.0.0:12201" }\n', '12201:12201', []],
      ['    loki_push_api: { server: { http_listen_port: 3500, grpc_listen_port: 3600 } }\n', '3500:3500', []],
      [
        '    syslog: { listen_address: "0.0.0.0:1514", labels: { a: b } }\n',
        '1515:1514\n      - 1515:1516',
        ['warning ports-agree compose.yaml:6'],
      ],
    ].map(([job, port, expected]) => [
      {
        ...promtail(job as string),
        ...COMPOSE(
          `  promtail:\n    image: grafana/promtail:2.9.0\n    ports:\n      - ${port as string}\n    volumes: ["./promtail.yml:/etc/promtail/config.yml", "data:/data"]\n`,
        ),
      },
      expected as string[],
      { only: ['ports-agree'] },
    ]),
  },
]

const OPERATOR = (service: string, monitor: string, kustomization = ''): Record<string, string> => ({
  'k/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [service.yaml, monitor.yaml]\n${kustomization}`,
  'k/service.yaml': `apiVersion: v1\nkind: Service\nmetadata: { name: shop${service} }\nspec: { selector: { app: shop }, ports: [{ name: web, port: 80 }] }\n`,
  'k/monitor.yaml': `apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: { name: shop }\nspec:\n  selector: { matchLabels: { app: shop } }\n  endpoints:\n    - port: ${monitor}\n`,
})

const TEMPO =
  'server: { http_listen_port: 3200 }\ndistributor: { receivers: { otlp: { protocols: { grpc: {} } } } }\nstorage: { trace: { backend: local } }\n'
const withTempo = (mount: string, more: Record<string, string> = {}, flag = '-config.file'): Record<string, string> => ({
  'tempo.yaml': TEMPO,
  ...COMPOSE(
    `  tempo:\n    image: grafana/tempo:2.7.0\n    command: ["${flag}=/etc/tempo.yaml"]\n    volumes:\n      - ./tempo.yaml:${mount}\n`,
  ),
  ...more,
})
const scrape = (target: string, more = ''): Record<string, string> => ({
  'prometheus.yml': `scrape_configs:\n  - job_name: a\n    static_configs:\n      - targets: ["${target}"]\n${more}`,
})

const STACK = (more: string, jobs: string): Record<string, string> => ({
  ...COMPOSE(
    `  prometheus:\n    image: prom/prometheus:v3.1.0\n    volumes: ["./prometheus.yml:/etc/prometheus/prometheus.yml", "p:/prometheus"]\n  grafana:\n    image: grafana/grafana:11.0.0\n${more}`,
  ),
  'prometheus.yml': `scrape_configs:\n${jobs}`,
})
const job = (target: string, more = ''): string => `  - job_name: a\n    static_configs: [{ targets: ["${target}"] }]\n${more}`
const RENAMED = '    relabel_configs: [{ source_labels: [__address__], regex: "([^:]+):.*", target_label: service, replacement: "$1" }]\n'
const ALLOY = (path: string): Record<string, string> =>
  COMPOSE(
    `  alloy:\n    image: grafana/alloy:v1.5.0\n    command: [run, ${path}, --server.http.listen-addr=0.0.0.0:12345]\n    volumes: ["./config.alloy:/etc/alloy/config.alloy"]\n  blackbox:\n    image: prom/blackbox-exporter:v0.25.0\n    command: ["--config.file=${path.replace('alloy', 'blackbox').replace('.alloy', '.yml')}"]\n    volumes: ["./config.yml:/etc/blackbox/config.yml"]\n`,
  )

const FOUND: Kind[] = [
  {
    kind: 'a target is asked at its port also where labels of it are rewritten, and is a service of the compose file',
    variants: [
      [STACK('', job('grafana:3000', RENAMED)), []],
      [STACK('', job('grafana:3001', RENAMED)), ['error ports-agree prometheus.yml:3']],
      [STACK('', job('grafana:3001', RENAMED.replace('service', '__address__'))), []],
      [STACK('', job('shop:8080')), ['note ports-agree prometheus.yml:3']],
      [STACK('networks: { default: { external: true } }\n', job('shop:8080')), []],
      [STACK('', job('shop.example.org:8080')), []],
    ].map(([files, expected]): Kind['variants'][0] => [
      files as Record<string, string>,
      expected as string[],
      { only: ['ports-agree'], exists: () => true },
    ]),
  },
  {
    kind: 'OTLP is sent to a port at which the collector receives',
    variants: (
      [
        ['grpc: ', '4317', true],
        ['grpc: { endpoint: "0.0.0.0:4319" }', '4319', true],
        ['grpc: ', '4318', false],
        ['http: ', '4319', false],
        ['grpc: { endpoint: "0.0.0.0:4319" }', '4317', false],
        ['grpc: { endpoint: "0.0.0.0:${env:PORT}" }', '4999', true],
      ] as const
    ).map(([protocol, port, isFine]): Kind['variants'][0] => [
      {
        ...COMPOSE(
          `  otel:\n    image: otel/opentelemetry-collector-contrib:0.110.0\n    command: [--config=/c.yaml]\n    volumes: ["./c.yaml:/c.yaml"]\n  shop:\n    image: shop:1\n    environment:\n      OTEL_EXPORTER_OTLP_ENDPOINT: http://otel:${port}\n`,
        ),
        'c.yaml': `receivers: { otlp: { protocols: { ${protocol} } } }\nexporters: { debug: {} }\nservice: { pipelines: { traces: { receivers: [otlp], exporters: [debug] } } }\n`,
      },
      isFine ? [] : ['error ports-agree compose.yaml:9'],
      { only: ['ports-agree'] },
    ]),
  },
  {
    kind: 'an exporter of logs asks Loki at its port',
    variants: ['3100', '3101', '9095'].map((port) => [
      {
        ...COMPOSE(
          '  loki:\n    image: grafana/loki:3.0.0\n    command: [-config.file=/l.yaml]\n    volumes: ["./loki.yaml:/l.yaml", "l:/loki"]\nvolumes: { l: {} }\n',
        ),
        'c.yaml': `receivers: { otlp: { protocols: { grpc: } } }\nexporters:\n  otlphttp/loki: { endpoint: "http://loki:${port}/otlp" }\nservice: { pipelines: { logs: { receivers: [otlp], exporters: [otlphttp/loki] } } }\n`,
        'loki.yaml': 'auth_enabled: false\nserver: { http_listen_port: 3100 }\ncommon: { path_prefix: /loki }\n',
      },
      port === '3101' ? ['error ports-agree c.yaml:3'] : [],
      { only: ['ports-agree'] },
    ]),
  },
  {
    kind: 'a program is started with the file that is mounted',
    variants: (
      [
        ['/etc/alloy/config.alloy', []],
        ['/etc/alloy/config.aloy', ['error named-files-are-given compose.yaml:4']],
        ['/etc/alloy/cfg.alloy', ['error named-files-are-given compose.yaml:8']],
        ['/etc/other/config.alloy', []],
      ] as const
    ).map(([path, expected]): Kind['variants'][0] => [ALLOY(path), [...expected], { only: ['named-files-are-given'] }]),
  },
  {
    kind: 'a volume of one container is writable, and so is the store of Tempo',
    variants: [
      [
        COMPOSE('  shop:\n    image: shop:1\n    volumes: ["d:/data:ro"]\nvolumes: { d: {} }\n'),
        ['warning volumes-are-writable compose.yaml:4'],
      ],
      [COMPOSE('  shop:\n    image: shop:1\n    volumes: ["d:/data"]\nvolumes: { d: {} }\n'), []],
      [COMPOSE('  shop:\n    image: shop:1\n    volumes: ["d:/data:ro"]\nvolumes: { d: { external: true } }\n'), []],
      [
        COMPOSE(
          '  shop:\n    image: shop:1\n    volumes: ["d:/data:ro"]\n  fills:\n    image: shop:1\n    volumes: ["d:/data"]\nvolumes: { d: {} }\n',
        ),
        [],
      ],
      [
        {
          'tempo.yaml': TEMPO.replace('backend: local', 'backend: local, local: { path: /var/tempo/blocks }'),
          ...COMPOSE(
            '  tempo:\n    image: grafana/tempo:2.7.0\n    command: [-config.file=/etc/tempo.yaml]\n    volumes: ["./tempo.yaml:/etc/tempo.yaml", "t:/var/tempo:ro"]\nvolumes: { t: {} }\n',
          ),
        },
        ['error data-folders-are-kept compose.yaml:5'],
      ],
    ].map(([files, expected]): Kind['variants'][0] => [
      files as Record<string, string>,
      expected as string[],
      { only: ['volumes-are-writable', 'data-folders-are-kept'] },
    ]),
  },
  {
    kind: 'sizes, features and protocols of Prometheus',
    variants: (
      [
        ['--storage.tsdb.retention.size=10GB', 'OpenMetricsText1.0.0', []],
        ['--storage.tsdb.retention.size=512MiB', 'PrometheusProto', []],
        ['--storage.tsdb.retention.size=10G', 'PrometheusText0.0.4', ['error flags-are-known compose.yaml:4']],
        ['--enable-feature=exemplars-storage', 'PrometheusText1.0.0', ['warning flags-are-known compose.yaml:4']],
        ['--enable-feature=exemplar-storage,native-histograms', 'OpenMetricsText1.0', ['error scrape-jobs-are-accepted prometheus.yml:2']],
        ['--enable-feature=some-new-feature', 'PrometheusTxt0.0.4', ['error scrape-jobs-are-accepted prometheus.yml:2']],
      ] as const
    ).map(([flag, protocol, expected]): Kind['variants'][0] => [
      {
        ...COMPOSE(`  prometheus:\n    image: prom/prometheus:v3.1.0\n    command: [--config.file=/p.yml, "${flag}"]\n`),
        'prometheus.yml': `scrape_configs:\n  - { job_name: a, scrape_protocols: [${protocol}], static_configs: [{ targets: ["10.0.0.1:80"] }] }\n`,
      },
      [...expected],
      { only: ['flags-are-known', 'scrape-jobs-are-accepted'] },
    ]),
  },
  {
    kind: 'the host of a node exporter is mounted where it looks for it',
    variants: ['/host/rootfs', '/rootfs', '/host/root', '/'].map((path) => [
      COMPOSE(`  node:\n    image: prom/node-exporter:v1.7.0\n    command: [--path.rootfs=${path}]\n    volumes: ["/:/host/rootfs:ro"]\n`),
      path === '/host/rootfs' || path === '/' ? [] : ['error exporters-collect-metrics compose.yaml:4'],
      {
        checks: TRAPS.filter(({ meta }) => meta.id === 'exporters-collect-metrics').map((each) => ({
          ...each,
          meta: { ...each.meta, needs: [] },
        })),
      },
    ]),
  },
  {
    kind: 'a monitor asks for a port of the Services that it selects, by the labels of a kustomization too',
    variants: [
      [OPERATOR(', labels: { app: shop }', 'web'), []],
      [OPERATOR(', labels: { app: shop }', 'wbe'), ['error monitors-select-services k/monitor.yaml:7']],
      [OPERATOR('', 'metrics', 'commonLabels: { app: shop }\n'), ['error monitors-select-services k/monitor.yaml:7']],
      [OPERATOR('', 'metrics', 'labels: [{ pairs: { app: shop } }]\n'), ['error monitors-select-services k/monitor.yaml:7']],
    ],
  },
  {
    kind: 'a file is mounted where the flag of its program looks for it',
    variants: [
      [withTempo('/etc/tempo.yaml'), []],
      [withTempo('/etc/tempo/tempo.yaml'), ['error configuration-is-mounted compose.yaml:6']],
      [withTempo('/tempo.yaml', {}, '--config.file'), ['error configuration-is-mounted compose.yaml:6']],
      [withTempo('/conf/tempo.yaml', {}, '--config'), ['error configuration-is-mounted compose.yaml:6']],
    ],
  },
  {
    kind: 'Tempo and data sources are asked at a port that is listened on',
    variants: [
      [withTempo('/etc/tempo.yaml', scrape('tempo:3200')), []],
      [withTempo('/etc/tempo.yaml', scrape('tempo:3100')), ['error ports-agree prometheus.yml:4']],
      [
        withTempo('/etc/tempo.yaml', {
          'grafana.yaml':
            'apiVersion: 1\ndatasources:\n  - { name: Tempo, uid: t, type: tempo, access: proxy, url: "http://tempo:3201" }\n',
        }),
        ['error ports-agree grafana.yaml:3'],
      ],
      [
        {
          ...COMPOSE('  prometheus: { image: "prom/prometheus:v2.48.0" }\n'),
          'grafana.yaml':
            'apiVersion: 1\ndatasources:\n  - { name: P, uid: p, type: prometheus, access: proxy, url: "http://prometheus:9091" }\n',
        },
        ['error ports-agree grafana.yaml:3'],
      ],
    ],
  },
  {
    kind: 'a timeout is at most the interval',
    variants: [
      [{ 'prometheus.yml': `global: { scrape_interval: 5s }\n${scrape('10.0.0.1:80')['prometheus.yml'] ?? ''}` }, []],
      [
        { 'prometheus.yml': `global:\n  scrape_interval: 60s\n  scrape_timeout: 90s\n${scrape('10.0.0.1:80')['prometheus.yml'] ?? ''}` },
        ['error scrape-jobs-are-accepted prometheus.yml:3'],
      ],
      [scrape('10.0.0.1:80', '    scrape_timeout: 2m\n'), ['error scrape-jobs-are-accepted prometheus.yml:5']],
      [scrape('10.0.0.1:80', '    scrape_interval: 10s\n    scrape_timeout: 11s\n'), ['error scrape-jobs-are-accepted prometheus.yml:6']],
    ],
  },
  {
    kind: 'a job of Promtail with fixed targets names its files',
    variants: [
      [promtail('    static_configs: [{ targets: [localhost], labels: { job: a, __path__: /var/log/*.log } }]\n'), []],
      [promtail('    journal: { max_age: 12h }\n'), []],
      [
        promtail('    static_configs:\n      - labels:\n          job: a\n          _path_: /var/log/*.log\n'),
        ['error log-agent-is-whole promtail.yml:9'],
      ],
      [
        promtail('    static_configs:\n      - labels:\n          __paths__: /var/log/*.log\n'),
        ['error log-agent-is-whole promtail.yml:8'],
      ],
      [
        promtail('    static_configs:\n      - targets: [localhost]\n        labels: { job: a }\n'),
        ['error log-agent-is-whole promtail.yml:8'],
      ],
    ],
  },
  {
    kind: 'folders of configuration are there, read-only or not',
    variants: ['/etc/grafana/provisioning/datasources', '/etc/prometheus/rules', '/etc/alertmanager/templates'].map((target) => [
      COMPOSE(`  shop:\n    image: shop:1\n    volumes:\n      - ./here:${target}\n      - ./filled:/var/lib/shop\n`),
      ['error mounted-files-exist compose.yaml:5'],
      { exists: (file: string) => file !== 'here' && file !== 'filled' },
    ]),
  },
  {
    kind: 'a prober is asked at /probe',
    variants: ['/probe', '/probes', '/prob', '/porbe'].map((path) => [
      scrape(
        'blackbox:9115',
        `    metrics_path: ${path}\n    params: { module: [http_2xx] }\n    relabel_configs:\n      - { source_labels: [__address__], target_label: __param_target }\n`,
      ),
      path === '/probe' ? [] : ['error scrape-jobs-are-accepted prometheus.yml:5'],
    ]),
  },
  {
    kind: 'variables of Grafana name a section, and those of a JVM hold its options',
    variants: [
      [COMPOSE('  g:\n    image: grafana/grafana:10.2.0\n    environment:\n      GF_PATHS_PROVISIONING: /p\n'), []],
      [
        COMPOSE('  g:\n    image: grafana/grafana:10.2.0\n    environment:\n      GF_PATH_PROVISIONING: /p\n'),
        ['warning variables-are-spelt compose.yaml:5'],
      ],
      [
        COMPOSE('  g:\n    image: grafana/grafana:10.2.0\n    environment:\n      GF_USER_ALLOW_SIGN_UP: "false"\n'),
        ['warning variables-are-spelt compose.yaml:5'],
      ],
      [
        COMPOSE('  g:\n    image: grafana/grafana:10.2.0\n    environment:\n      GF_SECURITY_ADMIN_PASS: a\n'),
        ['warning variables-are-spelt compose.yaml:5'],
      ],
      [
        COMPOSE('  k:\n    image: shop:1\n    environment:\n      KAFKA_HEAP_OPTS: Xmx256m\n'),
        ['error java-command-is-whole compose.yaml:5'],
      ],
      [
        COMPOSE('  k:\n    image: shop:1\n    environment:\n      JAVA_TOOL_OPTIONS: prometheus\n'),
        ['error java-command-is-whole compose.yaml:5'],
      ],
      [COMPOSE('  k:\n    image: shop:1\n    environment:\n      JAVA_TOOL_OPTIONS: -Xmx64m -Da=b\n'), []],
    ],
  },
  {
    kind: 'logs of pods lie where the kubelet writes them',
    variants: [
      ['/var/log/pods/*$1/*.log', true],
      ['/var/log/containers/*.log', true],
      ['/var/log/containers/*$1/*.log', false],
      ['/var/log/containers/$1/0.log', false],
      ['/var/log/pods/*$1*.log', false],
    ].map(([path, isFine]) => [
      promtail(
        `    kubernetes_sd_configs: [{ role: pod }]\n    relabel_configs:\n      - source_labels: [__meta_kubernetes_pod_uid]\n        target_label: __path__\n        replacement: ${path as string}\n`,
      ),
      isFine === true ? [] : ['error log-agent-is-whole promtail.yml:10'],
      { only: ['log-agent-is-whole'] },
    ]),
  },
  {
    kind: 'a Secret that several pods name is spelt as they spell it',
    variants: [
      ['shop-passwords', []],
      ['shop-password', ['error pod-references-exist pods.yaml:14']],
      ['shop-pasword', []],
      ['shop-passwodrs', ['error pod-references-exist pods.yaml:14']],
      ['shop-passwordss', ['error pod-references-exist pods.yaml:14']],
      ['tls-1', []],
    ].map(([name, expected]) => [
      {
        'pods.yaml': ['shop-passwords', 'shop-passwords', name as string, 'tls-2']
          .map(
            (secret, index) =>
              `apiVersion: v1\nkind: Pod\nmetadata: { name: p${index} }\nspec: { containers: [{ name: a, image: "shop:1", envFrom: [{ secretRef: { name: ${secret} } }] }] }\n`,
          )
          .join('---\n'),
      },
      expected as string[],
      { only: ['pod-references-exist'] },
    ]),
  },
  {
    kind: 'a program and its options are those of its image',
    variants: [
      ['[redis-server, --maxmemory, 64mb, --save, "", --appendonly, "no"]', []],
      ['[rdeis-server, --maxmemory, 64mb]', ['error flags-are-known compose.yaml:4']],
      ['[redis-serve]', ['error flags-are-known compose.yaml:4']],
      ['[redis-server, --maxmemory, 64m b]', ['error flags-are-known compose.yaml:4']],
      ['[redis-server, --maxmemory-policy, noeviction, "", --appendonly, "no"]', ['error flags-are-known compose.yaml:4']],
      ['redis-server --save 60 1 --bind 0.0.0.0 127.0.0.1', []],
    ].map(([command, expected]) => [
      COMPOSE(`  redis:\n    image: redis:7-alpine\n    command: ${command as string}\n`),
      expected as string[],
      { only: ['flags-are-known'] },
    ]),
  },
  {
    kind: 'hosts, ports and servers stand in their own variables',
    variants: [
      ['REDIS_HOST: redis', []],
      ['REDIS_HOST: "6379"', ['error urls-are-whole compose.yaml:5']],
      ['REDIS_PORT: redis', ['error urls-are-whole compose.yaml:5']],
      ['KAFKA_BOOTSTRAP_SERVERS: http://toxiproxy:18099', ['error urls-are-whole compose.yaml:5']],
      ['KAFKA_BOOTSTRAP_SERVERS: kafka:29092,kafka2:29092', []],
    ].map(([variable, expected]) => [
      COMPOSE(`  shop:\n    image: shop:1\n    environment:\n      ${variable as string}\n`),
      expected as string[],
      { only: ['urls-are-whole'] },
    ]),
  },
  {
    kind: 'a jar is started where the Dockerfile copies it',
    variants: [
      ['/app/service.jar', '', []],
      ['/service.jar', '', ['error java-command-is-whole compose.yaml:11']],
      ['/opt/service.jar', '', ['error java-command-is-whole compose.yaml:11']],
      ['/srv/app/service.jar', '', ['error java-command-is-whole compose.yaml:11']],
      ['/service.jar', '\n        RUN mv /app/service.jar /', []],
    ].map(([jar, more, expected]) => [
      COMPOSE(
        `  shop:\n    build:\n      context: .\n      dockerfile_inline: |\n        FROM maven:3 AS build\n        RUN mvn package && cp target/service.jar /out/service.jar\n        FROM eclipse-temurin:17\n        COPY --from=build /out /app${more as string}\n        USER nobody\n    command: [java, -jar, ${jar as string}]\n`,
      ),
      expected as string[],
      { only: ['java-command-is-whole'] },
    ]),
  },
  {
    kind: 'jobs log in as one user',
    variants: ['actuator', 'atcuator', 'actuatr', 'admin'].map((user) => [
      {
        'prometheus.yml': `scrape_configs:\n${['actuator', 'actuator', user].map((each, index) => `  - job_name: j${index}\n    basic_auth: { username: ${each}, password_file: /p }\n    static_configs: [{ targets: ["10.0.0.${index}:80"] }]\n`).join('')}`,
      },
      user === 'actuator' ? [] : ['warning scrape-logins-agree prometheus.yml:9'],
    ]),
  },
  {
    kind: 'a field that is derived from a line leads somewhere',
    variants: [
      ["{ name: t, matcherRegex: 't=(\\w+)', datasourceUid: j, url: '$${__value.raw}' }", true],
      ["{ name: t, matcherRegex: 't=(\\w+)', url: 'https://x.example/$${__value.raw}' }", true],
      ["{ name: t, matcherRegex: 't=(\\w+)', url: '$${__value.raw}' }", false],
      ["{ name: t, matcherRegex: 't=(\\w+)', url: '$$__value' }", false],
      ["{ name: t, matcherRegex: 't=(\\w+)', url: 'traces/$${__value.raw}' }", false],
    ].map(([field, isFine]) => [
      {
        'grafana.yaml': `apiVersion: 1\ndatasources:\n  - name: L\n    uid: l\n    type: loki\n    access: proxy\n    url: http://loki:3100\n    jsonData:\n      derivedFields: [${field as string}]\n  - { name: J, uid: j, type: jaeger, access: proxy, url: "http://jaeger:16686" }\n`,
      },
      isFine === true ? [] : ['error grafana-accepts-datasources grafana.yaml:9'],
      { only: ['grafana-accepts-datasources'] },
    ]),
  },
  {
    kind: 'times of routes have a unit',
    variants: ['group_wait', 'group_interval', 'repeat_interval'].map((key) => [
      { 'alertmanager.yml': `route:\n  receiver: a\n  ${key}: 4\nreceivers: [{ name: a }]\n` },
      ['error values-have-their-type alertmanager.yml:3'],
      { only: ['values-have-their-type'] },
    ]),
  },
  {
    kind: "Loki is asked without its API's path",
    variants: ['', '/loki', '/loki/'].map((path) => [
      {
        'grafana.yaml': `apiVersion: 1\ndatasources:\n  - name: L\n    uid: l\n    type: loki\n    access: proxy\n    url: http://loki:3100${path}\n`,
      },
      path === '' ? [] : ['error grafana-accepts-datasources grafana.yaml:7'],
    ]),
  },
  {
    kind: 'what is pushed to Promtail has no position',
    variants: [
      ['syslog: { listen_address: "0.0.0.0:1514", labels: { a: b } }', []],
      ['loki_push_api: { server: { http_listen_port: 3500 } }', []],
      ['static_configs: [{ targets: [localhost], labels: { __path__: /var/log/*.log } }]', ['error log-agent-is-whole promtail.yml:1']],
      ['docker_sd_configs: [{ host: "unix:///var/run/docker.sock" }]', ['error log-agent-is-whole promtail.yml:1']],
    ].map(([job, expected]) => [
      {
        'promtail.yml': `clients: [{ url: "http://loki:3100/loki/api/v1/push" }]\nscrape_configs:\n  - job_name: j\n    ${job as string}\n`,
      },
      expected as string[],
      { only: ['log-agent-is-whole'] },
    ]),
  },
  {
    kind: 'flags of Prometheus 3, and hidden ones',
    variants: ['web.enable-otlp-receiver', 'storage.tsdb.min-block-duration=2h', 'auto-gomemlimit', 'web.enable-lifecycles'].map((flag) => [
      COMPOSE(`  prometheus:\n    image: prom/prometheus:v3.1.0\n    command: [--config.file=/p.yml, --${flag}]\n`),
      flag.endsWith('lifecycles') ? ['error flags-are-known compose.yaml:4'] : [],
      { only: ['flags-are-known'] },
    ]),
  },
  {
    kind: 'one of the several files of a collector',
    variants: [
      ['', []],
      ['extensions: { health_check: {} }\n', []],
      [
        'receivers: { otlp: { protocols: { grpc: } } }\n',
        ['error collector-pipeline-is-whole c.yaml:6', 'note collector-pipeline-is-whole c.yaml:5'],
      ],
    ].map(([more, expected]) => [
      {
        'c.yaml': `${more as string}service:\n  pipelines:\n    traces:\n      receivers: [otlp]\n      exporters: [zipkin]\n`,
      },
      expected as string[],
      { only: ['collector-pipeline-is-whole'] },
    ]),
  },
  {
    kind: 'OTLP that is sent to something on localhost',
    variants: [
      ['otlp', []],
      ['otlp/backend', []],
      ['otlp/jaeger', Array.from({ length: 2 }, () => 'error collector-reaches-jaeger c.yaml:2')],
    ].map(([name, expected]) => [
      {
        'c.yaml': `exporters:\n  ${name as string}: { endpoint: "localhost:4317" }\nreceivers: { otlp: { protocols: { grpc: } } }\nservice: { pipelines: { traces: { receivers: [otlp], exporters: [${name as string}] } } }\n`,
      },
      expected as string[],
      { only: ['collector-reaches-jaeger'] },
    ]),
  },
  {
    kind: 'a place for a secret',
    variants: ['<webhook-id>', 'T0/<your id>', 'T011/B011/xNXtgqHbtocPNhOx'].map((path) => [
      {
        'alertmanager.yml': `route: { receiver: a }\nreceivers:\n  - name: a\n    slack_configs:\n      - api_url: https://hooks.slack.com/services/${path}\n`,
      },
      [`${path.includes('<') ? 'warning' : 'error'} secrets-are-in-files alertmanager.yml:5`],
      { only: ['secrets-are-in-files'] },
    ]),
  },
]

for (const { kind, variants } of [...QUIET, ...FOUND])
  test(kind, () => {
    for (const [index, [files, expected, options]] of variants.entries())
      assert.deepEqual(said(files, options), expected, `variant ${index + 1}: ${JSON.stringify(files)}`)
  })
