const PREFIXES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** A raw sample has no unit that is known: bytes, seconds, requests. From 10,000 on four digits and the prefix of its size. */
export function rawFigure(value: number | null | undefined): string {
  if (value === null || value === undefined) return 'none'
  const size = Math.abs(value)
  const [unit, prefix] = (size < 10_000 || size === Infinity ? undefined : PREFIXES.find(([each]) => size >= each)) ?? [1, '']
  return unit === 1 ? String(Number(value.toPrecision(6))) : `${Number((value / unit).toPrecision(4))} ${prefix}`
}
