/**
 * CPU time that this thread has used, in ms: on a busy machine the clock goes on while a test waits for its turn, and the threads of V8's
 * garbage collector and compiler work the more the slower the test gets on.
 */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
