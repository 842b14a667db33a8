import { readFileSync } from 'node:fs'
import { FiredrillError } from '../model/error.ts'

/** A file named on the command line; one that cannot be read ends with exit code 2. `next` says what is expected. */
export function readText(file: string, code: string, next: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new FiredrillError(code, `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, {
      place: { file },
      next,
      cause: error,
    })
  }
}
