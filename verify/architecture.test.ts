import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * What each folder may import: own folder always; type-only imports from verify/model are fine everywhere. The first row whose
 * prefix fits counts. To allow something new, change the row here and say why in the commit.
 */
const TABLE: { folder: string, may: string[] }[] = [
  { folder: 'verify/model/', may: ['fastest-levenshtein', 're2js'] },
  { folder: 'verify/spec/parse', may: ['verify/model/', 'verify/spec/', 'yaml', 'fastest-levenshtein', 're2js', '@prometheus-io/lezer-promql'] },
  { folder: 'verify/spec/', may: ['verify/model/', 'yaml', 'fastest-levenshtein', 're2js', '@prometheus-io/lezer-promql', '@lezer/common', 'node:fs', 'node:path', 'node:url', 'node:fs/promises'] },
  { folder: 'verify/compress/', may: ['verify/model/', 'yaml', '@prometheus-io/lezer-promql', '@lezer/common', '@lezer/lr'] },
  { folder: 'verify/dashboard/', may: ['verify/model/'] },
  // Which route an alert takes is one function, asked by lint, plan, run and judge. The hash is that of hashmod, which is MD5.
  { folder: 'verify/routing/', may: ['verify/model/', 're2js', 'node:crypto'] },
  // What is promised of a trace is one function: run asks it whether to look on, judge what is missing.
  { folder: 'verify/trace/', may: ['verify/model/', 're2js'] },
  { folder: 'verify/plan/', may: ['verify/model/', 'verify/routing/', 'yaml', 'fastest-levenshtein', 'cli-table3'] },
  // Where the colours of a panel must turn is one function, asked by lint of the file and by judge of what was recorded.
  { folder: 'verify/judge/', may: ['verify/model/', 'verify/routing/', 'verify/trace/', 'verify/dashboard/objective.ts', 're2js'] },
  { folder: 'verify/report/', may: ['verify/model/', 'junit-report-builder', 'cli-table3', 'picocolors'] },
  { folder: 'verify/collect/', may: ['verify/model/', 'verify/run/ports.ts', 'undici', 'node:http'] },
  { folder: 'verify/run/', may: ['verify/model/', 'verify/routing/', 'verify/dashboard/', 'verify/trace/', '@opentelemetry/', 'node:'] },
  { folder: 'verify/cli.ts', may: ['verify/commands/', 'verify/model/', 'commander', 'node:'] },
  { folder: 'chaos/', may: ['verify/model/error.ts', 'undici', 'ioredis', 'mysql2', 'mysql2/promise', 'dockerode', 'proper-lockfile', 'node:'] },
  { folder: 'scenarios/', may: ['k6'] },
]

interface Import { file: string, specifier: string, typeOnly: boolean, line: number }

function files(): string[] {
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter((file) => file !== '' && existsSync(join(ROOT, file)))
}

function importsOf(file: string): Import[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    const match = /^\s*(?:import|export)\s+(type\s+)?(?:.*\sfrom\s+)?'([^']+)'/.exec(line) ?? /^\}\s+(from)\s+'([^']+)'/.exec(line)
    return match === null ? [] : [{ file, specifier: match[2] ?? '', typeOnly: match[1]?.startsWith('type') ?? false, line: index + 1 }]
  })
}

/** Relative specifiers as paths from the root, so that they can be compared with the table. */
function target({ file, specifier }: Import): string {
  return specifier.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), specifier)) : specifier
}

export function violations(all: readonly Import[]): string[] {
  return all.flatMap((found) => {
    const row = TABLE.find(({ folder }) => found.file.startsWith(folder))
    if (row === undefined || found.file.endsWith('.test.ts')) return []
    const to = target(found)
    const own = row.folder.endsWith('/') ? row.folder : found.file
    const allowed = [own, ...row.may].some((prefix) => to === prefix || to.startsWith(prefix) || to.startsWith(`${prefix}/`))
    const modelType = found.typeOnly && (to.startsWith('verify/model/') || to === 'verify/run/ports.ts')
    return allowed || modelType ? [] : [`${found.file}:${found.line} imports ${to}, which ${row.folder} may not know (table in verify/architecture.test.ts)`]
  })
}

test('every import keeps to the table', () => {
  const production = files().filter((file) => !file.endsWith('.test.ts') && !/\/(testing|simulation)\.ts$/.test(file))
  const all = production.flatMap(importsOf)
  assert.ok(all.length > 50, 'the walk found the sources')
  assert.deepEqual(violations(all), [])
})

test('an import against the table is named with its place', () => {
  const found = violations([
    { file: 'verify/judge/judge.ts', specifier: 'node:fs', typeOnly: false, line: 3 },
    { file: 'chaos/faults/kill-process.ts', specifier: '../../verify/run/run.ts', typeOnly: false, line: 1 },
    { file: 'verify/judge/judge.ts', specifier: '../model/spec.ts', typeOnly: false, line: 4 },
  ])
  assert.deepEqual(found, [
    'verify/judge/judge.ts:3 imports node:fs, which verify/judge/ may not know (table in verify/architecture.test.ts)',
    'chaos/faults/kill-process.ts:1 imports verify/run/run.ts, which chaos/ may not know (table in verify/architecture.test.ts)',
  ])
})

test('no file hides behind an empty name', () => {
  const vague = files().filter((file) => /(^|\/)(utils?|helpers?|manager|common)(\/|\.ts$)/.test(file))
  assert.deepEqual(vague, [])
})

for (const folder of ['verify/judge/checks', 'verify/lint/checks', 'chaos/faults']) {
  test(`each unit of ${folder} has its test beside it`, () => {
    const units = files().filter((file) => dirname(file) === folder && !file.endsWith('.test.ts'))
    assert.ok(units.length > 0, `${folder} holds units`)
    const bare = units.filter((file) => !existsSync(join(ROOT, file.replace(/\.ts$/, '.test.ts'))))
    assert.deepEqual(bare, [], 'units without a test')
  })
}
