import type { FiredrillError } from '../model/error.ts'
import type { LocatedFinding } from '../model/lint-finding.ts'
import type { Rung } from '../model/rung.ts'

/** More is for lint itself; a page that shows a drill needs the worst. */
const MOST_FINDINGS = 100

/** A rung for the journal: what the caret needs is left out, and what is too much. */
export function rungFor(
  rung: Rung['rung'],
  files: readonly string[],
  findings: readonly LocatedFinding[],
  { problems, untested = [] }: { problems: readonly FiredrillError[]; untested?: readonly string[] },
): Rung {
  const more = findings.length - MOST_FINDINGS
  return {
    rung,
    files: [...files],
    findings: findings.slice(0, MOST_FINDINGS).map(({ length: _, source: __, ...finding }) => finding),
    ...(more > 0 ? { more } : {}),
    untested: [...untested],
    problems: problems.map(({ message, place }) => (place === undefined ? message : `${place.file}: ${message}`)),
  }
}
