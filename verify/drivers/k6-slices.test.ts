import assert from 'node:assert/strict'
import { test } from 'node:test'
import { K6Slices } from './k6-slices.ts'

const SERVICES = {
  'moalog-server': 'http://127.0.0.1:8090/',
  'moalog-admin': 'http://127.0.0.1:8090/admin',
  'rate-limiter': 'http://127.0.0.1:8082',
}
// Recorded from k6 1.8.1.
const HEAD = 'metric_name,timestamp,metric_value,status,url,extra_tags,metadata\n'
const row = (atMs: number, ms: number, status: string, url: string): string =>
  [
    `http_reqs,${atMs},1.000000,${status},${url},run=x&leg=,`,
    `http_req_duration,${atMs},${ms.toFixed(6)},${status},${url},run=x&leg=,`,
    `http_req_blocked,${atMs},15.505353,${status},${url},run=x&leg=,`,
    `status_200,${atMs},1.000000,,,run=x&leg=,`,
    '',
  ].join('\n')

test('answers are counted by second, service and status, however the text is cut', () => {
  const text =
    HEAD +
    row(1_000, 0.87, '200', 'http://127.0.0.1:8090/api/v1/articles') +
    row(1_999, 6.2, '200', 'http://127.0.0.1:8090/api/v1/articles') +
    row(2_000, 800, '500', 'http://127.0.0.1:8090/api/v1/articles') +
    row(2_400, 3_000, '0', 'http://127.0.0.1:8082/x') +
    row(2_400, 5, '200', 'http://127.0.0.1:8090/admin/x') +
    row(2_500, 1, '200', 'http://127.0.0.1:9999/x')
  for (const size of [1, 7, 100_000]) {
    const slices = new K6Slices(SERVICES)
    for (let at = 0; at < text.length; at += size) slices.write(text.slice(at, at + size))
    assert.deepEqual(slices.finish(), [
      { fromMs: 1_000, service: 'moalog-server', statuses: { 200: 2 }, latency: { 1: 1, 6.727: 1 } },
      { fromMs: 2_000, service: 'moalog-admin', statuses: { 200: 1 }, latency: { 5.054: 1 } },
      { fromMs: 2_000, service: 'moalog-server', statuses: { 500: 1 }, latency: { 868.7: 1 } },
      { fromMs: 2_000, service: 'rate-limiter', statuses: { 0: 1 }, latency: {} },
    ])
  }
})

test('quoted cells keep their commas, and a line cut off by the end of k6 is read when whole', () => {
  const slices = new K6Slices(SERVICES)
  slices.write(
    `${HEAD}http_req_duration,1000,2.0,200,"http://127.0.0.1:8082/x?a=1,2&b=""q""",x,\nhttp_req_duration,1000,2.0,429,http://127.0.0.1:8082/x,,`,
  )
  assert.deepEqual(
    slices.finish().map(({ statuses }) => statuses),
    [{ 200: 1, 429: 1 }],
  )
})

test('what a service forwards is counted for the next one as well, unless it has not come as far', () => {
  const tagged = (status: string): string =>
    row(1_000, 5, status, 'http://127.0.0.1:8082/gateway/x').replaceAll('run=x&leg=', 'run=x&forwarded=moalog-server&leg=')
  const slices = new K6Slices(SERVICES)
  slices.write(HEAD + tagged('200') + tagged('500') + tagged('429') + tagged('0') + row(1_000, 5, '200', 'http://127.0.0.1:8082/x'))
  assert.deepEqual(slices.finish(), [
    { fromMs: 1_000, service: 'moalog-server', statuses: { 200: 1, 500: 1 }, latency: { 5.054: 2 } },
    { fromMs: 1_000, service: 'rate-limiter', statuses: { 0: 1, 200: 2, 429: 1, 500: 1 }, latency: { 5.054: 4 } },
  ])
})
