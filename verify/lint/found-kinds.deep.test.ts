import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FOUND_KINDS, KUBERNETES_KINDS, REPORTED, type FoundKind } from '../../testing/lint/single-changes.ts'
import { change, deliveredOnKubernetes, deployment, lintBy, lintOf } from '../../testing/lint/lint-files.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import type { LintResult } from './lint.ts'

/** What lint says first, problems of reading included. */
function saidOf({ findings, problems }: LintResult): { key: string; text: string; isMinor: boolean }[] {
  return [
    ...problems.map(({ code, message, place }) => ({
      key: `${code} ${message}`,
      text: `${message} ${place?.source ?? ''}`,
      isMinor: false,
    })),
    ...findings.map(({ id, subject, observed, source, severity }) => ({
      key: `${id} ${subject} ${observed}`,
      text: source,
      isMinor: severity === 'note' || id === 'rule-is-known',
    })),
  ]
}

/** What is wrong with lint's answers to these changes; `alone`: and whether it has a second error or warning. */
async function wrongAnswers(
  kinds: readonly FoundKind[],
  alone: boolean,
  of: { texts: ConfigText[]; by: (texts: ConfigText[]) => LintResult | Promise<LintResult> },
): Promise<string[]> {
  const { texts, by } = of
  const before = new Set(saidOf(await by(texts)).map(({ key }) => key))
  const wrong: string[] = []
  for (const { what, at, changes } of kinds) {
    let changed: ConfigText[] = texts
    for (const { file, from, to } of changes)
      changed = from === null ? changed.filter((text) => !text.file.endsWith(file)) : change(changed, file, from, to)
    const said = saidOf(await by(changed)).filter(({ key }) => !before.has(key))
    const [first] = said
    const loud = said.filter(({ isMinor }) => !isMinor)
    if (at === null) {
      if (loud[0] !== undefined) wrong.push(`${what}: false alarm: ${loud[0].key}`)
    } else if (first === undefined) wrong.push(`${what}: silent`)
    else if (!at.some((part) => first.text.includes(part))) wrong.push(`${what}: at ${first.text.trim()}: ${first.key}`)
    else if (alone && loud[1] !== undefined) wrong.push(`${what}: said twice: ${loud[1].key}`)
  }
  return wrong
}

test('each kind of change is named at its line by the first finding, and what breaks nothing adds none', async () => {
  assert.deepEqual(await wrongAnswers(FOUND_KINDS, false, { texts: (await deployment()).texts, by: lintOf }), [])
})

test('each kind of change of the files for Kubernetes as well', async () => {
  const { texts, options } = await deliveredOnKubernetes()
  assert.deepEqual(await wrongAnswers(KUBERNETES_KINDS, false, { texts, by: (changed) => lintBy(options, changed) }), [])
})

test('each input that was reported is one finding, at the line that must change', async () => {
  assert.ok(REPORTED.length > 70)
  assert.deepEqual(await wrongAnswers(REPORTED, true, { texts: (await deployment()).texts, by: lintOf }), [])
})
