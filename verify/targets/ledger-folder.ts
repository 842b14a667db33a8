import { homedir } from 'node:os'
import { join } from 'node:path'
import { portsFrom } from '../../lab/parts/ports.ts'

/**
 * One folder for all drills on one target: what they must undo, and their lock. Labs are told apart as their own folders are, by the port
 * of Prometheus.
 */
export function ledgerFolder(target: string, env: NodeJS.ProcessEnv): string {
  const state = env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'state')
  const name = target === 'lab' ? `lab-${portsFrom(env).prometheus}` : target.replace(/[^A-Za-z0-9._-]/g, '_')
  return join(state, 'firedrill', `ledger-${name}`)
}
