import { test } from 'node:test'
import assert from 'node:assert/strict'
import { run, verdictOf, withEntries, withExperiment, EXPERIMENT } from '../testing.ts'

test('an experiment without load is skipped', () => {
  const verdict = verdictOf(run(), 'load-delivered')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

test('load as ordered passes', () => {
  const verdict = verdictOf(withExperiment(withEntries(run(), { kind: 'load', experiment: EXPERIMENT, leg: 'fire', phase: 'end', scenario: 'burst', params: {}, exitCode: 105, summary: { iterations: 950, droppedIterations: 10, requests: 950, failedRequests: 0, ratePerS: 19, durationP95Ms: 5, statuses: {} } }), { legs: [{ name: 'fire', atMs: 0, holdMs: 0, because: '', load: { scenario: 'burst', params: {} } }, { name: 'clear', atMs: 0, holdMs: 0, because: '' }] }), 'load-delivered')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('load that fell short is unknown', () => {
  const verdict = verdictOf(withExperiment(withEntries(run(), { kind: 'load', experiment: EXPERIMENT, leg: 'fire', phase: 'end', scenario: 'burst', params: {}, exitCode: 105, summary: { iterations: 950, droppedIterations: 900, requests: 950, failedRequests: 0, ratePerS: 19, durationP95Ms: 5, statuses: {} } }), { legs: [{ name: 'fire', atMs: 0, holdMs: 0, because: '', load: { scenario: 'burst', params: {} } }, { name: 'clear', atMs: 0, holdMs: 0, because: '' }] }), 'load-delivered')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'load-short')
  assert.match(verdict.observed ?? '', /900 of 1850/)
})

test('load that was never heard of again is unknown', () => {
  const verdict = verdictOf(withExperiment(run(), { legs: [{ name: 'fire', atMs: 0, holdMs: 0, because: '', load: { scenario: 'burst', params: {} } }, { name: 'clear', atMs: 0, holdMs: 0, because: '' }] }), 'load-delivered')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'load-short')
})
