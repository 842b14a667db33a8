import { judgesRandomRuns } from './random-runs.ts'

/** 10,000 runs in all. */
judgesRandomRuns({ honest: 7_150, broken: 150 })
