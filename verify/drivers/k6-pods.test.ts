import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { LoadPods } from '../model/target.ts'
import type { Load } from '../run/ports.ts'
import type { LoadObjects } from './k6-job.ts'
import type { LoadPod } from '../model/load-pod.ts'
import { k6Pods, type K6Change, type K6Status, type LoadCluster } from './k6-pods.ts'

const LOAD: LoadPods = {
  context: 'fd',
  namespace: 'moalog',
  pods: 3,
  image: 'k6',
  services: { shop: 'http://shop' },
  cpu: '1',
  memory: '1Gi',
  startWithinS: 1,
}
const USE = { scenario: 'burst', params: {} }
const BEGIN = { experiment: 'e', leg: 'fire', runId: 'r', maxMs: 60_000 }
const CLOCKS = { pollMs: 5, confirmMs: 200, lastWordsMs: 300, silenceMs: 100 }

interface FakePod {
  seen: LoadPod
  k6: K6Status
  lines: string[]
  /** k6 has ended: its log has no more lines. */
  ended: boolean
  resumedMs?: number
}

/** A cluster whose pods send a request every few milliseconds from the moment on at which they are let go. */
class FakeCluster implements LoadCluster {
  readonly fakes = new Map<number, FakePod>()
  objects: LoadObjects | undefined
  undone = 0
  away = false
  /** Connections to logs break after so many lines. */
  breaksAfter = Infinity
  why: string | undefined
  absent = new Set<number>()

  place(objects: LoadObjects): Promise<{ undo(): Promise<void> }> {
    this.objects = objects
    for (let index = 0; index < LOAD.pods; index++) {
      if (this.absent.has(index)) continue
      const seen = { index, name: `pod-${index}`, node: `node-${index}`, running: true, over: false }
      this.fakes.set(index, { seen, k6: { status: 4, paused: true, vusMax: 2 }, lines: [], ended: false })
    }
    return Promise.resolve({
      undo: () => {
        this.undone += 1
        for (const fake of this.fakes.values()) this.end(fake, 105)
        return Promise.resolve()
      },
    })
  }

  pods(): Promise<LoadPod[]> {
    if (this.away) return Promise.reject(new Error('connect ECONNREFUSED'))
    return Promise.resolve([...this.fakes.values()].map(({ seen }) => ({ ...seen })))
  }

  whyFewer(): Promise<string | undefined> {
    return Promise.resolve(this.why)
  }

  async follow(pod: string, since: string | undefined, write: (text: string) => void, signal: AbortSignal): Promise<void> {
    const fake = this.named(pod)
    let at = since === undefined ? 0 : fake.lines.findIndex((line) => Date.parse(line.slice(0, 30)) >= Date.parse(since))
    for (let written = 0; ;) {
      signal.throwIfAborted()
      if (this.away || written >= this.breaksAfter) throw new Error('the connection broke')
      const line = fake.lines[at]
      if (line !== undefined) {
        write(`${line}\n`)
        at += 1
        written += 1
      } else if (fake.ended) return
      else await delay(2)
    }
  }

  k6(pod: string, change?: K6Change): Promise<K6Status> {
    const fake = this.named(pod)
    if (this.away || fake.ended) return Promise.reject(new Error('connect ECONNREFUSED'))
    if (change !== undefined && 'paused' in change && fake.k6.paused) {
      fake.k6 = { ...fake.k6, paused: false, status: 7 }
      fake.resumedMs = Date.now()
      void this.send(fake)
    }
    if (change !== undefined && 'stopped' in change) this.end(fake, 103)
    return Promise.resolve(fake.k6)
  }

  /** k6 ends, by itself or by a signal, and writes its summary. */
  end(fake: FakePod, exitCode: number): void {
    if (fake.ended) return
    const requests = fake.lines.filter((line) => line.includes('http_req_duration')).length
    const totals = {
      iterations: requests,
      droppedIterations: 0,
      requests,
      failedRequests: 0,
      ratePerS: 1,
      durationP95Ms: 1,
      statuses: { 200: requests },
    }
    this.line(fake, JSON.stringify(totals))
    fake.ended = true
    fake.seen = { ...fake.seen, running: false, over: true, exitCode }
  }

  /** Without a word. */
  kill(index: number, because: string): void {
    const fake = this.fakes.get(index)
    if (fake === undefined) return
    fake.ended = true
    fake.seen = { ...fake.seen, running: false, over: true, exitCode: 137, because }
  }

  line(fake: FakePod, text: string): void {
    const at = new Date(Date.UTC(2026, 10, 27) + 300 * fake.lines.length).toISOString().replace('Z', '000001Z')
    fake.lines.push(`${at} ${text}`)
  }

  private async send(fake: FakePod): Promise<void> {
    this.line(fake, 'metric_name,timestamp,metric_value,status,url,extra_tags,metadata')
    while (!fake.ended) {
      this.line(fake, `http_req_duration,${Date.now()},2,200,http://shop/x,,`)
      await delay(3)
    }
  }

  private named(pod: string): FakePod {
    return [...this.fakes.values()].find(({ seen }) => seen.name === pod) ?? assert.fail(pod)
  }
}

function loadFrom(cluster: FakeCluster): Load {
  return k6Pods({ load: LOAD, cluster, program: () => Promise.resolve('PROGRAM'), credentials: {}, clocks: CLOCKS })
}

test('all pods begin at once, and what they counted is one summary; the Job is taken away', async () => {
  const cluster = new FakeCluster()
  const running = await loadFrom(cluster).start(USE, BEGIN)
  await delay(60)
  assert.ok((running.soFar?.().length ?? 0) > 0)
  const began = [...cluster.fakes.values()].map(({ resumedMs = 0 }) => resumedMs)
  assert.ok(Math.max(...began) - Math.min(...began) < 50)
  const before = Date.now()
  const { exitCode, summary, error, overMs = [0, 0] } = await running.stop()
  assert.equal(error, undefined)
  assert.equal(exitCode, 105)
  const sent = [...cluster.fakes.values()].reduce((sum, { lines }) => sum + lines.length - 2, 0)
  assert.equal(summary?.requests, sent)
  assert.deepEqual(
    summary?.slices?.reduce((sum, { statuses }) => sum + (statuses['200'] ?? 0), 0),
    sent,
  )
  assert.equal(cluster.undone, 1)
  assert.ok(overMs[0] >= before && overMs[1] - overMs[0] < 100)
  assert.deepEqual(await running.stop(), await running.done)
})

test('connections that break again and again lose nothing', async () => {
  const cluster = new FakeCluster()
  cluster.breaksAfter = 8
  const running = await loadFrom(cluster).start(USE, BEGIN)
  await delay(60)
  assert.equal((await running.stop()).error, undefined)
})

test('an API server that is away for a while costs nothing, one that stays away leaves it unknown', async () => {
  const cluster = new FakeCluster()
  const running = await loadFrom(cluster).start(USE, BEGIN)
  await delay(30)
  cluster.away = true
  await delay(50)
  cluster.away = false
  await delay(20)
  assert.equal((await running.stop()).error, undefined)

  const lost = new FakeCluster()
  const other = await loadFrom(lost).start(USE, BEGIN)
  await delay(30)
  lost.away = true
  const { exitCode, error, summary, overMs = [0, 0] } = await other.stop()
  assert.equal(exitCode, -1)
  assert.match(
    error ?? '',
    /^3 of 3 pods did not deliver: pod 0 \(pod-0 on node-0\) has not been heard of any more after \d+ requests: .*ECONNREFUSED/,
  )
  assert.equal(summary?.incomplete, true)
  assert.equal(lost.undone, 1)
  // What was not confirmed to be stopped may have gone on until it was deleted.
  assert.ok(overMs[1] - overMs[0] >= CLOCKS.confirmMs)
})

test('a pod that is killed in the middle is lost load, and said at once', async () => {
  const cluster = new FakeCluster()
  const running = await loadFrom(cluster).start(USE, BEGIN)
  await delay(40)
  cluster.kill(1, 'Evicted: The node was low on resource: memory.')
  for (const index of [0, 2]) cluster.end(cluster.fakes.get(index) ?? assert.fail(), 105)
  const { exitCode, error, summary } = await running.done
  assert.equal(exitCode, -1)
  assert.match(error ?? '', /^1 of 3 pods did not deliver: pod 1 \(pod-1 on node-1\) was lost after \d+ requests: Evicted/)
  assert.equal(summary?.incomplete, true)
  assert.ok((summary?.requests ?? 0) > 0)
})

test('a connection that brings nothing any more is opened anew', async () => {
  const cluster = new FakeCluster()
  const follow = cluster.follow.bind(cluster)
  let hung = 0
  cluster.follow = async (pod, since, write, signal) => {
    if (hung++ > 2) return follow(pod, since, write, signal)
    await delay(10_000, undefined, { signal })
  }
  const running = await loadFrom(cluster).start(USE, BEGIN)
  await delay(200)
  assert.equal((await running.stop()).error, undefined)
})

test('pods that do not become ready begin nothing: each is named, with why, and all is taken away', async () => {
  const cases: [change: (cluster: FakeCluster) => void, text: RegExp][] = [
    [
      (cluster) => {
        cluster.absent.add(2)
        cluster.why = 'FailedCreate: exceeded quota: pods'
      },
      /Not all were ready within 1 s: pod 2 is not there: FailedCreate: exceeded quota: pods/,
    ],
  ]
  for (const [change, text] of cases) {
    const cluster = new FakeCluster()
    change(cluster)
    const { exitCode, summary, error } = await (await loadFrom(cluster).start(USE, BEGIN)).stop()
    assert.deepEqual([exitCode, summary], [-1, null])
    assert.match(error ?? '', text)
    assert.equal(cluster.undone, 1)
    assert.ok(
      [...cluster.fakes.values()].every(({ resumedMs }) => resumedMs === undefined),
      'nothing was sent',
    )
  }
})

test('what cannot start is not waited for, and a scenario with too few virtual users is refused before it begins', async () => {
  const cases: [change: Partial<FakePod['seen'] & { vusMax: number }>, text: RegExp][] = [
    [
      { running: false, hopeless: true, because: 'ImagePullBackOff: no such image' },
      /pod 1 \(pod-1 on node-1\) is not ready: ImagePullBackOff: no such image/,
    ],
    [{ running: false, over: true, exitCode: 107, because: 'StartError: no k6' }, /pod 1 .* is not ready: StartError: no k6/],
    [{ vusMax: 0 }, /fewer virtual users than there are pods: none for pod 1\./],
  ]
  for (const [{ vusMax = 2, ...change }, text] of cases) {
    const cluster = new FakeCluster()
    const place = cluster.place.bind(cluster)
    cluster.place = async (objects) => {
      const placed = await place(objects)
      const fake = cluster.fakes.get(1) ?? assert.fail()
      Object.assign(fake.seen, change)
      fake.k6.vusMax = vusMax
      return placed
    }
    const startedMs = performance.now()
    const { error, summary } = await (await loadFrom(cluster).start(USE, BEGIN)).done
    assert.match(error ?? '', text)
    assert.equal(summary, null)
    assert.ok(performance.now() - startedMs < 900)
    assert.equal(cluster.undone, 1)
  }
})

test('a drill that is interrupted while pods start takes them away and rejects', async () => {
  const cluster = new FakeCluster()
  cluster.absent.add(0)
  const interrupt = new AbortController()
  const started = loadFrom(cluster).start(USE, { ...BEGIN, signal: interrupt.signal })
  setTimeout(() => interrupt.abort(new Error('Ctrl-C')), 30)
  await assert.rejects(started)
  assert.equal(cluster.undone, 1)
})
