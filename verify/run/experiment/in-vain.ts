import type { JournalBody, JournalEntry } from '../../model/journal.ts'
import { JOURNAL_VERSION } from '../../model/journal.ts'
import type { Plan } from '../../model/plan.ts'
import type { Spec } from '../../model/spec.ts'
import type { DrillOptions } from '../options.ts'
import type { Load, Ports, RunningLoad } from '../ports.ts'
import { snapshotBefore } from './collect-evidence.ts'
import { recordSubjects } from './record-subjects.ts'

type Counts = Parameters<typeof recordSubjects>[3]['first']

/** The same loads, and those that were started by it. */
export function watchedLoad(load: Load): { load: Load; running: readonly RunningLoad[] } {
  const running: RunningLoad[] = []
  return {
    running,
    load: {
      start: async (use, options) => {
        const started = await load.start(use, options)
        running.push(started)
        return started
      },
    },
  }
}

/**
 * Asks whether what keeps the drill from its steady state will stay: of the targets, of what the rules see of their subjects and of what k6
 * has measured so far, as at the end of the wait, but written down nowhere. undefined where nothing can judge it.
 */
export function waitInVain(
  plan: Plan,
  spec: Spec,
  ports: Ports,
  options: DrillOptions,
  first: Counts,
  running: readonly RunningLoad[],
): (() => Promise<string | undefined>) | undefined {
  const { inVain } = options
  if (inVain === undefined || plan.experiments.length === 0) return undefined
  return async () => {
    const { clock } = ports
    const entries: JournalEntry[] = []
    const append = (body: JournalBody): number => entries.push({ seq: entries.length, atMs: clock.now(), ...body }) - 1
    const aside = { ...ports, journal: { append } }
    append({
      kind: 'header',
      version: JOURNAL_VERSION,
      tool: options.tool,
      runId: options.runId,
      spec,
      plan,
      zeroMs: clock.now(),
      target: options.target,
      components: {},
    })
    await snapshotBefore(aside)
    await recordSubjects(plan, spec, aside, { alone: options.background !== undefined, steady: false, first })
    append({
      kind: 'load',
      experiment: 'drill',
      leg: 'background',
      phase: 'end',
      ...(options.background ?? { scenario: 'none', params: {} }),
      summary: {
        iterations: 0,
        droppedIterations: 0,
        requests: 0,
        failedRequests: 0,
        ratePerS: 0,
        durationP95Ms: 0,
        statuses: {},
        slices: running.flatMap((load) => load.soFar?.() ?? []),
      },
    })
    return inVain(entries)
  }
}
