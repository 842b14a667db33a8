import { findsTamperings } from './tampered-runs.ts'

findsTamperings(1)
