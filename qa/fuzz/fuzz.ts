/** `node qa/fuzz/fuzz.ts [count] [seed]`: lint over broken files; the first crash is printed with its input's seed and number. */
import { delivered } from '../../testing/lint/lint-files.ts'
import { lintBroken } from './broken-files.ts'

const [count = '10000', seed = '11'] = process.argv.slice(2)
const { texts, options } = await delivered()
const small = texts.filter((text) => text.text.length < 60_000)
process.stdout.write(`${JSON.stringify(lintBroken(small, options, Number(count), Number(seed)))}\n`)
