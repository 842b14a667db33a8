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
    const known =
      error instanceof FiredrillError
        ? error
        : error instanceof CommandFailed
          ? new FiredrillError('ENGINE_FAILED', [`${formatCommand(error.command)}: ${error.message}`, ...error.tail].join('\n  | '), {
              exitCode: 3,
              next: `the whole log is ${error.log}; what is done is kept`,
            })
          : undefined
    if (known === undefined) throw error
    process.stderr.write(`${formatError(known)}\n`)
    process.exitCode = known.exitCode satisfies ExitCode
  }
}
