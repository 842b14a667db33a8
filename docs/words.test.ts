import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'oxc-parser'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** docs/glossary.md lists what to write instead. `nobody` in quotes and after USER is an account. */
const WORDS = /(?<!\bUSER |['`^])\b(told|tells|nobody|whatever|somebody|whoever)\b/i
/** A count is written out (`countOf`), not left to the reader: "1 line", "3 lines". */
const COUNTED = /\} (?:[a-z]+ )*(?!http\b)[a-z]+\(e?s\)/
const PRODUCT = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'Makefile',
  '.env.example',
  '.ci/run',
  'docker-compose.yaml',
  'bin',
  'ci',
  '.github',
  '.pre-commit-hooks.yaml',
  'action.yml',
  'docs',
]
const TREES = ['scenarios', 'monitoring', 'qa', 'testing', 'verify', 'chaos', 'lab', 'package']
/** Names of variables in it would have the stand-in built anew. */
const BUILT = 'lab/services/moalog-server/'

function unwelcome(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const word = WORDS.exec(line)?.[1] ?? COUNTED.exec(line)?.[0]
    return word === undefined ? [] : [`${file}:${index + 1} "${word}": ${line.trim().slice(0, 120)}`]
  })
}

test('product files use the words of docs/glossary.md', () => {
  const listed = execFileSync('git', ['ls-files', ...PRODUCT, ...TREES], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n')
  const files = listed.filter((file) => /\.(ts|tsx|rs|java|yaml|yml|md)$|^(Makefile|\.env\.example|\.ci\/|bin\/)/.test(file))
  const judged = files.filter(
    (file) => !file.endsWith('.test.ts') && !file.includes('/fixtures/') && !file.startsWith(BUILT) && file !== 'docs/glossary.md',
  )
  assert.ok(judged.length > 60, 'the product was found')
  const found = judged.flatMap((file) => unwelcome(file, readFileSync(join(ROOT, file), 'utf8')))
  assert.deepEqual(found, [], `write it in the words of docs/glossary.md:\n${found.join('\n')}`)
})

test('a word is found with its line; the account nobody and parts of words are not', () => {
  assert.deepEqual(unwelcome('a.md', 'fine\nWhoever reads'), ['a.md:2 "Whoever": Whoever reads'])
  assert.deepEqual(unwelcome('a.yaml', 'USER nobody\nretold, untold\n${url} names an http(s) URL'), [])
  assert.deepEqual(unwelcome('a.ts', '`${n} other line(s)`'), ['a.ts:1 "} other line(s)": `${n} other line(s)`'])
})

/** Longer sentences are not read at three in the morning. */
const MOST_CHARACTERS = 149
/** A list of names has none of these. */
const SENTENCE = / (?:the|a|an|is|are|of|to|its|it|that|which|with|and|or) /g

/** Sentences of texts in a program that are too long, as file:line and the sentence; what is inserted counts as {......}. */
function longSentences(file: string, text: string): string[] {
  const found: string[] = []
  const judge = (start: number, said: string): void => {
    for (const sentence of said.replace(/https?:\/\/\S+/g, '').split(/(?<=[.!?])\s+|\n/))
      if (sentence.length > MOST_CHARACTERS && (sentence.match(SENTENCE) ?? []).length > 1)
        found.push(`${file}:${text.slice(0, start).split('\n').length} ${sentence}`)
  }
  new Visitor({
    Literal: ({ value, start }) => typeof value === 'string' && judge(start, value),
    TemplateLiteral: ({ quasis, start }) => judge(start, quasis.map(({ value }) => value.cooked ?? '').join('{......}')),
  }).visit(parseSync(file, text).program)
  return found
}

test('no sentence that firedrill says has 150 characters', () => {
  const listed = execFileSync('git', ['ls-files', 'verify', 'chaos', 'lab', 'scenarios', 'qa'], { cwd: ROOT, encoding: 'utf8' })
  const files = listed.split('\n').filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
  assert.ok(files.length > 500, 'the product was found')
  assert.deepEqual(
    files.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8')
      // The formatter breaks no text, so a long sentence makes a long line. To parse costs more.
      return /^.{150}/m.test(text) ? longSentences(file, text) : []
    }),
    [],
    'say it in two sentences',
  )
  const half = 'The scrape of the exporter failed, and'.padEnd(80, ' so the alert is')
  assert.deepEqual(
    longSentences('a.ts', `const a = '${half}. ${half}'\nconst b = '${half} ${half}'\nconst c = \`${half} \${a} ${half}\``),
    [`a.ts:2 ${half} ${half}`, `a.ts:3 ${half} {......} ${half}`],
  )
  assert.deepEqual(longSentences('a.ts', `const a = '${'kafka redis '.repeat(20)}'`), [])
})
