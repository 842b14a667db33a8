import { refused, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { listenersOf } from '../../../config/deployment/listeners.ts'
import { nameOfObject } from '../../../config/deployment/kubernetes-objects.ts'
import { deployedManifests } from '../../../config/deployment/deployed-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'services-select-pods',
    needs: ['manifest'],
    title: 'Every Service selects pods and leads to one of their ports',
    failureTitle: 'A Service of Kubernetes leads to no pod or to no port of its pods',
    why: 'A Service whose selector matches no pod has no endpoints: every connection is refused, and nothing reports it. A targetPort that no container has does the same. https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/',
    mend: "In the Service, use labels of the pod template in selector, and in targetPort the name or number of a containerPort. In the workload, keep selector.matchLabels equal to the template's labels.",
    example: 'kind: Service\nspec:\n  selector: { app: shop } # the pods have app: store\n  ports: [{ port: 80, targetPort: http }]',
  },
  *judge(input) {
    const pods = podTemplates(input.config)
    for (const pod of pods) yield* judgeSelector(pod)
    if (pods.length === 0) return
    for (const service of deployedManifests(input.config))
      if (service.string('kind') === 'Service' && service.string('spec', 'type') !== 'ExternalName')
        yield* judgeService(service, pods, input)
  },
}

/** The API server refuses a workload that does not select its own pods. */
function* judgeSelector({ name, kind, labels, object }: PodTemplate): Generator<Remark> {
  const selector = object.get('spec', 'selector', 'matchLabels')
  for (const [label, at] of selector?.pairs() ?? []) {
    if (labels[label] === at.string()) continue
    const expected = `${label}: ${labels[label] ?? 'absent'}, as template.metadata.labels of the ${kind} has it`
    yield refused(remark(name, at, expected, `${label}: ${at.string() ?? ''}`))
  }
}

function* judgeService(service: Cursor, pods: readonly PodTemplate[], input: LintInput): Generator<Remark> {
  const name = nameOfObject(service)
  const wanted = Object.entries(service.labels('spec', 'selector'))
  // Without a selector its endpoints are made by others.
  if (wanted.length === 0) return
  const fits = ({ labels }: PodTemplate): boolean => wanted.every(([label, value]) => labels[label] === value)
  const selected = pods.filter(fits)
  if (selected.length === 0) {
    const meant = pods.find((pod) => pod.name === name) ?? nearlySelected(wanted, pods)
    const [label, value] = wanted.find(([key, text]) => meant?.labels[key] !== text) ?? []
    // Pods of nothing like it are deployed by others.
    if (meant !== undefined && label !== undefined)
      yield remark(
        name,
        service.near('spec', 'selector', label),
        `${label}: ${meant.labels[label] ?? 'absent'}, as the ${meant.kind} ${meant.name} has it`,
        `${label}: ${value ?? ''}: no pod has it`,
      )
    return
  }
  for (const port of service.items('spec', 'ports')) yield* judgePort(name, port, selected, input)
}

/** Several deployments of one program have the same names. */
function distinct(names: readonly string[]): string {
  return [...new Set(names)].join(', ')
}

function nearlySelected(wanted: readonly (readonly [string, string])[], pods: readonly PodTemplate[]): PodTemplate | undefined {
  return wanted.length < 2
    ? undefined
    : pods.find(({ labels }) => wanted.filter(([label, value]) => labels[label] === value).length === wanted.length - 1)
}

function* judgePort(name: string, port: Cursor, selected: readonly PodTemplate[], { config }: LintInput): Generator<Remark> {
  const at = port.near('targetPort')
  const text = port.string('targetPort') ?? port.string('port') ?? ''
  const declared = selected.flatMap(({ ports }) => ports)
  if (declared.length === 0) return
  const number = Number(text)
  const isThere = declared.some((each) => (Number.isInteger(number) ? each.number === number : each.name === text))
  // A port that is not declared is open all the same where the program listens on it.
  const own = config.workloads.filter(({ at: where }) =>
    selected.some(({ containers }) => containers.some(({ node }) => node === where.node)),
  )
  const listeners = own.map((workload) => listenersOf(workload, config))
  const target = Number.isInteger(number) ? number : declared.find((each) => each.name === text)?.number
  const all = listeners.flatMap((each) => each ?? [])
  const mute = all.find((each) => each.port === target && each.speaks !== undefined)
  const usual = all.find((each) => each.speaks === undefined && String(each.port) === port.string('port'))
  // The port of one listener that leads to another one.
  if (mute !== undefined && usual !== undefined) {
    yield remark(name, at, `${usual.port}, which answers HTTP`, `${text}, which speaks ${mute.speaks ?? ''}`)
    return
  }
  if (isThere) return
  if (Number.isInteger(number) && listeners.some((each) => each?.some((one) => one.port === number) === true)) return
  // What `ports` declares is for people: a number leads to the program that listens there, declared or not. It is a slip beside the
  // Service's own, declared port, one digit beside another, or where the ports of the program are known.
  const numbers = declared.map((each) => String(each.number))
  const isKnown = listeners.length > 0 && listeners.every((each) => each !== undefined && each.length > 0)
  const isSlip =
    isKnown || !Number.isInteger(number) || numbers.includes(port.string('port') ?? '') || nearest(text, numbers, 1) !== undefined
  const known = declared.flatMap((each) => each.name ?? [])
  const shown = distinct(declared.map((each) => (each.name === undefined ? String(each.number) : `${each.name} (${each.number})`)))
  yield remark(
    name,
    at,
    `a port of ${distinct(selected.map((pod) => `${pod.kind} ${pod.name}`))}: ${shown}`,
    `${text}${didYouMean(text, known)}`,
    undefined,
    // The same number on both sides is meant.
    isSlip ? undefined : text === port.string('port') ? 'note' : 'warning',
  )
}
