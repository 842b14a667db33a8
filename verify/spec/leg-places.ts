/** Where the legs of a specification stand in its files, for what is found wrong with them only when they are planned. */
import type { ErrorPlace } from '../model/error.ts'
import type { RuleSpec, Spec } from '../model/spec.ts'
import { child, whereIs } from './reader.ts'
import type { Place } from './reader.ts'

const roots = new WeakMap<Spec, readonly { value: RuleSpec; root: Place }[]>()

export function rememberLegs(spec: Spec, rules: readonly { value: RuleSpec; root: Place }[]): Spec {
  roots.set(spec, rules)
  return spec
}

/** A key of a leg, or the leg where it has no such key. Undefined for a specification that was not read from files. */
export function legPlace(spec: Spec, experiment: string, ...path: string[]): ErrorPlace | undefined {
  for (const { value, root } of roots.get(spec) ?? []) {
    const index = value.experiments.findIndex(({ id }) => id === experiment)
    if (index !== -1) return whereIs(child(root, 'experiments', index, ...path))
  }
  return undefined
}
