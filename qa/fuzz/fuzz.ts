/**
 * `node qa/fuzz/fuzz.ts [count] [seed]`: lint over broken files; the first crash is printed with its input's seed and number. Then as many
 * texts that the reader of regular YAML must read as the library does, or leave to it, and as many expressions, likewise.
 */
import { delivered } from '../../testing/lint/lint-files.ts'
import { comparedWithLibrary, yamlTexts } from '../../testing/lint/yaml-texts.ts'
import { promqlTexts } from '../../testing/random/promql-texts.ts'
import { parseByGrammar } from '../../verify/promql/parse-promql.ts'
import { readRegularPromql } from '../../verify/promql/regular-promql.ts'
import { lintBroken } from './broken-files.ts'

const [count = '10000', seed = '11'] = process.argv.slice(2)
const { texts, options } = await delivered()
const small = texts.filter((text) => text.text.length < 60_000)
process.stdout.write(`${JSON.stringify(lintBroken(small, options, Number(count), Number(seed)))}\n`)
const counts: Record<string, number> = {}
const files = small.map(({ text }) => text)
for (const text of yamlTexts(files, Number(seed)).take(Number(count))) {
  const found = comparedWithLibrary(text, text.length % 2 === 0)
  if (typeof found !== 'string') throw new Error(`read otherwise than by the library: ${JSON.stringify(text)}`, { cause: found })
  counts[found] = (counts[found] ?? 0) + 1
}
process.stdout.write(`YAML texts ${JSON.stringify(counts)}\n`)
let regular = 0
for (const text of promqlTexts(Number(seed)).take(Number(count))) {
  const own = readRegularPromql(text)
  if (own === undefined) continue
  const grammar = parseByGrammar(text)
  if (!grammar.ok || JSON.stringify(grammar.expr) !== JSON.stringify(own))
    throw new Error(`read otherwise than by the grammar: ${JSON.stringify(text)}`, { cause: { own, grammar } })
  regular++
}
process.stdout.write(`PromQL texts ${JSON.stringify({ 'left to the grammar': Number(count) - regular, 'the same': regular })}\n`)
