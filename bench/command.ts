import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Runs one firedrill command line to its end; stderr goes on to the terminal when `show`. */
export function firedrill(argv: readonly string[], options: { show?: boolean } = {}): Promise<{ exitCode: number, stdout: string, wallS: number }> {
  const begin = performance.now()
  const child = spawn(process.execPath, ['verify/cli.ts', ...argv], { cwd: ROOT, stdio: ['ignore', 'pipe', options.show === true ? 'inherit' : 'ignore'] })
  const forward = (signal: NodeJS.Signals): void => { child.kill(signal) }
  process.once('SIGINT', forward)
  process.once('SIGTERM', forward)
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('SIGINT', forward)
      process.off('SIGTERM', forward)
      resolve({ exitCode: code ?? 130, stdout, wallS: (performance.now() - begin) / 1000 })
    })
  })
}
