import type { FaultUse } from '../verify/model/spec.ts'
import type { Target } from '../verify/model/target.ts'
import { allowedOn } from './cluster-rights.ts'
import type { Fault } from './fault.ts'

/**
 * Who else decides of the workloads that these uses are to harm (an autoscaler, a disruption budget, Argo CD, Flux, an operator), and what
 * each would do about it, in words, by fault and part as `besidesKey` has it. Reads only.
 */
export async function clusterKeepers(
  target: Target,
  uses: readonly FaultUse[],
  registry: readonly Fault[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  for (const use of uses) {
    const key = besidesKey(use)
    if (found.has(key)) continue
    for (const { part, fault } of allowedOn(target, use, registry)) {
      const said = part.kubernetes === undefined ? [] : await fault.besides?.(part)
      if (said !== undefined && said.length > 0) found.set(key, said)
    }
  }
  return found
}

export function besidesKey({ id, target }: Pick<FaultUse, 'id' | 'target'>): string {
  return `${id} ${target}`
}
