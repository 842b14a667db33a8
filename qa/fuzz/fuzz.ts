/**
 * `node qa/fuzz/fuzz.ts [count] [seed]`: lint over broken files; the first crash is printed with its input's seed and number. Then as many
 * texts that the reader of regular YAML must read as the library does, or leave to it.
 */
import { delivered } from '../../testing/lint/lint-files.ts'
import { comparedWithLibrary, yamlTexts } from '../../testing/lint/yaml-texts.ts'
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
