import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CommandIo } from '../model/command-io.ts'
import type { Rung } from '../model/rung.ts'
import { defaultPaths, runLint } from './lint-command.ts'
import { runSimulate } from './simulate-command.ts'
import { messageOf } from '../text/error-text.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Deployed {
  /** Folder of monitoring files; absent: the checkout's own, with its docker-compose.yaml. */
  monitoring?: string
  spec?: string
}

/** What lint is to read of a drill, as seen from `cwd`. */
function lintedPaths({ monitoring }: Deployed, cwd: string): string[] {
  return monitoring === undefined ? defaultPaths(ROOT).map((name) => seenFrom(cwd, path.join(ROOT, name))) : [monitoring]
}

export function simulatedFiles({ monitoring, spec }: Deployed, cwd: string): Parameters<typeof runSimulate>[1] {
  const at = (name: string): string =>
    monitoring === undefined ? seenFrom(cwd, path.join(ROOT, 'monitoring', name)) : path.join(monitoring, name)
  return {
    rules: [at('alert-rules.yml')],
    alertmanager: at('alertmanager/alertmanager.yml'),
    prometheus: at('prometheus.yml'),
    ...(spec === undefined ? {} : { spec }),
  }
}

function seenFrom(cwd: string, file: string): string {
  const relative = path.relative(cwd, file)
  return relative.startsWith('..') ? file : relative
}

/**
 * Lint and simulate of what a drill deploys, without a word on the terminal. Either may fail by itself: its rung says why, and the drill
 * goes on.
 */
export async function rungsOf(deployed: Deployed, io: CommandIo): Promise<Rung[]> {
  const own = Object.create(io, {
    exitCode: { value: 0, writable: true },
    stdout: { value: () => undefined },
    stderr: { value: () => undefined },
  }) as CommandIo
  const { spec } = deployed
  return [
    await orWhy('lint', () => runLint(own, lintedPaths(deployed, io.cwd), spec === undefined ? {} : { spec })),
    await orWhy('simulate', () => runSimulate(own, simulatedFiles(deployed, io.cwd))),
  ]
}

async function orWhy(rung: Rung['rung'], run: () => Promise<Rung | undefined>): Promise<Rung> {
  const failed = (why: string): Rung => ({ rung, files: [], findings: [], untested: [], problems: [why] })
  return run().then(
    (done) => done ?? failed('nothing to judge'),
    (error: unknown) => failed(messageOf(error)),
  )
}
