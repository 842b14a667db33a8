import { combinations, hasLabels } from '../promql/labels.ts'
import type { PlannedSubject } from '../model/plan.ts'
import type { RuleSpec } from '../model/spec.ts'

/** Every subject of the rules, and the experiments of the whole specification that make its alert fire: as their own, or in also-must. */
export function subjectsOf(rules: readonly RuleSpec[], all: readonly RuleSpec[]): PlannedSubject[] {
  const fires = all.flatMap(({ alert, experiments }) =>
    experiments.flatMap(({ id, subject, alsoMust }) => [
      { id, alert, labels: subject },
      ...alsoMust.map((ref) => ({ id, alert: ref.alert, labels: ref.labels })),
    ]),
  )
  return rules.flatMap(({ alert, holdsFor }) =>
    combinations(holdsFor).map((labels) => ({
      alert,
      labels,
      by: fires.filter((each) => each.alert === alert && hasLabels(each.labels, labels)).map(({ id }) => id),
    })),
  )
}
