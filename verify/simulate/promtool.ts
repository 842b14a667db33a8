import { execFile } from 'node:child_process'

/** What a promtool run said. */
export interface PromtoolResult {
  /** Failed tests by name, with what promtool printed about each. */
  failures: Map<string, string[]>
  /** The rule file or the test file could not be used at all. */
  broken: string | null
}

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** A tool run to its end; argv only. A tool that does not end in time is killed. */
export function runTool(tool: string, args: string[], options: { cwd?: string, timeoutMs?: number, signal?: AbortSignal, env?: NodeJS.ProcessEnv } = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    execFile(tool, args, { cwd: options.cwd, timeout: options.timeoutMs ?? 60_000, maxBuffer: 64 * 1024 * 1024, killSignal: 'SIGKILL', ...(options.env === undefined ? {} : { env: options.env }), ...(options.signal === undefined ? {} : { signal: options.signal }) }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code === 'string') reject(error)
      else resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr })
    })
  })
}

/** `promtool test rules FILE`, read back by test name. */
export async function testRules(promtool: string, files: string[], options: { cwd: string, signal?: AbortSignal }): Promise<PromtoolResult> {
  const ran = await runTool(promtool, ['test', 'rules', ...files], options)
  return readReport(ran)
}

export function readReport({ code, stdout, stderr }: Ran): PromtoolResult {
  const text = `${stdout}\n${stderr}`
  const failures = new Map<string, string[]>()
  // A pattern that matches nothing is only a warning to promtool, and every test would then be "quiet".
  const unmatched = /no file match pattern.*|WARNING: no file match.*/.exec(text)?.[0]
  if (unmatched !== undefined) return { failures, broken: unmatched }
  for (const block of text.split(/^\s*name: /m).slice(1)) {
    const [head = '', ...rest] = block.split('\n')
    const name = head.replace(/,\s*$/, '').trim()
    failures.set(name, [...failures.get(name) ?? [], rest.join('\n').trimEnd()])
  }
  return { failures, broken: code !== 0 && failures.size === 0 ? text.trim().split('\n').slice(0, 12).join('\n') : null }
}
