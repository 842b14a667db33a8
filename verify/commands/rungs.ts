import type { CommandIo } from '../model/command-io.ts'
import type { Rung } from '../model/rung.ts'
import { readPlatform } from '../platform/read-platform.ts'
import { deployedPaths } from './deployed-paths.ts'
import { runLint } from './run-lint.ts'
import { runSimulate } from './run-simulate.ts'
import { messageOf } from '../text/error-text.ts'

interface Deployed {
  /** Folder of monitoring files; absent: those of the platform, with its compose file. */
  monitoring?: string
  spec?: string
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
  const { spec, monitoring } = deployed
  const shared = spec === undefined ? {} : { spec }
  const platform = readPlatform(io)
  const files = (of: Parameters<typeof deployedPaths>[0]): string[] => (monitoring === undefined ? deployedPaths(of, io.cwd) : [monitoring])
  return [
    await orWhy('lint', () => runLint(own, files(platform), shared)),
    await orWhy('simulate', () => runSimulate(own, { ...shared, monitoring: files({ monitoring: platform.monitoring }) })),
  ]
}

async function orWhy(rung: Rung['rung'], run: () => Promise<Rung | undefined>): Promise<Rung> {
  const failed = (why: string): Rung => ({ rung, files: [], findings: [], untested: [], problems: [why] })
  return run().then(
    (done) => done ?? failed('nothing to judge'),
    (error: unknown) => failed(messageOf(error)),
  )
}
