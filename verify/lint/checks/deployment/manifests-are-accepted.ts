import { remark, type Check, type Remark } from '../../lint-check.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'
import { nameOfObject, objectsOf } from '../../../config/deployment/kubernetes-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'

/** https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.30/ */
const VERSIONS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  ReplicaSet: 'apps/v1',
  CronJob: 'batch/v1',
  Job: 'batch/v1',
  Service: 'v1',
  ConfigMap: 'v1',
  Secret: 'v1',
  Pod: 'v1',
  PersistentVolumeClaim: 'v1',
}
const CONTAINER =
  'name image imagePullPolicy command args workingDir ports envFrom env resources resizePolicy volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy securityContext stdin stdinOnce tty restartPolicy'.split(
    ' ',
  )

export const check: Check = {
  meta: {
    id: 'manifests-are-accepted',
    needs: ['manifest'],
    isRefusal: true,
    title: 'Kubernetes knows the apiVersion of each object and the keys of its containers',
    failureTitle: 'Kubernetes refuses a manifest: an apiVersion or a key of a container that it does not know',
    why: 'kubectl apply ends with "no matches for kind" at an apiVersion that has no such kind. It ends with "unknown field" at a key that a container does not have. https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation',
    mend: 'In the manifest, correct the apiVersion or the key.',
    example: 'apiVersion: apps/v1beta2 # Deployment is apps/v1 since Kubernetes 1.16',
  },
  *judge({ config }) {
    for (const object of objectsOf(config)) {
      yield* version(object)
      yield* values(object)
      yield* durations(object)
    }
    for (const pod of podTemplates(config)) for (const container of pod.containers) yield* keys(pod, container)
  },
}

/** Of these apiVersions Kubernetes has further kinds, none of a name near these. */
const BUILT_IN = /^(?:v1|apps\/v1|batch\/v1|rbac\.authorization\.k8s\.io\/v1)$/
const KINDS = [...Object.keys(VERSIONS), 'ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'Namespace']
/** Keys of whole numbers; a port's name may stand in targetPort and in a probe. */
const WHOLE =
  /^(?:replicas|containerPort|hostPort|nodePort|periodSeconds|timeoutSeconds|initialDelaySeconds|failureThreshold|successThreshold|terminationGracePeriodSeconds|fsGroup|runAsUser|runAsGroup|minReadySeconds|revisionHistoryLimit|backoffLimit)$/
/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/

/** Below spec: what users hold in a ConfigMap is theirs. */
function* values(object: Cursor): Generator<Remark> {
  const spec = object.get('spec')
  if (spec === undefined || !BUILT_IN.test(object.string('apiVersion') ?? '')) return
  for (const at of scalarsIn(spec)) {
    const text = at.string() ?? ''
    if (WHOLE.test(at.key) && !/^-?\d+$/.test(text) && !text.includes('$'))
      yield remark(nameOfObject(object), at, `a whole number for ${at.key}`, text)
  }
  for (const { containers, name } of podTemplates({ manifests: [object] }))
    for (const container of containers)
      for (const kind of ['requests', 'limits'])
        for (const [resource, at] of container.pairs('resources', kind)) {
          const text = at.string() ?? ''
          if (!QUANTITY.test(text) && !text.includes('$')) yield remark(name, at, `a quantity of ${resource}: 500m, 384Mi, 1Gi`, text)
        }
}

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Duration */
const DURATION = /^(?:0|(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?)$/
const TIMES = /^(?:interval|scrapeTimeout|scrapeInterval|evaluationInterval|groupWait|groupInterval|repeatInterval)$/

function* durations(object: Cursor): Generator<Remark> {
  const spec = object.get('spec')
  if (spec === undefined || !/^monitoring\.coreos\.com\//.test(object.string('apiVersion') ?? '')) return
  for (const at of scalarsIn(spec)) {
    const text = at.string() ?? ''
    if (TIMES.test(at.key) && !DURATION.test(text) && !text.includes('$'))
      yield remark(nameOfObject(object), at, `a duration with its unit: 30s`, text)
  }
}

function* version(object: Cursor): Generator<Remark> {
  const [kind = '', written = ''] = [object.string('kind'), object.string('apiVersion')]
  const meant = !BUILT_IN.test(written) || KINDS.includes(kind) ? undefined : nearest(kind, KINDS, 2)
  if (meant !== undefined) yield remark(nameOfObject(object), object.near('kind'), meant, `${kind}, which ${written} does not have`)
  const known = VERSIONS[kind]
  if (known !== undefined && written !== known && (!written.includes('.') || /^extensions\//.test(written)) && !written.includes('$'))
    yield remark(nameOfObject(object), object.near('apiVersion'), known, `${written}, which has no ${kind}`)
}

function* keys({ name }: PodTemplate, container: Cursor): Generator<Remark> {
  for (const [key, value] of container.pairs()) {
    const meant = CONTAINER.includes(key)
      ? undefined
      : nearest(
          key,
          CONTAINER.filter((each) => !container.has(each)),
          2,
        )
    if (meant !== undefined) yield remark(name, value.keyPlace(), meant, `${key}, which a container does not have`)
  }
}
