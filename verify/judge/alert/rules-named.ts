import type { LoadedGroup } from '../../model/journal.ts'
import { remembered } from '../../text/remembered.ts'

type LoadedRule = LoadedGroup['rules'][number]

/** Asked for by every experiment; a record does not change once it is judged. */
const groupsByRule = remembered((groups: readonly LoadedGroup[]) => {
  const found = new Map<string, LoadedGroup[]>()
  for (const group of groups)
    for (const name of new Set(group.rules.map((rule) => rule.name))) {
      const those = found.get(name)
      if (those === undefined) found.set(name, [group])
      else those.push(group)
    }
  return found
})

/** The groups that hold a rule of that name. */
export function groupsWith(groups: readonly LoadedGroup[], name: string): readonly LoadedGroup[] {
  return groupsByRule(groups).get(name) ?? []
}

const rulesByName = remembered((groups: readonly LoadedGroup[]) =>
  Map.groupBy(
    groups.flatMap(({ rules }) => rules),
    (rule) => rule.name,
  ),
)

/** The loaded rules of that name, of every group, in the order of the groups. */
export function rulesNamed(groups: readonly LoadedGroup[], name: string): readonly LoadedRule[] {
  return rulesByName(groups).get(name) ?? []
}
