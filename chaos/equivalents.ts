import type { Need } from './fault.ts'
import type { TargetPart } from '../verify/model/target.ts'

/**
 * The same trouble by different means: what a part offers decides which one is applied, of several the first. A target file that says
 * `chaosMesh` wants that.
 */
const EQUIVALENTS: readonly Partial<Record<Need, string>>[] = [
  { process: 'kill-process', docker: 'kill-container', chaosMesh: 'fail-pods-mesh', kubernetes: 'scale-away' },
  { process: 'pause-process', docker: 'pause-container', chaosMesh: 'partition-pods-mesh', kubernetes: 'freeze-pods' },
  { jvm: 'heap-pressure', containerJvm: 'heap-pressure-container' },
]

/** The id of the fault that does to this part what `id` would; undefined when the part offers no other means. */
export function equivalentFor(id: string, part: TargetPart): string | undefined {
  const row = EQUIVALENTS.find((means) => Object.values(means).includes(id))
  if (row === undefined) return undefined
  const offered = (Object.keys(row) as Need[]).find((need) => part[need] !== undefined && row[need] !== id)
  return offered === undefined ? undefined : row[offered]
}
