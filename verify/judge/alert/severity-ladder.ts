import type { LoadedGroup } from '../../model/journal.ts'
import type { PlannedExperiment } from '../../model/plan.ts'
import type { Labels } from '../../model/spec.ts'
import { hasLabels } from '../../promql/labels.ts'
import { rulesNamed } from './rules-named.ts'

/** Where an experiment's rule has no other of its name. */
export const NO_NAMESAKE = (): boolean => false

/**
 * Whether an alert belongs to another loaded rule of the same name: a further step of a ladder (warning at 80 %, critical at 90 %), of
 * which an experiment says
 * nothing. Only where its own rule is loaded, too: one rule with a wrong severity is no other rule.
 */
export function namesakeOf(
  groups: readonly LoadedGroup[],
  { alert, labels, subject }: Pick<PlannedExperiment, 'alert' | 'labels' | 'subject'>,
): (labels: Labels) => boolean {
  // What a template makes of it is known only of an alert.
  const plain = (of: Labels): Labels => Object.fromEntries(Object.entries(of).filter(([, text]) => !text.includes('{{')))
  const own = plain(labels)
  const loaded = rulesNamed(groups, alert).filter(({ type }) => type === 'alerting')
  const mine = loaded.filter((rule) => hasLabels(rule.labels, own))
  // The same once more under another label is a doubled rule, not a step.
  const others = mine.length === 0 ? [] : loaded.filter((rule) => !mine.includes(rule) && mine.every(({ query }) => query !== rule.query))
  if (others.length === 0) return NO_NAMESAKE
  return (observed) =>
    observed['alertname'] === alert &&
    hasLabels(observed, subject) &&
    !hasLabels(observed, own) &&
    others.some((rule) => hasLabels(observed, plain(rule.labels)))
}
