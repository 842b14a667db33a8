import type { Finding } from './lint-finding.ts'

/** What lint or simulate said of the files that a drill deploys, before it began: the rungs of the ladder of proof below it. */
export interface Rung {
  rung: 'lint' | 'simulate'
  /** Files and folders that were read. */
  files: string[]
  /** The worst first. */
  findings: Finding[]
  /** So many further findings are not here. */
  more?: number
  /** What could not be tested, and why. */
  untested: string[]
  /** What could not be read: then nothing is known. */
  problems: string[]
}
