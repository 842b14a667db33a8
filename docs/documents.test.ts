import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadSpec } from '../verify/spec/load.ts'
import { readTargetFile } from '../verify/targets/target-file.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

test('the example of docs/target-file.md is read as it stands', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-documents-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const example = /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/target-file.md'), 'utf8'))?.[1] ?? ''
  writeFileSync(join(folder, 'target.yaml'), example)
  const { target } = readTargetFile(join(folder, 'target.yaml'))
  assert.equal(target.name, 'staging')
  assert.deepEqual(Object.keys(target.parts), ['redis', 'mysql'])
})

test('what the specification cites is in docs/requirement.md, and each alert rule cites the row of its own name', async () => {
  const requirement = readFileSync(join(ROOT, 'docs/requirement.md'), 'utf8')
  const { spec } = await loadSpec()
  assert.ok(spec !== undefined)
  for (const { alert, because } of spec.rules) {
    const row = new RegExp(`^\\| (R\\d+\\.\\d+) +\\| ${alert} `, 'm').exec(requirement)?.[1]
    assert.ok(row !== undefined && because.startsWith(row), `${alert}: begin its because with the number of its row, ${row}`)
  }
  const { platform, routing, slo, traces, logs, outages = [] } = spec
  for (const { because } of [platform, routing, slo, ...spec.rules, ...traces, ...logs, ...outages]) {
    const cited = because.match(/\bR\d+(\.\d+)?\b/g) ?? []
    assert.ok(cited.length > 0, `no number of docs/requirement.md: ${because}`)
    for (const number of cited) assert.match(requirement, new RegExp(`(^\\| |^- |^## )${number.replace('.', '\\.')} `, 'm'), because)
  }
})
