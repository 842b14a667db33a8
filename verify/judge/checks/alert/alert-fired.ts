import { defineCheck } from '../../drill-check.ts'
import type { Evaluated } from '../../record/recorder.ts'
import { heldAt } from '../../evidence-room.ts'
import { conditionExplains, missedBetween } from '../../alert/replay.ts'
import { clockTime, seconds } from '../../../text/instant.ts'
import { fail, pass, unknown } from '../../finding.ts'

/** The share of the injection's instants, from its first to the end of the leg, that makes a cause "held throughout". */
const SUSTAINED = 0.8

export const check = defineCheck(
  {
    id: 'alert-fired',
    scope: 'experiment',
    title: 'the alert fired at activeAt plus `for`',
    failureTitle: 'the alert did not fire at activeAt plus `for`',
    why: 'startsAt is activeAt plus `for`, rounded up to the evaluation interval, to the millisecond. Any other instant comes from another rule than the specified one.',
    mend: 'Mend the first broken link. No sample: scrape_configs. Not evaluated: the rule group. Fires at another time: expression, window or `for` of the rule.',
    example: 'never active, although redis_up was 0 for 40 s and `for` is 30 s',
    needs: ['experiment', 'legs', 'anchors', 'subject', 'replays', 'injection'],
    needsInjection: 'both',
    slowMachine: 'excuses',
    diagnose: true,
  },
  ({ experiment, legs, anchors, subject, replays, injection }) => {
    const { firing } = experiment.windows
    const replay =
      replays.find((candidate) => candidate.isSubject && candidate.history !== undefined) ??
      replays.find((candidate) => candidate.isSubject)
    const heldFor = Math.ceil(experiment.forMs / subject.stepMs) * subject.stepMs
    const skippedMs = (replay?.result.skipped.length ?? 0) * subject.stepMs
    const earliestMs = anchors.onFromMs + firing.earliestMs
    const episode = subject.episodes.find((candidate) => candidate.firingAtMs !== null)
    const missedMs = missedBetween(replays, anchors.onFromMs, episode?.firingAtMs ?? 0) * subject.stepMs
    const latestMs = anchors.onByMs + firing.latestMs + missedMs
    const expected = `startsAt = activeAt + ${seconds(heldFor)}, between ${clockTime(earliestMs)} and ${clockTime(latestMs)}`
    const window = { what: 'firing', earliestMs, latestMs, observedMs: episode?.firingAtMs ?? null, sinceMs: anchors.onFromMs }
    const pointers = [...new Set([...anchors.pointers, ...(replay?.pointers ?? []), ...(episode?.history.seqs ?? [])])]

    if (episode === undefined || episode.firingAtMs === null) {
      const pending = subject.episodes[0]
      const observed =
        pending === undefined
          ? 'never active'
          : `pending from ${clockTime(pending.activeAtMs)} to ${clockTime(pending.lastMs)}, never firing`
      const due =
        (replay?.result.mismatch ?? null) !== null ||
        replay?.result.expected.some((e) => e.startsAtMs !== null && e.startsAtMs >= anchors.onFromMs) === true
      const fire = legs.get('fire')
      // The quiet leg may have held it too.
      const held = heldAt(injection, experiment).filter((t) => t >= Math.min(anchors.onFromMs, fire?.beginMs ?? anchors.onFromMs))
      if (!due && !sustained(injection, held, fire?.endMs ?? anchors.offByMs)) {
        return unknown(
          'not-injected',
          expected,
          `${observed}; the condition was true for less than \`for\` because the fault did not last`,
          pointers,
          { window },
        )
      }
      return fail(expected, observed, pointers, { window, ...(due ? {} : { undue: true }) })
    }
    const startsAtMs = episode.firingAtMs
    const took = startsAtMs - episode.activeAtMs
    const observed = `startsAt ${clockTime(startsAtMs)}, ${seconds(took)} after activeAt, ${seconds(startsAtMs - anchors.onFromMs)} after the fault`
    const mismatch = replay?.result.mismatch ?? null
    if (mismatch !== null && mismatch.atMs <= startsAtMs)
      return fail(
        expected,
        `${observed}; at ${clockTime(mismatch.atMs)} the specification gives ${mismatch.expected}, ALERTS shows ${mismatch.observed}`,
        pointers,
        { window },
      )
    // Only a skipped evaluation may make it longer, and the replay has checked that one was.
    if (took < heldFor || (took > heldFor && skippedMs === 0) || took > heldFor + skippedMs)
      return fail(expected, observed, pointers, { window })
    if (episode.activeAtMs < anchors.onFromMs && conditionExplains(replays))
      return unknown('unhealthy-start', expected, `${observed}; correct by the rule, the condition was true before the fault`, pointers, {
        window,
      })
    if (startsAtMs < earliestMs) return fail(expected, `${observed}: ${seconds(earliestMs - startsAtMs)} too early`, pointers, { window })
    if (startsAtMs >= latestMs) return fail(expected, `${observed}: ${seconds(startsAtMs - latestMs)} too late`, pointers, { window })
    return pass(expected, observed, pointers, { window })
  },
)

function sustained(injection: Evaluated, held: readonly number[], untilMs: number): boolean {
  const first = held[0]
  if (first === undefined || injection.stepMs <= 0) return false
  const instants = Math.floor((untilMs - first) / injection.stepMs) + 1
  return held.filter((t) => t <= untilMs).length >= SUSTAINED * instants
}
