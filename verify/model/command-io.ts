/** What a command is handed of the outside world, so that it can be run in a test without a process. */
export interface CommandIo {
  /** Machine-readable output and answers; nothing else. */
  stdout(text: string): void
  /** Progress and complaints. */
  stderr(text: string): void
  /** For the one command that is led by hand; absent where nobody types. */
  stdin?: NodeJS.ReadableStream
  env: NodeJS.ProcessEnv
  cwd: string
  isTTY: boolean
  color: boolean
  /** Set by an action; the program exits with it. */
  exitCode: number
  /** Aborted on Ctrl-C. */
  signal: AbortSignal
}
