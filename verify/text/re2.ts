import { RE2JS } from 're2js'

/**
 * Whether an RE2 pattern (Go's syntax, as in Prometheus and Loki; linear time whatever the text) is found in `text`. A broken pattern
 * throws.
 */
export function finds(pattern: string, text: string): boolean {
  return RE2JS.compile(pattern).matcher(text).find()
}

/** The pattern with {stamp} replaced by exactly that text. */
export function withStamp(pattern: string, stamp: string): string {
  return pattern.replaceAll('{stamp}', RE2JS.quote(stamp))
}
