import { FiredrillError, type ExitCode } from '../../verify/model/error.ts'
import { formatError } from '../../verify/text/error-text.ts'
import { CommandFailed, formatCommand } from '../tools/child.ts'

/** Runs an engine's command to its exit code. SIGINT and SIGTERM abort `interrupted`; an error that is known is one message on stderr. */
export async function runEngineCommand(main: (argv: string[]) => Promise<number>, interrupted: AbortController): Promise<void> {
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      interrupted.abort(
        new FiredrillError('INTERRUPTED', 'interrupted', { exitCode: 130, next: 'What is done is kept: type the same again.' }),
      )
    })
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    const known = engineError(error)
    if (known === undefined) throw error
    process.stderr.write(`${formatError(known)}\n`)
    process.exitCode = known.exitCode satisfies ExitCode
  }
}

/**
 * What went wrong, undefined where it is not known. Exit code 3 is kept for a machine where no engine can be; one that should work, and
 * whose parts, images or start fail, is a failure: 1.
 */
export function engineError(error: unknown): FiredrillError | undefined {
  if (error instanceof CommandFailed) {
    // Without its variables, which the log has: they are paths into the engine's folder.
    const { program, args } = error.command
    return new FiredrillError('ENGINE_FAILED', [`${formatCommand({ program, args })}: ${error.message}`, ...error.tail].join('\n  | '), {
      exitCode: 1,
      next: `the whole log is ${error.log}; what is done is kept`,
    })
  }
  if (!(error instanceof FiredrillError)) return undefined
  if (error.code !== 'SETUP_FAILED') return error
  const { code, message, next, cause } = error
  return new FiredrillError(code, message, { exitCode: 1, cause, ...(next === undefined ? {} : { next }) })
}
