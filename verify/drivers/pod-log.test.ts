import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PodLog } from './pod-log.ts'

const SERVICES = { shop: 'http://shop' }
const HEAD = 'metric_name,timestamp,metric_value,status,url,extra_tags,metadata'
const SUMMARY = JSON.stringify({
  iterations: 3,
  droppedIterations: 0,
  requests: 3,
  failedRequests: 0,
  ratePerS: 1,
  durationP95Ms: 1,
  statuses: { 200: 3 },
})

/** Lines as the API server writes them over some seconds: several with the same timestamp, and some of them late. */
function logOf(count: number, every: number, late: readonly number[]): string[] {
  const samples = Array.from({ length: count }, (_, index) => `http_req_duration,${1_000 + index},2.0,200,http://shop/x,,`)
  return [HEAD, ...samples, SUMMARY].map((line, index) => {
    const ms = Math.floor(index / every) * 170 + (late.includes(index) ? 0 : 30)
    return `${new Date(Date.UTC(2026, 10, 27, 17, 36, 1) + ms).toISOString().replace(/0*Z$/, '001Z')} ${line}`
  })
}

/** What the API server gives from `since` on, of which it knows the whole second alone; cut off after so many characters. */
function follow(log: PodLog, lines: readonly string[], until: number): void {
  const since = log.since()
  const fromMs = since === undefined ? 0 : Math.floor(Date.parse(since) / 1_000) * 1_000
  const given = lines.filter((line) => Date.parse(line.slice(0, line.indexOf(' '))) >= fromMs)
  log.write(given.join('\n').concat('\n').slice(0, until))
}

test('however often the connection breaks, and wherever, each line counts once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(40), { maxLength: 5 }),
      fc.array(fc.nat(2_500), { maxLength: 5 }),
      (count, every, late, breaks) => {
        const lines = logOf(count, every, late)
        const log = new PodLog(SERVICES)
        for (const until of breaks) follow(log, lines, until)
        follow(log, lines, Infinity)
        assert.equal(log.counted().requests, count)
        assert.equal(log.summary?.requests, 3)
      },
    ),
  )
})

test('it goes on a second before the newest line that was read', () => {
  const log = new PodLog(SERVICES)
  assert.equal(log.since(), undefined)
  log.write('2026-11-27T17:36:01.5Z a\n2026-11-27T17:36:02.25Z b\nhalf')
  assert.equal(log.since(), '2026-11-27T17:36:01.250Z')
})

test('a line that was rotated away is missing in the count', () => {
  const lines = logOf(10, 1, [])
  const log = new PodLog(SERVICES)
  log.write(`${lines.slice(0, 4).join('\n')}\n`)
  follow(log, lines.slice(6), Infinity)
  assert.equal(log.counted().requests, 8)
})

test('what k6 says besides is kept for the error, the last of it', () => {
  const log = new PodLog(SERVICES)
  log.write('2026-11-27T17:36:01Z time="x" level=error msg="GoError: no 429"\n2026-11-27T17:36:01Z {"not": "a summary"}\n')
  assert.match(log.lastWords(), /no 429/)
  assert.equal(log.summary, null)
})
