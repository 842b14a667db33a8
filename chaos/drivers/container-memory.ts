import { notPossible } from '../fault.ts'
import { execIn, type ContainerOfPod } from './pod-exec.ts'

/** Bytes, as the container's own control group counts them. */
export interface ContainerMemory {
  limit: number
  /** As kubelet counts it: without the file cache that the kernel would drop first. */
  workingSet: number
}

/**
 * Limit, usage and inactive file cache, of version 2 or 1:
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files, https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */
const MEMORY = `
cd /sys/fs/cgroup 2>/dev/null || exit 1
if [ -r memory.max ]; then files='memory.max memory.current' key=inactive_file
else cd memory 2>/dev/null || exit 1; files='memory.limit_in_bytes memory.usage_in_bytes' key=total_inactive_file; fi
for f in $files; do read -r value < $f || exit 1; printf '%s\\n' "$value"; done
while read -r name value; do [ "$name" = $key ] && printf '%s\\n' "$value"; done < memory.stat
exit 0`

/** Refuses a container that does not show its own control group, or has no limit there. */
export async function memoryOf(at: ContainerOfPod, signal: AbortSignal): Promise<ContainerMemory> {
  const { stdout } = await execIn(at, ['sh', '-c', MEMORY], signal)
  const [limit = NaN, usage = NaN, inactive = 0] = stdout.split('\n').filter(Boolean).map(Number)
  // Version 1 writes "no limit" as a number beyond any machine's memory.
  if (!(limit < 2 ** 50) || !(usage >= 0))
    throw notPossible(`container ${at.container} of pod ${at.namespace}/${at.pod} does not show its memory limit in /sys/fs/cgroup`)
  return { limit, workingSet: Math.max(0, usage - inactive) }
}
