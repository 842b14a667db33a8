import type { ChainLink } from '../../model/page.ts'
import type { Verdict, VerdictStatus } from '../../model/verdict.ts'

/** From the target to the resolved notification: each link with the checks that prove it, in the order in which an alert passes them. */
const LINKS: readonly { name: string; checks: readonly string[] }[] = [
  { name: 'target up', checks: ['steady-before'] },
  { name: 'series there', checks: ['rule-sees-subject'] },
  { name: 'rule as specified', checks: ['rule-as-specified'] },
  { name: 'fault and load in effect', checks: ['load-delivered', 'injection-took-hold'] },
  { name: 'quiet below the threshold', checks: ['stayed-quiet'] },
  { name: 'pending', checks: ['alert-pending'] },
  { name: 'firing', checks: ['alert-fired', 'oracle-replay'] },
  { name: 'labels and text', checks: ['labels-exact', 'annotations-exact'] },
  { name: 'notified', checks: ['notification-delivered'] },
  { name: 'routed', checks: ['no-other-receiver', 'grouped-as-specified'] },
  { name: 'resolved', checks: ['alert-resolved'] },
  { name: 'resolved notified', checks: ['resolved-notified'] },
]

const WORST: readonly VerdictStatus[] = ['fail', 'unknown', 'pass', 'skipped']

/**
 * The verdicts of one experiment, and those of its alert that hold for every experiment, as a chain; after the first break nothing is
 * reached.
 */
export function chainOf(verdicts: readonly Verdict[]): ChainLink[] {
  let broken = false
  return LINKS.flatMap(({ name, checks }): ChainLink[] => {
    const own = verdicts.filter(({ check }) => checks.includes(check))
    const status = WORST.find((each) => own.some((verdict) => verdict.status === each))
    if (status === undefined) return []
    const shown = own.find((verdict) => verdict.status === status)
    // What lies behind the first break is its consequence where it failed too; what passed all the same did pass.
    const behind = broken && status !== 'pass'
    if (status === 'fail') broken = true
    return [{ name, status: behind ? 'not reached' : status, checks: [...checks], observed: shown?.observed ?? '' }]
  })
}
