import { findsTamperings } from './tampered-runs.ts'

findsTamperings(12)
