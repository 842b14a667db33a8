import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalBody } from '../../model/journal.ts'
import { judge } from '../judge.ts'
import { outageRun, withEntries } from '../../../testing/journals/honest-run.ts'

const SUBJECT = 'store-stopped'

const outcomes = (journal: Parameters<typeof judge>[0]): string[] =>
  judge(journal)
    .filter(({ subject }) => subject === SUBJECT)
    .map(({ check, status }) => `${check} ${status}`)

test('an experiment that is tried again later harms nobody who was watched beside its first attempt', () => {
  const first = outageRun({ spec: { id: SUBJECT, during: 'redis-killed' }, heldUp: ['lines'], silent: 'loki' })
  const overMs = first.entries.flatMap((entry) => (entry.kind === 'outage' ? [entry.atMs] : []))[0] ?? 0
  const fault = (phase: 'inject' | 'undo', ms: number): JournalBody => ({
    kind: 'fault',
    experiment: 'redis-killed',
    leg: 'fire',
    phase,
    fault: 'kill-process',
    target: 'store',
    startedMs: overMs + ms,
    effectiveMs: overMs + ms + 20,
    ok: true,
    detail: '',
  })
  const again = withEntries(first, fault('inject', 60_000), fault('undo', 66_000))
  assert.deepEqual(outcomes(again), outcomes(first))
  assert.ok(outcomes(again).includes('outage-lines-survive pass'))
})
