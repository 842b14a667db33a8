import { homedir } from 'node:os'
import { join } from 'node:path'

/** One folder for all drills on one target: what they must undo, and their lock. */
export function ledgerFolder(target: string, env: NodeJS.ProcessEnv): string {
  const state = env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'state')
  return join(state, 'firedrill', `ledger-${target.replace(/[^A-Za-z0-9._-]/g, '_')}`)
}
