import type { ParamMeta } from './param.ts'
import type { LoadUse } from './spec.ts'

/** What firedrill.yaml says, with every path absolute: where specification, deployed files, recordings and targets of one platform are. */
export interface PlatformFolder {
  /** firedrill.yaml itself. */
  file: string
  folder: string
  name: string
  /** It was named or stands above the working directory. false: that of the tool's own checkout, for want of another. */
  isFound: boolean
  specification: string
  monitoring: string[]
  compose?: string
  recordings: string
  scenarios: string
  targets: string
  /** The default of --target. */
  target?: string
  reports: string
  background?: LoadUse
  warmUp?: LoadUse
  /** Environment variable that says which of both forms of a trace path is deployed. */
  instrumentedBy?: string
  /** Every scenario that a load may name. */
  scripts: Readonly<Record<string, Scenario>>
}

/** A k6 script by what may be said to it. */
export interface Scenario {
  /** Path of the script. */
  script: string
  /** One sentence: the shape of the traffic. */
  title: string
  why?: string
  usedBy?: string
  /** On a game day it may be started where the target has these services. Absent: for a drill alone. */
  byHand?: readonly string[]
  /** Each comes as an environment variable, in upper snake case: ratePerS as RATE_PER_S. */
  params: Readonly<Record<string, ParamMeta>>
}
