import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Journal } from '../../verify/model/journal.ts'
import { parseJournal } from '../../verify/judge/record/parse-journal.ts'

const FOLDER = new URL('../../verify/judge/fixtures/journals/', import.meta.url)

/** The text of a recorded drill, by the name of its story (verify/judge/fixtures/journals/README.md). */
export function namedText(name: string): string {
  const packed = new URL(`${name}.ndjson.gz`, FOLDER)
  return existsSync(packed) ? gunzipSync(readFileSync(packed)).toString('utf8') : readFileSync(new URL(`${name}.ndjson`, FOLDER), 'utf8')
}

/** Every rule and every outage of the specification kept its promise: what tests alter. Fixed: a new reports/sample leaves it alone. */
export function allWell(): Journal {
  return parseJournal(namedText('all-well'))
}
