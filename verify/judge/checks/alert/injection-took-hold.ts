import { defineCheck } from '../../drill-check.ts'
import { heldAt } from '../../evidence-room.ts'
import { ofExperiment } from '../../record/by-name.ts'
import { clockTime } from '../../../text/instant.ts'
import { round } from '../../alert/diagnosis.ts'
import { pass, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'injection-took-hold',
    scope: 'experiment',
    title: 'the fault took effect',
    failureTitle: 'the fault did not take effect',
    why: `Without its cause, an alert that does not fire proves nothing. A signal of the cause itself proves it, not the fault tool's "done".`,
    mend: "Look at the fault's or load's own entry in the journal. Correct the fault's parameters, the target's address or the load's rate; run the experiment again.",
    example: 'redis_up between 1 and 1, never == 0',
    needs: ['experiment', 'legs', 'anchors', 'injection', 'faults'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ experiment, legs, anchors, injection, faults }) => {
    const { expr, comparator, threshold, title } = experiment.injection
    const signal = expr.replace(/\s+/g, ' ').trim()
    const fire = legs.get('fire')
    const fromMs = Math.min(anchors.onFromMs, fire?.beginMs ?? anchors.onFromMs)
    const held = heldAt(injection, experiment).filter((t) => t >= fromMs && t <= anchors.offByMs)
    const expected = `${title}: ${expr} ${comparator} ${threshold} during the fire leg`
    const pointers = [injection.seq, ...(fire?.pointers ?? []), ...anchors.pointers]
    const own = ofExperiment(faults, experiment.id).filter((entry) => entry.leg === 'fire' && entry.atMs >= (fire?.beginMs ?? 0))
    const missed = own.flatMap((entry) => (entry.missed === undefined ? [] : [`; ${entry.missed}`])).join('')
    const first = held[0]
    if (first !== undefined)
      return pass(
        expected,
        `${signal} ${comparator} ${threshold} at ${held.length} evaluations, first at ${clockTime(first)}${missed}`,
        pointers,
      )
    const values = injection.series.flatMap((column) =>
      column.values.filter((_, index) => (column.timesMs[index] ?? 0) >= fromMs && (column.timesMs[index] ?? 0) <= anchors.offByMs),
    )
    const reached =
      values.length === 0
        ? `no sample of ${signal}`
        : `${signal} between ${round(Math.min(...values))} and ${round(Math.max(...values))}, never ${comparator} ${threshold}`
    const seen = `${reached}${fire?.ended === 'failed' ? `; the fire leg failed: ${fire.detail ?? 'no detail'}` : ''}${missed}`
    const planned = experiment.legs.find(({ name }) => name === 'fire')?.fault
    const done = own.find(({ phase, ok }) => phase === 'inject' && ok)
    // Where the leg failed or left something out, that is the reason.
    const isUnseen = fire?.ended !== 'failed' && missed === '' && planned !== undefined && done !== undefined
    const advice = isUnseen ? unseen(`${planned.id} ${planned.target}`, `${done.fault} ${done.target}`, reached) : undefined
    return unknown('not-injected', expected, seen, pointers, advice === undefined ? {} : { diagnosis: advice })
  },
)

/** A fault was in effect, and its own signal did not see it. */
function unseen(planned: string, done: string, reached: string): string {
  return done === planned
    ? `${done} was in effect, but ${reached}: it harms another part than that signal measures. Correct the experiment's target, or the part in the target file, then run it again.`
    : `${done} was in effect where ${planned} is planned, and ${reached}: another part was harmed. Correct the part in the target file, then run it again.`
}
