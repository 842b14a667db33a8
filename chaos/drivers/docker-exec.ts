import { setTimeout as delay } from 'node:timers/promises'
import { engine } from './docker-driver.ts'
import { tarOf } from './tar.ts'

export interface ExecResult {
  code: number
  stdout: string
  stderr: string
}

export interface ExecCommand {
  argv: readonly string[]
  /** NAME=value, in place of the container's own. */
  env?: readonly string[]
  /** Absent: the container's own. */
  user?: string
  limitMs: number
}

/**
 * Runs a program in a running container and waits for its end. Rejects where the engine cannot start it (the
 * container does not run or is paused), or when it has not ended in time: it may then still run.
 */
export async function runInContainer(socket: string, id: string, { argv, env = [], user, limitMs }: ExecCommand): Promise<ExecResult> {
  const container = (await engine(socket, limitMs)).getContainer(id)
  const exec = await container.exec({
    Cmd: [...argv],
    Env: [...env],
    ...(user === undefined ? {} : { User: user }),
    AttachStdout: true,
    AttachStderr: true,
  })
  const stream = await exec.start({})
  const chunks: Buffer[] = []
  const late = setTimeout(() => stream.destroy(new Error(`${argv[0]} has not ended after ${limitMs / 1000} s`)), limitMs)
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer)
  } finally {
    clearTimeout(late)
  }
  const output = outputsOf(Buffer.concat(chunks))
  // The output may end a moment before the engine has seen the program's end.
  for (;;) {
    const { Running, ExitCode } = await exec.inspect()
    if (!Running && ExitCode !== null) return { code: ExitCode, ...output }
    await delay(20)
  }
}

/**
 * Both outputs of a program without a terminal, which the engine sends in frames: stream (1 stdout, 2 stderr), three zeros, length.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function outputsOf(bytes: Buffer): { stdout: string; stderr: string } {
  const parts: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] }
  for (let at = 0; at + 8 <= bytes.length;) {
    const end = at + 8 + bytes.readUInt32BE(at + 4)
    parts[bytes[at] === 2 ? 'stderr' : 'stdout'].push(bytes.subarray(at + 8, end))
    at = end
  }
  return { stdout: Buffer.concat(parts.stdout).toString('utf8'), stderr: Buffer.concat(parts.stderr).toString('utf8') }
}

/** Writes a file that all may read into a folder of the container; the same file once more changes nothing. */
export async function putFile(socket: string, id: string, folder: string, name: string, content: Buffer): Promise<void> {
  await (await engine(socket)).getContainer(id).putArchive(tarOf(name, content), { path: folder })
}

/** The argv of every program that still runs in the container besides its own, as `docker exec` started it. */
export async function programsIn(socket: string, id: string): Promise<string[][]> {
  const docker = await engine(socket)
  const { ExecIDs } = (await docker.getContainer(id).inspect()) as { ExecIDs?: string[] | null }
  const all = await Promise.all((ExecIDs ?? []).map((exec) => docker.getExec(exec).inspect()))
  return all.filter(({ Running }) => Running).map(({ ProcessConfig }) => [ProcessConfig.entrypoint, ...ProcessConfig.arguments])
}
