import { secretsFrom } from '../../lab/context.ts'
import type { AllCredentials } from '../targets/credentials.ts'

/** Values of the environment that must not reach the disk. The lab's published defaults are words of every other line. */
export function secretsOf(env: NodeJS.ProcessEnv, { secrets }: Pick<AllCredentials, 'secrets'>): string[] {
  const published = Object.values(secretsFrom({})) as string[]
  // TOKEN_CHECK=true is no secret, and a word of every other line.
  const word = /^(?:true|false|yes|no|on|off|none|null)$/i
  const named = Object.entries(env).flatMap(([name, value]) =>
    /PASSWORD|SECRET|TOKEN|WEBHOOK/.test(name) && value !== undefined && value !== '' && !word.test(value) ? [value] : [],
  )
  return [...new Set([...named, ...secrets])].filter((value) => !published.includes(value))
}
