import { closest, distance } from 'fastest-levenshtein'

/** The known name that was likely meant, without case: its letters swapped, or else within `within` edits; undefined when none is. */
export function nearest(
  word: string,
  known: Iterable<string>,
  within = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  const lower = word.toLowerCase()
  const candidates = new Map<string, string>()
  for (const each of known) {
    // Each letter more or less is an edit.
    if (each !== '' && each !== word && Math.abs(each.length - word.length) <= within) candidates.set(each.toLowerCase(), each)
  }
  if (candidates.size === 0) return undefined
  const letters = (text: string): string => [...text].sort().join('')
  const own = letters(lower)
  const swapped = [...candidates.keys()].find((each) => each.length === lower.length && letters(each) === own && distance(lower, each) <= 2)
  const best = swapped ?? closest(lower, [...candidates.keys()])
  return swapped !== undefined || distance(lower, best) <= within ? candidates.get(best) : undefined
}

/**
 * The known word that a slip of the fingers made this one of: two neighbouring letters the wrong way round, a letter too few or twice.
 * A word that is merely alike, a plural or another number is a word of its own.
 */
export function slipOf(word: string, known: ReadonlySet<string>): string | undefined {
  if (word.length < 3 || known.has(word)) return undefined
  for (let at = 0; at + 1 < word.length; at++) {
    const turned = `${word.slice(0, at)}${word[at + 1]}${word[at]}${word.slice(at + 2)}`
    if (turned !== word && known.has(turned)) return turned
    if (word[at] === word[at + 1] && word.length > 5 && known.has(word.slice(0, at) + word.slice(at + 1)))
      return word.slice(0, at) + word.slice(at + 1)
  }
  if (word.length < 5) return undefined
  return [...known].find(
    (each) => each.length === word.length + 1 && isWithout(each, word) && !(each.startsWith(word) && /[sdr\d]$/i.test(each)),
  )
}

/** Whether the one is the other without one of its letters. */
function isWithout(long: string, short: string): boolean {
  let at = 0
  while (at < short.length && long[at] === short[at]) at++
  return long.slice(at + 1) === short.slice(at)
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
