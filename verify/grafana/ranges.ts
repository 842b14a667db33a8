import { formatDuration, parseDuration } from '../promql/duration.ts'

/** Quoted text and comments, or a bracket with a range; brackets inside the former are text. */
const RANGE = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*)|\[\s*([0-9a-z]+)\s*(:[^\]]*)?\]/g

/** [24h] -> [130s] and [24h:1m] -> [130s:1m] where longer than `ms`; brackets inside quoted text stay. */
export function cutRanges(expr: string, ms: number): string {
  return expr.replace(RANGE, (whole, quoted: string | undefined, range: string | undefined, step: string | undefined) => {
    if (quoted !== undefined || range === undefined) return whole
    const rangeMs = parseDuration(range) ?? Number.NaN
    if (!(rangeMs > ms)) return whole
    return `[${formatDuration(ms)}${step === undefined ? '' : stepWithin(step, ms)}]`
  })
}

/** A subquery of a short range needs a step that still gives it points. */
function stepWithin(step: string, ms: number): string {
  const stepMs = parseDuration(step.slice(1).trim()) ?? 60_000
  return stepMs * 10 > ms ? ':1s' : step
}

/** The ranges of a query in ms. A subquery stands for what is inside it: its own range is the one that counts. */
export function rangesIn(expr: string): number[] {
  const found = [...expr.matchAll(RANGE)]
    .filter((match) => match[1] === undefined)
    .map((match) => ({
      at: match.index,
      rangeMs: parseDuration(match[2] ?? '') ?? Number.NaN,
      inside: match[3] === undefined ? match.index : opening(expr, match.index),
    }))
  return found.filter(({ at }) => !found.some((outer) => outer.inside < at && at < outer.at)).map(({ rangeMs }) => rangeMs)
}

/** Where the parenthesis opens that ends before `at`; `at` itself when none does. */
function opening(expr: string, at: number): number {
  let depth = 0
  for (let index = expr.slice(0, at).trimEnd().length - 1; index >= 0; index--) {
    if (expr[index] === ')') depth++
    if (expr[index] === '(') depth--
    if (depth === 0) return expr[index] === '(' ? index : at
  }
  return at
}

/** Names, past quoted text, comments and what stands in braces. */
const NAME =
  /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*|\{[^}]*\})|\b([a-zA-Z_:][\w:]*)(\s*\{\s*\})?(?![\w:]|\s*[({])(\s*\[\s*[0-9a-z]+\s*\])?/g
/** Rules of rules double with each step. */
const MOST_CHARS = 65_536

/** What each rule records, by its name; null for a name that several record, which stays as it is. */
export type Recordings = ReadonlyMap<string, string | null>

export function recordingsOf(rules: Iterable<{ name: string; expr: string }>): Recordings {
  const recordings = new Map<string, string | null>()
  for (const { name, expr } of rules) recordings.set(name, recordings.has(name) ? null : expr)
  return recordings
}

/**
 * What recording rules record, asked for in their place. With matchers of its own a recorded series stays as it is, and so does one that is
 * about itself.
 */
export function withRecordings(expr: string, recordings: Recordings): string {
  let chars = 0
  const open = (text: string, above: readonly string[]): string =>
    text.replace(
      NAME,
      (whole, passed: string | undefined, name: string | undefined, _: string | undefined, range: string | undefined, at: number) => {
        const recorded = name === undefined ? undefined : recordings.get(name)
        if (
          passed !== undefined ||
          name === undefined ||
          recorded === undefined ||
          recorded === null ||
          above.length > 5 ||
          above.includes(name)
        )
          return whole
        // Only a selector and a subquery can be of another time.
        if (range === undefined && /^\s*(?:offset\b|@)/.test(text.slice(at + whole.length, at + whole.length + 80))) return whole
        chars += recorded.length
        return chars > MOST_CHARS ? whole : `(${open(recorded, [...above, name])})${range === undefined ? '' : range.replace(']', ':]')}`
      },
    )
  return recordings.size === 0 ? expr : open(expr, [])
}

const WORD = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*|\{[^}]*\})|\b([a-zA-Z_:][\w:]*)/g

/** Whether a recorded series is left: over what time that looks is its rule's to say. */
export function asksRecorded(expr: string, recordings: Recordings): boolean {
  return recordings.size > 0 && [...expr.matchAll(WORD)].some(([, , name]) => name !== undefined && recordings.has(name))
}
