import type { PlannedExperiment } from '../../model/plan.ts'
import type { Finding } from '../drill-check.ts'

/**
 * One finding for all receivers that an experiment's alert goes to. Where a route continues, one receiver that is not notified is as bad as
 * none: a failure stands for all, then what cannot be judged. A receiver to which the check does not apply is left out beside one to which
 * it does.
 */
export function atEachReceiver(
  { receiver, alsoReceivers = [] }: Pick<PlannedExperiment, 'receiver' | 'alsoReceivers'>,
  judgeAt: (receiver: string) => Finding,
): Finding {
  const first = judgeAt(receiver)
  const findings = [first, ...alsoReceivers.map(judgeAt)]
  const open = findings.find(({ status }) => status === 'fail') ?? findings.find(({ status }) => status === 'unknown')
  if (open !== undefined) return open
  const passed = findings.filter(({ status }) => status === 'pass')
  const [leading = first] = passed
  const said = passed.length > 0 ? passed : findings
  const texts = (of: (finding: Finding) => string): string => [...new Set(said.map(of))].join('; ')
  return {
    ...leading,
    expected: texts(({ expected }) => expected),
    observed: texts(({ observed }) => observed),
    pointers: [...new Set(said.flatMap(({ pointers }) => pointers))],
  }
}
