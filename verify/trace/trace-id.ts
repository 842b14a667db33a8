/** What a log line says of its trace, in any format: a JSON field, key=value text, or bare between brackets. */

const NAMED = /\btrace[-_.]?id["']?\s*[:=]\s*["']?([0-9a-f]{32})(?![0-9a-z])/gi
const BARE = /(?<![0-9a-z-])[0-9a-f]{32}(?![0-9a-z-])/gi
const FLAGS = /\btrace[-_.]?flags["']?\s*[:=]\s*["']?([0-9a-f]{2})(?![0-9a-z])/i

/** The trace ids in the line, in lower case; where none is named as such, what looks like one. An id of zeros is none. */
export function traceIdsIn(line: string): string[] {
  const named = [...line.matchAll(NAMED)].map(([, id]) => id ?? '')
  const ids = named.length > 0 ? named : [...line.matchAll(BARE)].map(([id]) => id)
  return [...new Set(ids.map((id) => id.toLowerCase()))].filter((id) => !/^0+$/.test(id))
}

/** Stores differ in leading zeros and in capitals. */
export function isSameId(a: string, b: string): boolean {
  const plain = (id: string): string => id.toLowerCase().replace(/^0+/, '')
  return plain(a) === plain(b)
}

/** Whether the line says that its trace is sampled (W3C trace-flags, lowest bit); undefined when it says nothing of it. */
export function sampledIn(line: string): boolean | undefined {
  const flags = FLAGS.exec(line)?.[1]
  return flags === undefined ? undefined : (parseInt(flags, 16) & 1) === 1
}

/** The same of several lines: false when any says that it is not; undefined when none says anything. */
export function allSampled(lines: readonly { line: string }[]): boolean | undefined {
  const said = lines.map(({ line }) => sampledIn(line)).filter((says) => says !== undefined)
  return said.length === 0 ? undefined : !said.includes(false)
}
