/** Who listens on a port, by /proc: the port's sockets are in net/tcp, a process has its sockets among its descriptors. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { FiredrillError } from '../verify/model/error.ts'
import type { Address } from './parts/part-ports.ts'

export interface PortHolder {
  pid: number
  command: string
}

export interface BusyPort {
  address: Address
  /** undefined when the process is another user's, or is in another namespace. */
  holder: PortHolder | undefined
}

/** True when the port is taken, or when we may not listen there. */
function isBusy(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen({ ...address, exclusive: true }, () => server.close(() => resolve(false)))
  })
}

export async function busyPorts(addresses: readonly Address[]): Promise<BusyPort[]> {
  const busy = (await Promise.all(addresses.map(async (address) => ((await isBusy(address)) ? [address] : [])))).flat()
  return busy.map((address) => ({ address, holder: portHolder(address.port) }))
}

function portHolder(port: number): PortHolder | undefined {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningInodes(read(file), port)))
  if (inodes.size === 0) return undefined
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (descriptors(pid).some((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ''))) {
      return { pid: Number(pid), command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() || read(`/proc/${pid}/comm`).trim() }
    }
  }
  return undefined
}

/** Inodes of sockets in state LISTEN (0A) on a port: https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html */
export function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && fields[1]?.endsWith(`:${hexPort}`))
    .map((fields) => fields[9] ?? '')
}

/** `what` by port, for the message: the variable that moves it. */
export function portBusyError(
  busy: readonly BusyPort[],
  describe: (port: number) => { what: string; env: string } | undefined,
): FiredrillError {
  const lines = busy.map(({ address, holder }) => {
    const entry = describe(address.port)
    const by = holder === undefined ? 'a process that this user may not see' : `process ${holder.pid}: ${shortened(holder.command)}`
    return `port ${address.port}${entry === undefined ? '' : ` (${entry.what}, ${entry.env})`} is in use by ${by}`
  })
  const variables = busy.map(({ address }) => describe(address.port)?.env).filter((name) => name !== undefined)
  return new FiredrillError('PORT_BUSY', lines.join('\n'), {
    exitCode: 3,
    next: `nothing was started. Stop ${busy.length === 1 ? 'that process' : 'those processes'}, or choose other ports: ${variables.join('=... ')}=...`,
  })
}

function shortened(command: string): string {
  return command.length <= 160 ? command : `${command.slice(0, 157)}...`
}

function descriptors(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`)
      } catch {
        return ''
      }
    })
  } catch {
    return []
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
