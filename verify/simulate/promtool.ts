import { execFile } from 'node:child_process'
import type { Labels } from '../model/spec.ts'

/** What a promtool run said. */
export interface PromtoolResult {
  /** Failed tests by name, with what promtool printed about each. */
  failures: Map<string, string[]>
  /** The rule file or the test file could not be used at all. */
  broken: string | null
  /** It did not end in time: nothing is known of any test. */
  late?: true
}

export interface Ran {
  code: number
  stdout: string
  stderr: string
  /** It was killed because it did not end in time: nothing is known. */
  late?: true
}

/** A tool run to its end; argv only. A tool that does not end in time is killed. */
export function runTool(
  tool: string,
  args: string[],
  options: { cwd?: string; timeoutMs?: number; signal?: AbortSignal; env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    execFile(
      tool,
      args,
      {
        cwd: options.cwd,
        timeout: options.timeoutMs ?? 60_000,
        maxBuffer: 64 * 1024 * 1024,
        killSignal: 'SIGKILL',
        ...(options.env === undefined ? {} : { env: options.env }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code === 'string') reject(error)
        else
          resolve({
            code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1,
            stdout,
            stderr,
            ...(error?.killed === true && options.signal?.aborted !== true ? { late: true as const } : {}),
          })
      },
    )
  })
}

/** `promtool test rules FILE`, read back by test name. */
export async function testRules(
  promtool: string,
  files: string[],
  options: { cwd: string; signal?: AbortSignal; timeoutMs?: number },
): Promise<PromtoolResult> {
  const ran = await runTool(promtool, ['test', 'rules', ...files], options)
  return readReport(ran)
}

export function readReport({ code, stdout, stderr, late }: Ran): PromtoolResult {
  const text = `${stdout}\n${stderr}`
  const failures = new Map<string, string[]>()
  if (late === true) return { failures, broken: null, late }
  // A pattern that matches nothing is only a warning to promtool, and every test would then be "quiet".
  const unmatched = /no file match pattern.*|WARNING: no file match.*/.exec(text)?.[0]
  if (unmatched !== undefined) return { failures, broken: unmatched }
  for (const block of text.split(/^\s*name: /m).slice(1)) {
    const [head = '', ...rest] = block.split('\n')
    const name = head.replace(/,\s*$/, '').trim()
    failures.set(name, [...(failures.get(name) ?? []), rest.join('\n').trimEnd()])
  }
  return { failures, broken: code !== 0 && failures.size === 0 ? complaint(text) : null }
}

/** What is wrong, without what promtool says on the way there. */
function complaint(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(Unit Testing:|FAILED:$|SUCCESS$)/.test(line))
  return [...new Set(lines)].slice(0, 8).join('\n') || 'promtool failed without a message'
}

/** An alert as promtool prints it. */
export interface PrintedAlert {
  labels: Labels
  annotations: Labels
}

/** What one failed instant of a test expected and got; undefined when it is printed in a way that is not known. */
export function printedAlerts(block: string): { expected: PrintedAlert[]; observed: PrintedAlert[] } | undefined {
  const match = /exp:\[([\s\S]*?)\]\s*,\s*got:\[([\s\S]*)\]\s*$/.exec(block)
  const [expected, observed] = [match?.[1], match?.[2]].map((text) => (text === undefined ? undefined : alertsIn(text)))
  return expected === undefined || observed === undefined ? undefined : { expected, observed }
}

const QUOTED = '"(?:[^"\\\\]|\\\\.)*"'
const PAIRS = `\\{((?:(?:\\w+|${QUOTED})=${QUOTED}(?:, )?)*)\\}`
const ALERT = new RegExp(`\\s*\\d+:\\s*Labels:${PAIRS}\\s*Annotations:${PAIRS}\\s*,?`, 'y')
const PAIR = new RegExp(`(\\w+|${QUOTED})=(${QUOTED})`, 'g')

function alertsIn(text: string): PrintedAlert[] | undefined {
  const alerts: PrintedAlert[] = []
  ALERT.lastIndex = 0
  let end = 0
  for (let match = ALERT.exec(text); match !== null; match = ALERT.exec(text)) {
    alerts.push({ labels: pairsIn(match[1] ?? ''), annotations: pairsIn(match[2] ?? '') })
    end = ALERT.lastIndex
  }
  return text.slice(end).trim() === '' ? alerts : undefined
}

function pairsIn(text: string): Labels {
  return Object.fromEntries(
    [...text.matchAll(PAIR)].map(([, name = '', value = '']) => [name.startsWith('"') ? unquoted(name) : name, unquoted(value)]),
  )
}

/** Go's quoting has escapes that JSON has not. */
function unquoted(text: string): string {
  const json = text.replace(/\\(?:x([0-9a-f]{2})|U([0-9a-f]{8})|([av])|.)/g, (whole, byte?: string, rune?: string, bell?: string) =>
    byte !== undefined
      ? `\\u00${byte}`
      : rune !== undefined
        ? String.fromCodePoint(parseInt(rune, 16))
        : bell !== undefined
          ? bell === 'a'
            ? '\\u0007'
            : '\\u000b'
          : whole,
  )
  return JSON.parse(json) as string
}
