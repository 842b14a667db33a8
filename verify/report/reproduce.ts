import type { Report } from '../model/report.ts'

/** More than so many experiments are no selection of a few. */
const FEW = 4

/** A line of the command line, and what it gives. */
export interface Reproduction {
  command: string
  gives: string
}

/** How to make the same drill again, that of each failed experiment alone, and the same verdicts from the journal. */
export function reproductionsOf({ runId, target, speed, rules, turn, causes, observe, plan }: Report): Reproduction[] {
  const file = target === 'lab' || target === 'compose' ? '' : `; FILE is the target file of ${target}`
  const verdicts = { command: 'bin/firedrill judge RUN', gives: 'the same verdicts; RUN is the folder of journal.ndjson' }
  if (observe === true) {
    const minutes = plan.makespanMs === 0 ? '' : ` ${plan.makespanMs / 60_000}`
    const command = `bin/firedrill run --observe${minutes} --target ${target === 'lab' || target === 'compose' ? target : 'FILE'}`
    return [{ command, gives: `the same rules, as they are then${file}` }, verdicts]
  }
  if (runId.startsWith('gameday-')) {
    const command = `bin/firedrill gameday${target === 'lab' ? '' : ` --target ${target === 'compose' ? target : 'FILE'}`}`
    return [{ command, gives: `the same by hand${file}` }, verdicts]
  }
  // What was confirmed alone is no experiment of the plan.
  const experiments = rules.flatMap((rule) => rule.experiments.map(({ id }) => id)).filter((id) => !id.endsWith('--alone'))
  const isFew = experiments.length > 0 && experiments.length <= FEW
  const turns = turn === undefined ? '' : turn.chosen.length > 1 ? ' --thorough' : ` --seed ${turn.seed}`
  const failed = [...new Set(causes.map(({ root }) => root.subject))].filter((id) => experiments.includes(id) && experiments.length > 1)
  const run = `bin/firedrill run${whereOf(target, speed)}`
  return [
    { command: `${run}${isFew ? ` --only ${experiments.join(' ')}` : turns}`, gives: `the same experiments${file}` },
    ...failed.map((id) => ({ command: `${run} --only ${id}`, gives: `${id} alone` })),
    verdicts,
  ]
}

/** The lab is compressed unless real time is asked for, compose the other way round. The speed of any other target stands in its file. */
function whereOf(target: string, speed: number): string {
  if (target === 'lab') return speed === 1 ? ' --real-time' : ` --speed ${speed}`
  return target === 'compose' ? ` --target compose${speed === 1 ? '' : ` --speed ${speed}`}` : ' --target FILE'
}
