import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { reads } from '../../../config/deployment/container-files.ts'
import { deployedObjects } from '../../../config/deployment/deployed-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import { validRegex } from '../../../promql/compare-matchers.ts'
import { relabelled, relabelStep } from '../../../routing/alert-relabelling.ts'
import { rolesOf } from '../../kubernetes-discovery.ts'

export const check: Check = {
  meta: {
    id: 'pod-logs-are-read',
    needs: ['promtail', 'manifest'],
    title: 'Promtail reads the files that the kubelet writes for the pods of these manifests',
    failureTitle: 'What Promtail reads is none of the files that the kubelet writes for pods',
    why: 'The kubelet keeps the lines of a container in /var/log/pods/NAMESPACE_POD_UID/CONTAINER/N.log, and a link to each in /var/log/containers. A __path__ that no such file matches reads nothing, and Promtail reports no error. https://kubernetes.io/docs/concepts/cluster-administration/logging/#log-location-node',
    mend: 'In the relabelling, use /var/log/pods/*$1/*.log with the uid and the container name of the pod. Mount /var/log/pods of the host at the path that __path__ begins with, and let Promtail run as root.',
    example: 'replacement: /var/log/pods/$1/*.log # of uid/container: the folder begins with namespace and pod',
  },
  *judge({ config, spec }) {
    const pods = podTemplates(config).filter(({ kind }) => kind !== 'CronJob')
    for (const promtail of config.promtail) {
      const agents = config.workloads.filter((each) => each.podLabels !== undefined && reads(each, promtail, config))
      for (const job of promtail.items('scrape_configs').filter((each) => rolesOf(each).includes('pod'))) {
        yield* namespaces(job, pods, config, spec)
        yield* paths(job, agents, pods, config)
      }
      for (const agent of agents) yield* user(agent, pods)
    }
  },
}

/** One of these pods on its node, with the files that its container writes. */
interface Sample {
  labels: Record<string, string>
  files: readonly string[]
}

function samplesOf({ name, labels, spec }: PodTemplate, namespace: string): Sample[] {
  const [pod, uid] = [`${name}-0`, '0d5e7a54-0000-4000-8000-000000000000']
  return spec.items('containers').map((at) => {
    const container = at.string('name') ?? ''
    return {
      labels: {
        __meta_kubernetes_namespace: namespace,
        __meta_kubernetes_pod_name: pod,
        __meta_kubernetes_pod_uid: uid,
        __meta_kubernetes_pod_node_name: 'node',
        __meta_kubernetes_pod_phase: 'Running',
        __meta_kubernetes_pod_container_name: container,
        ...Object.fromEntries(
          Object.entries(labels).flatMap(([label, value]) => {
            const own = label.replace(/[^a-zA-Z0-9_]/g, '_')
            return [
              [`__meta_kubernetes_pod_label_${own}`, value],
              [`__meta_kubernetes_pod_labelpresent_${own}`, 'true'],
            ]
          }),
        ),
      },
      files: [
        `/var/log/pods/${namespace}_${pod}_${uid}/${container}/0.log`,
        `/var/log/containers/${pod}_${namespace}_${container}-0123.log`,
      ],
    }
  })
}

function spacesOf(pods: readonly PodTemplate[], config: Configuration): (string | undefined)[] {
  const deployed = new Map(deployedObjects(config).map((each) => [each.base.node, each.namespace]))
  return pods.map(({ object }) => deployed.get(object.node))
}

const SIGNS: Readonly<Record<string, string>> = {
  '/**': '(?:/.*)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
  '}': ')',
  ',': '|',
}

/** https://github.com/bmatcuk/doublestar#patterns, which Promtail takes. */
function globbed(glob: string): RegExp {
  const source = glob.replace(/\/\*\*(?=\/)|\*\*|[*?{},]|[.+^$()|\\]/g, (sign) => SIGNS[sign] ?? `\\${sign}`)
  try {
    return new RegExp(`^${source}$`)
  } catch {
    return /^/
  }
}

/** What log-agent-is-whole says by the form alone. */
const KNOWN_BY_FORM = /^\/var\/log\/(?:containers\/.*\/|pods\/[^/]*$)/

function* paths(job: Cursor, agents: readonly Workload[], pods: readonly PodTemplate[], config: Configuration): Generator<Remark> {
  const items = job.items('relabel_configs')
  const steps = items.map(relabelStep)
  const at = items.findLast((step) => step.string('target_label') === '__path__')
  if (at === undefined || !steps.every(({ regex }) => validRegex(regex))) return
  const spaces = spacesOf(pods, config)
  const samples = pods.flatMap((pod, index) => samplesOf(pod, spaces[index] ?? 'default'))
  const read = samples.flatMap(({ labels, files }) => {
    const path = relabelled({ labels, unstated: (label) => label.includes('_annotation') }, steps)?.labels['__path__']
    return path === undefined || path === '' ? [] : [{ path, files }]
  })
  const [first] = read
  if (first === undefined || read.some(({ path }) => KNOWN_BY_FORM.test(path))) return
  const place = at.near('replacement')
  const [agent] = agents
  const volumes = agents.flatMap(({ mounts }) => mounts.filter(({ source }) => source.startsWith('/')))
  const covering = volumes.find(({ target }) => first.path.startsWith(`${trimmed(target)}/`))
  if (agent !== undefined && covering === undefined) {
    const logs = volumes.find(({ source }) => /^\/var\/log(?:\/(?:pods|containers))?\/?$/.test(source))
    const folder = /^\/[^*?{[]*(?=\/)/.exec(first.path)?.[0] ?? first.path
    if (logs !== undefined) yield remark(agent.name, logs.at.near('mountPath'), `a path that ${first.path} is below`, logs.target)
    else
      yield remark(agent.name, agent.at.near('volumeMounts'), `${folder} of the host, which __path__ names`, 'not mounted: no file is read')
    return
  }
  // Without the DaemonSet of it the path is taken for that of the host.
  const onHost = (path: string): string =>
    covering === undefined ? path : `${trimmed(covering.source)}${path.slice(trimmed(covering.target).length)}`
  // What is said of a mount from elsewhere: log-agent-is-whole.
  if (!onHost(first.path).startsWith('/var/log/')) return
  if (!read.some(({ path, files }) => files.some((file) => globbed(onHost(path)).test(file))))
    yield remark(job.string('job_name') ?? '', place, `a pattern of ${first.files.join(' or ')}`, `${first.path}: no file is found`)
  else if (agent !== undefined && onHost(first.path).startsWith('/var/log/containers/'))
    if (!volumes.some(({ source, target }) => source === target && '/var/log/pods/'.startsWith(`${trimmed(source)}/`)))
      yield remark(
        agent.name,
        agent.at.near('volumeMounts'),
        '/var/log/pods of the host as well',
        'the files of /var/log/containers are links to it',
      )
}

function trimmed(path: string): string {
  return path.replace(/\/$/, '')
}

/** The runtime writes these files as root, and readable for its group. */
function* user({ name, at }: Workload, pods: readonly PodTemplate[]): Generator<Remark> {
  const pod = pods.find(({ containers }) => containers.some((each) => each.node === at.node))
  const own = at.get('securityContext')
  const all = pod?.spec.get('securityContext')
  const runs = own?.get('runAsUser') ?? all?.get('runAsUser')
  const groups = [own?.string('runAsGroup') ?? all?.string('runAsGroup'), ...(all?.strings('supplementalGroups') ?? [])]
  if (runs !== undefined && runs.string() !== '0' && !groups.includes('0'))
    yield warning(name, runs, '0: the files of /var/log/pods are of root', runs.string() ?? '')
}

function* namespaces(job: Cursor, pods: readonly PodTemplate[], config: Configuration, spec: LintInput['spec']): Generator<Remark> {
  const spaces = [...new Set(spacesOf(pods, config))]
  const known = spaces.flatMap((each) => each ?? [])
  for (const sd of job.items('kubernetes_sd_configs')) {
    const names = sd.strings('namespaces', 'names')
    const isOwn = sd.bool('namespaces', 'own_namespace') === true
    if (isOwn || names.length === 0 || known.length < spaces.length || names.some((each) => known.includes(each))) continue
    // Pods of others may be meant where no line of these is promised.
    if (known.length > 0 && (spec.logs.length > 0 || names.some((each) => nearest(each, known, 2) !== undefined)))
      yield remark(
        job.string('job_name') ?? '',
        sd.near('namespaces', 'names'),
        `${known.join(', ')}, where the pods are`,
        names.join(', '),
      )
  }
}
