import { readFileSync } from 'node:fs'
import { FiredrillError } from '../../verify/model/error.ts'

/** What mounts, namespaces and control groups need, and what bridges and iptables need: https://man7.org/linux/man-pages/man7/capabilities.7.html */
const NEEDED = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21 } as const

/** Throws ENGINE_ROOT where this process can make no engine: `what` needs root, and `retry` is what to type with it. */
export function demandRights(
  what: string,
  retry: string,
  uid = process.getuid?.() ?? 0,
  status = readFileSync('/proc/self/status', 'utf8'),
): void {
  if (uid !== 0) throw new FiredrillError('ENGINE_ROOT', `${what} needs root`, { exitCode: 3, next: `sudo ${retry}` })
  const lacking = lackingIn(status)
  if (lacking.length > 0)
    throw new FiredrillError('ENGINE_ROOT', `${what} needs the rights of root, and this container's root lacks ${lacking.join(' and ')}`, {
      exitCode: 3,
      next: `On the machine itself, or in a container with ${lacking.map((name) => `--cap-add ${name.replace('CAP_', '')}`).join(' ')}: ${retry}`,
    })
}

/** Of the effective set in a /proc/PID/status; none where it does not say. */
export function lackingIn(status: string): string[] {
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1]
  if (hex === undefined) return []
  const has = BigInt(`0x${hex}`)
  return Object.entries(NEEDED).flatMap(([name, bit]) => (((has >> BigInt(bit)) & 1n) === 1n ? [] : [name]))
}
