import * as every from './every-check.ts'
import type { Check } from './lint-check.ts'

/** Every check, by id. A test keeps this list and the folder the same. */
export const CHECKS: Check[] = Object.values(every).sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1))
