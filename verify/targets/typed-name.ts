import { FiredrillError } from '../model/error.ts'
import type { Target } from '../model/target.ts'

/**
 * Load and faults go to another machine only when its target is named on the command line as well: a wrong path, or a line of the history
 * of the shell, must not be enough. Throws TARGET_NOT_NAMED (exit code 2) before anything is asked.
 */
export function requireTypedName({ name, elsewhere = [] }: Pick<Target, 'name' | 'elsewhere'>, typed: string | undefined): void {
  if (typed === name || (typed === undefined && elsewhere.length === 0)) return
  const hosts = `${elsewhere.slice(0, 3).join(', ')}${elsewhere.length > 3 ? ' ...' : ''}`
  throw new FiredrillError(
    'TARGET_NOT_NAMED',
    typed === undefined
      ? `target ${name} is on another machine: load and faults go to ${hosts}`
      : `--confirm names ${JSON.stringify(typed)}, and the target is ${JSON.stringify(name)}`,
    {
      next: `Type its name: --confirm ${/^[\w.-]+$/.test(name) ? name : JSON.stringify(name)}. --dry-run prints what would be done. Nothing was touched.`,
    },
  )
}
