/** What dockerd changes of the machine's network and leaves behind when it ends: forwarding, and rules of iptables. */
export interface NetworkState {
  /** Of /proc/sys/net/ipv4/ip_forward. */
  ipForward: string
  /** `iptables -S` of each table, a rule a line. */
  rules: Record<Table, string[]>
}

export const TABLES = ['filter', 'nat'] as const
export type Table = (typeof TABLES)[number]

const DOCKERS = /\bDOCKER(?:-[A-Z0-9-]+)?\b|\bdocker0\b|\bbr-[0-9a-f]{12}\b/

/**
 * Arguments of iptables, call by call, that take away what an engine has added: its rules, then its chains; and put back the policy of
 * FORWARD. Rules that others have added meanwhile stay.
 */
export function undoRules(before: NetworkState['rules'], now: NetworkState['rules']): string[][] {
  return TABLES.flatMap((table) => {
    const known = new Set(before[table])
    const added = now[table].filter((rule) => !known.has(rule) && DOCKERS.test(rule))
    const chains = added.filter((rule) => rule.startsWith('-N ')).map((rule) => rule.slice('-N '.length))
    const policy = before[table].find((rule) => rule.startsWith('-P FORWARD ') && !now[table].includes(rule))
    const ofOthers = added.filter((rule) => rule.startsWith('-A ') && !chains.includes(rule.split(' ')[1] ?? ''))
    return [
      ...ofOthers.map((rule) => ['-D', ...rule.split(' ').slice(1)]),
      ...chains.map((chain) => ['-F', chain]),
      ...chains.map((chain) => ['-X', chain]),
      ...(policy === undefined ? [] : [policy.split(' ')]),
    ].map((args) => ['-t', table, ...args])
  })
}

/** Of `ip -json address`: https://man7.org/linux/man-pages/man8/ip.8.html */
interface Link {
  ifname: string
  addr_info: { local?: string }[]
}

/**
 * Bridges of the engine's networks that are there without it: one that was killed while it made or removed a network forgets it. By name,
 * and by an address of its own (`prefixes`), so that no bridge of another engine is taken.
 */
export function leftBridges(shown: string, prefixes: readonly string[]): string[] {
  const own = ({ local = '' }: Link['addr_info'][number]): boolean => prefixes.some((prefix) => local.startsWith(prefix))
  return (JSON.parse(shown) as Link[])
    .filter(({ ifname, addr_info: addresses }) => /^(?:docker0|br-[0-9a-f]{12})$/.test(ifname) && addresses.some(own))
    .map(({ ifname }) => ifname)
}
