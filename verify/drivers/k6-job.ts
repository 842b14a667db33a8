import type { Credentials, LoadPods } from '../model/target.ts'
import type { LoadUse } from '../model/spec.ts'
import type { LoadStart } from '../run/ports.ts'
import { AUTHORITIES, CSV_TIME, RUN, scenarioVariables, secretsOfServices } from './k6.ts'

/** Objects for a cluster. All have one name, and hang on the Job: when that is deleted, the others are. */
export interface LoadObjects {
  job: JobManifest
  configMap: { apiVersion: 'v1'; kind: 'ConfigMap'; metadata: Metadata; immutable: true; data: Record<string, string> }
  secret?: { apiVersion: 'v1'; kind: 'Secret'; metadata: Metadata; immutable: true; stringData: Record<string, string> }
}

export interface Metadata {
  name: string
  namespace: string
  labels: Record<string, string>
  annotations: Record<string, string>
}

export interface JobManifest {
  apiVersion: 'batch/v1'
  kind: 'Job'
  metadata: Metadata
  spec: Record<string, unknown>
}

/** Where k6 takes orders: in the pod alone, reached through the API server (port-forward). */
export const K6_PORT = 6565
export const CONTAINER = 'k6'

/** Of an image without a user of its own, and of grafana/k6: https://github.com/grafana/k6/blob/master/Dockerfile */
const USER = 12_345
const FOLDER = '/firedrill'
/** How much longer than the load may last a Job is there: until the slowest pod is ready, and until what it counted is read. */
const SPARE_S = 120
/** What is left when tool, watchdog and machine are gone is deleted by the cluster itself. */
const TTL_S = 600

/**
 * One load as an Indexed Job: each pod sends one execution segment of it, from the moment on at which k6 is let go in all of them.
 * `program`: the scenario in one file. A pod that is lost is not replaced: its load would come at another time.
 * https://grafana.com/docs/k6/latest/using-k6/k6-options/reference/#execution-segment
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
 */
export function loadObjects(
  name: string,
  use: LoadUse,
  begin: LoadStart,
  options: { load: LoadPods; program: string; credentials: Record<string, Credentials> },
): LoadObjects {
  const { load, program, credentials } = options
  const { headers, authorities, plain } = secretsOfServices(credentials)
  const secret = { ...headers, ...authorities }
  const hasAuthorities = Object.keys(authorities).length > 0
  const metadata: Metadata = {
    name,
    namespace: load.namespace,
    labels: { 'app.kubernetes.io/name': 'k6', 'app.kubernetes.io/managed-by': 'firedrill', 'app.kubernetes.io/instance': name },
    annotations: { 'firedrill/run': begin.runId, 'firedrill/experiment': begin.experiment, 'firedrill/leg': begin.leg },
  }
  // Not by the environment: a parameter `path` would be the PATH.
  const variables = { ...scenarioVariables(use, load.services, begin), FIREDRILL_PODS: String(load.pods) }
  const environment = {
    ...CSV_TIME,
    ...plain,
    HOME: '/tmp',
    ...(hasAuthorities ? { SSL_CERT_DIR: `${FOLDER}/authorities:${AUTHORITIES}` } : {}),
  }
  const container = {
    name: CONTAINER,
    image: load.image,
    command: ['k6'],
    args: [
      ...RUN,
      ...['--address', `127.0.0.1:${K6_PORT}`, '--paused'],
      ...Object.entries(variables).flatMap(([variable, value]) => ['-e', verbatim(`${variable}=${value}`)]),
      ...['--config', `${FOLDER}/scripts/segment-$(POD_INDEX).json`, `${FOLDER}/scripts/${SCRIPT}`],
    ],
    env: [
      { name: 'POD_INDEX', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" } } },
      ...Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
      ...Object.keys(headers).map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } })),
    ],
    resources: { requests: { cpu: load.cpu, memory: load.memory }, limits: { memory: load.memory } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'scripts', mountPath: `${FOLDER}/scripts`, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
      ...(hasAuthorities ? [{ name: 'authorities', mountPath: `${FOLDER}/authorities`, readOnly: true }] : []),
    ],
  }
  const pod = {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 30,
    automountServiceAccountToken: false,
    // A variable of a Service beside it would be a parameter of the scenario.
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: USER, seccompProfile: { type: 'RuntimeDefault' } },
    // Several machines, where there are several.
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { 'app.kubernetes.io/instance': name } },
      },
    ],
    containers: [container],
    volumes: [
      { name: 'scripts', configMap: { name } },
      { name: 'tmp', emptyDir: {} },
      ...(hasAuthorities
        ? [{ name: 'authorities', secret: { secretName: name, items: Object.keys(authorities).map((key) => ({ key, path: key })) } }]
        : []),
    ],
  }
  return {
    job: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: {
        completionMode: 'Indexed',
        completions: load.pods,
        parallelism: load.pods,
        backoffLimit: 0,
        activeDeadlineSeconds: Math.ceil(begin.maxMs / 1_000) + load.startWithinS + SPARE_S,
        ttlSecondsAfterFinished: TTL_S,
        template: { metadata: { labels: metadata.labels, annotations: KEPT }, spec: pod },
      },
    },
    configMap: { apiVersion: 'v1', kind: 'ConfigMap', metadata, immutable: true, data: { [SCRIPT]: program, ...segments(load.pods) } },
    ...(Object.keys(secret).length === 0
      ? {}
      : { secret: { apiVersion: 'v1', kind: 'Secret', metadata, immutable: true, stringData: secret } }),
  }
}

const SCRIPT = 'scenario.js'

/** Neither an autoscaler's tidying up nor a mesh's proxy, which would outlive k6, has a place in it. */
const KEPT = {
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
  'karpenter.sh/do-not-disrupt': 'true',
  'sidecar.istio.io/inject': 'false',
  'linkerd.io/inject': 'disabled',
}

/** k6's options by index: a pod knows its own, but could not add 1 to it. */
export function segments(pods: number): Record<string, string> {
  const bounds = Array.from({ length: pods + 1 }, (_, index) => (index === 0 ? '0' : index === pods ? '1' : `${index}/${pods}`))
  return Object.fromEntries(
    bounds
      .slice(1)
      .map((until, index) => [
        `segment-${index}.json`,
        JSON.stringify({ executionSegment: `${bounds[index] ?? '0'}:${until}`, executionSegmentSequence: bounds.join(',') }),
      ]),
  )
}

/** Kubernetes replaces $(NAME) in an argument. https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/ */
function verbatim(value: string): string {
  return value.replaceAll('$', '$$$$')
}
