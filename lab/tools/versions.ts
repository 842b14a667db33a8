/**
 * What the programs answer to a question for their version, as numbers that can be compared.
 * Recorded answers of every program are in versions.test.ts.
 */

/** `1.76.0` as [1, 76, 0]. */
export type Version = readonly number[]

/**
 * The first dotted number in a program's own words: `redis-cli 7.0.15`, `v=7.0.15`, `Ver 10.11.19-MariaDB`, `(PostgreSQL) 15.18`.
 * A leading `v` or `go` is ignored; undefined when the text holds none.
 */
export function parseVersion(text: string): Version | undefined {
  const match = /(?<![\w.])(?:go|[vV])?=?(\d+(?:\.\d+)+)/.exec(text)
  return match?.[1]?.split('.').map(Number)
}

/** Negative when `a` is older than `b`, positive when newer, 0 when equal; a missing part counts as 0. */
export function compareVersions(a: Version, b: Version): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

export function formatVersion(version: Version): string {
  return version.join('.')
}

/** Reads `1.76.0` or `v1.76`; throws on anything else, because it is our own table that holds it. */
export function version(text: string): Version {
  const parsed = parseVersion(text) ?? (/^\d+$/.test(text) ? [Number(text)] : undefined)
  if (parsed === undefined) throw new Error(`not a version: ${text}`)
  return parsed
}
