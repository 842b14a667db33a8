/** README file -> its generated part. Each text comes from the meta of the units it lists. */
export async function generated(): Promise<Record<string, string>> {
  const { faultsTable } = await import('../chaos/index.ts')
  return { 'chaos/README.md': faultsTable() }
}
