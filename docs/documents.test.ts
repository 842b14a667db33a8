import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
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
  const experiments = spec.rules.flatMap((rule) => rule.experiments)
  const long = [platform, routing, slo, ...spec.rules, ...experiments, ...traces, ...logs, ...outages].filter(
    (each) => each.because.length > 150,
  )
  assert.deepEqual(
    long.map(({ because }) => because),
    [],
    'at most 150 characters each',
  )
})

/** Files that CONTRIBUTING.md lets a newcomer write. */
const TO_BE_WRITTEN = /mysql-down|rule-has-summary|limit-bandwidth|flush-redis/
/** A path from the root as prose and comments cite it; capitals and * stand for names, docs/sources/ is Loki's. */
const CITED =
  /(?<![\w./*-])(?:verify|chaos|lab|qa|testing|docs(?!\/sources)|monitoring|scenarios)\/[\w./-]*\.(?:tsx?|tsv|md|ya?ml|json)\b(?![\w*])/g

/** What a text links to or cites (in `backticks` also by its name alone) and `exists` does not know, as file:line and path. */
function deadEnds(file: string, text: string, exists: (path: string) => boolean): string[] {
  const links = file.endsWith('.md') ? [...text.matchAll(/\]\((?!\w+:|#)([^)\s#]+)/g)] : []
  const prose = file.endsWith('.md') ? [{ value: text, start: 0 }] : parseSync(file, text).comments
  const names = file.endsWith('.md') ? [...text.matchAll(/`([\w-]+\.(?:tsx?|tsv))`/g)] : []
  const found = [
    ...names.map(({ index, 1: path = '' }) => ({ at: index, path })),
    ...links.map(({ index, 1: to = '' }) => ({ at: index, path: join(dirname(file), to) })),
    ...prose.flatMap(({ value, start }) => [...value.matchAll(CITED)].map(({ index, 0: path }) => ({ at: start + index, path }))),
  ]
  return found
    .filter(({ path }) => !exists(path) && !/\/(?!README\b)[A-Z]+[./-]/.test(path) && !TO_BE_WRITTEN.test(path))
    .map(({ at, path }) => `${file}:${text.slice(0, at).split('\n').length} ${path}`)
}

test('what documents link to and comments cite is there', () => {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md', '*.ts', '*.tsx'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const files = listed.split('\n').filter((file) => file !== '' && existsSync(join(ROOT, file)))
  assert.ok(files.length > 1000, 'documents and sources were found')
  const names = new Set(files.map((file) => basename(file)))
  const exists = (path: string): boolean => names.has(path) || existsSync(join(ROOT, path))
  assert.deepEqual(
    files.flatMap((file) => deadEnds(file, readFileSync(join(ROOT, file), 'utf8'), exists)),
    [],
  )
  assert.deepEqual(
    deadEnds('docs/a.md', '[a](b.md) [c](https://d/e.md)\n`verify/f.ts`, `verify/checks/ID.ts`, `g.ts`', () => false),
    ['docs/a.md:2 g.ts', 'docs/a.md:1 docs/b.md', 'docs/a.md:2 verify/f.ts'],
  )
  assert.deepEqual(
    deadEnds('lab/a.ts', "const a = 'lab/b.ts'\n// as lab/c.ts does", () => false),
    ['lab/a.ts:2 lab/c.ts'],
  )
})
