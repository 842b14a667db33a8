/** `node qa/fuzz/fuzz.ts [count] [seed]`: lint over broken files; the first crash is printed with its input's seed and number. */
import { pathToFileURL } from 'node:url'
import { fuzzed } from './broken-files.ts'
import { readKnowledge } from '../../verify/recordings/read-recordings.ts'
import { lint } from '../../verify/lint/lint.ts'
import { readSources } from '../../verify/config/files.ts'
import { loadSpec } from '../../verify/spec/load.ts'

export async function fuzzMany(
  count: number,
  seed: number,
  cwd: string,
): Promise<{ tried: number; unreadable: number; withFindings: number; slowestMs: number }> {
  const [{ spec }, knowledge, sources] = await Promise.all([
    loadSpec(),
    readKnowledge(),
    readSources(['monitoring', 'docker-compose.yaml'], cwd),
  ])
  if (spec === undefined) throw new Error('the specification cannot be read')
  const result = { tried: 0, unreadable: 0, withFindings: 0, slowestMs: 0 }
  for (const texts of fuzzed(
    sources.texts.filter((text) => text.text.length < 60_000),
    seed,
  )) {
    const begin = performance.now()
    try {
      const { problems, findings } = lint(texts, { spec, ...knowledge, variables: sources.variables })
      if (problems.length > 0) result.unreadable++
      if (findings.length > 0) result.withFindings++
    } catch (error) {
      throw new Error(`crash at input ${result.tried + 1} of seed ${seed}`, { cause: error })
    }
    result.slowestMs = Math.max(result.slowestMs, performance.now() - begin)
    if (++result.tried >= count) return result
  }
  return result
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [count = '10000', seed = '11'] = process.argv.slice(2)
  process.stdout.write(`${JSON.stringify(await fuzzMany(Number(count), Number(seed), process.cwd()))}\n`)
}
