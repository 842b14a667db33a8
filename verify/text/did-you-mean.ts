import { closest, distance } from 'fastest-levenshtein'

/**
 * The known name that was likely meant, compared without case; undefined when none is within `within` edits. Two swapped letters are two
 * edits: in a word of three that is already another word.
 */
export function nearest(
  word: string,
  known: Iterable<string>,
  within = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  const candidates = [...known].filter((each) => each !== '' && each !== word)
  if (candidates.length === 0) return undefined
  const lower = word.toLowerCase()
  const best = closest(
    lower,
    candidates.map((each) => each.toLowerCase()),
  )
  return distance(lower, best) <= within ? candidates.find((each) => each.toLowerCase() === best) : undefined
}

/** `; did you mean x?`, or nothing: to end a sentence. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const best = nearest(word, known)
  return best === undefined ? '' : `; did you mean ${best}?`
}

/** `Did you mean "x"?` when a known name is near, else the list of them: a sentence of its own. */
export function suggestion(word: string, known: readonly string[]): string {
  const best = nearest(word, known)
  return best !== undefined ? `Did you mean "${best}"?` : known.length === 0 ? 'None is known.' : `Known: ${known.join(', ')}.`
}
