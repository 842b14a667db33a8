import { defineCheck } from '../../drill-check.ts'
import { clockTime } from '../../../text/instant.ts'
import { eachUp } from '../../record/recorder.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'

/** Failed scrapes in a row, up to the last one, that are no hiccup. */
const IN_A_ROW = 3

export const check = defineCheck(
  {
    id: 'healthy-end',
    scope: 'drill',
    title: 'every target that was up at the start is up at the end',
    failureTitle: 'a target that was up at the start is down at the end',
    why: 'An undo that reports "done" does not prove that the service answers again; a drill that leaves a service down is an outage.',
    mend: 'Start the part that is down (its own log says why it does not start), then run `firedrill undo`.',
    example: 'down: redis (redis-exporter:9121) since 12:03:10',
    needs: ['targets', 'scrapes', 'footer'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ targets, scrapes, footer }) => {
    const before = targets.targets.filter(({ health }) => health === 'up')
    const expected = `${before.length} of ${before.length} targets that were up at the start up at the end`
    if (before.length === 0) return skip(expected, 'no target was up at the start (see healthy-start)', [targets.seq])
    const down = before.flatMap(({ job, instance }) => {
      const column = scrapes.find((scrape) => scrape.job === job && scrape.instance === instance)
      let [failed, sinceMs] = [0, 0]
      if (column !== undefined)
        eachUp(column, (timeMs, up) => {
          if (Number.isNaN(up)) return
          if (up !== 0) failed = 0
          else if (failed++ === 0) sinceMs = timeMs
        })
      return failed >= IN_A_ROW ? [`${job} (${instance}) since ${clockTime(sinceMs)}`] : []
    })
    const pointers = [targets.seq, footer.seq]
    if (down.length === 0) return pass(expected, `${before.length} of ${before.length} targets up at the end`, pointers)
    // Undone just now, it may still be starting.
    if (footer.ended !== 'completed')
      return unknown('interrupted', expected, `down when the drill was cut off: ${down.join(', ')}`, pointers)
    return fail(expected, `down: ${down.join(', ')}`, pointers, {
      diagnosis: `Start ${down.join(' and ')} again: its own log says why it does not start. Then look at the undo of the faults on it (\`firedrill undo\`).`,
    })
  },
)
