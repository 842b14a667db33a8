import { isRecord } from '../text/is-record.ts'

/**
 * promtool evaluates every loaded rule at each step of each test. From so many rules on a test loads the groups alone that its alert needs:
 * 81 rules took longer than any time limit.
 */
export const MANY_RULES = 30

/** A group as it stands in a rule file, and the number of that file. */
export interface FileGroup {
  file: number
  /** With name, interval, limit and the like. */
  group: Record<string, unknown> & { rules: Record<string, unknown>[] }
}

/** The groups of a rule file's content; what is no group is left to promtool. */
export function groupsIn(content: unknown, file: number): FileGroup[] {
  const groups = isRecord(content) ? content['groups'] : undefined
  return (Array.isArray(groups) ? groups : []).flatMap((group: unknown) => {
    const rules = isRecord(group) && Array.isArray(group['rules']) ? (group['rules'] as unknown[]).filter(isRecord) : undefined
    return rules === undefined ? [] : [{ file, group: { ...(group as object), rules } }]
  })
}

/** Any series may be meant: of a name that is matched, or of the alerts themselves. */
const ANY_NAME = /\bALERTS(?:_FOR_STATE)?\b|__name__/
const NAME = /[a-zA-Z_:][\w:]*/g

/**
 * Those of `all` that decide whether `alert` fires and what it says, in their order: each group with a rule of that name, and each group
 * that records what these read. All of them where that cannot be known.
 */
export function groupsNeededBy(all: readonly FileGroup[], alert: string): readonly FileGroup[] {
  const needed = new Set(all.filter(({ group }) => group.rules.some((rule) => rule['alert'] === alert)))
  for (const { group } of needed) {
    const text = JSON.stringify(group.rules)
    if (ANY_NAME.test(text)) return all
    const names = new Set(text.match(NAME))
    for (const other of all) if (other.group.rules.some(({ record }) => isRead(record, names))) needed.add(other)
  }
  return all.filter((each) => needed.has(each))
}

/**
 * Names of groups, each behind those that record what it reads. promtool evaluates groups in this order; in another one an alert reads what
 * was recorded an evaluation ago: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 */
export function readingOrder(all: readonly FileGroup[]): string[] {
  const recording = all.filter(({ group }) => group.rules.some((rule) => 'record' in rule))
  const ordered = new Set<string>()
  const visited = new Set<FileGroup>()
  const visit = (each: FileGroup): void => {
    if (visited.has(each)) return
    visited.add(each)
    const names = new Set(JSON.stringify(each.group.rules).match(NAME))
    for (const other of recording) if (other.group.rules.some(({ record }) => isRead(record, names))) visit(other)
    if (typeof each.group['name'] === 'string') ordered.add(each.group['name'])
  }
  for (const each of recording.length === 0 ? [] : all) visit(each)
  return [...ordered]
}

/** A name that is no identifier stands in quotes and in pieces: it may be read. */
function isRead(record: unknown, names: ReadonlySet<string>): boolean {
  return typeof record === 'string' && (names.has(record) || !/^[a-zA-Z_:][\w:]*$/.test(record))
}
