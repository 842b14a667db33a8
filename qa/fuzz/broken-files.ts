import assert from 'node:assert/strict'
import { deployment } from '../../testing/lint/lint-files.ts'
import { lint, type LintOptions } from '../../verify/lint/lint.ts'
import type { ConfigText } from '../../verify/config/yaml/cursor.ts'
import { seeded } from '../../testing/random/seeded-random.ts'

const SNIPPETS = [
  '&a [*a]',
  '*no-such-anchor',
  '<<: *x',
  '!!binary aGk=',
  '? [1]',
  '\t- x',
  '---',
  '...',
  '"',
  "'",
  '{',
  '[',
  ']',
  '}',
  ': :',
  '|+3',
  '>-',
  '%YAML 9.9',
  '\u0000',
  '\ufeff',
  '\u2028',
  '9'.repeat(400),
  '-',
  '0x',
  '1e999',
  'null',
  '~',
  '.nan',
  'groups:',
  'expr: ((((((((((',
  '{{ $labels',
  '[5m]',
  '=~"("',
  'a'.repeat(5000),
  '\ud800',
  '- - - - -',
  '${X:-${Y:-${Z}}}',
  'matchers: [a, {b: c}]',
  '(?P<x>',
  'receivers: 3',
  'route: []',
  'scrape_configs: {a: b}',
  'panels: [1, null, {targets: 4}]',
  'services: {a: null, b: [1]}',
  'pipeline_stages: [null, 1, {match: 3}]',
]

/**
 * Broken copies of real files: cut, doubled, spliced, sprinkled. Mostly alone, every tenth among the whole ones. Endless, the same for the
 * same seed.
 */
function* fuzzed(texts: ConfigText[], seed: number): Generator<ConfigText[]> {
  const random = seeded(seed)
  const pick = <T>(items: T[]): T => items[Math.floor(random() * items.length)] as T
  const small = texts.filter((text) => text.text.length < 60_000)
  for (let n = 1; ; n++) {
    const target = pick(small)
    let { text } = target
    for (let edits = 1 + Math.floor(random() * 4); edits > 0; edits--) {
      const at = Math.floor(random() * text.length)
      const to = Math.min(text.length, at + Math.floor(random() * 200))
      const lines = text.split('\n')
      switch (Math.floor(random() * 8)) {
        case 0:
          text = text.slice(0, at)
          break
        case 1:
          text = text.slice(0, at) + text.slice(to)
          break
        case 2:
          text = text.slice(0, at) + pick(SNIPPETS) + text.slice(at)
          break
        case 3:
          text = text.slice(0, at) + text.slice(at, to) + text.slice(at)
          break
        case 4: {
          const other = pick(small).text
          const from = Math.floor(random() * other.length)
          text = text.slice(0, at) + other.slice(from, from + 300) + text.slice(at)
          break
        }
        case 5:
          text = text.slice(0, at) + String.fromCharCode(Math.floor(random() * 65_536)) + text.slice(at + 1)
          break
        case 6: {
          const i = Math.floor(random() * lines.length)
          lines[i] = `${(lines[i] ?? '').split(':')[0] ?? ''}: ${pick(SNIPPETS)}`
          text = lines.join('\n')
          break
        }
        default: {
          const i = Math.floor(random() * lines.length)
          lines.splice(i, 1, ...((lines[i] ?? '').startsWith(' ') ? [(lines[i] ?? '').slice(1)] : []))
          text = lines.join('\n')
        }
      }
      if (text.length > 200_000) text = text.slice(0, 200_000)
    }
    const broken = { ...target, text }
    yield n % 10 === 0 ? texts.map((each) => (each === target ? broken : each)) : [broken]
  }
}

/** Lints `count` broken files. @throws Error with the number of the input at which lint crashed */
export function lintBroken(
  texts: ConfigText[],
  options: LintOptions,
  count: number,
  seed: number,
): { tried: number; unreadable: number; withFindings: number; slowestMs: number } {
  const result = { tried: 0, unreadable: 0, withFindings: 0, slowestMs: 0 }
  for (const changed of fuzzed(texts, seed)) {
    const begin = performance.now()
    try {
      const { problems, findings } = lint(changed, options)
      if (problems.length > 0) result.unreadable++
      if (findings.length > 0) result.withFindings++
    } catch (error) {
      throw new Error(`crash at input ${result.tried + 1} of seed ${seed}`, { cause: error })
    }
    result.slowestMs = Math.max(result.slowestMs, performance.now() - begin)
    if (++result.tried >= count) break
  }
  return result
}

/** Both kinds must be among the broken files: those that cannot be read, and those that reach the checks. */
export async function lintSurvives(count: number, seed: number): Promise<void> {
  const { texts, options } = await deployment()
  const notJson = texts.filter((text) => !text.file.endsWith('.json'))
  const { tried, unreadable } = lintBroken(notJson, options, count, seed)
  assert.ok(
    unreadable > count / 10 && unreadable < count * 0.96,
    `${unreadable} of ${tried} files were unreadable: the rest reached the checks`,
  )
}
