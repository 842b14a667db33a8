import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiServer, recordedLoad } from '../../testing/chaos/fake-kubernetes.ts'
import { carryOut, stillWrong } from '../undo.ts'
import type { Undo } from '../undo-record.ts'
import { mayDo } from './kubernetes-driver.ts'
import { askK6, createLoad, followLog, loadPermissions, loadPods, whyFewer } from './kubernetes-load.ts'

const PLACE = { context: 'fd', namespace: 'load' }
const POD = 'firedrill-load-a-0-6jd4j'
const undoOf = (name: string, secret: boolean): Undo => ({ driver: 'kubernetes-load', state: 'absent', ...PLACE, name, secret })
const never = new AbortController().signal

/** What was sent to make the objects, as it was made then. */
function sentFor(kind: string): object {
  const { sent } = recordedLoad['load made']?.find(({ request }) => request.endsWith(`/${kind}`)) ?? assert.fail(kind)
  return structuredClone(sent) as object
}

/** Without whose they are: that comes with the Job's uid. */
function unowned(object: object): object {
  const { metadata, ...rest } = object as { metadata: { ownerReferences?: object } }
  const { ownerReferences: _, ...own } = metadata
  return { ...rest, metadata: own }
}

test('the Job is made first, and what its pods wait for belongs to it', async (t) => {
  await apiServer(t, recordedLoad['load made']!)
  await createLoad(PLACE, { job: sentFor('jobs'), configMap: unowned(sentFor('configmaps')), secret: unowned(sentFor('secrets')) })
})

test('pods that run, and that are over, as a real API server lists them', async (t) => {
  await apiServer(t, [...recordedLoad['load running']!, ...recordedLoad['load over']!])
  const running = await loadPods(PLACE, 'firedrill-load-a')
  assert.deepEqual(
    running.map(({ index, name, running: runs, over, node }) => [index, name.slice(0, 18), runs, over, node]),
    [
      [0, 'firedrill-load-a-0', true, false, 'firedrill-node'],
      [1, 'firedrill-load-a-1', true, false, 'firedrill-node'],
    ],
  )
  const over = await loadPods(PLACE, 'firedrill-load-a')
  assert.deepEqual(
    over.map(({ over: ended, exitCode, because }) => [ended, exitCode, because]),
    [
      [true, 0, undefined],
      [true, 0, undefined],
    ],
  )
})

test('why pods do not start, or are there no more, is said in the words of the cluster', async (t) => {
  const names = ['load pod deleted', 'load unschedulable', 'load image missing'] as const
  await apiServer(
    t,
    names.flatMap((name) => recordedLoad[name]!),
  )
  const deleted = await loadPods(PLACE, 'firedrill-load-b')
  assert.match(deleted.flatMap(({ because }) => because ?? []).join(), /deleted/)
  const [unscheduled] = await loadPods(PLACE, 'firedrill-load-c')
  assert.match(unscheduled?.because ?? '', /^Unschedulable: 0\/1 nodes are available: .*Insufficient cpu/)
  assert.deepEqual([unscheduled?.running, unscheduled?.over, unscheduled?.hopeless], [false, false, undefined])
  const missing = (await loadPods(PLACE, 'firedrill-load-e')).find(({ hopeless }) => hopeless)
  assert.match(missing?.because ?? '', /^ImagePullBackOff: .*registry\.invalid\/no:1/)
})

test('an eviction is named before what it makes of the container', async (t) => {
  const [{ body, ...reply } = assert.fail()] = recordedLoad['load over']!
  const evicted = structuredClone(body) as { items: [{ status: object }] }
  Object.assign(evicted.items[0].status, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' })
  await apiServer(t, [{ ...reply, body: evicted }])
  const [pod] = await loadPods(PLACE, 'firedrill-load-a')
  assert.equal(pod?.because, 'Evicted: The node was low on resource: memory.')
})

test('of a Job that lost a pod, and of one that is gone, it is said why there are fewer', async (t) => {
  await apiServer(t, [...recordedLoad['load pod deleted, why']!, ...recordedLoad['load job gone']!])
  assert.match((await whyFewer(PLACE, 'firedrill-load-b')) ?? '', /BackoffLimitExceeded: Job has reached the specified backoff limit/)
  assert.equal(await whyFewer(PLACE, 'firedrill-load-a'), 'its Job was deleted')
})

test("k6 is asked and let go in its pod, with a real node's frames", async (t) => {
  await apiServer(t, [...recordedLoad['k6 paused']!, ...recordedLoad['k6 let go']!])
  const paused = await askK6(PLACE, POD, 6565)
  assert.equal(paused.paused, true)
  assert.ok(paused.status >= 3 && paused.vusMax > 0)
  assert.equal((await askK6(PLACE, POD, 6565, { paused: false })).paused, false)
})

test('k6 that refuses, a port where nothing listens, and a pod that is not there are errors with their words', async (t) => {
  await apiServer(t, [...recordedLoad['k6 let go again']!, ...recordedLoad['k6 closed port']!, ...recordedLoad['k6 no pod']!])
  await assert.rejects(askK6(PLACE, POD, 6565, { paused: false }), /answered 500: .*doesn't support pause and resume/)
  await assert.rejects(askK6(PLACE, POD, 6566), /port 6566 of firedrill-load-a-0-6jd4j: .*connection refused/)
  await assert.rejects(askK6(PLACE, 'nope', 6565), /404/)
})

test('a log is read to its end; one that is gone is an error', async (t) => {
  await apiServer(t, [...recordedLoad['load log']!, ...recordedLoad['load log gone']!])
  let text = ''
  await followLog(PLACE, { pod: POD, container: 'k6' }, (more) => (text += more), never)
  assert.match(text, /Z \{"iterations":\d+.*\}\n$/)
  await assert.rejects(
    followLog(PLACE, { pod: POD, container: 'k6' }, () => {}, never),
    /404 pods "firedrill-load-a-0-6jd4j" not found/,
  )
})

test('a connection that breaks is no end of the log', async (t) => {
  const [{ request, text = '' } = assert.fail()] = recordedLoad['load log']!
  await apiServer(t, [{ request, status: 200, body: {}, text, breaks: true }])
  await assert.rejects(
    followLog(PLACE, { pod: POD, container: 'k6' }, () => {}, never),
    /broke|aborted|reset/i,
  )
})

test('the undo deletes all of it, waits for the pods, and does nothing the second time', async (t) => {
  await apiServer(t, [...recordedLoad['load still there']!, ...recordedLoad['load undone']!])
  const undo = undoOf('firedrill-load-a', true)
  assert.equal(await stillWrong(undo), 'Job, ConfigMap, Secret load/firedrill-load-a is still there')
  await carryOut(undo)
  await carryOut(undo)
})

test('a user who may not make pods reads which Role is missing', async (t) => {
  await apiServer(t, recordedLoad['load forbidden']!)
  const asked = mayDo({ ...PLACE, namespace: 'default', kind: 'deployment', name: '' }, loadPermissions(false), 'firedrill-load-rbac.yaml')
  await assert.rejects(asked, {
    code: 'FAULT_FORBIDDEN',
    message: /may not create jobs\.batch, .* create pods\/portforward, list events in namespace default/,
    next: /firedrill-load-rbac\.yaml/,
  })
})
