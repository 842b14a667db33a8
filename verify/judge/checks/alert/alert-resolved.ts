import { defineCheck } from '../../drill-check.ts'
import { missedBetween, possibleEndings } from '../../alert/replay.ts'
import { clockTime, seconds } from '../../../text/instant.ts'
import { fail, pass, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'alert-resolved',
    scope: 'experiment',
    title: 'the alert resolved after the undo',
    failureTitle: 'the alert did not resolve within its window after the undo',
    why: 'An alert that fires on after the repair is ignored the next time; one that resolves too early hides a fault that is still there.',
    mend: 'In the rule file, compare the expression and keep_firing_for with the specification; look whether the undo restored the part.',
    example: 'still firing at 12:03:00 although the condition was false from 12:01:30',
    needs: ['experiment', 'anchors', 'subject', 'replays', 'condition'],
    needsInjection: 'both',
    slowMachine: 'excuses',
  },
  ({ experiment, anchors, subject, replays, condition }) => {
    const { resolved } = experiment.windows
    const episode = subject.episodes.find((candidate) => candidate.firingAtMs !== null)
    const earliestMs = anchors.offFromMs + resolved.earliestMs
    const missed = missedBetween(replays, anchors.offFromMs, episode?.endedMs ?? 0)
    const latestMs = anchors.offByMs + resolved.latestMs + missed * condition.stepMs
    const expected = `endsAt between ${clockTime(earliestMs)} and ${clockTime(latestMs)}`
    const pointers = [...new Set([...anchors.pointers, condition.seq, ...(episode?.history.seqs ?? [])])]
    if (episode === undefined)
      return unknown('evidence-missing', expected, 'the alert never fired, so it cannot resolve', pointers, { follows: ['alert-fired'] })
    const window = { what: 'resolved', earliestMs, latestMs, observedMs: episode.endedMs }
    const replay = replays.find((candidate) => candidate.history === episode.history)
    const mismatch = replay?.result.mismatch ?? null
    if (episode.endedMs === null) {
      const stillHolds = condition.series.some((column) => (column.timesMs.at(-1) ?? 0) > condition.endMs - 2 * condition.stepMs)
      // Then the rule is right: the system had not recovered yet.
      if (stillHolds && mismatch === null)
        return unknown(
          'evidence-missing',
          expected,
          `still firing at ${clockTime(episode.lastMs)}; correct by the rule, the condition was still true`,
          pointers,
          { window },
        )
      return fail(expected, `still firing at ${clockTime(episode.lastMs)} although the condition was false again`, pointers, { window })
    }
    const endings = possibleEndings(episode.endedMs, replay, condition.stepMs)
    const latestEnding = Math.max(...endings)
    const observed = `endsAt ${clockTime(episode.endedMs)}${endings.length > 1 ? ` or, one evaluation being missed, ${clockTime(latestEnding)}` : ''}, ${seconds(episode.endedMs - anchors.offFromMs)} after the undo`
    if (mismatch !== null && mismatch.atMs > (episode.firingAtMs ?? 0))
      return fail(
        expected,
        `${observed}; at ${clockTime(mismatch.atMs)} the specification gives ${mismatch.expected}, ALERTS shows ${mismatch.observed}`,
        pointers,
        { window },
      )
    if (latestEnding < earliestMs)
      return fail(expected, `${observed}: ${seconds(earliestMs - latestEnding)} too early`, pointers, { window })
    if (episode.endedMs >= latestMs) {
      // To the millisecond what the expression says: then it was the recovery that took long, not the rule.
      if (replay?.exact === true && mismatch === null)
        return unknown(
          'evidence-missing',
          expected,
          `${observed}: ${seconds(episode.endedMs - latestMs)} past the window, at the evaluation at which the condition became false: the system recovered slowly`,
          pointers,
          { window },
        )
      return fail(expected, `${observed}: ${seconds(episode.endedMs - latestMs)} too late`, pointers, { window })
    }
    return pass(expected, observed, pointers, { window })
  },
)
