/** What is written down of a trouble. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
