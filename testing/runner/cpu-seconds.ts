import { readFileSync } from 'node:fs'

/** CPU seconds by test file, of the processes that its tests started and awaited included: filled by count-cpu.ts. */
export const cpuByFile: Record<string, number> = {}

/** CPU seconds of this process so far and of its ended children, which /proc has in hundredths (fields 16 and 17 of proc(5)). */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  const fields = process.platform === 'linux' ? (readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []) : []
  return (user + system) / 1e6 + (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / 100
}
