import { defineCheck } from '../../drill-check.ts'
import type { Finding } from '../../drill-check.ts'
import { pass, skip, unknown } from '../../finding.ts'

/** k6 drops an iteration when it has no virtual user free for it: then the rate was not what was ordered. */
const DROPPED_SHARE = 0.05
/** By its own clock a constant rate is kept to a percent or two; the first and the last second are not whole. */
const RATE_SHARE = 0.8
/** More requests without any answer than this, in a leg whose only cause they are, and the load went nowhere. */
const UNANSWERED_SHARE = 0.5
/** As many answers with a status that the scenario does not expect, in such a leg, and the load was another one than was ordered. */
const UNEXPECTED_SHARE = 0.05
/** 0 done, 99 a threshold of the script failed, 105 stopped from outside (the drill ends a leg early); errext/exitcodes in k6. */
const ENDED_WELL = new Set([0, 99, 105])

export const check = defineCheck(
  {
    id: 'load-delivered',
    scope: 'experiment',
    title: 'k6 delivered the requested rate',
    failureTitle: 'k6 did not deliver the requested rate',
    why: 'Half the rate may stay below the threshold, and then no alert is correct. Only a load at the requested rate can prove a rule wrong.',
    mend: "Give the machine that runs k6 more processor time, or lower the scenario's rate or --speed, and run the experiment again. Where k6 runs in pods, see what is said of the pod that did not deliver.",
    example: 'fire: 412 of 1200 iterations dropped',
    needs: ['experiment', 'loads'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ experiment, loads }) => {
    const ordered = experiment.legs.filter((leg) => leg.load !== undefined).map((leg) => leg.name)
    if (ordered.length === 0) return skip('load', 'this experiment needs none')
    const loadAlone = new Set(
      experiment.legs.filter((leg) => leg.fault === undefined && (leg.name === 'quiet' || leg.name === 'fire')).map((leg) => leg.name),
    )
    const expected = `${ordered.join(' and ')}: at most ${DROPPED_SHARE * 100} % of the iterations dropped`
    const notes: string[] = []
    const pointers = loads.map((entry) => entry.seq)
    for (const name of ordered) {
      const end = loads.findLast((entry) => entry.leg === name && entry.phase === 'end')
      const short = (observed: string): Finding => unknown('load-short', expected, `${name}: ${observed}`, pointers)
      if (end === undefined) return short('k6 never reported back')
      if (end.summary === undefined) return short(end.error ?? `no summary (exit code ${end.exitCode ?? 'unknown'})`)
      // Pods of a Job have no exit code in common: the error says which of them did not deliver, and how much there was.
      if (end.exitCode === -1 && end.error !== undefined) return short(end.error)
      if (end.exitCode !== undefined && !ENDED_WELL.has(end.exitCode))
        return short(`k6 ended with exit code ${end.exitCode}${end.error === undefined ? '' : `: ${end.error}`}`)
      const { iterations, droppedIterations, ratePerS, requests, statuses, unexpected = 0 } = end.summary
      if (iterations === 0) return short('not a single iteration')
      if (droppedIterations > DROPPED_SHARE * (iterations + droppedIterations))
        return short(`${droppedIterations} of ${iterations + droppedIterations} iterations dropped`)
      const wanted = end.params['ratePerS']
      if (typeof wanted === 'number' && ratePerS < RATE_SHARE * wanted)
        return short(`${Number(ratePerS.toPrecision(3))} requests/s instead of ${wanted}`)
      const unanswered = statuses['0'] ?? 0
      if (loadAlone.has(name) && unanswered > UNANSWERED_SHARE * requests)
        return short(`${unanswered} of ${requests} requests were not answered`)
      if (loadAlone.has(name) && unexpected > UNEXPECTED_SHARE * requests)
        return short(`${unexpected} of ${requests} answers had a status that is not expected (${countsText(statuses)})`)
      notes.push(`${name} ${Number(ratePerS.toPrecision(3))} requests/s, ${droppedIterations} dropped`)
    }
    return pass(expected, notes.join('; '), pointers)
  },
)

/** "404 x 12, 200 x 3", the most first. */
function countsText(statuses: Readonly<Record<string, number>>): string {
  return Object.entries(statuses)
    .sort(([, a], [, b]) => b - a)
    .map(([status, count]) => `${status} x ${count}`)
    .join(', ')
}
