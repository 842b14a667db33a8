import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { programsIn, putFile, runInContainer, type ExecResult } from './docker-exec.ts'
import { inspectContainer, unlessMissing } from './docker-driver.ts'
import type { HeapStatus } from './jvm-driver.ts'

type ContainerJvmUndo = Extract<Undo, { driver: 'container-jvm' }>
/** Which JVM, in which container, and the heap agent's jar on this machine. */
export type ContainerJvm = Pick<ContainerJvmUndo, 'socket' | 'container' | 'id' | 'pid' | 'heapAgentJar'>

const FOLDER = '/tmp'
const JAR = 'firedrill-heap-agent.jar'
const STATUS = `${FOLDER}/firedrill-heap-agent.status`
const ATTACH_LIMIT_MS = 60_000
/** What would load the container's own agents into the small programs that ask its JVM. */
const NO_AGENTS = ['JAVA_TOOL_OPTIONS=', 'JDK_JAVA_OPTIONS=']

/** A program of the container's JDK. Rejects with its words unless it ends with 0. */
export async function jdkInContainer({ socket, id }: Pick<ContainerJvm, 'socket' | 'id'>, argv: readonly string[]): Promise<string> {
  const result = await runInContainer(socket, id, { argv, env: NO_AGENTS, limitMs: ATTACH_LIMIT_MS })
  if (result.code === 0) return result.stdout
  throw new Error(complaintOf(result, argv))
}

function complaintOf({ code, stdout, stderr }: ExecResult, [program = '']: readonly string[]): string {
  // The engine's words where the program is not in the container: "OCI runtime exec failed: ... executable file not found".
  const words = stderr.trim() || stdout.trim()
  return words === '' ? `${program} ended with code ${code}` : words
}

/** Brings the agent into the container, gives it an order, and returns what the JVM then says. */
export async function orderInContainer(where: ContainerJvm, text: string): Promise<HeapStatus> {
  await putFile(where.socket, where.id, FOLDER, JAR, await readFile(where.heapAgentJar))
  return JSON.parse(
    await jdkInContainer(where, ['java', '-jar', `${FOLDER}/${JAR}`, String(where.pid), `${text},status=${STATUS}`]),
  ) as HeapStatus
}

export const containerJvmUndo: UndoDriver<ContainerJvmUndo> = {
  async restore(undo, signal) {
    if (await memoryIsGone(undo)) return
    // An attach that outlived a killed drill must not fill the heap after this; it ends by itself.
    while ((await programsIn(undo.socket, undo.id)).some(isHold)) await delay(250, undefined, { signal })
    await orderInContainer(undo, 'release')
  },
  async readBack(undo) {
    if (await memoryIsGone(undo)) return null
    const { code, stdout } = await runInContainer(undo.socket, undo.id, { argv: ['cat', STATUS], limitMs: 10_000 })
    if (code !== 0) return `the JVM of ${undo.container} says nothing of its heap`
    const status = JSON.parse(stdout) as HeapStatus
    return status.hold === 0 && status.held_bytes === 0 ? null : `the JVM of ${undo.container} still holds ${status.held_bytes} bytes`
  },
  async settle(undo) {
    if (await memoryIsGone(undo)) return null
    // As root, whose the jar is: /tmp lets no other user remove it.
    const argv = ['rm', '-f', `${FOLDER}/${JAR}`, STATUS]
    const { code, stderr } = await runInContainer(undo.socket, undo.id, { argv, user: '0', limitMs: 10_000 })
    return code === 0 ? null : `files of the heap agent stay in ${FOLDER} of container ${undo.container}: ${stderr.trim()}`
  },
}

function isHold(argv: readonly string[]): boolean {
  return argv.includes(`${FOLDER}/${JAR}`) && argv.some((word) => word.startsWith('hold='))
}

/** The memory ends with its JVM: the container was started again, replaced, or does not run. */
async function memoryIsGone({ socket, id, startedAt }: ContainerJvmUndo): Promise<boolean> {
  const state = await inspectContainer(socket, id).catch(unlessMissing)
  return state === null || !state.running || state.startedAt !== startedAt
}
