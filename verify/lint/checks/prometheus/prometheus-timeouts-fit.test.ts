import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, finds } from '../../../../testing/lint/lint-files.ts'
import { lint } from '../../lint.ts'

finds(
  'prometheus-timeouts-fit',
  'longer than the interval',
  { file: 'monitoring/prometheus.yml', from: 'scrape_interval: 10s', to: 'scrape_interval: 10s\n    scrape_timeout: 12s', observed: '12s' },
  { file: 'monitoring/prometheus.yml', from: 'scrape_timeout: 10s', to: 'scrape_timeout: 5s', expected: '10s' },
)

test('a target that is promised a timeout of its own is judged by that, also where it is left to the global one', async () => {
  const { texts, options } = await deployment()
  const promised = (job: string, scrapeTimeoutMs: number): [string, string, string][] => {
    const targets = options.spec.platform.targets.map((target) => (target.job === job ? { ...target, scrapeTimeoutMs } : target))
    const spec = { ...options.spec, platform: { ...options.spec.platform, targets } }
    return lint(texts, { ...options, spec })
      .findings.filter(({ id, subject }) => id === 'prometheus-timeouts-fit' && subject === job)
      .map(({ subject, expected, observed }) => [subject, expected, observed])
  }
  assert.deepEqual(promised('rate-limiter', 5_000), [['rate-limiter', '5s', '10s']])
  assert.deepEqual(promised('rate-limiter', 10_000), [])
})
