import { defineCheck } from '../../drill-check.ts'
import { conditionExplains, missedBetween } from '../../alert/replay.ts'
import { clockTime, seconds } from '../../../text/instant.ts'
import { fail, pass, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'alert-pending',
    scope: 'experiment',
    title: 'the alert became pending within its window',
    failureTitle: 'the alert did not become pending within its window',
    why: 'Every later instant counts from activeAt. Too early: something else made the condition true. Too late: the rule sees less than it must.',
    mend: 'In the rule file, compare expression and window with the specification; in prometheus.yml, compare scrape_interval and evaluation_interval.',
    example: 'activeAt 12:00:41.2, 26 s after the fault: 9 s too late',
    needs: ['experiment', 'anchors', 'subject', 'replays'],
    needsInjection: 'both',
    slowMachine: 'excuses',
    diagnose: true,
  },
  ({ experiment, anchors, subject, replays }) => {
    const { pending } = experiment.windows
    const earliestMs = anchors.onFromMs + pending.earliestMs
    const firing = subject.episodes.find((episode) => episode.firingAtMs !== null)
    // A blip before the real thing: the stretch that led to firing counts, and the first one when none did.
    const episode = firing ?? subject.episodes[0]
    const missed = missedBetween(replays, anchors.onFromMs, episode?.activeAtMs ?? 0)
    const latestMs = anchors.onByMs + pending.latestMs + missed * subject.stepMs
    const expected = `activeAt between ${clockTime(earliestMs)} and ${clockTime(latestMs)}`
    const window = { what: 'pending', earliestMs, latestMs, observedMs: episode?.activeAtMs ?? null }
    const pointers = [...anchors.pointers, ...(episode?.history.seqs ?? [])]
    if (episode === undefined) return fail(expected, 'no alert: ALERTS has no pending and no firing sample', pointers, { window })
    const { activeAtMs } = episode
    const observed = `activeAt ${clockTime(activeAtMs)}, ${seconds(activeAtMs - anchors.onFromMs)} after the fault`
    if (activeAtMs < anchors.onFromMs && conditionExplains(replays))
      return unknown('unhealthy-start', expected, `${observed}; correct by the rule, the condition was true before the fault`, pointers, {
        window,
      })
    if (activeAtMs < earliestMs) return fail(expected, `${observed}: ${seconds(earliestMs - activeAtMs)} too early`, pointers, { window })
    if (activeAtMs >= latestMs) return fail(expected, `${observed}: ${seconds(activeAtMs - latestMs)} too late`, pointers, { window })
    return pass(expected, observed, pointers, { window })
  },
)
