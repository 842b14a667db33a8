import { note, remark, type LintInput, type Remark } from './lint-check.ts'
import type { Cursor } from '../config/yaml/cursor.ts'

/** What is said of a file that is named and not there: nothing but that it cannot be seen where .gitignore lists it. */
export function missingFile(
  subject: string,
  at: Cursor,
  file: string,
  observed: string,
  { isIgnored }: Pick<LintInput, 'isIgnored'>,
  expected = `${file} on the disk`,
): Remark {
  return isIgnored(file)
    ? note(
        subject,
        at,
        `${file}, made where it is deployed`,
        'not here, and listed in .gitignore: what it holds was not judged',
        'A file is made elsewhere and cannot be seen here',
      )
    : remark(subject, at, expected, observed)
}
