import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { change, deliveredOnKubernetes, lintBy } from '../testing/lint/lint-files.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** What the tests ask of parsed files; asking for what is not there is a failure of the test. */
// oxlint-disable-next-line typescript/no-explicit-any -- files of others: a path that is not there fails the test
type Node = Record<string, any>

const compose = parse(read('docker-compose.yaml'), { merge: true }) as Node
const BASE = 'deploy/kubernetes'
const OBJECTS: Node[] = readdirSync(new URL(BASE, root))
  .filter((file) => file.endsWith('.yaml') && !/^(?:kustomization|firedrill-)/.test(file))
  .flatMap((file) => parseAllDocuments(read(`${BASE}/${file}`)).map((document) => document.toJS() as Node))
const ofKind = (...kinds: string[]): Node[] => OBJECTS.filter(({ kind }) => kinds.includes(String(kind)))
const WORKLOADS = ofKind('Deployment', 'StatefulSet', 'DaemonSet')
const podOf = (name: string): Node =>
  WORKLOADS.find(({ metadata }) => metadata.name === name)?.['spec'].template.spec ?? assert.fail(`no workload ${name}`)
/** The program of a compose service in its pod. */
const containerOf = (name: string): Node => podOf(name)['containers'][0]

test('every service of docker-compose.yaml is there, with its image, container name and ports', () => {
  // An init container of the two JVMs.
  const { 'otel-agent-init': agent, ...services } = compose['services'] as Record<string, Node>
  assert.deepEqual(WORKLOADS.map(({ metadata }) => metadata.name).sort(), Object.keys(services).sort())
  for (const [name, service] of Object.entries(services)) {
    const container = containerOf(name)
    assert.equal(container['name'], service['container_name'] ?? name)
    // Built ones are named by the images of the kustomization; the collector needs no shell, its probe is the kubelet's.
    const image = name === 'otel-collector' ? 'otel/opentelemetry-collector-contrib:0.93.0' : (service['image'] ?? name)
    assert.equal(container['image'], image)
    const published = (service['ports'] ?? []).map((port: string) => Number(port.split(':').at(-1)))
    const declared = container['ports'].map((port: Node) => port['containerPort'])
    for (const port of published) assert.ok(declared.includes(port), `${name}: ${port}`)
    assert.ok(container['readinessProbe'] !== undefined, `${name} has a readiness probe`)
    if (name !== 'promtail')
      assert.deepEqual(
        ofKind('Service')
          .find(({ metadata }) => metadata.name === name)
          ?.['spec'].ports.map((port: Node) => port['port']),
        declared,
      )
  }
  for (const name of ['rate-limiter', 'fluxpay-engine']) {
    assert.equal(podOf(name)['initContainers'][0].image, agent?.['image'])
    assert.deepEqual(podOf(name)['initContainers'][0].args, agent?.['command'])
  }
})

test('variables and commands are those of docker-compose.yaml', () => {
  for (const [name, service] of Object.entries(compose['services'] as Record<string, Node>)) {
    if (name === 'otel-agent-init') continue
    const container = containerOf(name)
    const env = new Map<string, Node>((container['env'] ?? []).map((each: Node) => [each['name'], each]))
    for (const [variable, text] of Object.entries((service['environment'] ?? {}) as Record<string, unknown>)) {
      const own = env.get(variable)
      assert.ok(own !== undefined, `${name}: ${variable}`)
      const [, secret] = /\$\{(\w*PASSWORD)/.exec(String(text)) ?? []
      if (secret === undefined) assert.equal(own['value'], String(text).replace(/\$\{\w+:-([^}]*)\}/, '$1'), `${name}: ${variable}`)
      else if (own['value'] === undefined) assert.equal(own['valueFrom'].secretKeyRef.key, secret, `${name}: ${variable}`)
      else assert.equal(own['value'], String(text).replace(/\$\{(\w+):[^}]*\}/, '$($1)'))
    }
    if (service['command'] !== undefined) assert.deepEqual(container['args'] ?? container['command'], service['command'], name)
    if (service['entrypoint'] !== undefined) assert.deepEqual(container['command'], service['entrypoint'], name)
  }
})

test('prometheus.yml is that of monitoring/ but for the discovery of its targets', () => {
  const [delivered, own] = [parse(read('monitoring/prometheus.yml')), parse(read(`${BASE}/prometheus.yml`))] as [Node, Node]
  const jobs = ({ scrape_configs: all }: Node): Node[] =>
    all.map(({ static_configs: _, kubernetes_sd_configs: __, relabel_configs: ___, ...job }: Node) => job)
  assert.deepEqual({ ...own, scrape_configs: jobs(own) }, { ...delivered, scrape_configs: jobs(delivered) })
})

test('promtail.yml is that of monitoring/ but for the discovery of its containers, and what the container runtime puts before a line', () => {
  const [delivered, own] = [parse(read('monitoring/promtail/promtail.yml')), parse(read(`${BASE}/promtail.yml`))] as [Node, Node]
  const without = (file: Node): Node => ({ ...file, scrape_configs: file['scrape_configs'].length })
  assert.deepEqual(without(own), without(delivered))
  const [stages, theirs] = [own['scrape_configs'][0].pipeline_stages, delivered['scrape_configs'][0].pipeline_stages]
  assert.deepEqual(stages[0], { cri: {} })
  assert.deepEqual(stages.slice(-theirs.length), theirs)
  assert.equal(stages.length, theirs.length + 3, 'cri, and stream as logstream')
})

test('what docker-compose.yaml has inline is the same here', () => {
  const content = (name: string): string => (compose['configs'][name] as Node)['content']
  assert.deepEqual(parse(read(`${BASE}/jmx-exporter.yml`)), parse(content('jmx_exporter')))
  assert.deepEqual(JSON.parse(read(`${BASE}/proxies.json`)), JSON.parse(content('toxiproxy_proxies')))
})

test('lint finds nothing wrong in it, and notes which files of monitoring/ are those of docker-compose.yaml', async () => {
  const { texts, options } = await deliveredOnKubernetes()
  assert.ok(texts.length > 20)
  const { findings, problems } = lintBy(options, texts)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    findings.map(({ severity, id, file, observed }) => `${severity} ${file} ${id}: ${observed}`),
    ['prometheus.yml', 'promtail/promtail.yml'].map(
      (file) => `note monitoring/${file} configuration-is-mounted: read by no container of these files: it is for another deployment`,
    ),
  )
})

/** Single breaks of the base, and the check that names each, at its line. */
const BREAKS: { file: string; from: string; to: string; id: string }[] = [
  { file: 'stores.yaml', from: 'port: 6379, targetPort: redis', to: 'port: 6379, targetPort: redsi', id: 'services-select-pods' },
  { file: 'stores.yaml', from: 'port: 3306, targetPort: mysql', to: 'port: 3306, targetPort: 3307', id: 'services-select-pods' },
  {
    file: 'traces.yaml',
    from: 'selector: { app.kubernetes.io/name: jaeger }',
    to: 'selector: { app.kubernetes.io/name: jaegr }',
    id: 'services-select-pods',
  },
  {
    file: 'logs.yaml',
    from: 'labels: { app.kubernetes.io/name: promtail }',
    to: 'labels: { app.kubernetes.io/name: promtial }',
    id: 'services-select-pods',
  },
  { file: 'metrics.yaml', from: 'configMap: { name: alertmanager }', to: 'configMap: { name: alert-manager }', id: 'pod-references-exist' },
  { file: 'metrics.yaml', from: 'configMap: { name: alert-rules }', to: 'configMap: { name: rules }', id: 'pod-references-exist' },
  {
    file: 'logs.yaml',
    from: '{ name: configuration, mountPath: /etc/loki',
    to: '{ name: config, mountPath: /etc/loki',
    id: 'pod-references-exist',
  },
  { file: 'traces.yaml', from: 'path: /, port: health', to: 'path: /, port: healthz', id: 'probes-ask-a-port' },
  { file: 'metrics.yaml', from: 'path: /-/ready, port: http', to: 'path: /-/ready, port: 9091', id: 'probes-ask-a-port' },
  { file: 'monitoring/kustomization.yaml', from: 'files: [loki/loki.yml]', to: 'files: [loki/loki.yaml]', id: 'kustomization-files-exist' },
  { file: 'kubernetes/kustomization.yaml', from: '- ../../monitoring', to: '- ../../monitor', id: 'kustomization-files-exist' },
  {
    file: 'kubernetes/kustomization.yaml',
    from: 'files: [prometheus.yml]',
    to: 'files: [../../monitoring/prometheus.yml]',
    id: 'kustomization-files-exist',
  },
  {
    file: 'kubernetes/prometheus.yml',
    from: 'regex: redis-exporter;metrics',
    to: 'regex: redis-exporter;http',
    id: 'prometheus-scrapes-targets',
  },
  { file: 'metrics.yaml', from: 'name: metrics, port: 9121', to: 'name: metrics, port: 9122', id: 'prometheus-scrapes-targets' },
  { file: 'kubernetes/promtail.yml', from: 'logstream: stream', to: 'logstrem: stream', id: 'log-labels-are-given' },
  { file: 'kubernetes/promtail.yml', from: '      - cri: {}\n', to: '', id: 'log-lines-are-parsed' },
  { file: 'metrics.yaml', from: 'serviceAccountName: prometheus', to: 'serviceAccountName: prom', id: 'roles-allow-discovery' },
  {
    file: 'metrics.yaml',
    from: 'resources: [services], verbs: [get, list, watch]',
    to: 'resources: [services], verbs: [get]',
    id: 'roles-allow-discovery',
  },
  { file: 'metrics.yaml', from: 'kind: Role, name: prometheus }', to: 'kind: Role, name: prom }', id: 'roles-allow-discovery' },
  { file: 'logs.yaml', from: 'resources: [pods]', to: 'resources: [services]', id: 'roles-allow-discovery' },
  { file: 'logs.yaml', from: 'hostPath: { path: /var/log/pods }', to: 'hostPath: { path: /var/log/pod }', id: 'log-agent-is-whole' },
  { file: 'logs.yaml', from: 'fieldPath: spec.nodeName', to: 'fieldPath: metadata.name', id: 'log-agent-is-whole' },
  { file: 'metrics.yaml', from: 'path: actuator_password', to: 'path: actuator-password', id: 'pods-read-mounted-files' },
  {
    file: 'services.yaml',
    from: '- { name: otel-agent, mountPath: /otel }',
    to: '- { name: otel-agent, mountPath: /agent }',
    id: 'pods-read-mounted-files',
  },
  {
    file: 'dashboards.yaml',
    from: 'mountPath: /etc/grafana/provisioning/datasources',
    to: 'mountPath: /etc/grafana/provisioning/datasource',
    id: 'dashboards-are-provided',
  },
  {
    file: 'dashboards.yaml',
    from: 'mountPath: /etc/grafana/provisioning/alerting',
    to: 'mountPath: /etc/grafana/provisioning/alert',
    id: 'dashboards-are-provided',
  },
  { file: 'traces.yaml', from: 'name: otlp-http, port: 4318', to: 'name: otlp-http, port: 4319', id: 'services-are-asked-at-their-port' },
  { file: 'stores.yaml', from: 'kind: StatefulSet', to: 'kind: Statefulset', id: 'manifests-are-accepted' },
  { file: 'stores.yaml', from: 'replicas: 1', to: 'replicas: one', id: 'manifests-are-accepted' },
  { file: 'services.yaml', from: 'memory: 384Mi', to: 'memory: 384MB', id: 'manifests-are-accepted' },
]
for (const { file, from, to, id } of BREAKS)
  test(`lint finds it: ${to === '' ? `without ${from.trim()}` : to} in ${file}`, async () => {
    const { texts, options } = await deliveredOnKubernetes()
    const { findings } = lintBy(options, change(texts, file, from, to))
    const found = findings.filter((finding) => finding.id === id && finding.severity === 'error')
    assert.ok(found.length > 0, JSON.stringify(findings, null, 1))
  })
