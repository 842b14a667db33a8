import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generated, generatedFiles } from './generated.ts'

/**
 * Writes the generated part of each README between its two marks, and docs/checks/ as a whole; with --check it only says what is stale
 * (exit code 1).
 */
const ROOT = resolve(fileURLToPath(new URL('..', import.meta.url)))
const BEGIN = '<!-- generated: begin (npm run docs) -->'
const END = '<!-- generated: end -->'
const check = process.argv.includes('--check')
const stale: string[] = []

for (const [file, text] of Object.entries(await generated())) {
  const path = join(ROOT, file)
  const old = readFileSync(path, 'utf8')
  const begin = old.indexOf(BEGIN)
  const end = old.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`${file} lacks the marks "${BEGIN}" and "${END}"`)
  const fresh = `${old.slice(0, begin + BEGIN.length)}\n${text.trim()}\n${old.slice(end)}`
  if (fresh === old) continue
  stale.push(file)
  if (!check) writeFileSync(path, fresh)
}

const files = await generatedFiles()
mkdirSync(join(ROOT, 'docs/checks'), { recursive: true })
const present = new Set(readdirSync(join(ROOT, 'docs/checks')).map((name) => `docs/checks/${name}`))
for (const [file, text] of Object.entries(files)) {
  if (existsSync(join(ROOT, file)) && readFileSync(join(ROOT, file), 'utf8') === text) continue
  stale.push(file)
  if (!check) writeFileSync(join(ROOT, file), text)
}
// The page of a check that is gone.
for (const file of present) {
  if (file in files) continue
  stale.push(file)
  if (!check) rmSync(join(ROOT, file))
}

/** The first few name the place. */
function list(names: readonly string[]): string {
  return names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '')
}

if (check && stale.length > 0) {
  process.stderr.write(`generated docs are out of date: ${list(stale)}\n  type: npm run docs\n`)
  process.exitCode = 1
} else {
  process.stderr.write(stale.length === 0 ? 'generated docs are up to date\n' : `written: ${list(stale)}\n`)
}
