import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoadPods } from '../model/target.ts'
import { loadObjects, segments } from './k6-job.ts'

const LOAD: LoadPods = {
  context: 'fd',
  namespace: 'moalog',
  pods: 4,
  image: 'grafana/k6:1.8.1',
  services: { 'rate-limiter': 'http://rate-limiter:8082' },
  cpu: '250m',
  memory: '256Mi',
  startWithinS: 60,
}
const USE = { scenario: 'requests', params: { service: 'rate-limiter', path: '/a?b=$(HOME)&c={stamp}', ratePerS: 20 } }
const BEGIN = { experiment: 'burst', leg: 'fire', runId: 'run', maxMs: 60_000 }

interface PodSpec {
  containers: { command: string[]; args: string[]; env: { name: string; value?: string; valueFrom?: object }[] }[]
  volumes: object[]
}

function made(credentials = {}): ReturnType<typeof loadObjects> & { pod: PodSpec; job: { spec: Record<string, unknown> } } {
  const objects = loadObjects('firedrill-load-1', USE, BEGIN, { load: LOAD, program: 'PROGRAM', credentials })
  return { ...objects, pod: (objects.job.spec['template'] as { spec: PodSpec }).spec }
}

test('segments are whole, meet one another, and every pod knows all of them', () => {
  assert.deepEqual(
    Object.values(segments(4)).map((text) => (JSON.parse(text) as { executionSegment: string }).executionSegment),
    ['0:1/4', '1/4:2/4', '2/4:3/4', '3/4:1'],
  )
  for (const text of Object.values(segments(3)))
    assert.equal((JSON.parse(text) as { executionSegmentSequence: string }).executionSegmentSequence, '0,1/3,2/3,1')
  assert.deepEqual(segments(1), { 'segment-0.json': '{"executionSegment":"0:1","executionSegmentSequence":"0,1"}' })
})

test('a lost pod is not replaced, and the cluster itself ends and removes what is left', () => {
  const { spec } = made().job
  assert.deepEqual(
    ['completionMode', 'completions', 'parallelism', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished'].map(
      (key) => spec[key],
    ),
    ['Indexed', 4, 4, 0, 240, 600],
  )
})

test('a parameter is that of the scenario and of nothing else: not the PATH, and no variable of the pod is put into it', () => {
  const [container] = made().pod.containers
  assert.ok(container?.args.includes('PATH=/a?b=$$(HOME)&c={stamp}'))
  assert.ok(!container?.env.some(({ name }) => name === 'PATH'))
  assert.ok(container?.args.includes('FIREDRILL_PODS=4'))
  assert.ok(container?.args.includes('RATE_LIMITER_URL=http://rate-limiter:8082'))
})

test('credentials are in the Secret alone', () => {
  const { secret, job, configMap, pod } = made({ 'rate-limiter': { headers: { authorization: 'Bearer hunter2' }, tls: { ca: 'PEM' } } })
  assert.doesNotMatch(JSON.stringify([job, configMap]), /hunter2|"PEM"/)
  assert.deepEqual(secret?.stringData, { 'RATE_LIMITER_HEADERS': '{"authorization":"Bearer hunter2"}', '0.pem': 'PEM' })
  const env = pod.containers[0]?.env ?? []
  assert.deepEqual(env.find(({ name }) => name === 'RATE_LIMITER_HEADERS')?.valueFrom, {
    secretKeyRef: { name: 'firedrill-load-1', key: 'RATE_LIMITER_HEADERS' },
  })
  assert.match(env.find(({ name }) => name === 'SSL_CERT_DIR')?.value ?? '', /^\/firedrill\/authorities:/)
  assert.equal(env.find(({ name }) => name === 'K6_MAX_REDIRECTS')?.value, '0')
  assert.equal(made().secret, undefined)
})
