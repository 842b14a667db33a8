import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report as smallReport } from '../../testing/report/small-report.ts'
import { platform, rule } from '../../testing/spec/small-spec.ts'
import { unreviewedIn, unreviewedText } from '../text/unreviewed.ts'
import { consoleText, formats, html, summarise } from './formats.ts'
import { formatFindings } from './finding-formats.ts'
import { pageOf } from './page/make-page.ts'
import type { Findings } from './result.ts'

const COPIED = { alerts: ['HighErrorRate', 'QueueStuck', 'DiskFull', 'TooHot'], of: 8 }
const CODE = { script: 'draw()', scriptHash: 'sha256-A', style: 'a{}', styleHash: 'sha256-B' }

test('rules that say `reviewed: false` are counted; those that say nothing are reviewed', () => {
  assert.equal(unreviewedIn({ rules: [rule(), rule({ reviewed: true })], routing: {} }), undefined)
  assert.deepEqual(unreviewedIn({ rules: [rule(), rule({ alert: 'A', reviewed: false })] }), { alerts: ['A'], of: 2 })
  assert.deepEqual(unreviewedIn({ rules: [rule()], routing: { reviewed: false } }), { alerts: [], of: 1, routing: true })
  assert.equal(unreviewedIn(undefined), undefined)
})

test('the sentence has the count, the first files, and what to do', () => {
  assert.equal(
    unreviewedText(COPIED, 'the drill'),
    '4 of 8 rules are copied from what is deployed and not reviewed: the drill proves them against themselves. Read rules/high-error-rate.yaml, rules/queue-stuck.yaml, rules/disk-full.yaml and 1 more in the specification, correct what is not promised so, and remove `reviewed: false`.',
  )
  assert.match(
    unreviewedText({ alerts: ['A'], of: 1 }, 'lint'),
    /^1 of 1 rules is copied .*: lint proves it against itself\. Read rules\/a\.yaml in/,
  )
  assert.match(
    unreviewedText({ alerts: ['A'], of: 1, routing: true }, 'simulate'),
    /^1 of 1 rules and the routing are copied .*: simulate proves them against themselves\. Read rules\/a\.yaml and routing\.yaml in/,
  )
  assert.match(unreviewedText({ alerts: [], of: 8, routing: true }, 'lint'), /^the routing is copied .*Read routing\.yaml in/)
})

test('the report of a drill counts them in every format, and says nothing where every rule is reviewed', () => {
  const [spec, header] = [platform(), { kind: 'header' as const, runId: 'r', tool: 't', target: 'x', schema: 1 }]
  const entries = (reviewed: boolean): never[] => [
    { ...header, seq: 0, atMs: 1, spec: { ...spec, rules: [rule(), rule({ alert: 'Copied', reviewed })] }, components: {} } as never,
  ]
  assert.deepEqual(summarise({ entries: entries(false), problems: [] }, []).unreviewed, { alerts: ['Copied'], of: 2 })
  assert.equal(summarise({ entries: entries(true), problems: [] }, []).unreviewed, undefined)

  const [with_, without] = [{ ...smallReport(), unreviewed: COPIED }, smallReport()]
  const page = (about: typeof with_ | typeof without): string =>
    html(about, { page: pageOf({ entries: [], problems: [] }, about), code: CODE })
  for (const [name, render] of Object.entries({ ...formats, console: consoleText, page })) {
    const plain = (text: string): string => text.replace(/\s+/g, ' ')
    if (name === 'json') assert.deepEqual((JSON.parse(render(with_)) as { unreviewed: unknown }).unreviewed, COPIED)
    else assert.match(plain(render(with_)), /4 of 8 rules are copied from what is deployed/, name)
    assert.doesNotMatch(render(without), /unreviewed|copied from what/, name)
  }
})

test('lint and simulate count them in text, JSON, SARIF and JUnit', async () => {
  const found = (unreviewed?: typeof COPIED): Findings => ({
    rung: 'lint',
    version: '1.0.0',
    findings: [],
    problems: [],
    metas: [],
    summary: { errors: 0, warnings: 0, notes: 0, files: 1, checks: 1, ...(unreviewed === undefined ? {} : { unreviewed }) },
  })
  for (const format of ['text', 'json', 'sarif', 'junit'] as const) {
    const shown = await formatFindings(format, found(COPIED), { color: false })
    if (format === 'json') assert.deepEqual((JSON.parse(shown) as Findings).summary.unreviewed, COPIED)
    else assert.match(shown, /4 of 8 rules are copied from what is deployed and not reviewed: lint proves/, format)
    // A result of code scanning needs a file, and this is of none.
    if (format === 'sarif') assert.deepEqual((JSON.parse(shown) as { runs: { results: unknown[] }[] }).runs[0]?.results, [])
    assert.doesNotMatch(await formatFindings(format, found(), { color: false }), /unreviewed|copied from/, format)
  }
})
