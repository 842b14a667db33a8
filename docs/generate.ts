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

/** Generated files that are not as generated: what each is to hold, undefined for the page of a check that is gone. */
export async function staleDocs(): Promise<Map<string, string | undefined>> {
  const stale = new Map<string, string | undefined>()
  for (const [file, text] of Object.entries(await generated())) {
    const old = readFileSync(join(ROOT, file), 'utf8')
    const begin = old.indexOf(BEGIN)
    const end = old.indexOf(END)
    if (begin < 0 || end < begin) throw new Error(`${file} lacks the marks "${BEGIN}" and "${END}"`)
    const fresh = `${old.slice(0, begin + BEGIN.length)}\n${text.trim()}\n${old.slice(end)}`
    if (fresh !== old) stale.set(file, fresh)
  }
  const files = await generatedFiles()
  for (const [file, text] of Object.entries(files))
    if (!existsSync(join(ROOT, file)) || readFileSync(join(ROOT, file), 'utf8') !== text) stale.set(file, text)
  const present = existsSync(join(ROOT, 'docs/checks')) ? readdirSync(join(ROOT, 'docs/checks')) : []
  for (const file of present.map((name) => `docs/checks/${name}`)) if (!(file in files)) stale.set(file, undefined)
  return stale
}

/** The first few name the place. */
function list(names: readonly string[]): string {
  return names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '')
}

async function main(): Promise<void> {
  const stale = await staleDocs()
  const names = [...stale.keys()]
  if (process.argv.includes('--check')) {
    process.stderr.write(
      names.length === 0 ? 'generated docs are up to date\n' : `generated docs are out of date: ${list(names)}\n  type: npm run docs\n`,
    )
    process.exitCode = names.length === 0 ? 0 : 1
    return
  }
  mkdirSync(join(ROOT, 'docs/checks'), { recursive: true })
  for (const [file, text] of stale)
    if (text === undefined) rmSync(join(ROOT, file))
    else writeFileSync(join(ROOT, file), text)
  process.stderr.write(names.length === 0 ? 'generated docs are up to date\n' : `written: ${list(names)}\n`)
}

if (import.meta.main) await main()
