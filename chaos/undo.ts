import type { Undo, UndoDriver } from './undo-record.ts'

/** Drivers are loaded when needed: the watchdog waits with little memory, and a drill without Docker needs no Docker client. */
async function driverOf(undo: Undo): Promise<UndoDriver<never>> {
  switch (undo.driver) {
    case 'process':
      return (await import('./drivers/process-undo.ts')).processUndo
    case 'docker':
      return (await import('./drivers/docker-undo.ts')).dockerUndo
    case 'docker-network':
      return (await import('./drivers/docker-network.ts')).dockerNetworkUndo
    case 'compose':
      return (await import('./drivers/compose-driver.ts')).composeUndo
    case 'kubernetes':
      return (await import('./drivers/kubernetes-undo.ts')).kubernetesUndo
    case 'container-processes':
      return (await import('./drivers/container-processes-undo.ts')).containerProcessesUndo
    case 'network-policy':
      return (await import('./drivers/network-policy.ts')).networkPolicyUndo
    case 'chaos-mesh':
      return (await import('./drivers/chaos-mesh-undo.ts')).chaosMeshUndo
    case 'kubernetes-load':
      return (await import('./drivers/kubernetes-load-undo.ts')).kubernetesLoadUndo
    case 'toxiproxy':
      return (await import('./drivers/toxiproxy-driver.ts')).toxiproxyUndo
    case 'redis':
      return (await import('./drivers/redis-driver.ts')).redisUndo
    case 'mysql':
      return (await import('./drivers/mysql-driver.ts')).mysqlUndo
    case 'cpu':
      return (await import('./drivers/cpu-driver.ts')).cpuUndo
    case 'disk':
      return (await import('./drivers/disk-driver.ts')).diskUndo
    case 'container-jvm':
      return (await import('./drivers/container-jvm.ts')).containerJvmUndo
    case 'jvm':
      return (await import('./drivers/jvm-driver.ts')).jvmUndo
  }
}

const UNDO_LIMIT_MS = 120_000

/** Restores and proves it by reading back; rejects with what is still wrong. */
export async function carryOut(undo: Undo): Promise<void> {
  const driver = await driverOf(undo)
  const signal = AbortSignal.timeout(UNDO_LIMIT_MS)
  await driver.restore(undo as never, signal)
  const wrong = await driver.readBack(undo as never, signal)
  if (wrong !== null) throw new Error(wrong)
}

/** Waits until what was undone is healthy again, at most 2 min. Null, or what is still wrong. */
export async function settled(undo: Undo): Promise<string | null> {
  try {
    return (await (await driverOf(undo)).settle?.(undo as never, AbortSignal.timeout(UNDO_LIMIT_MS))) ?? null
  } catch (error) {
    return (error as Error).message
  }
}

/** Null when everything is as the undo wants it; otherwise what is not, or why it cannot be read. Changes nothing. */
export async function stillWrong(undo: Undo): Promise<string | null> {
  try {
    return await (await driverOf(undo)).readBack(undo as never, AbortSignal.timeout(10_000))
  } catch (error) {
    return (error as Error).message
  }
}
