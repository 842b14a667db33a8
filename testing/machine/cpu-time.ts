/** CPU time that this process has used, in ms: on a busy machine the clock goes on while a test waits for its turn. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
