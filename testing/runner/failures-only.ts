import { inspect } from 'node:util'
import type { TestEvent } from 'node:test/reporters'
import { cpuByFile } from './cpu-seconds.ts'

/** What a test process reports to testing/runner/run-tests.ts in its last line. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
  /** CPU seconds by file; empty without --slow. */
  files: Record<string, number>
}

/** Marks the line that holds the tally. */
export const TALLY = '#tally '

/** A reporter of node:test: each failure with its place and its difference, then one line of figures. Passes are silent. */
export default async function* failuresOnly(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, files: cpuByFile }
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue
    const { name, file, line, details, skip } = event.data
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
