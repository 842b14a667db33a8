import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'
import {
  filesOfGenerator,
  nameOfObject as nameOf,
  podTemplates,
  wholeObjects,
  type PodTemplate,
} from '../../../config/deployment/kubernetes-objects.ts'

export const check: Check = {
  meta: {
    id: 'services-are-asked-at-their-port',
    needs: ['manifest'],
    title: 'Addresses in the configuration name a Service of Kubernetes and one of its ports',
    failureTitle: 'An address names a port that the Service does not have, or what has no name in DNS',
    why: 'A Service listens at spec.ports[].port alone: the port of the container is behind it. A Deployment or DaemonSet has no name in DNS. https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/',
    mend: 'In the address, use metadata.name of the Service and its `port`, not its targetPort.',
    example:
      'kind: Service\nmetadata: { name: app }\nspec: { ports: [{ port: 80, targetPort: 8080 }] }\n# prometheus.yml: targets: ["app:8080"]',
  },
  *judge(input) {
    const services = wholeObjects(input.config).filter((each) => each.string('kind') === 'Service')
    if (services.length > 0) yield* addresses(input, services, podTemplates(input.config))
  },
}

function selects(service: Cursor, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(service.labels('spec', 'selector'))
  return wanted.length > 0 && wanted.every(([label, value]) => labels[label] === value)
}

/** host:port, the host as one name or with its namespace. */
const ADDRESS = /(?:^|\/\/|@)([a-z][a-z0-9-]*)(?:\.([a-z][a-z0-9-]*))?(?:\.svc(?:\.[\w.-]+)?)?:(\d{2,5})(?=\/|$)/gi

/** Addresses in the configuration that manifests hold. */
function* addresses({ config }: LintInput, services: readonly Cursor[], pods: readonly PodTemplate[]): Generator<Remark> {
  const generated = config.kustomizations.flatMap((root) => root.items('configMapGenerator').flatMap(filesOfGenerator))
  const files = new Set([...config.manifests.map((root) => root.text.file), ...generated.map(({ file }) => file)])
  const roots = [config.prometheus, config.alertmanager, config.promtail, config.collectors, config.datasources, config.loki].flat()
  const nameless = new Map<PodTemplate, Cursor[]>()
  const written = roots.filter((each) => files.has(each.text.file)).flatMap(scalarsIn)
  const given = pods.flatMap(({ containers }) => containers.flatMap((each) => each.items('env').flatMap((one) => one.get('value') ?? [])))
  for (const at of [...written, ...given])
    // A listener names ports of its own: INTERNAL://kafka:29092, HOST://127.0.0.1:9092.
    if (!/^[A-Z]+:\/\//.test(at.string() ?? ''))
      for (const { 1: host = '', 2: namespace, 3: port = '' } of (at.string() ?? '').matchAll(ADDRESS)) {
        const named = services.filter((each) => nameOf(each) === host)
        const own = named.filter((each) => namespace === undefined || (each.string('metadata', 'namespace') ?? namespace) === namespace)
        const ports = own.flatMap((each) => each.items('spec', 'ports').flatMap((one) => one.string('port') ?? []))
        // Behind a headless Service the pods themselves are asked.
        const isHeadless = own.some((each) => each.string('spec', 'clusterIP') === 'None' || each.string('spec', 'type') === 'ExternalName')
        if (own.length > 0 && ports.length > 0 && !ports.includes(port) && !isHeadless)
          yield remark(host, at, `a port of the Service ${host}: ${ports.join(', ')}`, `${port}, where it does not listen`)
        const owner = pods.find((each) => each.name === host && each.kind !== 'Pod')
        if (named.length === 0 && owner !== undefined && namespace === undefined) nameless.set(owner, [...(nameless.get(owner) ?? []), at])
      }
  for (const [owner, asked] of nameless) yield withoutName(owner, asked, services)
}

/** Where several ask, the name of the Service is what differs. */
function withoutName({ name, kind, labels }: PodTemplate, asked: readonly Cursor[], services: readonly Cursor[]): Remark {
  const meant = services.find((each) => selects(each, labels))
  if (meant !== undefined && asked.length > 1)
    return remark(name, meant.near('metadata', 'name'), `${name}, as ${asked.length} addresses have it`, nameOf(meant))
  const known = meant === undefined ? (nearest(name, services.map(nameOf)) ?? 'none selects these pods') : nameOf(meant)
  return remark(name, asked[0]!, `the name of a Service: ${known}`, `${name}, a ${kind}, which has no name in DNS`)
}
