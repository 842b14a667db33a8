import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { withoutCode } from '../testing/report/page-text.ts'
import { SAMPLE_BREAKS, sampleBreak } from './sample-breaks.ts'

/** What the first lines of each page must name. */
const HEADLINES: Record<string, RegExp> = {
  'alertmanager-not-notified': /alerting|Alertmanager/,
  'critical-routed-to-default': /route/,
  'for-doubled': /`for`/,
  'limiter-needs-redis': /^Promised: rate-limiter fails open when Redis is down\. Not kept: .*fallback of rate-limiter/,
  'metric-misspelt': /expression/,
  'receiver-refused': /receiver|webhook|URL/,
  'threshold-doubled': /expression/,
}

for (const name of Object.keys(SAMPLE_BREAKS)) {
  test(`${name}: the page says first what failed and what to change, and is the committed one`, async () => {
    const { html, report } = await sampleBreak(name)
    assert.equal(report.outcome, 'fail')
    assert.equal(report.causes.length, 1, report.causes.map(({ root }) => `${root.subject} ${root.check}`).join(', '))
    assert.match(report.causes[0]?.root.diagnosis ?? '', HEADLINES[name]!)
    // The headline as it is read: what failed, then what to change.
    const [, headline = ''] = /<h1[^>]*>([^<]*)<\/h1>/.exec(html) ?? []
    assert.match(headline, /^A promise was broken\. \w+ \([\w-]+\): [A-Z]/)
    assert.match(headline, new RegExp(HEADLINES[name]!.source.replace(/^\^/, '')))
    const committed = readFileSync(new URL(`../reports/sample-breaks/${name}.html`, import.meta.url), 'utf8')
    assert.equal(withoutCode(html), withoutCode(committed), 'npm run sample, and look at the difference')
  })
}
