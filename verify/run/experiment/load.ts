import type { LoadUse } from '../../model/spec.ts'
import type { Ports, RunningLoad } from '../ports.ts'
import type { FaultOwner } from './inject.ts'

/** Starts k6 for a leg. `maxMs`: its own bound, which only counts when this process dies. */
export async function startLoad(
  { experiment, leg }: FaultOwner,
  use: LoadUse,
  { runId, maxMs }: { runId: string; maxMs: number },
  { load, journal }: Pick<Ports, 'load' | 'journal'>,
): Promise<RunningLoad> {
  const running = await load.start(use, { experiment, leg, runId, maxMs })
  journal.append({ kind: 'load', experiment, leg, phase: 'begin', ...use })
  return running
}

/** Stops it and writes down what it measured; resolves with what went wrong, if anything. */
export async function stopLoad(
  { experiment, leg }: FaultOwner,
  use: LoadUse,
  running: RunningLoad,
  { journal }: Pick<Ports, 'journal'>,
): Promise<string | undefined> {
  const { exitCode, summary, error } = await running.stop()
  journal.append({
    kind: 'load',
    experiment,
    leg,
    phase: 'end',
    ...use,
    exitCode,
    ...(summary === null ? {} : { summary }),
    ...(error === undefined ? {} : { error }),
  })
  if (error !== undefined) journal.append({ kind: 'source-error', source: 'k6', experiment, message: error })
  return error
}
