import type { Remark } from './lint-check.ts'

/** More than these in one file are one habit, and one finding. */
const HABIT = 3

/**
 * Remarks of one group as they are while they are few, else the first one with what else it concerns. `what`: of the others, in the plural.
 */
export function* groupedRemarks(found: readonly { group: string; said: Remark }[], what: string, few = HABIT): Generator<Remark> {
  for (const same of Map.groupBy(found, ({ group }) => group).values()) {
    const [first, ...more] = same.map(({ said }) => said)
    if (first === undefined) continue
    if (more.length < few) yield* [first, ...more]
    else {
      const lines = [...new Set(more.map(({ at }) => at.line))]
      const shown = `${lines.slice(0, MOST).join(', ')}${lines.length > MOST ? ' and so on' : ''}`
      yield {
        ...first,
        subject: `${first.subject} and ${more.length} more ${what}`,
        observed: `${first.observed}; also in the lines ${shown}`,
      }
    }
  }
}

const MOST = 12
