/** Real child processes and folders for the tests of chaos/. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { killProcess, writeRecord } from '../../chaos/drivers/process.ts'

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'firedrill-chaos-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

let nextPort = 20_000 + (process.pid % 400) * 25

/** A port that nothing else takes before it is used: below the range the kernel hands out, and each test process has its own stretch. */
export async function freePort(): Promise<number> {
  const port = nextPort++
  const server = createServer()
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  await new Promise((resolve) => server.close(resolve))
  return free ? port : freePort()
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
    readyTimeoutMs: 10_000,
  })
  t.after(async () => {
    await killProcess(file)
    await rm(directory, { recursive: true, force: true })
  })
  return { file, port, logFile, directory }
}

export async function waitUntil(reached: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await reached())) {
    if (performance.now() > deadline) throw new Error(`not reached within ${withinMs} ms: ${reached.toString()}`)
    await delay(10)
  }
}
