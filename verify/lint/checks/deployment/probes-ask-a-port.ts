import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { listenersOf } from '../../../config/deployment/listeners.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'
import { imageNameOf } from '../../known-images.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'probes-ask-a-port',
    needs: ['manifest'],
    title: 'Every probe of a pod asks a port of its container',
    failureTitle: 'A probe asks a port that its container does not have',
    why: 'A readiness probe that never succeeds keeps the pod out of its Service, a liveness probe restarts it again and again, while the program itself runs. https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/',
    mend: 'In the probe, use the name or number of one of the ports of the same container.',
    example: 'ports: [{ name: http, containerPort: 9090 }]\nreadinessProbe: { httpGet: { path: /-/ready, port: web } }',
  },
  *judge(input) {
    for (const pod of podTemplates(input.config)) for (const container of pod.containers) yield* judgeContainer(pod, container, input)
  },
}

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe']

function* judgeContainer(pod: PodTemplate, container: Cursor, { config }: LintInput): Generator<Remark> {
  const ports = container.items('ports').map((at) => ({ name: at.string('name'), number: at.number('containerPort') }))
  for (const probe of PROBES.flatMap((key) => container.get(key) ?? [])) {
    const at = ['httpGet', 'tcpSocket', 'grpc'].flatMap((key) => probe.get(key, 'port') ?? [])[0]
    const text = at?.string()
    yield* path(pod, container, probe)
    if (at === undefined || text === undefined) continue
    const shown = ports.map(({ name, number }) => (name === undefined ? String(number) : `${name} (${number})`)).join(', ')
    const expected = `a port of the container: ${shown === '' ? 'it names none' : shown}`
    const name = `${pod.name}/${container.string('name') ?? ''}`
    const workload = config.workloads.find(({ at: where }) => where.node === container.node)
    const listeners = workload === undefined ? undefined : listenersOf(workload, config)
    const number = /^\d+$/.test(text) ? Number(text) : ports.find((each) => each.name === text)?.number
    const mute = listeners?.find(({ port, speaks }) => port === number && speaks !== undefined)
    if (mute !== undefined && probe.has('httpGet')) {
      const answering = listeners?.flatMap(({ port, speaks }) => (speaks === undefined ? port : [])) ?? []
      yield remark(name, at, `a port that answers HTTP: ${answering.join(', ')}`, `${text}, which speaks ${mute.speaks ?? ''}`)
      continue
    }
    if (!/^\d+$/.test(text)) {
      if (!ports.some((each) => each.name === text))
        yield remark(
          name,
          at,
          expected,
          `${text}${didYouMean(
            text,
            ports.flatMap((each) => each.name ?? []),
          )}`,
        )
      continue
    }
    if (ports.some(({ number }) => number === Number(text))) continue
    if (listeners?.some(({ port }) => port === Number(text)) === true) continue
    // A port that is not declared may be open all the same.
    if (listeners !== undefined && listeners.length > 0) yield remark(name, at, expected, text)
    else if (ports.length > 0) yield warning(name, at, expected, text)
  }
}

/** A path that the image is known to answer. */
function* path(pod: PodTemplate, container: Cursor, probe: Cursor): Generator<Remark> {
  const at = probe.get('httpGet')
  const health = imageNameOf(container.string('image') ?? '').known?.health
  const port = at?.string('port') ?? ''
  const number = /^\d+$/.test(port)
    ? Number(port)
    : container
        .items('ports')
        .find((each) => each.string('name') === port)
        ?.number('containerPort')
  const moved = container.items('args').some((arg) => /prefix|external[-_]url/.test(arg.string() ?? ''))
  const asked = at?.string('path') ?? '/'
  if (at !== undefined && health !== undefined && number === health.port && !moved && !health.paths.includes(asked))
    yield remark(
      `${pod.name}/${container.string('name') ?? ''}`,
      at.near('path'),
      `a path that the image answers: ${health.paths.join(', ')}`,
      asked,
    )
}
