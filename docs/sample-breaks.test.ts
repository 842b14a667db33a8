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

/** Recorded drills that could not tell: the first line says why, and what to do. */
const COULD_NOT_TELL: Record<string, RegExp> = {
  'engine-restarted':
    /^Could not tell\. No service and no Prometheus was there from 08:52:08\.615 to the end: the engine or machine that runs them was stopped or restarted\. Look why, start it again, then run the drill again\.$/,
  'machine-starved':
    /^Could not tell\. JVMHeapHigh \(heap-pressure\): .*\. The machine kept rate-limiter waiting 10\.937 s for a CPU .*\. Run it again on a calmer machine\.$/,
  'starved-while-pending':
    /^Could not tell\. JVMHeapHigh \(heap-pressure\): .*\. The machine kept rate-limiter waiting 10\.941 s for a CPU .*\. Run it again on a calmer machine\.$/,
  'wrong-part-killed':
    /^Could not tell\. RedisConnectionFailed \(redis-killed\): .*\. kill-process promtail was in effect, but redis_up.* between 1 and 1, never == 0: it harms another part than that signal measures\. Correct the experiment&#39;s target, or the part in the target file, then run it again\.$/,
}

for (const [name, said] of Object.entries(COULD_NOT_TELL)) {
  test(`${name}: the first line says why it could not tell, and what to do`, async () => {
    const { html, report } = await sampleBreak(name)
    assert.equal(report.outcome, 'unknown')
    assert.match(/<h1[^>]*>([^<]*)<\/h1>/.exec(html)?.[1] ?? '', said)
  })
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
