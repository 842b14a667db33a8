import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgress, liveText } from './progress.ts'
import type { LiveState } from './progress.ts'

const state = (elapsedSeconds: number): LiveState => ({
  elapsedSeconds,
  remainingSeconds: 300,
  partsDone: 6,
  parts: 16,
  running: ['loki (compiling)', 'k6 (downloading modules)'],
})

test('liveText says how far, how long, how much longer, and what runs', () => {
  assert.equal(liveText(state(100)), ' 25 %  1:40  6/16 ready, about 5 min left: loki (compiling), k6 (downloading modules)')
  assert.match(liveText({ ...state(100), remainingSeconds: 0, running: [] }), /^ 99 % .*: waiting$/)
  assert.match(liveText({ ...state(100), atLeast: true }), / ready, at least 5 min left: /)
})

test('in a log it writes lines, and a sign of life every 30 s', () => {
  let written = ''
  const progress = createProgress({
    write: (text) => {
      written += text
    },
  })
  progress.line('begun')
  for (let seconds = 0; seconds <= 65; seconds++) progress.live(state(seconds))
  progress.end()
  assert.deepEqual(
    written
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(0, 13)),
    ['begun', '  9 %  0:30  ', ' 16 %  1:00  '],
  )
  assert.ok(!written.includes('\u001B'), 'no control characters in a log')
})
