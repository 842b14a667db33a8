import { test } from 'node:test'
import { readsDamaged } from '../../testing/spec/damaged-spec.ts'

test("with any of 1,000 parts cut out of the project's own specification, the reader returns problems and never throws", () => {
  readsDamaged(1_000)
})
