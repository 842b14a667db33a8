/** What a command is handed of the outside world, so that it can be run in a test without a process. */
export interface CommandIo {
  /** Machine-readable output, result tables and answers; nothing else. */
  stdout(text: string): void
  /** Progress and complaints. */
  stderr(text: string): void
  /** For gameday, the one interactive command; absent without a terminal. */
  stdin?: NodeJS.ReadableStream
  env: NodeJS.ProcessEnv
  cwd: string
  /** --platform: a folder, or its firedrill.yaml, as seen from `cwd`. Absent: looked for from `cwd` on. */
  platform?: string
  isTTY: boolean
  /** Width of the terminal that stdout is; absent where it is none. */
  columns?: number
  color: boolean
  /** Set by an action; the program exits with it. */
  exitCode: number
  /** Aborted on Ctrl-C. */
  signal: AbortSignal
}
