import { FiredrillError } from '../verify/model/error.ts'

/**
 * moalog-server's OpenTelemetry is delivered behind a switch, off as the requirement has it. What the service itself would refuse is
 * refused here,
 * before anything is started: a drill that takes `yes` for on, of a service that takes it for off, would look for the wrong trace.
 */
export function moalogOtelEnabled(env: NodeJS.ProcessEnv): boolean {
  const value = env['MOALOG_OTEL_ENABLED'] ?? ''
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0' || value === '') return false
  throw new FiredrillError('BAD_SWITCH', `MOALOG_OTEL_ENABLED=${value} is neither true nor false`, {
    next: 'set it to true or false, or unset it (false)',
  })
}
