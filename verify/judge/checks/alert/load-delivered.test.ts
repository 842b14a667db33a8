import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { LoadSummary } from '../../../model/journal.ts'
import type { Verdict } from '../../../model/verdict.ts'
import { run, verdictOf, withEntries, withExperiment, EXPERIMENT } from '../../../../testing/journals/honest-run.ts'

test('an experiment without load is skipped', () => {
  const verdict = verdictOf(run(), 'load-delivered')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

test('load as ordered passes', () => {
  const verdict = verdictOf(
    withExperiment(
      withEntries(run(), {
        kind: 'load',
        experiment: EXPERIMENT,
        leg: 'fire',
        phase: 'end',
        scenario: 'burst',
        params: {},
        exitCode: 105,
        summary: { iterations: 950, droppedIterations: 10, requests: 950, failedRequests: 0, ratePerS: 19, durationP95Ms: 5, statuses: {} },
      }),
      {
        legs: [
          { name: 'fire', atMs: 0, holdMs: 0, because: '', load: { scenario: 'burst', params: {} } },
          { name: 'clear', atMs: 0, holdMs: 0, because: '' },
        ],
      },
    ),
    'load-delivered',
  )
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('load that fell short is unknown', () => {
  const verdict = verdictOf(
    withExperiment(
      withEntries(run(), {
        kind: 'load',
        experiment: EXPERIMENT,
        leg: 'fire',
        phase: 'end',
        scenario: 'burst',
        params: {},
        exitCode: 105,
        summary: {
          iterations: 950,
          droppedIterations: 900,
          requests: 950,
          failedRequests: 0,
          ratePerS: 19,
          durationP95Ms: 5,
          statuses: {},
        },
      }),
      {
        legs: [
          { name: 'fire', atMs: 0, holdMs: 0, because: '', load: { scenario: 'burst', params: {} } },
          { name: 'clear', atMs: 0, holdMs: 0, because: '' },
        ],
      },
    ),
    'load-delivered',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'load-short')
  assert.match(verdict.observed ?? '', /900 of 1850/)
})

test('load that was never heard of again is unknown', () => {
  const verdict = verdictOf(
    withExperiment(run(), {
      legs: [
        { name: 'fire', atMs: 0, holdMs: 0, because: '', load: { scenario: 'burst', params: {} } },
        { name: 'clear', atMs: 0, holdMs: 0, because: '' },
      ],
    }),
    'load-delivered',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'load-short')
})

const loaded = (params: Record<string, string | number>, summary: Partial<LoadSummary>, fault = false): Verdict =>
  verdictOf(
    withExperiment(
      withEntries(run(), {
        kind: 'load',
        experiment: EXPERIMENT,
        leg: 'fire',
        phase: 'end',
        scenario: 'burst',
        params,
        exitCode: 105,
        summary: {
          iterations: 950,
          droppedIterations: 0,
          requests: 950,
          failedRequests: 0,
          ratePerS: 19,
          durationP95Ms: 5,
          statuses: {},
          ...summary,
        },
      }),
      {
        legs: [
          {
            name: 'fire',
            atMs: 0,
            holdMs: 0,
            because: '',
            load: { scenario: 'burst', params },
            ...(fault ? { fault: { id: 'break', target: 'probed', params: {} } } : {}),
          },
          { name: 'clear', atMs: 0, holdMs: 0, because: '' },
        ],
      },
    ),
    'load-delivered',
  )

test('a rate a little short passes, a much lower one is unknown', () => {
  assert.equal(loaded({ ratePerS: 20 }, {}).status, 'pass')
  const verdict = loaded({ ratePerS: 20 }, { ratePerS: 4 })
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.match(verdict.observed, /4 requests\/s instead of 20/)
})

test('load that nobody answered is unknown, but where a fault of the leg is to blame', () => {
  const verdict = loaded({}, { statuses: { 0: 900, 200: 50 } })
  assert.equal(verdict.cause, 'load-short', JSON.stringify(verdict))
  assert.match(verdict.observed, /900 of 950 requests were not answered/)
  assert.equal(loaded({}, { statuses: { 0: 900, 200: 50 } }, true).status, 'pass')
})

test('answers that the scenario does not expect are no load as ordered, unless a fault makes them', () => {
  const wrong = { requests: 950, statuses: { 404: 900, 200: 50 }, unexpected: 900 }
  const verdict = loaded({}, wrong)
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'load-short'])
  assert.match(verdict.observed ?? '', /900 of 950 answers had a status that is not expected \(404 x 900, 200 x 50\)/)
  assert.equal(loaded({}, { ...wrong, unexpected: 40 }).status, 'pass')
  assert.equal(loaded({}, wrong, true).status, 'pass')
})

test('pods that did not deliver are named, however much the others sent', () => {
  const error = '1 of 4 pods did not deliver: pod 2 (x-2 on node-2) was lost after 12 requests: Evicted. 762 requests of all are known'
  const verdict = verdictOf(
    withExperiment(
      withEntries(run(), {
        kind: 'load',
        experiment: EXPERIMENT,
        leg: 'fire',
        phase: 'end',
        scenario: 'burst',
        params: { ratePerS: 20 },
        exitCode: -1,
        error,
        summary: { iterations: 950, droppedIterations: 0, requests: 950, failedRequests: 0, ratePerS: 20, durationP95Ms: 5, statuses: {} },
      }),
      {
        legs: [
          { name: 'fire', atMs: 0, holdMs: 0, because: '', load: { scenario: 'burst', params: { ratePerS: 20 } } },
          { name: 'clear', atMs: 0, holdMs: 0, because: '' },
        ],
      },
    ),
    'load-delivered',
  )
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'load-short'])
  assert.equal(verdict.observed, `fire: ${error}`)
})
