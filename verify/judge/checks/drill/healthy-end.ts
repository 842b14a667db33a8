import { defineCheck } from '../../check.ts'
import { clockTime } from '../../../text/instant.ts'

/** Failed scrapes in a row, up to the last one, that are no hiccup. */
const IN_A_ROW = 3

export const check = defineCheck(
  {
    id: 'healthy-end',
    scope: 'drill',
    title: 'whatever was up when the drill began was up when it ended',
    failureTitle: 'something that was up when the drill began was down when it ended',
    why: 'An undo that says "done" is one thing, a service that answers again another: a drill that leaves a service down is an outage.',
    mend: 'Start the part that is down (its own log says why it does not start), then run `firedrill undo`.',
    example: 'down: redis (redis-exporter:9121) since 12:03:10',
    needs: ['targets', 'scrapes', 'footer'],
    needsInjection: 'no',
  },
  ({ targets, scrapes, footer }) => {
    const before = targets.targets.filter(({ health }) => health === 'up')
    const expected = `the ${before.length} scrape targets that were up at the begin up at the end`
    if (before.length === 0)
      return { status: 'skipped', expected, observed: 'no target was up at the start (see healthy-start)', pointers: [targets.seq] }
    const down = before.flatMap(({ job, instance }) => {
      const column = scrapes.find((scrape) => scrape.job === job && scrape.instance === instance)
      const known =
        column?.timesMs.flatMap((atMs, index) => (Number.isNaN(column.up[index] ?? NaN) ? [] : [{ atMs, up: column.up[index] ?? NaN }])) ??
        []
      const lastUp = known.findLastIndex(({ up }) => up !== 0)
      return known.length - 1 - lastUp >= IN_A_ROW ? [`${job} (${instance}) since ${clockTime(known[lastUp + 1]?.atMs ?? 0)}`] : []
    })
    const pointers = [targets.seq, footer.seq]
    if (down.length === 0) return { status: 'pass', expected, observed: 'so they were', pointers }
    // Undone just now, it may still be starting.
    if (footer.ended !== 'completed')
      return {
        status: 'unknown',
        cause: 'interrupted',
        expected,
        observed: `down when the drill was cut off: ${down.join(', ')}`,
        pointers,
      }
    return {
      status: 'fail',
      expected,
      observed: `down: ${down.join(', ')}`,
      pointers,
      diagnosis: 'Look at the undo of the faults that touched it, and at why it does not start: its own log says.',
    }
  },
)
