import type { Spec } from '../../verify/model/spec.ts'

/** One change to one delivered file. */
export interface Mutant {
  id: string
  /** Operator's id: the kind of mistake a person makes. */
  operator: string
  file: string
  /** What was changed, in words. */
  what: string
  /** The whole changed file. */
  text: string
  before: string
  after: string
  /** Alerts, services or panels that the change touches: what a live drill has to run. */
  touches: string[]
}

export type Rung = 'lint' | 'simulate' | 'live'

export interface Judged {
  mutant: Mutant
  fate: 'killed' | 'survived' | 'equivalent' | 'stillborn'
  /** The rung that killed it. */
  rung?: Rung
  /** What killed it (check id), or why it is equivalent or stillborn. */
  by: string
  /** Why it would be equivalent, of a change that an error notices: the check or the explanation is wrong. */
  contradicts?: string
}

/** Changes that change nothing, by rule and never by hand. */
export interface Equivalence {
  id: string
  because: string
  holds(mutant: Mutant, spec: Spec): boolean
}

/** An edit to a parsed file: a path in the document, and what to do there. */
export interface Edit {
  operator: string
  what: string
  touches: string[]
  apply(document: EditableDocument): void
}

/** The part of yaml's Document that operators use. */
export interface EditableDocument {
  setIn(path: (string | number)[], value: unknown): void
  deleteIn(path: (string | number)[]): boolean
  addIn(path: (string | number)[], value: unknown): void
}
