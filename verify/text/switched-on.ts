import { FiredrillError } from '../model/error.ts'

/**
 * Whether a variable of the environment is on; unset is off. What a service itself would refuse is refused here, before anything is
 * started: a drill that takes `yes` for on, of a service that takes it for off, would look for the wrong trace.
 */
export function switchedOn(env: NodeJS.ProcessEnv, name: string): boolean {
  const value = env[name] ?? ''
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0' || value === '') return false
  throw new FiredrillError('BAD_SWITCH', `${name}=${value} is neither true nor false`, {
    next: 'set it to true or false, or unset it (false)',
  })
}
