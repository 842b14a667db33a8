import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benignVariants } from '../../testing/lint/benign-variants.ts'
import { deployment, errorsIn } from '../../testing/lint/lint-files.ts'

test('no benign variant gives an error', async (t) => {
  const { texts } = await deployment()
  const variants = benignVariants(texts, 60)
  assert.ok(variants.length >= 60, `${variants.length} variants`)
  for (const { what, texts: changed } of variants)
    await t.test(what, async () => {
      assert.deepEqual(await errorsIn(changed), [])
    })
})
