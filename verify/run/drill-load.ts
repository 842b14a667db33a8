import type { LoadSummary } from '../model/journal.ts'
import type { LoadUse } from '../model/spec.ts'
import type { DrillOptions } from './options.ts'
import type { Ports } from './ports.ts'

/**
 * A load of the drill itself, sent until `signal`; resolves with what k6 counted, null when it wrote no summary. `maxMs` bounds k6 should
 * the drill die.
 */
export async function loadUntil(
  use: LoadUse,
  leg: 'background' | 'answers',
  maxMs: number,
  ports: Ports,
  options: DrillOptions,
  signal: AbortSignal,
): Promise<LoadSummary | null> {
  const entry = { kind: 'load', experiment: 'drill', leg, ...use } as const
  const load = await ports.load.start(use, { experiment: 'drill', leg, runId: options.runId, maxMs })
  ports.journal.append({ ...entry, phase: 'begin' })
  const stop = (): void => {
    void load.stop()
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  const { exitCode, summary, error } = await load.done
  const { rows: _, ...counted } = summary ?? { rows: [] }
  ports.journal.append({
    ...entry,
    phase: 'end',
    exitCode,
    ...(summary === null ? {} : { summary: counted as LoadSummary }),
    ...(error === undefined ? {} : { error }),
  })
  return summary
}
