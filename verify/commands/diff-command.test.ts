import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict, VerdictStatus } from '../model/verdict.ts'
import { changes } from './diff-command.ts'

function verdict(subject: string, status: VerdictStatus): Verdict {
  return { subject, check: 'alert-fired', status, title: '', expected: '', observed: `it was ${status}`, pointers: [] }
}

test('only changed statuses are listed, with what is new and what is gone', () => {
  const found = changes(
    [verdict('a', 'pass'), verdict('b', 'pass'), verdict('gone', 'pass')],
    [verdict('a', 'pass'), verdict('b', 'fail'), verdict('new', 'unknown')],
  )
  assert.deepEqual(
    found.map(({ subject, before, after }) => `${subject} ${before} ${after}`),
    ['b pass fail', 'gone pass absent', 'new absent unknown'],
  )
})

test('equal runs have no changes', () => {
  assert.deepEqual(changes([verdict('a', 'fail')], [verdict('a', 'fail')]), [])
})
