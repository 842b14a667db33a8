import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** The launcher, with the options it gives Node: what is measured is what people run. */
export const PROGRAM = fileURLToPath(new URL('../bin/firedrill', import.meta.url))

/** Runs one firedrill command line to its end; with `show` its stderr goes on to the terminal. `env` is added to the environment. */
export function firedrill(
  argv: readonly string[],
  options: { show?: boolean; env?: Record<string, string> } = {},
): Promise<{ exitCode: number; stdout: string; stderr: string; wallS: number }> {
  const begin = performance.now()
  const child = spawn(PROGRAM, argv, {
    cwd: ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', options.show === true ? 'inherit' : 'pipe'],
  })
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal)
  }
  process.once('SIGINT', forward)
  process.once('SIGTERM', forward)
  let stdout = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('SIGINT', forward)
      process.off('SIGTERM', forward)
      resolve({ exitCode: code ?? 130, stdout, stderr, wallS: (performance.now() - begin) / 1000 })
    })
  })
}

export interface Measured {
  exitCode: number
  wallS: number
  /** Of all its threads and of the programs that it has waited for, in user mode: a machine that is busy with others adds little to it. */
  cpuS: number
  peakMb: number
}

/** In which /proc counts CPU time (USER_HZ). */
const TICKS_PER_S = 100

/** Time and peak resident memory of one program, read from /proc while it runs: the last look may be 20 ms before its end. */
export function measure(program: string, argv: readonly string[]): Promise<Measured> {
  const begin = performance.now()
  const child = spawn(program, argv, { cwd: ROOT, stdio: 'ignore' })
  let [peakMb, cpuS] = [0, 0]
  const look = setInterval(() => {
    try {
      const kb = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
      peakMb = Math.max(peakMb, Number(kb ?? 0) / 1024)
      // "pid (name) state ppid ...", the 14th is utime, the 16th cutime (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      cpuS = Math.max(cpuS, (Number(fields[11] ?? 0) + Number(fields[13] ?? 0)) / TICKS_PER_S)
    } catch {
      // It has ended between two looks.
    }
  }, 20)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      clearInterval(look)
      resolve({ exitCode: code ?? -1, wallS: (performance.now() - begin) / 1000, cpuS, peakMb })
    })
  })
}
