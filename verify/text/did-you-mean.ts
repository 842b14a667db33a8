import { closest, distance } from 'fastest-levenshtein'

/** The known name that was likely meant, without case: its letters swapped, or else within `within` edits; undefined when none is. */
export function nearest(
  word: string,
  known: Iterable<string>,
  within = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  const lower = word.toLowerCase()
  const candidates = new Map([...known].filter((each) => each !== '' && each !== word).map((each) => [each.toLowerCase(), each]))
  if (candidates.size === 0) return undefined
  const letters = (text: string): string => [...text].sort().join('')
  const swapped = [...candidates.keys()].find((each) => letters(each) === letters(lower) && distance(lower, each) <= 2)
  const best = swapped ?? closest(lower, [...candidates.keys()])
  return swapped !== undefined || distance(lower, best) <= within ? candidates.get(best) : undefined
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
