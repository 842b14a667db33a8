import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benignVariants } from '../../testing/lint/benign-variants.ts'
import { change, deployment } from '../../testing/lint/lint-files.ts'
import { FOUND_KINDS } from '../../testing/lint/single-changes.ts'
import { configure } from '../config/configuration.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import { lint } from './lint.ts'
import { noSpecification } from './no-specification.ts'
import { TRAPS } from './traps.ts'

test('of single changes: no specification, no false alarm, and most of what is wrong in itself is found', async (t) => {
  const { texts } = await deployment()
  const said = (all: ConfigText[]): string[] => {
    const { findings, problems } = lint(all, {
      spec: noSpecification(configure(all)),
      catalogue: { targets: [] },
      logLines: {},
      checks: [...TRAPS],
    })
    return [
      ...problems.map(({ message }) => message),
      ...findings.filter(({ severity }) => severity !== 'note').map(({ id, subject, observed }) => `${id} ${subject} ${observed}`),
    ]
  }
  assert.deepEqual(said(texts), [])
  for (const variant of benignVariants(texts, 60)) assert.deepEqual(said(variant.texts), [], variant.what)
  const wrong: string[] = []
  let [broken, found] = [0, 0]
  for (const { what, at, changes } of FOUND_KINDS) {
    let changed: ConfigText[] = texts
    for (const { file, from, to } of changes)
      changed = from === null ? changed.filter((text) => !text.file.endsWith(file)) : change(changed, file, from, to)
    const all = said(changed)
    if (at === null && all.length > 0) wrong.push(`${what}: ${all.join('; ')}`)
    if (at !== null) {
      broken++
      if (all.length > 0) found++
    }
  }
  assert.deepEqual(wrong, [])
  t.diagnostic(`${found} of ${broken} changes are found without a specification`)
  assert.ok(found > broken / 2, `${found} of ${broken}`)
})
