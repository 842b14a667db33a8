import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { defineCheck } from './drill-check.ts'
import { checks } from './drill-checks.ts'
import { judge } from './judge.ts'
import { retryable } from './retryable.ts'
import { ZERO_MS } from '../../testing/virtual/virtual-journal.ts'
import { answeredRun } from '../../testing/journals/answered-run.ts'
import { alter, EXPERIMENT, OUTAGE_SPEC, outageRun, run, verdictOf, withEntries } from '../../testing/journals/honest-run.ts'
import type { Journal } from '../model/journal.ts'

test('every file in checks/ is registered under its name, sorted', () => {
  const files = readdirSync(new URL('./checks/', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => basename(name, '.ts'))
  assert.deepEqual(
    checks.map((check) => check.meta.id),
    files.sort(),
  )
  for (const { meta } of checks) assert.ok(!meta.title.endsWith('.') && meta.title !== meta.failureTitle && meta.why.length > 40, meta.id)
})

test('a check that throws is unknown with its message and stops nothing', () => {
  const broken = defineCheck(
    {
      id: 'broken',
      scope: 'drill',
      title: 'it works',
      failureTitle: 'it does not',
      why: '',
      mend: '',
      example: '',
      needs: ['footer'],
      needsInjection: 'no',
      slowMachine: 'no-excuse',
    },
    () => {
      throw new Error('boom')
    },
  )
  const [verdict] = judge(run(), [broken])
  assert.equal(verdict?.status, 'unknown')
  assert.match(verdict?.observed ?? '', /boom/)
})

test('a check gets the evidence it asked for and nothing else', () => {
  let given: string[] = []
  const curious = defineCheck(
    {
      id: 'curious',
      scope: 'experiment',
      title: 'a',
      failureTitle: 'b',
      why: '',
      mend: '',
      example: '',
      needs: ['condition', 'spans'],
      needsInjection: 'no',
      slowMachine: 'no-excuse',
    },
    (evidence) => {
      given = Object.keys(evidence)
      return { status: 'pass', expected: '', observed: '', pointers: [] }
    },
  )
  judge(run(), [curious])
  assert.deepEqual(given, ['condition', 'spans'])
})

test('an unreachable source makes all that need it unknown, never pass and never fail', () => {
  const journal = withEntries(run(), {
    kind: 'source-error',
    source: 'prometheus',
    experiment: 'probed-broken',
    message: 'connect ECONNREFUSED',
  })
  for (const check of ['alert-fired', 'oracle-replay', 'isolation', 'rule-as-specified', 'injection-took-hold']) {
    const verdict = verdictOf(journal, check)
    assert.equal(verdict.status, 'unknown', check)
    assert.equal(verdict.cause, 'source-unreachable', check)
  }
  assert.equal(verdictOf(journal, 'nothing-left-behind').status, 'pass')
})

test('the source error of another experiment does not matter', () => {
  const journal = withEntries(run(), { kind: 'source-error', source: 'prometheus', experiment: 'other', message: '' })
  assert.equal(verdictOf(journal, 'alert-fired').status, 'pass')
})

test('missing evidence is unknown', () => {
  for (const [kind, check] of [
    ['evaluated', 'alert-fired'],
    ['alerts-series', 'alert-pending'],
    ['raw', 'oracle-replay'],
    ['rules', 'rule-as-specified'],
  ] as const) {
    const verdict = verdictOf(
      alter(run(), kind, () => undefined),
      check,
    )
    assert.equal(verdict.status, 'unknown', check)
  }
})

test('an interrupted experiment is unknown in all its checks', () => {
  const cut = alter(
    alter(run(), 'leg', (entry) => (entry.leg === 'clear' || (entry.leg === 'fire' && entry.phase === 'end') ? undefined : entry)),
    'footer',
    (entry) => ({ ...entry, ended: 'interrupted' }),
  )
  const own = judge(cut).filter((verdict) => verdict.subject === 'probed-broken')
  assert.ok(own.length > 10)
  for (const verdict of own) assert.equal(verdict.cause, 'interrupted', verdict.check)
})

test('an experiment whose fault the target does not allow is skipped with the reason, and not retried', () => {
  const why = 'fault heap-pressure may not touch "rate-limiter": part "rate-limiter" of target compose offers no jvm'
  const journal = alter(
    alter(run(), 'leg', (entry) => (entry.leg === 'clear' ? undefined : entry)),
    'fault',
    (entry) => (entry.phase === 'inject' ? { ...entry, ok: false, refused: true, detail: why } : undefined),
  )
  const own = judge(journal).filter((verdict) => verdict.subject === 'probed-broken')
  assert.ok(own.length > 10)
  for (const { status, observed } of own) assert.deepEqual([status, observed], ['skipped', `the target does not allow it: ${why}`])
  const header = journal.entries.find((entry) => entry.kind === 'header')
  assert.ok(header !== undefined)
  assert.deepEqual(retryable(judge(journal), header.plan), {})
})

test('a platform that was not healthy before leaves everything unknown', () => {
  const sick = alter(
    alter(run(), 'leg', () => undefined),
    'footer',
    (entry) => ({ ...entry, ended: 'unhealthy-before', detail: 'redis is down' }),
  )
  for (const verdict of judge(sick).filter((v) => v.subject === 'probed-broken'))
    assert.equal(verdict.cause, 'unhealthy-start', verdict.check)
})

test('a hole in the evidence turns failures into unknown', () => {
  const journal = withEntries(run({ mutant: 'metric-misspelt' }), {
    kind: 'health',
    metric: 'firedrill_stall_seconds',
    series: [{ metric: {}, values: [[1_795_357_030, '4']] }],
  })
  assert.equal(verdictOf(journal, 'alert-fired').cause, 'verifier-stalled')
})

test('every verdict with a decision points into the journal', () => {
  const journal = run()
  for (const verdict of judge(journal)) {
    for (const pointer of verdict.pointers) assert.ok(journal.entries[pointer] !== undefined, `${verdict.check} points at ${pointer}`)
    if (verdict.status === 'pass' && !['isolation', 'no-stray-alert'].includes(verdict.check))
      assert.ok(verdict.pointers.length > 0, verdict.check)
  }
})

test('an experiment with a leg that failed in the middle is unknown, whatever came after', () => {
  const journal = alter(run(), 'leg', (entry) =>
    entry.leg === 'fire' && entry.phase === 'end' ? { ...entry, ended: 'failed', detail: 'the process vanished' } : entry,
  )
  const verdict = verdictOf(journal, 'alert-fired')
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'not-injected'])
  assert.match(verdict.observed, /fire leg failed: the process vanished/)
})

test('what a killed drill left in Alertmanager is no stray of this one; any other alert with that label is', () => {
  const told = (alertname: string) =>
    withEntries(run(), {
      kind: 'notification',
      path: '/default',
      receiver: 'default',
      arrivedMs: ZERO_MS + 20_000,
      method: 'POST',
      headers: {},
      body: {
        status: 'firing',
        groupLabels: {},
        alerts: [
          {
            status: 'firing',
            labels: { alertname, firedrill: 'another-run' },
            annotations: {},
            startsAt: new Date(ZERO_MS + 20_000).toISOString(),
          },
        ],
      },
    })
  assert.equal(verdictOf(told('FiredrillGrouped'), 'isolation').status, 'pass')
  assert.equal(verdictOf(told('SomethingElse'), 'isolation').status, 'fail')
})

/** The last fault of an experiment was not applied, and its leg failed of that. */
function refusedRun(lasting: boolean): Journal {
  const why = 'HorizontalPodAutoscaler web may want 0 pods'
  const fault = alter(run(), 'fault', (entry) => {
    if (entry.leg !== 'fire') return entry
    return entry.phase === 'undo' ? undefined : { ...entry, ok: false, detail: why, ...(lasting ? { lasting } : {}) }
  })
  return alter(fault, 'leg', (entry) =>
    entry.leg === 'fire' && entry.phase === 'end' ? { ...entry, ended: 'failed', detail: why } : entry,
  )
}

test('a fault that no other attempt could apply is a cause of its own, and is not tried again', () => {
  for (const [lasting, cause] of [
    [true, 'not-injectable'],
    [false, 'not-injected'],
  ] as const) {
    const journal = refusedRun(lasting)
    const verdicts = judge(journal).filter(({ subject }) => subject === EXPERIMENT)
    assert.ok(verdicts.length > 5)
    for (const each of verdicts) assert.deepEqual([each.status, each.cause], ['unknown', cause], each.check)
    const header = journal.entries.find((entry) => entry.kind === 'header')
    assert.ok(header?.kind === 'header')
    assert.deepEqual(Object.keys(retryable(verdicts, header.plan)), lasting ? [] : [EXPERIMENT])
  }
})

test('nor is an outage of such a fault', () => {
  const refused = alter(outageRun(), 'fault', (entry) =>
    entry.phase === 'undo' ? undefined : { ...entry, ok: false, detail: 'there is no deployment shop/loki', lasting: true as const },
  )
  const { status, cause, observed } = verdictOf(refused, 'outage-services-answer')
  assert.deepEqual([status, cause], ['unknown', 'not-injectable'])
  assert.match(observed, /there is no deployment shop\/loki/)
})

test('where something else ended the fault nothing is known of its experiment, its outage, and nothing of others', () => {
  const endedBefore = <J extends Journal>(journal: J, experiment: string): J =>
    alter(journal, 'fault', (entry) =>
      entry.phase === 'undo' && entry.experiment === experiment ? { ...entry, endedBefore: true as const, detail: 'over before' } : entry,
    ) as J
  const wrong = answeredRun({ answer: (atS) => (atS === 30 ? { status: 500 } : {}) })
  assert.equal(verdictOf(wrong, 'keeps-answering').status, 'fail')
  const own = judge(endedBefore(wrong, EXPERIMENT)).filter(({ subject }) => subject === EXPERIMENT)
  assert.ok(own.length > 5)
  for (const each of own) assert.deepEqual([each.status, each.cause, each.observed], ['unknown', 'not-injected', 'over before'], each.check)
  const byOther = alter(endedBefore(wrong, EXPERIMENT), 'fault', (entry) =>
    entry.endedBefore === true ? { ...entry, missed: 'deployment shop/web was scaled from 0 to 2 meanwhile' } : entry,
  )
  assert.equal(verdictOf(byOther, 'keeps-answering').observed, 'over before; deployment shop/web was scaled from 0 to 2 meanwhile')
  assert.equal(verdictOf(endedBefore(wrong, 'other'), 'keeps-answering').status, 'fail')

  const lost = outageRun({ row: ([a, b, c, d, e, f], sentMs) => [a, b, sentMs === 5_000 ? 503 : c, d, e, f] })
  assert.equal(verdictOf(lost, 'outage-services-answer').status, 'fail')
  const early = verdictOf(endedBefore(lost, OUTAGE_SPEC.id), 'outage-services-answer')
  assert.deepEqual([early.status, early.cause, early.observed], ['unknown', 'not-injected', 'over before'])
})
