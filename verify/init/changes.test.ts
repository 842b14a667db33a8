import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf, marked } from './changes.ts'
import type { Change } from './changes.ts'

const PATH = 'spec/rules/disk-full.yaml'
const RULE = 'alert: DiskFull\nbecause: Copied\nreviewed: false\nfor: 5m\nlabels: { severity: page }\n'

function change(before: string | undefined, text: string): Pick<Change, 'what' | 'diff'> {
  const [one] = changesOf([{ path: PATH, text }], () => before)
  assert.ok(one !== undefined)
  return { what: one.what, diff: one.diff }
}

test('a file that is not there is created, and one that is as it would be written is unchanged', () => {
  assert.deepEqual(change(undefined, RULE), { what: 'created', diff: [] })
  assert.deepEqual(change(marked(RULE), RULE), { what: 'unchanged', diff: [] })
})

test('what an init wrote and no person changed is rewritten, with what differs', () => {
  assert.deepEqual(change(marked(RULE), RULE.replace('5m', '10m')), { what: 'rewritten', diff: ['- for: 5m', '+ for: 10m'] })
  assert.deepEqual(change(marked(RULE), `${RULE}# a comment\n`), { what: 'rewritten', diff: ['  comments alone'] })
})

test('what a person changed, reviewed or wrote is never written; what differs from the deployment is said', () => {
  const edited = marked(RULE).replace('reviewed: false\n', '')
  assert.deepEqual(change(edited, RULE), { what: 'unchanged', diff: [] })
  assert.deepEqual(change(edited, RULE.replace('5m', '10m')), { what: 'kept', diff: ['- for: 5m', '+ for: 10m'] })
  const uncommented = `${marked(RULE)}experiments: [{ id: a }]\n`
  assert.equal(change(uncommented, RULE.replace('5m', '10m')).what, 'kept')
  assert.deepEqual(change('for: 5m\nmine: true\n', RULE).what, 'kept')
  assert.deepEqual(change('\tno: [yaml', RULE), { what: 'kept', diff: ['  it is no YAML that can be compared'] })
  // Not even an empty file, and none that is no file.
  assert.equal(change('', RULE).what, 'kept')
})

test('items of a list are compared by their name', () => {
  const targets = (...jobs: string[]): string => `targets:\n${jobs.map((job) => `  - { job: ${job}, address: '${job}:80' }\n`).join('')}`
  assert.deepEqual(change(marked(targets('b', 'c')), targets('a', 'b', 'c')).diff, ['+ targets[a].job: a', '+ targets[a].address: a:80'])
})
