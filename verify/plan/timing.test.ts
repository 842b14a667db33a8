import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import fc from 'fast-check'
import { compressAlertmanager, compressDuration, compressPrometheus } from '../compress/compress.ts'
import { loadSpec } from '../spec/load.ts'
import { compressMs, timingFromLoaded, timingFromSpec } from './timing.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)

test('compresses a duration as the compressed configuration does', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), fc.double({ min: 1, max: 60, noNaN: true }), fc.constantFrom(1, 1000, 4000), (ms, speed, minMs) => {
    assert.equal(compressMs(ms, speed, minMs), compressDuration(ms, speed, minMs))
  }))
})

for (const speed of [1, 5, 15]) {
  test(`at ${speed} times the promised intervals are those of the delivered files after their rewrite`, async () => {
    const read = (name: string): Promise<string> => readFile(new URL(`../../monitoring/${name}`, import.meta.url), 'utf8')
    const promised = timingFromSpec(spec, speed)
    const loaded = timingFromLoaded({
      prometheus: compressPrometheus(await read('prometheus.yml'), speed).text,
      alertmanager: compressAlertmanager(await read('alertmanager/alertmanager.yml'), speed).text,
      flags: { 'rules.alert.resend-delay': `${promised.resendDelayMs}ms` },
    })
    assert.deepEqual(promised, loaded)
  })
}

test('what the loaded files leave out has the defaults of Prometheus and Alertmanager', () => {
  assert.deepEqual(timingFromLoaded({ prometheus: 'scrape_configs: [{ job_name: quick, scrape_interval: 5s }]', alertmanager: 'route: { receiver: a }', flags: {} }), {
    scrapeIntervalMs: 60_000, scrapeTimeoutMs: 10_000, evaluationIntervalMs: 60_000, resendDelayMs: 60_000,
    groupWaitMs: 30_000, groupIntervalMs: 300_000, repeatIntervalMs: 14_400_000,
    jobs: { quick: { scrapeIntervalMs: 5_000, scrapeTimeoutMs: 5_000 } },
  })
})

test('a timeout never exceeds its interval', () => {
  const { jobs, scrapeTimeoutMs } = timingFromLoaded({ prometheus: 'global: { scrape_interval: 2s, scrape_timeout: 10s }\nscrape_configs: [{ job_name: a, scrape_timeout: 1s }]', alertmanager: 'route: {}', flags: {} })
  assert.equal(scrapeTimeoutMs, 2_000)
  assert.equal(jobs['a']?.scrapeTimeoutMs, 1_000)
})

const unreadable = [
  { story: 'no YAML', prometheus: 'global: [', alertmanager: 'route: {}' },
  { story: 'a list', prometheus: '[]', alertmanager: 'route: {}' },
  { story: 'a duration that is none', prometheus: 'global: { scrape_interval: soon }', alertmanager: 'route: {}' },
]
for (const { story, ...loaded } of unreadable) test(`a loaded configuration that is ${story} could not be told, not failed`, () => assert.throws(() => timingFromLoaded({ ...loaded, flags: {} }), { code: 'LOADED_CONFIG', exitCode: 3 }))
