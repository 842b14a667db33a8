/** 1, 'trace' -> "1 trace"; 3, 'trace' -> "3 traces"; a plural of its own ('query', 'queries') as the third. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}
