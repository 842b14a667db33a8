import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** docs/glossary.md lists what to write instead. `nobody` in quotes and after USER is an account. */
const WORDS = /(?<!\bUSER |['`^])\b(told|tells|nobody|whatever|somebody|whoever)\b/i
const PRODUCT = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'Makefile',
  '.env.example',
  '.ci/run',
  'docker-compose.yaml',
  'bin',
  'docs',
]
const TREES = ['scenarios', 'monitoring', 'qa', 'testing', 'verify', 'chaos', 'lab']
/** Its stand-ins would be built anew for a comment. */
const BUILT = /^lab\/services\/(?:jvm|moalog-server)\//

export function unwelcome(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const word = WORDS.exec(line)?.[1]
    return word === undefined ? [] : [`${file}:${index + 1} "${word}": ${line.trim().slice(0, 120)}`]
  })
}

test('product files use the words of docs/glossary.md', () => {
  const listed = execFileSync('git', ['ls-files', ...PRODUCT, ...TREES], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n')
  const files = listed.filter((file) => /\.(ts|yaml|yml|md)$|^(Makefile|\.env\.example|\.ci\/|bin\/)/.test(file))
  const judged = files.filter(
    (file) => !file.endsWith('.test.ts') && !file.includes('/fixtures/') && file !== 'docs/glossary.md' && !BUILT.test(file),
  )
  assert.ok(judged.length > 60, 'the product was found')
  const found = judged.flatMap((file) => unwelcome(file, readFileSync(join(ROOT, file), 'utf8')))
  assert.deepEqual(found, [], `write it in the words of docs/glossary.md:\n${found.join('\n')}`)
})

test('a word is found with its line; the account nobody and parts of words are not', () => {
  assert.deepEqual(unwelcome('a.md', 'fine\nWhoever reads'), ['a.md:2 "Whoever": Whoever reads'])
  assert.deepEqual(unwelcome('a.yaml', 'USER nobody\nretold, untold'), [])
})
