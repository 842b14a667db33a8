import { readFileSync } from 'node:fs'

/** "firedrill 0.1.0", for journals and reports. */
export function toolVersionText(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return `firedrill ${version}`
}
