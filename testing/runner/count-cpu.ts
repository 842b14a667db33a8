import { afterEach, beforeEach, type SuiteContext, type TestContext } from 'node:test'
import { cpuByFile, cpuSeconds } from './cpu-seconds.ts'

/** Imported before the tests of a process (node --import): hooks of the root are run for each of them. */
let before = 0

function count(context: TestContext | SuiteContext): void {
  const now = cpuSeconds()
  const file = before === 0 ? 'imports of' : (context.filePath ?? '?')
  cpuByFile[file] = (cpuByFile[file] ?? 0) + now - before
  before = now
}

beforeEach(count)
afterEach(count)
