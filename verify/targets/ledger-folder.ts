import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { portsFrom } from '../../lab/parts/part-ports.ts'

const PREFIX = 'ledger-'

/**
 * One folder for all drills on one target: what they must undo, and their lock. A lab is known by its Prometheus' port.
 */
export function ledgerFolder(target: string, env: NodeJS.ProcessEnv): string {
  const name = target === 'lab' ? `lab-${portsFrom(env).prometheus}` : target.replace(/[^A-Za-z0-9._-]/g, '_')
  return join(stateFolder(env), `${PREFIX}${name}`)
}

/** The ledger of the compressed configuration of a compressed drill on compose: undone after the faults, by every way of undoing. */
export const COMPOSE_CONFIGURATION = 'compose-configuration'

/** The ledgers of one target, in the order in which they are undone. */
export function ledgersOf(target: string): string[] {
  return target === 'compose' ? [target, COMPOSE_CONFIGURATION] : [target]
}

/** Names of all targets that have a ledger, the lab of these ports first; a lab of other ports is lab-PORT. */
export function targetsWithLedger(env: NodeJS.ProcessEnv): string[] {
  const folder = stateFolder(env)
  const lab = basename(ledgerFolder('lab', env))
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(PREFIX)) : []
  const others = found.filter((name) => name !== lab).sort()
  return [...(found.includes(lab) ? ['lab'] : []), ...others.map((name) => name.slice(PREFIX.length))]
}

function stateFolder(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'state'), 'firedrill')
}
