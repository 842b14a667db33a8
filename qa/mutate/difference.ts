/** The lines that differ. */
export function difference(before: string, after: string): { before: string; after: string } {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  return { before: a.slice(head, a.length - tail).join('\n'), after: b.slice(head, b.length - tail).join('\n') }
}
