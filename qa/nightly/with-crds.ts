/**
 * node qa/nightly/with-crds.ts [COMMAND...]: gets the published CRDs of Chaos Mesh and the k6 Operator (pinned in published-crds.ts) into
 * the tool cache and runs the command with FIREDRILL_TEST_CRDS; a folder that this names already is used as it is. Exit code of the
 * command, 3 where they cannot be had, 1 where they are not what is pinned, 2 where a folder that is named lacks one.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cacheRoot } from '../../lab/tools/cache.ts'
import { FiredrillError } from '../../verify/model/error.ts'
import { formatError } from '../../verify/text/error-text.ts'
import { ROOT } from '../command.ts'
import { differences, publishedCrds } from './published-crds.ts'

try {
  const folder = await crdFolder()
  process.stderr.write(`published CRDs: ${folder}\n`)
  const [program, ...args] = process.argv.slice(2)
  if (program !== undefined) {
    const env = { ...process.env, FIREDRILL_TEST_CRDS: folder }
    const child = spawn(program === 'node' ? process.execPath : program, args, { cwd: ROOT, env, stdio: 'inherit' })
    // Ctrl-C reaches it from the terminal; either way it is it that ends.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal))
    const [code] = (await once(child, 'exit')) as [number | null]
    process.exitCode = code ?? 130
  }
} catch (error) {
  if (!(error instanceof FiredrillError)) throw error
  process.stderr.write(`${formatError(error)}\n`)
  process.exitCode = error.exitCode
}

async function crdFolder(): Promise<string> {
  const named = process.env['FIREDRILL_TEST_CRDS'] ?? ''
  if (named === '') return publishedCrds(cacheRoot(process.env))
  const { lacks, others } = differences(named)
  if (lacks.length > 0)
    throw new FiredrillError('CRDS_MISSING', `FIREDRILL_TEST_CRDS names ${named}, which has no ${lacks.join(', no ')}`, {
      next: 'bring them there, or unset FIREDRILL_TEST_CRDS: then they are downloaded',
    })
  if (others.length > 0) process.stderr.write(`not the files that are pinned: ${others.join(', ')}\n`)
  return named
}
