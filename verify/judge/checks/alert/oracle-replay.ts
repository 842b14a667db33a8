import { defineCheck } from '../../drill-check.ts'
import { clockTime } from '../../../text/instant.ts'
import { formatLabels } from '../../../promql/labels.ts'
import { fail, pass, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'oracle-replay',
    scope: 'experiment',
    title: 'every ALERTS sample matches the specified rule',
    failureTitle: 'ALERTS differs from the specified rule',
    why: "The specified expression is queried at each evaluation of the rule group and put through Prometheus' alert state machine. That must give the recorded ALERTS samples, for every label set, with no tolerance but a scrape in flight.",
    mend: "In the rule file, compare the rule's expression, `for` and labels with the specification; the first differing evaluation is in the verdict.",
    example: '{job="redis"} at 12:00:30: expected pending, ALERTS shows firing',
    needs: ['experiment', 'replays'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
    diagnose: true,
  },
  ({ experiment, replays }) => {
    const expected = `the state of every ${experiment.alert} alert equal at each evaluation`
    const pointers = [...new Set(replays.flatMap((replay) => replay.pointers))]
    const wrong = replays.find((replay) => replay.result.mismatch !== null)
    const mismatch = wrong?.result.mismatch ?? null
    if (wrong !== undefined && mismatch !== null) {
      return fail(
        expected,
        `${formatLabels(wrong.labels)} at ${clockTime(mismatch.atMs)}: expected ${mismatch.expected}, ALERTS shows ${mismatch.observed}`,
        wrong.pointers,
      )
    }
    if (replays.length === 0)
      return unknown(
        'evidence-missing',
        expected,
        `neither the specified expression nor ALERTS has a series of ${experiment.alert}`,
        pointers,
      )
    const blurred = replays.find((replay) => !replay.exact)
    if (blurred !== undefined) {
      const text =
        blurred.history === undefined
          ? 'its rule group never wrote an ALERTS sample on this grid, so its evaluation instants are not known'
          : 'ALERTS samples lie off the evaluation grid: the rule group moved (renamed, or another interval) during the run'
      return unknown('evidence-missing', expected, text, pointers)
    }
    const compared = replays.reduce((sum, replay) => sum + replay.result.compared, 0)
    const ambiguous = replays.reduce((sum, replay) => sum + replay.result.ambiguities.length, 0)
    const skipped = Math.max(0, ...replays.map((replay) => replay.result.skipped.length))
    const notes = [
      ...(ambiguous > 0 ? [`${ambiguous} with a scrape in flight`] : []),
      ...(skipped > 0 ? [`${skipped} missed evaluations, replayed as missed`] : []),
    ]
    return pass(
      expected,
      `${compared} evaluations of ${replays.length} ${experiment.alert} alerts equal${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`,
      pointers,
    )
  },
)
