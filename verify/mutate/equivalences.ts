import type { Equivalence } from './mutant.ts'

/** Changes that cannot make a difference, each with the reason. A mutant is equivalent by rule, never because it survived. */
export const equivalences: Equivalence[] = [
  {
    id: 'resolve-timeout',
    because: 'resolve_timeout is used for alerts without endsAt only, and Prometheus always sends endsAt (https://github.com/prometheus/alertmanager/blob/v0.27.0/api/v2/api.go)',
    holds: (mutant) => mutant.operator === 'resolve_timeout',
  },
]
