import { readFileSync } from 'node:fs'
import { toolFile } from '../tool/tool-files.ts'

/** The version of package.json, the only place where it is written. */
export function toolVersion(): string {
  return (JSON.parse(readFileSync(toolFile('package.json'), 'utf8')) as { version: string }).version
}

/** "firedrill 0.1.0", for journals and reports. */
export function toolVersionText(): string {
  return `firedrill ${toolVersion()}`
}
