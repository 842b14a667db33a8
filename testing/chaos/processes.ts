/** Real child processes, ports and folders for tests. */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { killProcess, writeRecord } from '../../chaos/drivers/process.ts'

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'firedrill-chaos-'))
  // What a test started may write to it until it is killed, which is registered later and so comes after this.
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))
  return directory
}

/** Below the range that the kernel hands out to programs that ask for any port, so that no connection takes one of these in between. */
const [LOWEST, HIGHEST] = [20_000, 32_000]
let nextPort = LOWEST + ((process.pid * 30) % (HIGHEST - LOWEST))
/** UDP sockets with the numbers of the ports that are given away: the kernel lets one process have each, and forgets them with it. */
const held: Socket[] = []

/** A TCP port that nothing else takes before it is used, neither another test process nor a connection. */
export async function freePort(): Promise<number> {
  for (let left = HIGHEST - LOWEST; left > 0; left--) {
    const port = nextPort
    nextPort = port + 1 < HIGHEST ? port + 1 : LOWEST
    const claim = createSocket('udp4')
    const server = createServer()
    const isOurs = await opened(claim, () => claim.bind({ port, address: '127.0.0.1', exclusive: true }))
    const isFree = isOurs && (await opened(server, () => server.listen(port, '127.0.0.1')))
    if (isFree) await new Promise((resolve) => server.close(resolve))
    if (isFree) {
      held.push(claim.unref())
      return port
    }
    if (isOurs) claim.close()
  }
  throw new Error(`no port is free between ${LOWEST} and ${HIGHEST}`)
}

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await freePort())
  return ports
}

/** Whether it has what it asked for. */
function opened(one: Server | Socket, open: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    one.once('error', () => resolve(false)).once('listening', () => resolve(true))
    open()
  })
}

const SERVER = `
const { spawn } = require('node:child_process')
process.on('SIGTERM', () => { console.log('bye on SIGTERM'); process.exit(0) })
process.on('SIGUSR2', () => {})
if (process.env.FORKS) console.log('child', spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }).pid)
require('node:net').createServer((socket) => { socket.on('error', () => {}); socket.end('hello') }).listen(Number(process.env.PORT), '127.0.0.1')
`

/** A small TCP server as the thing to harm, killed with the test. */
export async function tcpServerRecord(
  t: TestContext,
  options: { stopSignal?: NodeJS.Signals; forks?: boolean; program?: string } = {},
): Promise<{ file: string; port: number; logFile: string; directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'firedrill-chaos-'))
  const port = await freePort()
  const file = join(directory, 'server.json')
  const logFile = join(directory, 'server.log')
  await writeRecord(file, {
    name: 'server',
    argv: [options.program ?? process.execPath, '-e', SERVER],
    env: { PORT: String(port), ...(options.forks === true ? { FORKS: '1' } : {}) },
    cwd: directory,
    logFile,
    stopSignal: options.stopSignal ?? 'SIGTERM',
    health: { kind: 'tcp', host: '127.0.0.1', port },
    readyTimeoutMs: 120_000,
  })
  t.after(async () => {
    await killProcess(file)
    await rm(directory, { recursive: true, force: true })
  })
  return { file, port, logFile, directory }
}

/** Awaits what is sure to come; after so long it is taken for lost, on the busiest machine too. */
export async function waitUntil(reached: () => boolean | Promise<boolean>, withinMs = 120_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await reached())) {
    if (performance.now() > deadline) throw new Error(`not reached within ${withinMs} ms: ${reached.toString()}`)
    await delay(10)
  }
}
