import { closest, distance } from 'fastest-levenshtein'

/** The likeliest intended name, or undefined when none is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const candidates = [...names].filter((candidate) => candidate !== '' && candidate !== name)
  if (candidates.length === 0) return undefined
  const best = closest(name, candidates)
  return distance(name, best) <= Math.max(2, name.length / 3) ? best : undefined
}

/** `; did you mean x?`, or nothing. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const best = nearest(name, names)
  return best === undefined ? '' : `; did you mean ${best}?`
}
