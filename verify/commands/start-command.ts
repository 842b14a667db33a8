import { Command } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import type { Rung } from '../model/rung.ts'
import { requestFrom, withRetries, withSelection, type RunFlags } from '../drill/request.ts'

/** 130 beats 2 beats 1 beats 3 beats 0: what a person must act on first. */
const WEIGHT = [0, 3, 1, 2, 130]

function worst(codes: readonly number[]): number {
  return codes.reduce((a, b) => (WEIGHT.indexOf(b) > WEIGHT.indexOf(a) ? b : a), 0)
}

/** The ladder of proof, cheapest rung first: the first answers are there while the lab of a bare machine is still being built. */
export function startCommand(io: CommandIo): Command {
  return withRetries(withSelection(new Command('start')))
    .description('all of it: set up what is missing, lint, simulate, then the live drill in the lab')
    .option('--fail-fast', 'stop after the first rung that fails')
    .option('--keep', 'leave the lab up afterwards')
    .option('--monitoring <dir>', 'judge and deploy these monitoring files instead of monitoring/')
    .action(async (flags: RunFlags & { failFast?: boolean }) => {
      const request = requestFrom(flags)
      const { readSpec } = await import('../drill/read-spec.ts')
      const spec = await readSpec(flags.spec, io)
      if (spec === undefined) return
      const { planFor } = await import('../drill/plan-for.ts')
      const { deployedForm, readPlatform } = await import('../platform/read-platform.ts')
      // A wrong selection is said before anything is built.
      planFor(spec, request, deployedForm(readPlatform(io), io.env), { runs: [], nowMs: Date.now() })
      const codes: number[] = []
      const stopHere = (): boolean => io.signal.aborted || (flags.failFast === true && worst(codes) !== 0)
      const shared = flags.spec === undefined ? {} : { spec: flags.spec }
      const rungs: Rung[] = []
      const climb = async (run: (own: CommandIo) => Promise<Rung | undefined>): Promise<void> => {
        const { exitCode, rung } = await climbed(run, io)
        codes.push(exitCode)
        if (rung !== undefined) rungs.push(rung)
      }

      io.stderr('1/3 lint: does what is written keep the specification?\n')
      const { runLint } = await import('./run-lint.ts')
      await climb((own) => runLint(own, flags.monitoring === undefined ? [] : [flags.monitoring], shared))
      if (stopHere()) {
        io.exitCode = worst(codes)
        return
      }

      const { setup } = await import('../../lab/tools/setup.ts')
      const { createProgress } = await import('../../lab/tools/progress.ts')
      const { missingTools } = await import('../../lab/tools/tools.ts')
      const progress = createProgress(process.stderr)
      if (missingTools(['promtool', 'amtool', 'alertmanager']).length > 0)
        await setup({ only: ['promtool', 'amtool', 'alertmanager'], progress, signal: io.signal })
      io.stderr('2/3 simulate: do the unmodified rules fire at their boundaries, and does the routing deliver?\n')
      // The long builds go on beside the simulation; they end before the drill begins.
      const building = missingTools().length === 0 ? Promise.resolve() : setup({ progress, signal: io.signal })
      building.catch(() => undefined)
      // Without a folder of its own all that the program's own monitoring files hold.
      const { runSimulate } = await import('./run-simulate.ts')
      await climb((own) => runSimulate(own, flags.monitoring === undefined ? shared : { ...shared, monitoring: [flags.monitoring] }))
      if (stopHere()) {
        await building.catch(() => undefined)
        io.exitCode = worst(codes)
        return
      }

      await building
      io.stderr('3/3 run: the live drill\n')
      const { drill } = await import('../drill/drill.ts')
      codes.push((await drill({ ...request, watch: true }, io, () => Promise.resolve(rungs))).exitCode)
      io.exitCode = io.signal.aborted ? 130 : worst(codes)
    })
}

/** A rung with its answer on standard error: standard output is the drill's. */
async function climbed(
  run: (own: CommandIo) => Promise<Rung | undefined>,
  io: CommandIo,
): Promise<{ exitCode: number; rung: Rung | undefined }> {
  const own = Object.create(io, { exitCode: { value: 0, writable: true }, stdout: { value: io.stderr } }) as CommandIo
  const rung = await run(own)
  return { exitCode: own.exitCode, rung }
}
