import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'
import { deployedObjects, type Deployed } from '../../../config/deployment/deployed-objects.ts'
import { filesOfGenerator, nameOfObject as nameOf } from '../../../config/deployment/kubernetes-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'

export const check: Check = {
  meta: {
    id: 'services-are-asked-at-their-port',
    needs: ['manifest'],
    title: 'Addresses in the configuration name a Service of Kubernetes, in its namespace, and one of its ports',
    failureTitle:
      'An address names a port that the Service does not have, another name or namespace than its own, or what has no name in DNS',
    why: 'A Service listens at spec.ports[].port alone: the port of the container is behind it. A Deployment or DaemonSet has no name in DNS. A name without a namespace is looked for in the namespace of the pod. kustomize changes names and namespaces in references, not in addresses. https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/',
    mend: 'In the address, use the name of the Service, its namespace where that is another one, and its `port`, not its targetPort.',
    example:
      'kind: Service\nmetadata: { name: app }\nspec: { ports: [{ port: 80, targetPort: 8080 }] }\n# prometheus.yml: targets: ["app:8080"]',
  },
  *judge(input) {
    const services = deployedObjects(input.config).filter(({ base }) => base.string('kind') === 'Service')
    if (services.length > 0) yield* addresses(input, services, podTemplates(input.config))
  },
}

function selects(service: Cursor, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(service.labels('spec', 'selector'))
  return wanted.length > 0 && wanted.every(([label, value]) => labels[label] === value)
}

/** host:port, the host as one name or with its namespace. */
const ADDRESS = /(?:^|\/\/|@)([a-z][a-z0-9-]*)(?:\.([a-z][a-z0-9-]*))?(?:\.svc(?:\.[\w.-]+)?)?:(\d{2,5})(?=\/|$)/gi

/** Endings of names that are no namespace: shop.example:80, db.internal:5432. */
const DOMAIN = /^(?:com|org|net|io|dev|app|cloud|local|localdomain|internal|example|test|lan|home|corp|intra|co|eu|de|uk|us|info|svc)$/

/** An address, and in which namespace it is asked. */
interface Asked {
  at: Cursor
  namespace: string | undefined
}

/** Addresses in the configuration that manifests hold, and in variables of containers. */
function addressesIn({ config }: LintInput): Asked[] {
  const generated = config.kustomizations.flatMap((root) => root.items('configMapGenerator').flatMap(filesOfGenerator))
  const files = new Set([...config.manifests.map((root) => root.text.file), ...generated.map(({ file }) => file)])
  const roots = [config.prometheus, config.alertmanager, config.promtail, config.collectors, config.datasources, config.loki].flat()
  const deployed = deployedObjects(config)
  const spaceOf = (root: Cursor): string | undefined =>
    deployed.find(
      ({ base }) => base.text.file === root.text.file && root.text.path !== root.text.file && root.text.path.startsWith(`${nameOf(base)}/`),
    )?.namespace
  const written = roots
    .filter((each) => files.has(each.text.file))
    .flatMap((root) => scalarsIn(root).map((at) => ({ at, namespace: spaceOf(root) })))
  const given = podTemplates(config).flatMap(({ containers, object }) => {
    const namespace = deployed.find((each) => each.object === object)?.namespace
    return containers.flatMap((each) => each.items('env').flatMap((one) => one.get('value') ?? [])).map((at) => ({ at, namespace }))
  })
  // A listener names ports of its own: INTERNAL://kafka:29092, HOST://127.0.0.1:9092.
  return [...written, ...given].filter(({ at }) => !/^[A-Z]+:\/\//.test(at.string() ?? ''))
}

function* addresses(input: LintInput, services: readonly Deployed[], pods: readonly PodTemplate[]): Generator<Remark> {
  const nameless = new Map<PodTemplate, Cursor[]>()
  const renamed = new Map<Cursor, { at: Cursor; service: Deployed; host: string }[]>()
  for (const { at, namespace: from } of addressesIn(input))
    for (const [, host = '', namespace, port = ''] of (at.string() ?? '').matchAll(ADDRESS)) {
      const named = services.filter((each) => each.name === host)
      const own = named.filter((each) => namespace === undefined || (each.namespace ?? namespace) === namespace)
      const ports = own.flatMap(({ object }) => object.items('spec', 'ports').flatMap((one) => one.string('port') ?? []))
      // Behind a headless Service the pods themselves are asked.
      const isHeadless = own.some(
        ({ object }) => object.string('spec', 'clusterIP') === 'None' || object.string('spec', 'type') === 'ExternalName',
      )
      if (own.length > 0 && ports.length > 0 && !ports.includes(port) && !isHeadless)
        yield remark(host, at, `a port of the Service ${host}: ${ports.join(', ')}`, `${port}, where it does not listen`)
      else yield* elsewhere({ host, port, at, namespace, from }, named, services)
      const owner = pods.find((each) => each.name === host && each.kind !== 'Pod')
      const before = services.filter((each) => nameOf(each.base) === host)
      const [first] = before
      if (named.length > 0 || namespace !== undefined) continue
      if (first?.renamedBy !== undefined && before.every(({ renamedBy }) => renamedBy !== undefined))
        renamed.set(first.renamedBy, [...(renamed.get(first.renamedBy) ?? []), { at, service: first, host }])
      else if (first === undefined && owner !== undefined) nameless.set(owner, [...(nameless.get(owner) ?? []), at])
    }
  for (const [owner, asked] of nameless)
    yield withoutName(
      owner,
      asked,
      services.map(({ object }) => object),
    )
  if (!input.config.kustomizations.some(rewrites))
    for (const [at, asked] of renamed) {
      const [{ service, host } = { service: undefined, host: '' }] = asked
      const hosts = [...new Set(asked.map((each) => each.host))].sort()
      yield remark(
        service?.name ?? host,
        at,
        `addresses with it (${service?.name ?? ''}), or no ${at.key}`,
        `${at.string() ?? ''}, and ${asked.length === 1 ? 'an address names' : `${asked.length} addresses name`} ${hosts.join(', ')} without it`,
      )
    }
}

/** What may write addresses anew: kustomize follows names of objects in references alone. */
function rewrites(root: Cursor): boolean {
  return (
    ['vars', 'replacements', 'configurations', 'transformers'].some((key) => root.has(key)) ||
    root.items('configMapGenerator').some((each) => /^(?:replace|merge)$/.test(each.string('behavior') ?? ''))
  )
}

interface Address {
  host: string
  port: string
  at: Cursor
  /** As written. */
  namespace: string | undefined
  /** Of the pod that asks. */
  from: string | undefined
}

/** A name without a namespace is looked for in that of the pod. */
function* elsewhere(
  { host, port, at, namespace, from }: Address,
  named: readonly Deployed[],
  services: readonly Deployed[],
): Generator<Remark> {
  const asked = namespace ?? from
  const spaces = [...new Set(named.map((each) => each.namespace))]
  const [own] = spaces
  if (asked === undefined || own === undefined || spaces.includes(undefined) || spaces.includes(asked)) return
  const isHere = services.some((each) => each.namespace === asked)
  // At another port another Service of that name is meant, which is not here.
  const isMeant = named.some(({ object }) => object.items('spec', 'ports').some((each) => each.string('port') === port))
  if (namespace !== undefined && (DOMAIN.test(namespace) || (!isHere && !isMeant))) return
  yield remark(
    host,
    at,
    `${host}.${own}: the Service ${host} is in the namespace ${spaces.join(', ')}`,
    namespace === undefined ? `${host}, asked in the namespace ${asked}` : `${host}.${asked}`,
    undefined,
    // What is deployed together has one Service of a name.
    isHere || from === own ? undefined : 'warning',
  )
}

/** Where several ask, the name of the Service is what differs. */
function withoutName({ name, kind, labels }: PodTemplate, asked: readonly Cursor[], services: readonly Cursor[]): Remark {
  const meant = services.find((each) => selects(each, labels))
  if (meant !== undefined && asked.length > 1)
    return remark(name, meant.near('metadata', 'name'), `${name}, as ${asked.length} addresses have it`, nameOf(meant))
  const known = meant === undefined ? (nearest(name, services.map(nameOf)) ?? 'none selects these pods') : nameOf(meant)
  return remark(name, asked[0]!, `the name of a Service: ${known}`, `${name}, a ${kind}, which has no name in DNS`)
}
