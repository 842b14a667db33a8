import { defineCheck } from '../../drill-check.ts'
import { fail, pass } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'nothing-left-behind',
    scope: 'drill',
    title: 'every fault was undone',
    failureTitle: 'a fault was left behind',
    why: 'A drill that leaves a fault behind is an outage.',
    mend: 'Run `firedrill undo`: the undo ledger still holds the undo of each fault.',
    example: 'not undone: pause-process redis',
    needs: ['faults', 'footer'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ faults, footer }) => {
    const injected = faults.filter((entry) => entry.phase === 'inject' && entry.ok)
    const expected = `${injected.length} of ${injected.length} faults undone`
    const pointers = [footer.seq]
    if (footer.notUndone.length > 0) {
      return fail(expected, `not undone: ${footer.notUndone.join(', ')}`, pointers, {
        diagnosis: 'Run `firedrill undo`; the ledger still knows how.',
      })
    }
    // An undo that failed at first may have been done by the last sweep: only what was never undone counts.
    const last = new Map(faults.map((entry) => [`${entry.experiment}\n${entry.fault}\n${entry.target}`, entry]))
    // The ledger names the means: on containers kill-process is kill-container.
    const swept = ({ fault, target, experiment }: (typeof faults)[number]): boolean =>
      footer.undone.some(
        (text) =>
          text === `${fault} ${target}` || text.startsWith(`${fault} ${target} `) || text.endsWith(` ${target} (experiment ${experiment})`),
      )
    const open = [...last.values()].filter((entry) => (entry.phase === 'inject' ? entry.ok : !entry.ok) && !swept(entry))
    if (open.length > 0)
      return fail(expected, `no undo is recorded for ${open.map((entry) => `${entry.fault} on ${entry.target}`).join(', ')}`, [
        ...pointers,
        ...open.map((entry) => entry.seq),
      ])
    return pass(expected, `${injected.length} of ${injected.length} faults undone, 0 left behind`, pointers)
  },
)
