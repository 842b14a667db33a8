import { inspect } from 'node:util'
import type { TestEvent } from 'node:test/reporters'

/** What a test process reports to testing/runner/run-tests.ts in its last line. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
  /** Milliseconds by file. */
  files: Record<string, number>
}

/** Marks the line that holds the tally. */
export const TALLY = '#tally '

/** A reporter of node:test: each failure with its place and its difference, then one line of figures. Passes are silent. */
export default async function* failuresOnly(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, files: {} }
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue
    const { name, file, line, nesting, details, skip } = event.data
    if (file !== undefined && nesting === 0) tally.files[file] = (tally.files[file] ?? 0) + details.duration_ms
    if (details.type === 'suite') continue
    if (event.type === 'test:pass') {
      tally[skip === undefined || skip === false ? 'passed' : 'skipped']++
      continue
    }
    const { error } = event.data.details
    // The subtests that failed are shown for themselves.
    if ((error as { failureType?: string }).failureType === 'subtestsFailed') continue
    tally.failed++
    yield `✖ ${name} (${file ?? '?'}:${line ?? '?'})\n${inspect(error.cause ?? error, { depth: 6 })}\n\n`
  }
  yield `${TALLY}${JSON.stringify(tally)}\n`
}
