import type { JournalEntry } from '../../model/journal.ts'
import type { Cockpit, Live, Page } from '../../model/page.ts'
import type { LegName } from '../../model/plan.ts'
import { summarise } from '../summarise.ts'
import { entriesOf, experimentsOf } from './entries.ts'
import { drawnOf } from './make-page.ts'

const AWAITED: Record<LegName, string> = {
  before: 'the steady state',
  quiet: 'the end of the near miss: no alert may fire',
  settle: 'the condition to be false again',
  fire: 'firing at a receiver',
  clear: 'resolved at a receiver',
  observe: 'the end of the observation',
}

/** The page of a drill that runs, from the entries so far; `nowMs` is the verifier's clock. */
export function livePageOf(entries: readonly JournalEntry[], nowMs: number, cockpit?: Cockpit): Page {
  const journal = { entries: [...entries], problems: [] }
  const page = drawnOf(journal, summarise(journal, []))
  const live = liveOf(entries, nowMs)
  return cockpit === undefined
    ? { ...page, sentence: 'The drill is running.', live }
    : { ...page, sentence: 'Game day.', live: { ...live, cockpit } }
}

/** Every leg that has begun and not ended, with what ends it and when it ends at the latest. */
function liveOf(entries: readonly JournalEntry[], nowMs: number): Live {
  const header = entriesOf(entries, 'header')[0]
  const undemanded = new Set(
    entriesOf(entries, 'by-hand').flatMap(({ experiment, unjudged }) => (unjudged === undefined ? [] : [experiment.id])),
  )
  const planned = new Map(experimentsOf(entries).map((experiment) => [experiment.id, undemanded.has(experiment.id) ? [] : experiment.legs]))
  const open = new Map<string, Live['awaited'][number]>()
  for (const entry of entriesOf(entries, 'leg')) {
    const key = `${entry.experiment} ${entry.leg}`
    const leg = planned.get(entry.experiment)?.find(({ name }) => name === entry.leg)
    if (entry.phase === 'end') open.delete(key)
    else if (leg !== undefined)
      open.set(key, { experiment: entry.experiment, leg: leg.name, what: AWAITED[leg.name], untilMs: entry.atMs + leg.holdMs })
  }
  const untilMs = Math.max(nowMs, (header?.zeroMs ?? nowMs) + (header?.plan.makespanMs ?? 0))
  return { nowMs, untilMs, awaited: [...open.values()].sort((a, b) => a.untilMs - b.untilMs) }
}
