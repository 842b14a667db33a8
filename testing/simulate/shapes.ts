import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { findTool } from '../../lab/tools/tools.ts'
import type { RuleSpec, Spec } from '../../verify/model/spec.ts'
import { sideBySide, type SideBySide } from '../../verify/simulate/side-by-side.ts'
import { deployment } from '../lint/lint-files.ts'

/** Of the test file that imports this: removed at its end. */
export const folder = await mkdtemp(path.join(tmpdir(), 'firedrill-side-by-side-'))
after(() => rm(folder, { recursive: true }))
const {
  options: { spec, catalogue },
} = await deployment()

/** A delivered rule beside a specification of it, both called Odd. */
export async function compare(
  promtool: string,
  expr: string,
  delivered: string,
  forMs = 60_000,
  change = (text: string): string => text,
): Promise<SideBySide> {
  const [first] = spec.rules
  assert.ok(first)
  const rule: RuleSpec = {
    ...first,
    alert: 'Odd',
    condition: { ...first.condition, expr },
    forMs,
    labels: { severity: 'warning' },
    annotations: {},
  }
  const own: Spec = { ...spec, rules: [rule] }
  const file = path.join(folder, 'rules.yml')
  const quoted = JSON.stringify(delivered)
  await writeFile(
    file,
    change(
      `groups:\n  - name: g\n    rules:\n      - alert: Odd\n        expr: ${quoted}\n        for: ${forMs / 1000}s\n        labels: { severity: warning }\n`,
    ),
  )
  return sideBySide(promtool, rule, own, catalogue, [file], folder)
}

/** What is meant, and others beside it, each of which some series tell from it. */
export type Shape = [what: string, specified: string, ...others: string[]]

const promtool = findTool('promtool')
export const skip = promtool === undefined && 'promtool is not installed'

/** A test for each shape: the same is equal and tested whole, each other one is different. */
export function testShapes(shapes: readonly Shape[]): void {
  for (const [what, specified, ...others] of shapes)
    test(`${what}: equal where it is the same, different where it is not`, { skip }, async () => {
      assert.ok(promtool)
      const same = await compare(promtool, specified, specified)
      assert.deepEqual([same.differs, same.says], [undefined, undefined])
      for (const other of others) assert.match((await compare(promtool, specified, other)).differs ?? `${other} does not differ`, /^at \d/)
    })
}
