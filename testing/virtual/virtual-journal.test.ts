import { judgesRandomRuns } from './random-runs.ts'

judgesRandomRuns({ honest: 300, broken: 8 })
