import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recorded, workloadPart, type ApiReply } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import { freezePodsFault } from './freeze-pods.ts'

const context = { token: 't-0', step: async () => {}, signal: new AbortController().signal }
const params = { expirySeconds: 600 }
const deployment = recorded['freeze-pods deployment']!
const web = workloadPart('deployment', 'web')

for (const [kind, name, pods, wrong] of [
  ['deployment', 'web', 2, /^process \d+ \(sh\) in container web of pod web-\S+ is of the fault and still runs$/],
  ['statefulset', 'db', 1, /^process \d+ \(sh\) in container db of pod db-0 is of the fault and still runs$/],
] as const) {
  test(`freeze-pods stops every process of a container in all pods of a ${kind}; its undo lets them go on`, async (t) => {
    await apiServer(t, recorded[`freeze-pods ${kind}`]!)
    const { undo, apply } = await freezePodsFault.prepare(workloadPart(kind, name), params, context)
    assert.equal(undo.driver === 'container-processes' && undo.containers.length, pods)
    assert.equal((await apply()).detail, `every process of container ${name} is stopped in ${pods} pods of ${kind} moalog/${name}`)
    assert.match((await stillWrong(undo)) ?? '', wrong)
    await carryOut(undo)
    assert.equal(await stillWrong(undo), null)
  })
}

test('a pod that came while the others were frozen is named, and the autoscaler that wanted it; of the same pods nothing is said', async (t) => {
  // What is asked first after it was applied: the pods.
  const applied = deployment.findLastIndex(({ sent }) => Array.isArray(sent) && sent.includes('stop'))
  const until = deployment.findIndex(({ body }, at) => at > applied && body['kind'] === 'PodList') + 1
  const whole = deployment.slice(0, until)
  const more = withPods(whole.slice(-1), (pod) => {
    const [status] = (pod as unknown as { status: { containerStatuses: { containerID: string }[] } }).status.containerStatuses
    status!.containerID = 'containerd://another'
  })
  const looked = deployment.filter(({ request }) => /deployments\/web$|pods\?labelSelector/.test(request)).slice(0, 2)
  const [autoscaler] = structuredClone(recorded['kept']!) as unknown as [ApiReply & { body: { items: { status: object }[] } }]
  autoscaler.body.items[0]!.status = { desiredReplicas: 4 }
  const scaled = structuredClone(looked)
  ;(scaled[0]!.body['spec'] as { replicas: number }).replicas = 4
  const kept = whole.map((reply) => recorded['kept']!.find(({ request }) => request === reply.request) ?? reply)
  const now = whole.slice(-1)
  await apiServer(t, [...kept.slice(0, -1), ...looked, ...now, ...scaled, autoscaler, ...more])
  const { apply } = await freezePodsFault.prepare(web, params, context)
  const { detail, missed } = await apply()
  assert.match(
    detail,
    /; HorizontalPodAutoscaler web \(2 to 5 pods by cpu\) may add or remove pods meanwhile; .*PodDisruptionBudget web counts/,
  )
  assert.equal(await missed?.(), undefined)
  const [changed, came] = ((await missed?.()) ?? '').split('; ')
  assert.equal(changed, 'deployment moalog/web was scaled from 2 to 4 meanwhile, as HorizontalPodAutoscaler web wants')
  assert.match(came ?? '', /^of deployment moalog\/web these pods came meanwhile and were not harmed: web-\S+, web-\S+$/)
})

test('of a pod that was replaced meanwhile nothing is asked', async (t) => {
  await apiServer(t, recorded['freeze-pods replaced']!)
  const { undo, apply } = await freezePodsFault.prepare(workloadPart('statefulset', 'db'), params, context)
  await apply()
  await stillWrong(undo)
  await carryOut(undo)
  assert.equal(await stillWrong(undo), null)
})

for (const [scenario, name, message] of [
  [
    'freeze-pods of a first process',
    'first',
    /^process 1 of container first \(redis-server\) is the first of its PID namespace.* shareProcessNamespace/,
  ],
  [
    'freeze-pods without a shell',
    'bare',
    /^container bare of pod moalog\/bare-\S+ does not start sh: .*executable file not found.* needs a shell/,
  ],
] as const) {
  test(`refused: ${scenario}`, async (t) => {
    await apiServer(t, recorded[scenario]!)
    await assert.rejects(freezePodsFault.prepare(workloadPart('deployment', name), params, context), {
      code: 'FAULT_NOT_POSSIBLE',
      message,
    })
  })
}

/** What is asked before anything is done. */
const lookedAt = deployment.findIndex(({ request }) => request.startsWith('EXEC'))
const prepared = deployment.slice(
  0,
  deployment.findIndex(({ sent }) => Array.isArray(sent) && sent.includes('600')),
)

test('a user who may not start a command in a container freezes none', async (t) => {
  const refused = deployment
    .slice(0, 6)
    .map((reply, index) => (index < 2 || index > 3 ? reply : { ...reply, body: { ...reply.body, status: { allowed: false } } }))
  await apiServer(t, refused)
  await assert.rejects(freezePodsFault.prepare(web, params, context), {
    code: 'FAULT_FORBIDDEN',
    message: 'the user of context fd may not get pods/exec, create pods/exec in namespace moalog',
  })
})

/** The same with a change of the pods as they are listed. */
function withPods(replies: readonly ApiReply[], change: (pod: { spec: { containers: object[] } }) => void): ApiReply[] {
  return replies.map((reply) => {
    if (reply.body['kind'] !== 'PodList') return reply
    const body = structuredClone(reply.body) as { items: { spec: { containers: object[] } }[] }
    body.items.forEach(change)
    return { ...reply, body: body as unknown as Record<string, unknown> }
  })
}

const probed = (probe: object): ApiReply[] =>
  withPods(deployment.slice(0, lookedAt), ({ spec }) => Object.assign(spec.containers[0]!, { livenessProbe: probe }))

test('a livenessProbe would restart the container sooner than the fault ends by itself: refused', async (t) => {
  await apiServer(t, probed({ httpGet: {}, periodSeconds: 5, failureThreshold: 2 }))
  await assert.rejects(freezePodsFault.prepare(web, params, context), {
    code: 'FAULT_NOT_POSSIBLE',
    message: /has a livenessProbe, which restarts it after 6 s or more, sooner than expirySeconds \(600\)/,
  })
})

test('one that is patient enough is none, and a readinessProbe is named in what was done', async (t) => {
  const whole = withPods(deployment, ({ spec }) =>
    Object.assign(spec.containers[0]!, { livenessProbe: { periodSeconds: 600 }, readinessProbe: { timeoutSeconds: 3, periodSeconds: 5 } }),
  )
  await apiServer(t, whole)
  const { undo, apply } = await freezePodsFault.prepare(web, params, context)
  assert.match((await apply()).detail, /; its readinessProbe takes it out of its Services after 13 s or more$/)
  await stillWrong(undo)
  await carryOut(undo)
  await stillWrong(undo)
})

test('pods with several containers: the target names one, or none is touched', async (t) => {
  const two = withPods(deployment.slice(0, lookedAt), ({ spec }) => spec.containers.push({ name: 'sidecar' }))
  await apiServer(t, [...two, ...two])
  await assert.rejects(freezePodsFault.prepare(web, params, context), {
    message: /has the containers web, sidecar: name one as `container`/,
  })
  const other = { ...web, kubernetes: { ...web.kubernetes, container: 'wbe' } }
  await assert.rejects(freezePodsFault.prepare(other, params, context), { message: /has no container wbe, it has web, sidecar/ })
})

for (const [what, code, from, to, message] of [
  ['stopped before', 'FAULT_NOT_STEADY', ') S ', ') T ', /^process \d+ \(redis-server\) of container web .* is stopped$/],
  [
    'that another user owns',
    'FAULT_NOT_POSSIBLE',
    'other yes',
    'other no',
    /^the user of an exec in container web may not signal process \d+ \(redis-server\)$/,
  ],
] as const) {
  test(`a process ${what} is refused`, async (t) => {
    const changed = prepared.slice(0, what === 'stopped before' ? lookedAt + 1 : lookedAt + 2).map((reply): ApiReply => ({
      ...reply,
      ...(reply.frames === undefined ? {} : { frames: reply.frames.map(([channel, text]) => [channel, text.replaceAll(from, to)]) }),
    }))
    await apiServer(t, changed)
    await assert.rejects(freezePodsFault.prepare(web, params, context), { code, message })
  })
}
