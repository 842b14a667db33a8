import type { FaultUse } from '../verify/model/spec.ts'
import type { Target } from '../verify/model/target.ts'
import { FiredrillError } from '../verify/model/error.ts'
import { faultOn } from './controller.ts'
import { forbidden, inspectWorkload, nameOf, refusedOf, type Workload } from './drivers/kubernetes-driver.ts'
import type { Fault, Permission } from './fault.ts'

/**
 * What a cluster would refuse in the middle of a drill is said before it. Rejects with FAULT_FORBIDDEN and every verb that the plan's
 * faults need and this user may not, and with TARGET_WORKLOAD where a workload is not there (exit code 3 each). Reads only.
 */
export async function requireClusterRights(target: Target, uses: readonly FaultUse[], registry: readonly Fault[]): Promise<void> {
  const needs = new Map<string, { workload: Workload; permissions: Map<string, Permission> }>()
  for (const { part, fault } of uses.flatMap((use) => allowedOn(target, use, registry))) {
    if (part.kubernetes === undefined || fault.permissions === undefined) continue
    const { workload, permissions } = needs.get(part.name) ?? { workload: part.kubernetes, permissions: new Map<string, Permission>() }
    for (const each of fault.permissions(part)) permissions.set(JSON.stringify(each), each)
    needs.set(part.name, { workload, permissions })
  }
  const refused = new Set<string>()
  for (const { workload, permissions } of needs.values())
    for (const text of await refusedOf(workload, [...permissions.values()])) refused.add(text)
  const [first] = needs.values()
  if (first !== undefined && refused.size > 0) throw forbidden(first.workload, [...refused])
  const absent: string[] = []
  for (const { workload } of needs.values()) if ((await inspectWorkload(workload)) === null) absent.push(nameOf(workload))
  if (absent.length > 0)
    throw new FiredrillError('TARGET_WORKLOAD', `there is no ${absent.join(', no ')} in context ${first?.workload.context}`, {
      exitCode: 3,
      next: 'Correct kubernetes.parts of the target file, or leave the experiment out with --skip. Nothing was touched.',
    })
}

/** A fault that the target does not allow is skipped by the drill. */
export function allowedOn(...[target, use, registry]: Parameters<typeof faultOn>): ReturnType<typeof faultOn>[] {
  try {
    return [faultOn(target, use, registry)]
  } catch (error) {
    if (error instanceof FiredrillError && error.code === 'FAULT_NOT_ALLOWED') return []
    throw error
  }
}
