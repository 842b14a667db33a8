import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const EACH_OTHER = new Set(['README.md', 'README.ko.md'])

/** What is the same in every language, section by section: commands, names, links. */
function named(text: string): string[][] {
  return text.split(/^## .*$/m).map((section) => {
    const links = [...section.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, to = '']) => (EACH_OTHER.has(to) ? [] : [`link ${to}`]))
    const code = [...section.matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name)
    const commands = [...section.matchAll(/^(npm [^#\n]+?) *#/gm)].map(([, command = '']) => command)
    return [...links, ...code, ...commands].sort()
  })
}

test('README.ko.md names in each section every command, file and page that README.md names', () => {
  const [english, korean] = [named(read('README.md')), named(read('README.ko.md'))]
  assert.ok(english.flat().length > 150, 'commands and links were found')
  assert.deepEqual(korean, english)
})

test('a command or a link that one of them lacks is noticed', () => {
  assert.notDeepEqual(named('## A\n`lint` [x](a.md)'), named('## A\n`lint`'))
  assert.notDeepEqual(named('## A\n`lint` `run`'), named('## A\n`lint`'))
  assert.deepEqual(named('## A\nsee [x](a.md), `lint`'), named('## 가\n`lint` [엑스](a.md)'))
})
