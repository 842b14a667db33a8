import { note, remark, type Check } from '../../lint-check.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import { differsInAmount, isStep } from '../../../config/alerting/alert-rules.ts'

export const check: Check = {
  meta: {
    id: 'rule-is-unique',
    needs: ['rules'],
    title: 'No alert is defined twice',
    failureTitle: 'An alert is defined twice',
    why: 'Two rules with the same name and condition notify twice, or disagree about the threshold: a change of one leaves the other as it was.',
    mend: 'In the rule file, delete one of the two rules, or give it a name or a label set of its own.',
    example: '- alert: ServiceDown\n  expr: up == 0\n- alert: ServiceDown\n  expr: up == 0',
  },
  *judge({ config, facts }) {
    const first = new Map<string, RuleNode[]>()
    const twins: (readonly [rule: RuleNode, twin: RuleNode])[] = []
    for (const rule of config.rules) {
      const others = first.get(rule.alert) ?? []
      first.set(rule.alert, [...others, rule])
      // Rules of one name with different conditions are alternatives of it (one for each metric, say).
      const twin = others.find((other) => {
        const difference = differsInAmount(other, rule, facts)
        return difference === undefined ? other.expr === rule.expr : difference !== 'elsewhere' && !isStep(other, rule, facts)
      })
      if (twin !== undefined) twins.push([rule, twin])
    }
    for (const pairs of Map.groupBy(twins, (pair) => pair.map(fileOf).join(' ')).values()) {
      const [pair] = pairs
      if (pair === undefined) continue
      const size = config.rules.filter((rule) => fileOf(rule) === fileOf(pair[0])).length
      // Which of them a Prometheus loads is not known here: a file that repeats another one is a copy, in an example or in a chart.
      if (config.prometheus.length === 0 && (isCopy(pair, pairs.length / size, pairs.length) || isWhole(pair, pairs.length, config.rules)))
        yield note(
          pair[0].alert,
          pair[0].at.near('alert'),
          'one of the two files in a Prometheus',
          `${pairs.length} of its ${size} rules are in ${fileOf(pair[1])} as well`,
          'A rule file repeats another one: a Prometheus that loads both notifies twice',
        )
      else
        for (const [rule, twin] of pairs)
          yield remark(
            rule.alert,
            rule.at.near('alert'),
            'one rule of this name and condition',
            `a second one at ${twin.at.place().file}:${twin.at.place().line}`,
          )
    }
  },
}

/** Most of a file in another one: of the same name, or of so many rules that they were not copied one by one. */
function isCopy([rule, twin]: readonly [RuleNode, RuleNode], share: number, count: number): boolean {
  const [here, there] = [fileOf(rule), fileOf(twin)]
  return here !== there && share >= 0.5 && (count >= 3 || nameOf(here) === nameOf(there))
}

/** The one file is the other one, in another folder: generated from it, or kept for another deployment. */
function isWhole([rule, twin]: readonly [RuleNode, RuleNode], count: number, rules: readonly RuleNode[]): boolean {
  const [here, there] = [fileOf(rule), fileOf(twin)]
  return folderOf(here) !== folderOf(there) && [here, there].every((file) => rules.filter((each) => fileOf(each) === file).length === count)
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1)
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

function fileOf(rule: RuleNode): string {
  return rule.at.place().file
}
