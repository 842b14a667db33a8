/** Exit codes of the program (README has the table): 0 pass, 1 fail, 2 bad spec or command line, 3 could not tell, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 130

export interface ErrorPlace {
  file: string
  /** 1-based. */
  line?: number
  /** 1-based. */
  column?: number
  /** The text of the faulty line, for the caret. */
  source?: string
  /** How many characters the caret underlines; 1 when absent. */
  length?: number
}

/**
 * An error a person is meant to read: what happened, where, what to do next, and a stable code.
 * `code` is SCREAMING_SNAKE and never changes once released.
 */
export class FiredrillError extends Error {
  readonly code: string
  readonly exitCode: ExitCode
  readonly place: ErrorPlace | undefined
  readonly next: string | undefined

  constructor(code: string, message: string, options: { exitCode?: ExitCode; place?: ErrorPlace; next?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'FiredrillError'
    this.code = code
    this.exitCode = options.exitCode ?? 2
    this.place = options.place
    this.next = options.next
  }
}
