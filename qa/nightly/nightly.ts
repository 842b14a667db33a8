/**
 * npm run nightly [-- STEP... | -- --short | -- --short-cluster]: the platform in containers, drilled and broken on a Docker engine and on
 * a cluster of one node; where none is, one is made (root, 7 GB). --short: a selection on Docker, and one break; --short-cluster: the same
 * on the cluster. Exit code 1 when a step failed, 3 when there is no engine and none can be made, 130 after an interruption; containers and
 * engine are stopped in each case.
 */
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { engineEnvironment, engineFolder, enginePid } from '../../lab/engine/engine-folder.ts'
import { ROOT } from '../command.ts'
import { exitCodeOf, runSteps, SHORT_CLUSTER_STEPS, SHORT_STEPS, STEPS, type Step } from './steps.ts'

const words = process.argv.slice(2)
const FORMS: Readonly<Record<string, readonly Step[]>> = { '--short': SHORT_STEPS, '--short-cluster': SHORT_CLUSTER_STEPS }
const steps = words.flatMap((word) => FORMS[word] ?? [])
if (steps.length === 0) steps.push(...STEPS)
const asked = words.filter((word) => FORMS[word] === undefined)
const unknown = asked.filter((name) => !steps.some((step) => step.name === name))
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(', ')}; known: ${steps.map(({ name }) => name).join(', ')}\n`)
  process.exit(2)
}

let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    interrupted = true
  })

// As `make up` does it; a checkout without one has none afterwards either.
const settings = path.join(ROOT, '.env')
const ownSettings = !existsSync(settings)
if (ownSettings) copyFileSync(path.join(ROOT, '.env.example'), settings)

const began = performance.now()
const done = await runSteps(steps, asked, run, () => interrupted)
if (ownSettings) rmSync(settings, { force: true })
const failed = done.filter(({ outcome }) => outcome === 'failed')
process.stdout.write(`${done.map(({ name, outcome }) => `${outcome.padEnd(9)} ${name}\n`).join('')}`)
process.stdout.write(`${done.length - failed.length} of ${done.length} steps without a failure after ${seconds(began)} s\n`)
process.exitCode = interrupted ? 130 : exitCodeOf(done)

/** Ctrl-C reaches it from the terminal, a SIGTERM through us. */
function run({ name, argv, findsEngine }: Step): Promise<number> {
  const from = performance.now()
  process.stdout.write(`== ${name}: ${argv.join(' ')}\n`)
  const folder = engineFolder(process.env)
  const env = findsEngine === true && enginePid(folder) !== undefined ? engineEnvironment(folder, process.env) : process.env
  const [program, ...args] = argv
  const child = spawn(program === 'node' ? process.execPath : program, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] })
  const forward = (): void => {
    child.kill('SIGTERM')
  }
  process.once('SIGTERM', forward)
  return new Promise((resolve) => {
    const end = (code: number, how: string): void => {
      process.off('SIGTERM', forward)
      process.stdout.write(`== ${name}: ${how} after ${seconds(from)} s\n`)
      resolve(code)
    }
    child.once('error', (error) => end(127, `FAILED (${error.message})`))
    child.once('close', (code) => end(code ?? 130, code === 0 ? 'passed' : `FAILED with exit code ${code ?? 130}`))
  })
}

function seconds(from: number): number {
  return Math.round((performance.now() - from) / 1000)
}
