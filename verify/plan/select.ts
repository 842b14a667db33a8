import { FiredrillError } from '../model/error.ts'
import { kebabCase, sameName, suggestion } from '../model/name.ts'
import type { ExperimentSpec, RuleSpec, Spec } from '../model/spec.ts'

export interface Selected {
  rule: RuleSpec
  experiment: ExperimentSpec
}

/** `only` and `skip` hold alert names (in any spelling: RedisHighMemory, redis-high-memory) or experiment ids. Order of the specification. */
export function select(spec: Spec, only: readonly string[] = [], skip: readonly string[] = []): Selected[] {
  const all = spec.rules.flatMap((rule) => rule.experiments.map((experiment) => ({ rule, experiment })))
  const wanted = only.length === 0 ? all : all.filter((each) => only.some((name) => matches(each, name)))
  for (const name of [...only, ...skip]) {
    if (all.some((each) => matches(each, name))) continue
    const known = [...spec.rules.map(({ alert }) => kebabCase(alert)), ...all.map(({ experiment }) => experiment.id)]
    throw new FiredrillError('UNKNOWN_SELECTION', `no alert or experiment is called "${name}"`, { exitCode: 2, next: `${suggestion(name, [...new Set(known)])} \`firedrill list rules\` shows them all.` })
  }
  const selected = wanted.filter((each) => !skip.some((name) => matches(each, name)))
  if (selected.length === 0) throw new FiredrillError('NOTHING_SELECTED', 'the selection leaves nothing to drill', { exitCode: 2, next: 'Loosen --only or --skip.' })
  return selected
}

/** An experiment's own id wins over an alert of the same name: service-down is both. */
function matches({ rule, experiment }: Selected, name: string): boolean {
  return sameName(experiment.id, name) || sameName(rule.alert, name)
}
