import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generated } from './generated.ts'

/** Writes the generated part of each README between its two marks; with --check it only says what is out of date (exit code 1). */
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

if (check && stale.length > 0) {
  process.stderr.write(`generated docs are out of date: ${stale.join(', ')}\n  type: npm run docs\n`)
  process.exitCode = 1
} else {
  process.stderr.write(stale.length === 0 ? 'generated docs are up to date\n' : `written: ${stale.join(', ')}\n`)
}
