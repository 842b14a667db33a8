import { RE2JS } from 're2js'

/**
 * Whether an RE2 pattern (Go's syntax, as in Prometheus and Loki; linear time for any text) is found in `text`. A broken pattern
 * throws.
 */
export function finds(pattern: string, text: string): boolean {
  return RE2JS.compile(pattern).matcher(text).find()
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
  let compiled = anchoredPatterns.get(text)
  if (compiled === undefined) {
    try {
      compiled = RE2JS.compile(text)
    } catch {
      compiled = null
    }
    anchoredPatterns.set(text, compiled)
  }
  return compiled
}
