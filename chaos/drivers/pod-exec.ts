import { Writable } from 'node:stream'
import type { V1Status } from '@kubernetes/client-node'
import { configOf, type Workload } from './kubernetes-driver.ts'
import type { Permission } from '../fault.ts'

export interface ContainerOfPod extends Pick<Workload, 'context' | 'namespace'> {
  pod: string
  container: string
}

/** Of a command that was started; one that was not rejects. */
export interface ExecResult {
  exitCode: number
  stdout: string
  stderr: string
}

/**
 * A WebSocket is a GET, and "get" is asked for; from 1.35 on "create" as well, which SPDY always needed:
 * https://github.com/kubernetes/kubernetes/issues/133515
 */
export const EXEC_PERMISSIONS: readonly Permission[] = ['get', 'create'].map((verb) => ({
  verb,
  group: '',
  resource: 'pods',
  subresource: 'exec',
}))

/** Runs a command in a container, without input. `signal` ends the wait, not the command. */
export async function execIn(at: ContainerOfPod, command: readonly string[], signal: AbortSignal): Promise<ExecResult> {
  signal.throwIfAborted()
  const { Exec } = await import('@kubernetes/client-node')
  const [stdout, stderr] = [new Text(), new Text()]
  const { promise, resolve, reject } = Promise.withResolvers<V1Status>()
  const named = `container ${at.container} of pod ${at.namespace}/${at.pod}`
  const connection = await new Exec(await configOf(at))
    .exec(at.namespace, at.pod, at.container, [...command], stdout, stderr, null, false, resolve)
    .catch((error: { message?: string }) => {
      throw new Error(`${named} takes no command: ${error.message ?? 'the API server does not answer'}`)
    })
  const abort = (): void => {
    reject(signal.reason as Error)
  }
  signal.addEventListener('abort', abort, { once: true })
  connection.onclose = () => {
    reject(new Error(`the connection to ${named} was closed before its command ended`))
  }
  try {
    const { status, reason, message = '', details } = await promise
    if (status === 'Success') return { exitCode: 0, stdout: stdout.all, stderr: stderr.all }
    // https://github.com/kubernetes/kubernetes/blob/v1.34.4/staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go
    const code = details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message
    if (reason === 'NonZeroExitCode' && code !== undefined) return { exitCode: Number(code), stdout: stdout.all, stderr: stderr.all }
    throw new NotStarted(`${named} does not start ${command[0]}: ${message}`)
  } finally {
    signal.removeEventListener('abort', abort)
    connection.close()
  }
}

/** The container has no such program, or is not running. */
export class NotStarted extends Error {}

class Text extends Writable {
  all = ''
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.all += chunk.toString('utf8')
    done()
  }
}
