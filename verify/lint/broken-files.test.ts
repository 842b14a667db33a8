import { test } from 'node:test'
import { lintSurvives } from '../../qa/fuzz/broken-files.ts'

test('no crash on 60 broken files (300: broken-files.deep.test.ts; 10,000: qa/fuzz/fuzz.ts)', async () => {
  await lintSurvives(60, 11)
})
