import { remark, type Check } from '../../lint-check.ts'

export const check: Check = {
  meta: {
    id: 'rule-groups-are-unique',
    needs: ['rules'],
    isRefusal: true,
    title: 'Every rule group of a file has its own name',
    failureTitle: 'Two rule groups of a file have the same name, or one has none',
    why: 'Prometheus refuses the whole file: it does not start, and a reload keeps the old rules. https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#rule_group',
    mend: 'In the rule file, rename one of the groups, or move its rules to the other one.',
    example: 'groups:\n  - name: platform\n    rules: []\n  - name: platform\n    rules: []',
  },
  *judge({ config }) {
    for (const file of config.ruleFiles) {
      const seen = new Map<string, number>()
      for (const group of file.items('groups')) {
        const name = group.string('name') ?? ''
        const first = seen.get(name)
        if (name === '') yield remark('groups', group.near('name'), 'a name', 'no name')
        else if (first !== undefined)
          yield remark(name, group.near('name'), `one group ${name} in this file`, `a second one, the first is at line ${first}`)
        else seen.set(name, group.near('name').place().line)
      }
    }
  },
}
