import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { openDocument } from '../config/yaml/cursor.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import { FiredrillError } from '../model/error.ts'
import type { ErrorPlace } from '../model/error.ts'
import { suggestion } from '../text/did-you-mean.ts'
import type { Access, PodsPlace, Target, TargetPart } from '../model/target.ts'
import { endpoint, grpcEndpoint, serviceEndpoint, url } from './target-endpoint.ts'
import { readText } from './read-text.ts'

const port = z.int().min(1).max(65_535)
const part = z.strictObject({
  docker: z
    .strictObject({
      container: z.string().describe('Container name'),
      socket: z.string().default('/var/run/docker.sock').describe('Docker Engine socket'),
    })
    .optional()
    .describe('Kill and pause the container'),
  process: z
    .strictObject({
      recordFile: z.string().min(1).describe('Record of the process, as `firedrill adopt` writes it; relative to the target file'),
    })
    .optional()
    .describe('Kill and pause a native process'),
  redis: z
    .strictObject({
      host: z.string().describe('Host name or address'),
      port: port.describe('TCP port'),
      passwordEnv: z.string().optional().describe('Environment variable that holds the password'),
    })
    .optional()
    .describe('Fill the memory of Redis'),
  mysql: z
    .strictObject({
      host: z.string().describe('Host name or address'),
      port: port.describe('TCP port'),
      user: z.string().describe('MySQL user'),
      passwordEnv: z.string().describe('Environment variable that holds the password'),
      database: z.string().optional().describe('Database to use'),
    })
    .optional()
    .describe('Run slow queries on MySQL'),
  toxiproxy: z
    .strictObject({ api: url.describe('Address of the Toxiproxy API'), proxy: z.string().describe('Name of the proxy before the part') })
    .optional()
    .describe('Add latency to a connection, or cut it'),
  cpu: z
    .strictObject({ cores: z.number().min(0.1).max(1024).describe('Most cores of this machine that the drill may keep busy at once') })
    .optional()
    .describe('Use processor time of the machine that the drill runs on, by processes of its own'),
  disk: z
    .strictObject({
      folder: z.string().startsWith('/').describe('Folder to write below; absolute, and no part of it is a symbolic link'),
      maxMegabytes: z.int().min(1).max(1_000_000).default(1024).describe('Most that is written, in megabytes (1e6 bytes)'),
      freeMegabytes: z.int().min(1).default(1024).describe('What stays free on its file system, in megabytes (1e6 bytes)'),
    })
    .optional()
    .describe('Fill the file system of a folder of the machine that the drill runs on'),
})
const workload = z
  .strictObject({
    deployment: z.string().min(1).optional().describe('Name of a Deployment'),
    statefulset: z.string().min(1).optional().describe('Name of a StatefulSet'),
    container: z.string().min(1).optional().describe('Container of its pods that is frozen or kept busy; needed where they have several'),
  })
  .refine(({ deployment, statefulset }) => (deployment === undefined) !== (statefulset === undefined), {
    error: 'either deployment or statefulset is wanted',
  })
/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const quantity = z.string().regex(/^\d+(\.\d+)?(m|[kMGT]|[KMGT]i)?$/, 'a quantity as Kubernetes writes it, such as 500m or 256Mi')
const loadPods = z.strictObject({
  pods: z.int().min(1).max(100).describe('How many; each sends one execution segment of the load'),
  image: z.string().min(1).default(`grafana/k6:1.8.1`).describe('Image whose k6 is in the PATH, of version 1.0 or newer'),
  services: z
    .record(z.string(), url)
    .default({})
    .describe('Base address of a service as pods reach it, where that is not the one of `endpoints.services`'),
  cpu: quantity.default('250m').describe('Processor that each pod asks for'),
  memory: quantity.default('256Mi').describe('Memory that each pod asks for, and may have'),
  startWithinS: z
    .int()
    .min(5)
    .max(1_800)
    .default(120)
    .describe('Seconds until k6 must be ready in all pods, pulling its image included; then it begins in all of them at once'),
})
/** A line that may hold a secret is not shown. */
const SECRETIVE = /@|pass|token|secret|auth|bearer|key|header|cred/i
const NO_SECRETS =
  'Secrets are never written here, environment variables are named. basicAuth: { user: NAME, passwordEnv: VARIABLE }, bearerTokenEnv: VARIABLE or headersEnv: { HEADER: VARIABLE }.'

/** Each key has a description: docs/target-file.md is generated from it (npm run docs). */
const schema = z.strictObject({
  name: z.string().min(1).describe('Name of the environment, shown in the report'),
  speed: z
    .number()
    .min(1)
    .max(1000)
    .default(1)
    .describe('By how much the durations of the deployed configuration are divided; 1: as specified'),
  endpoints: z
    .strictObject({
      prometheus: endpoint.describe('Prometheus HTTP API; read only'),
      alertmanager: endpoint.describe('Alertmanager API v2; synthetic alerts and silences are posted only with `deliveryProbes`'),
      loki: endpoint.optional().describe('Loki HTTP API; read only. Needed where the specification promises logs'),
      jaeger: endpoint.optional().describe('Jaeger query API; read only. Needed where the specification promises traces'),
      otlp: grpcEndpoint.optional().describe("OTLP over gRPC, for the drill's own spans; without it the drill sends none"),
      receiver: z
        .strictObject({
          host: z.string().default('127.0.0.1').describe('Address to listen on'),
          port: port.describe('TCP port to listen on'),
          pathEnv: z
            .string()
            .optional()
            .describe('Environment variable that holds the first segment of the paths that Alertmanager posts to. Nothing else is heard'),
        })
        .describe('Where the drill listens for notifications: the webhook receivers of Alertmanager post here while a drill runs'),
      services: z.record(z.string(), serviceEndpoint).describe('Base address by service name of the specification: where load goes'),
      toxiproxy: url.optional().describe('Address of the Toxiproxy API'),
    })
    .describe('Addresses'),
  parts: z
    .record(z.string(), part)
    .default({})
    .describe('Parts that faults may touch, and by which means, by the name that the specification uses. Nothing else is touched'),
  kubernetes: z
    .strictObject({
      context: z.string().min(1).describe('Context of the kubeconfig; the current one is never used'),
      namespace: z.string().min(1).describe('Namespace of the workloads'),
      parts: z.record(z.string(), workload).default({}).describe('Workload by the name that the specification uses'),
      chaosMesh: z
        .boolean()
        .default(false)
        .describe('true: faults on these workloads are resources of Chaos Mesh, which is installed there, where it has an equivalent'),
      load: loadPods.optional().describe('Send the loads of experiments from pods (a Job of k6), not from this machine'),
    })
    .optional()
    .describe(
      'Workloads of a Kubernetes cluster that faults may touch: scale to 0, delete a pod, freeze, press; and load from pods. Needs `otherMachines: true`',
    ),
  otherMachines: z
    .boolean()
    .default(false)
    .describe('true: load and faults may go to other machines than this one. Sources that are only read may be anywhere'),
  background: z
    .boolean()
    .optional()
    .describe('true: `background` and `warm-up` of firedrill.yaml are sent to it; false where it has traffic of its own'),
  deliveryProbes: z
    .boolean()
    .optional()
    .describe(
      'true: post synthetic alerts to prove inhibition, silences, grouping and re-notification; the receivers are notified of them',
    ),
  chatReceivers: z.array(z.string().min(1)).optional().describe("Slack and Discord receivers whose webhook URL is the drill's receiver"),
  grafanaDatasources: z
    .string()
    .optional()
    .describe(
      'Provisioning file of Grafana data sources, or a folder of such files: how log lines link to traces and back; from firedrill.yaml on',
    ),
  lokiTenant: z.string().min(1).optional().describe('Tenant (X-Scope-OrgID) of a multi-tenant Loki; several joined by |'),
  configuration: z
    .string()
    .optional()
    .describe('Folder of the deployed monitoring files, where a drill looks for dashboards; from firedrill.yaml on'),
})

/** The keys of a target file as JSON Schema, for the documents. */
export function targetFileSchema(): unknown {
  return z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })
}

/** A YAML file that describes an existing environment. Every problem has its place; unknown keys are problems. */
export function readTargetFile(file: string): { target: Target; speed: number } {
  const text = readText(file, 'TARGET_UNREADABLE', 'Give lab, compose or a YAML file by --target.')
  const root = opened(text, file)
  const raw = root.source.document.toJS({ maxAliasCount: 20 }) as unknown
  const parsed = schema.safeParse(raw)
  if (!parsed.success) {
    // A mistyped key explains the missing one.
    const issue = parsed.error.issues.find(({ code }) => code === 'unrecognized_keys') ?? parsed.error.issues[0]!
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
    const path = unknown === undefined ? asWritten(issue.path, raw) : [...issue.path, unknown]
    const known = unknown === undefined ? [] : knownKeys(issue.path)
    const next =
      unknown === undefined
        ? nextOf(issue, path)
        : SECRETIVE.test(unknown)
          ? NO_SECRETS
          : known.length === 0
            ? undefined
            : suggestion(unknown, known)
    throw new FiredrillError('TARGET_INVALID', `${path.join('.') || 'the target'}: ${issue.message}`, {
      place: placeOf(root, path),
      ...(next === undefined ? {} : { next }),
    })
  }
  const { speed, parts, endpoints, otherMachines, kubernetes, ...rest } = parsed.data
  const others = [
    ...addressesOf(endpoints.services, parts).filter(({ host }) => !LOOPBACK.test(host)),
    // Also where its API server is reached by loopback: that is a tunnel, or a cluster on this machine.
    ...(kubernetes === undefined ? [] : [{ path: ['kubernetes'], host: `the cluster of context ${kubernetes.context}` }]),
  ]
  const [elsewhere] = otherMachines ? [] : others
  if (elsewhere !== undefined) {
    throw new FiredrillError('TARGET_ELSEWHERE', `${elsewhere.path.join('.')}: ${elsewhere.host} is another machine`, {
      place: placeOf(root, elsewhere.path),
      next: 'Load and faults stay on this machine unless the target file says `otherMachines: true`. Nothing was touched.',
    })
  }
  // Synthetic alerts notify people.
  const posted =
    parsed.data.deliveryProbes === true ? [new URL(endpoints.alertmanager.url).hostname].filter((host) => !LOOPBACK.test(host)) : []
  const workloads = workloadsOf(kubernetes)
  const folder = dirname(resolve(file))
  const named = Object.fromEntries(
    [...new Set([...Object.keys(parts), ...Object.keys(workloads)])].map((name) => [
      name,
      { name, ...withWholePaths(parts[name], folder), ...workloads[name] },
    ]),
  )
  const { receiver, toxiproxy, services, ...sources } = endpoints
  const load = loadOf(kubernetes, urlsOf(services), root)
  const servicesAccess = accessOf(services, folder)
  const access = { ...accessOf(sources, folder), ...(Object.keys(servicesAccess).length === 0 ? {} : { services: servicesAccess }) }
  const addresses = { ...urlsOf(sources), receiver, toxiproxy, services: urlsOf(services) }
  // Absent keys and keys that are undefined are the same in YAML.
  return {
    speed,
    target: JSON.parse(
      JSON.stringify({
        kind: 'file',
        ...rest,
        endpoints: addresses,
        parts: named,
        ...(kubernetes === undefined ? {} : { pods: podsOf(kubernetes) }),
        ...(load === undefined ? {} : { load }),
        ...(others.length + posted.length === 0 ? {} : { elsewhere: [...new Set([...others.map(({ host }) => host), ...posted])] }),
        ...(Object.keys(access).length === 0 ? {} : { access }),
      }),
    ) as Target,
  }
}

function opened(text: string, file: string): Cursor {
  try {
    return openDocument(text, file, 'TARGET_YAML')
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    throw new FiredrillError(error.code, error.message, { place: withoutSecrets(error.place ?? { file }) })
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i

/** What is loaded or harmed over the network; what is only asked may be anywhere. */
function addressesOf(
  services: z.infer<typeof schema>['endpoints']['services'],
  parts: z.infer<typeof schema>['parts'],
): { path: string[]; host: string }[] {
  return [
    ...Object.entries(services).map(([name, { url: address }]) => ({
      path: ['endpoints', 'services', name],
      host: new URL(address).hostname,
    })),
    ...Object.entries(parts).flatMap(([name, { redis, mysql, toxiproxy }]) => [
      ...(redis === undefined ? [] : [{ path: ['parts', name, 'redis', 'host'], host: redis.host }]),
      ...(mysql === undefined ? [] : [{ path: ['parts', name, 'mysql', 'host'], host: mysql.host }]),
      ...(toxiproxy === undefined ? [] : [{ path: ['parts', name, 'toxiproxy', 'api'], host: new URL(toxiproxy.api).hostname }]),
    ]),
  ]
}

/** The watchdog and `undo` work in other folders than the drill. */
function withWholePaths(one: z.infer<typeof part> | undefined, folder: string): z.infer<typeof part> {
  const { docker, process, ...rest } = one ?? {}
  return {
    ...rest,
    ...(docker === undefined ? {} : { docker: { ...docker, socket: resolve(folder, docker.socket) } }),
    ...(process === undefined ? {} : { process: { recordFile: resolve(folder, process.recordFile) } }),
  }
}

function workloadsOf(kubernetes: z.infer<typeof schema>['kubernetes']): Record<string, Pick<TargetPart, 'kubernetes' | 'chaosMesh'>> {
  if (kubernetes === undefined) return {}
  const { context, namespace, parts, chaosMesh } = kubernetes
  return Object.fromEntries(
    Object.entries(parts).map(([name, { deployment, statefulset, container }]) => [
      name,
      {
        kubernetes: {
          ...{ context, namespace },
          ...(statefulset === undefined ? { kind: 'deployment', name: deployment ?? '' } : { kind: 'statefulset', name: statefulset }),
          ...(container === undefined ? {} : { container }),
        },
        ...(chaosMesh ? { chaosMesh } : {}),
      },
    ]),
  )
}

function podsOf({ context, namespace, parts }: NonNullable<z.infer<typeof schema>['kubernetes']>): PodsPlace {
  const named = Object.entries(parts).map(([name, { deployment, statefulset }]) => [
    statefulset === undefined ? `deployment/${deployment ?? ''}` : `statefulset/${statefulset}`,
    name,
  ])
  return { context, namespace, parts: Object.fromEntries(named) as Record<string, string> }
}

/** In a pod a loopback address is the pod itself. */
function loadOf(
  kubernetes: z.infer<typeof schema>['kubernetes'],
  services: Record<string, string>,
  root: Cursor,
): Target['load'] | undefined {
  if (kubernetes?.load === undefined) return undefined
  const { context, namespace, load } = kubernetes
  const stranger = Object.keys(load.services).find((name) => services[name] === undefined)
  if (stranger !== undefined)
    throw new FiredrillError('TARGET_INVALID', `kubernetes.load.services: endpoints.services has no ${stranger}`, {
      place: placeOf(root, ['kubernetes', 'load', 'services', stranger]),
      next: suggestion(stranger, Object.keys(services)),
    })
  const reached = { ...services, ...load.services }
  const [own] = Object.entries(reached).filter(([, address]) => LOOPBACK.test(new URL(address).hostname))
  if (own !== undefined)
    throw new FiredrillError('TARGET_INVALID', `kubernetes.load: pods do not reach ${own[0]} at ${own[1]}`, {
      place: placeOf(root, ['kubernetes', 'load']),
      next: `Say where they do: kubernetes.load.services: { ${own[0]}: http://NAME:PORT }, the name of its Service.`,
    })
  return { context, namespace, ...load, services: reached }
}

type Endpoints = Record<string, z.infer<typeof endpoint> | undefined>

function urlsOf(endpoints: Endpoints): Record<string, string> {
  return Object.fromEntries(Object.entries(endpoints).flatMap(([name, each]) => (each === undefined ? [] : [[name, each.url]])))
}

function accessOf(endpoints: Endpoints, folder: string): Record<string, Access> {
  return Object.fromEntries(
    Object.entries(endpoints).flatMap(([name, each]) => {
      if (each === undefined) return []
      const { url: _, tls, ...ways } = each
      const { caFile } = tls ?? {}
      const access = {
        ...ways,
        ...(tls === undefined ? {} : { tls: { ...tls, ...(caFile === undefined ? {} : { caFile: resolve(folder, caFile) }) } }),
      }
      return Object.keys(access).length === 0 ? [] : [[name, JSON.parse(JSON.stringify(access)) as Access]]
    }),
  )
}

/** An address by itself is short for { url }: its path is that of what is written. */
function asWritten(path: readonly PropertyKey[], raw: unknown): readonly PropertyKey[] {
  let at = raw
  for (const [index, step] of path.entries()) {
    if (typeof at !== 'object' || at === null) return path.slice(0, index)
    at = (at as Record<PropertyKey, unknown>)[step]
  }
  return path
}

function nextOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): string | undefined {
  const { user, address } = (issue.code === 'custom' ? issue.params : undefined) ?? ({} as { user?: string; address?: string })
  if (address === undefined) return undefined
  if (path[0] !== 'endpoints' || path[1] === 'toxiproxy') return `Write ${address}: its API knows no users.`
  const name = String(path.filter((step) => step !== 'url').at(-1))
  return `Write ${name}: { url: ${address}, basicAuth: { user: ${user || 'NAME'}, passwordEnv: VARIABLE } }. The environment variable VARIABLE holds the password.`
}

/** The keys that the schema has at a path. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  const at = path.reduce<unknown>((inner, step) => below(plain(inner), step), schema)
  const found = plain(at)
  return found instanceof z.ZodObject ? Object.keys(found.shape) : []
}

function below(of: unknown, step: PropertyKey): unknown {
  return of instanceof z.ZodObject ? (of.shape as Record<PropertyKey, unknown>)[step] : of instanceof z.ZodRecord ? of.valueType : undefined
}

/** What may be absent, has a default or is made of something shorter is read as what it then is. */
function plain(of: unknown): unknown {
  if (of instanceof z.ZodOptional || of instanceof z.ZodDefault) return plain(of.unwrap())
  return of instanceof z.ZodPipe ? plain(of.out) : of
}

/** The key of the deepest existing node of the path; the line is left out when it may hold a secret. */
function placeOf(root: Cursor, path: readonly PropertyKey[]): ErrorPlace {
  let at = root
  for (const step of path) {
    const next = typeof step === 'string' ? at.get(step) : undefined
    if (next === undefined) break
    at = next
  }
  return withoutSecrets(at.key === '' ? at.shown() : at.shown('key'))
}

function withoutSecrets({ file, line, column, source = '' }: ErrorPlace): ErrorPlace {
  const place = { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
  return SECRETIVE.test(source) ? place : { ...place, source }
}
