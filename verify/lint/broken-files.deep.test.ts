import { test } from 'node:test'
import { lintSurvives } from '../../qa/fuzz/broken-files.ts'

test('no crash on 300 broken files (10,000: qa/fuzz/fuzz.ts)', async () => {
  await lintSurvives(300, 11)
})
