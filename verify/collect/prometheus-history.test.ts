import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { RecordedWorld } from '../../testing/backtest/recorded-world.ts'
import { serveWorld } from '../../testing/backtest/serve-world.ts'
import type { Served, Serving } from '../../testing/backtest/serve-world.ts'
import { askRange } from '../backtest/chunks.ts'
import { HistoryError } from '../backtest/history-port.ts'
import type { History } from '../backtest/history-port.ts'
import { prometheusHistory } from './prometheus-history.ts'

const T = 1_795_700_000_000
const signal = {
  metric: { __name__: 'signal', job: 'shop' },
  timesMs: Array.from({ length: 200 }, (_, index) => T + index * 15_000),
  values: Array.from({ length: 200 }, (_, index) => index),
}
const GRID = { startMs: T, endMs: T + 199 * 15_000, stepMs: 15_000 }

async function asked<R>(
  serving: Serving,
  work: (history: History, served: Served, again: string[], world: RecordedWorld) => Promise<R>,
  more: Partial<Parameters<typeof prometheusHistory>[0]> = {},
): Promise<R> {
  const world = new RecordedWorld([signal], [])
  const served = await serveWorld(world, serving)
  const again: string[] = []
  const history = prometheusHistory({
    url: served.url,
    concurrency: 4,
    deadlineMs: 30_000,
    onAgain: (reason) => again.push(reason),
    ...more,
  })
  try {
    return await work(history, served, again, world)
  } finally {
    await served.close()
  }
}

function sends(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): true {
  response.writeHead(status, headers)
  response.end(body)
  return true
}

const troubled = (trouble: string, message: RegExp) => (error: unknown) =>
  error instanceof HistoryError && error.trouble === trouble && message.test(error.message)

test('a range is asked with the prefix, the tenant and the token, and answers with all points', async () => {
  const credentials = { headers: { 'authorization': 'Bearer secret', 'x-scope-orgid': 'shop' } }
  await asked(
    { prefix: '/mimir/prometheus' },
    async (history, { requests }) => {
      const { tracks } = await askRange(history, 'signal > 150', GRID)
      assert.deepEqual(
        tracks[0]?.values,
        Array.from({ length: 49 }, (_, index) => 151 + index),
      )
      assert.equal(requests[0]?.path, '/mimir/prometheus/api/v1/query_range')
      assert.equal(requests[0]?.headers['x-scope-orgid'], 'shop')
      assert.equal(requests[0]?.headers['authorization'], 'Bearer secret')
    },
    { credentials },
  )
})

test('a token that may only GET: a POST that is refused is asked again as GET, and from then on GET', async () => {
  await asked(
    { instead: ({ method }, response) => method === 'POST' && sends(response, 405, 'Method Not Allowed') },
    async (history, { requests }) => {
      assert.equal((await history.instant('signal', T)).series.length, 1)
      assert.equal((await history.instant('signal', T)).series.length, 1)
      assert.deepEqual(
        requests.map(({ method }) => method),
        ['POST', 'GET', 'GET'],
      )
    },
  )
})

test('a busy server is asked again as long as it asks for, and that is counted; one that stays busy is no answer', async () => {
  await asked(
    { instead: (_, response, count) => count <= 2 && sends(response, 503, 'Service Unavailable', { 'retry-after': '0' }) },
    async (history, _, again) => {
      assert.equal((await history.instant('signal', T)).series.length, 1)
      assert.deepEqual(again, ['503 Service Unavailable', '503 Service Unavailable'])
    },
  )
  await asked({ instead: (_, response) => sends(response, 429, 'slow down', { 'retry-after': '0' }) }, async (history) => {
    await assert.rejects(history.instant('signal', T), troubled('unreachable', /429 slow down/))
  })
})

test('what is too much for the server is asked in halves, and no point is lost or twice', async () => {
  await asked({}, async (history, _, __, world) => {
    world.trouble = (_expr, start, end, step) =>
      (end - start) / step + 1 > 30 ? new HistoryError('too-much', 'query processing would load too many samples into memory') : undefined
    const { tracks, failed } = await askRange(history, 'signal', GRID)
    assert.deepEqual(tracks[0]?.timesMs, signal.timesMs)
    assert.deepEqual(failed, [])
  })
})

test('an expression that fails at some instants is evaluated at all others', async () => {
  const bad = T + 77 * 15_000
  await asked({}, async (history, _, __, world) => {
    world.trouble = (_expr, start, end) =>
      start <= bad && bad <= end
        ? new HistoryError('too-much', 'execution: found duplicate series for the match group {} on the right side')
        : undefined
    const { tracks, failed } = await askRange(history, 'signal', GRID)
    assert.deepEqual(
      failed.map(({ fromMs, toMs }) => [fromMs, toMs]),
      [[bad, bad]],
    )
    assert.deepEqual(
      tracks[0]?.timesMs,
      signal.timesMs.filter((t) => t !== bad),
    )
  })
})

test('an expression that is none is refused at once', async () => {
  await asked({}, async (history, { requests }) => {
    await assert.rejects(askRange(history, 'signal >', GRID), troubled('query', /parse error/))
    assert.equal(requests.length, 1)
  })
})

test('a wrong token, a wrong path, a page, a redirect and an answer that is cut off each say what to do', async () => {
  const cases: [number, string, Record<string, string>, string, RegExp][] = [
    [401, 'Unauthorized', {}, 'refused', /401 Unauthorized.*--bearer-token-env/],
    [404, '404 page not found', {}, 'refused', /404.*path prefix/],
    [200, '<html>Sign in</html>', {}, 'refused', /not JSON.*path prefix/],
    [302, '', { location: 'https://login.example.com' }, 'refused', /leads to https:\/\/login\.example\.com/],
    [200, '{"status":"success","data":{"resultType":"vec', {}, 'refused', /not JSON/],
    [200, '{"status":"success","data":{"resultType":"matrix","result":[{}]}}', {}, 'unreachable', /none of Prometheus/],
  ]
  for (const [status, body, headers, trouble, message] of cases)
    await asked({ instead: (_, response) => sends(response, status, body, headers) }, async (history) => {
      await assert.rejects(history.instant('signal', T), troubled(trouble, message))
    })
})

test('a server that is not there is no empty history', async () => {
  const history = prometheusHistory({ url: 'http://127.0.0.1:9', concurrency: 1, deadlineMs: 30_000, onAgain: () => undefined })
  await assert.rejects(history.rules(), troubled('unreachable', /127\.0\.0\.1:9/))
})

test('warnings of a partial answer are kept, hints about the expression are not', async () => {
  await asked({}, async (history, _, __, world) => {
    world.warnings = ['PromQL info: metric might not be a counter', 'store 10.0.0.7 did not answer']
    assert.deepEqual((await history.instant('signal', T)).warnings, ['store 10.0.0.7 did not answer'])
  })
})

test('Prometheus 2.30 has rules without keep_firing_for, Thanos no runtimeinfo', async () => {
  const old =
    '{"status":"success","data":{"groups":[{"name":"g","file":"f","interval":15,"rules":[{"name":"A","query":"up == 0","duration":60,"type":"alerting","health":"ok"}]}]}}'
  await asked(
    {
      without: ['status/runtimeinfo', 'status/buildinfo'],
      instead: ({ path }, response) => path.endsWith('/rules') && sends(response, 200, old),
    },
    async (history) => {
      const [group] = await history.rules()
      assert.equal(group?.rules[0]?.forMs, 60_000)
      assert.equal(group?.rules[0]?.keepFiringForMs, 0)
      assert.deepEqual(await history.about(), { version: null, startedMs: null })
    },
  )
})

test('a native histogram of Prometheus 3 is a row, without a number', async () => {
  const body = `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"job":"shop"},"histograms":[[${T / 1_000},{"count":"3"}]]}]}}`
  await asked({ instead: (_, response) => sends(response, 200, body) }, async (history) => {
    const { tracks } = await askRange(history, 'signal', { startMs: T, endMs: T, stepMs: 15_000 })
    assert.deepEqual(tracks, [{ labels: { job: 'shop' }, timesMs: [T], values: [NaN] }])
  })
})

test('no more requests at a time than asked for, and a server that does not answer is given up', async () => {
  let [now, most] = [0, 0]
  const held: (() => void)[] = []
  const serving: Serving = {
    instead: (_, response) => {
      now++
      most = Math.max(most, now)
      held.push(() => {
        now--
        sends(response, 200, '{"status":"success","data":{"resultType":"vector","result":[]}}')
      })
      return true
    },
  }
  await asked(
    serving,
    async (history) => {
      const all = Array.from({ length: 9 }, () => history.instant('signal', T))
      let left = all.length
      for (const each of all) void each.then(() => left--)
      while (left > 0) {
        // Only when as many wait as ever will.
        if (held.length >= Math.min(3, left)) held.splice(0).forEach((release) => release())
        await new Promise((resolve) => setImmediate(resolve))
      }
      await Promise.all(all)
      assert.equal(most, 3)
    },
    { concurrency: 3 },
  )
  await asked(
    { instead: () => true },
    async (history) => {
      await assert.rejects(history.instant('signal', T), troubled('unreachable', /no answer within 50 ms/))
    },
    { deadlineMs: 50 },
  )
})
