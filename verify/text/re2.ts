import { RE2JS } from 're2js'

/** Patterns of a specification and of configuration are few, and each is asked of many texts; those with a stamp are each asked of one. */
const compiled = new Map<string, RE2JS>()
const MOST_PATTERNS = 1_000

/** An RE2 pattern (Go's syntax, as in Prometheus and Loki; linear time for any text). A broken one throws. */
export function re2(pattern: string): RE2JS {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const fresh = RE2JS.compile(pattern)
  if (compiled.size < MOST_PATTERNS) compiled.set(pattern, fresh)
  return fresh
}

/** Whether the pattern is found in `text`. A broken pattern throws. */
export function finds(pattern: string, text: string): boolean {
  return re2(pattern).matcher(text).find()
}

/** The same of a pattern that may be broken: then it finds nothing. */
export function mayFind(pattern: string, text: string): boolean {
  try {
    return finds(pattern, text)
  } catch {
    return false
  }
}

/** The pattern with {stamp} replaced by exactly that text. */
export function withStamp(pattern: string, stamp: string): string {
  return pattern.replaceAll('{stamp}', RE2JS.quote(stamp))
}

const anchoredPatterns = new Map<string, RE2JS | null>()

/**
 * The pattern anchored at both ends, as matchers are compiled; null when it is not RE2. `flags`: "s" where a dot also matches a line break,
 * as in Prometheus.
 */
export function anchored(pattern: string, flags: '' | 's' = ''): RE2JS | null {
  const text = `^(?${flags}:${pattern})$`
  let whole = anchoredPatterns.get(text)
  if (whole === undefined) {
    try {
      whole = RE2JS.compile(text)
    } catch {
      whole = null
    }
    anchoredPatterns.set(text, whole)
  }
  return whole
}
