import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzed } from '../../qa/fuzz/broken-files.ts'
import { deployment, lintOf } from '../../testing/lint-files.ts'

test('no crash on 60 broken files (300: broken-files.deep.test.ts; 10,000: qa/fuzz/fuzz.ts)', async () => {
  await survives(60, 11)
})

/** Both kinds must be among them: files that cannot be read, and files that reach the checks. */
export async function survives(count: number, seed: number): Promise<void> {
  const { texts } = await deployment()
  let tried = 0
  let unreadable = 0
  for (const changed of fuzzed(
    texts.filter((text) => !text.file.endsWith('.json')),
    seed,
  )) {
    if ((await lintOf(changed)).problems.length > 0) unreadable++
    if (++tried === count) break
  }
  assert.ok(
    unreadable > count / 10 && unreadable < count * 0.96,
    `${unreadable} of ${tried} files were unreadable: the rest reached the checks`,
  )
}
