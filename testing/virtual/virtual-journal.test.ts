import { judgesRandomRuns } from './random-runs.ts'

judgesRandomRuns({ honest: 150, broken: 4 })
