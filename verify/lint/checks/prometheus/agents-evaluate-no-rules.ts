import { remark, warning, type Check } from '../../lint-check.ts'
import { operatorObjects } from '../../../config/deployment/operator-objects.ts'

/** Keys of Prometheus' spec that PrometheusAgent does not have. */
const OF_RULES = ['ruleSelector', 'ruleNamespaceSelector', 'rules', 'evaluationInterval', 'alerting']

export const check: Check = {
  meta: {
    id: 'agents-evaluate-no-rules',
    needs: ['manifest'],
    title: 'Rules are for a Prometheus, not for an agent',
    failureTitle: 'Rules are given to a PrometheusAgent, which evaluates none',
    why: 'Prometheus in agent mode scrapes and writes to others: it evaluates no rule and sends no alert. With an agent alone no alert of a PrometheusRule ever fires. https://prometheus-operator.dev/docs/platform/prometheus-agent/',
    mend: 'Use the kind Prometheus or a ThanosRuler for the rules, or load them where the agent writes to, and remove the keys of rules from the agent.',
    example: 'kind: PrometheusAgent\nspec:\n  ruleSelector: {} # it has none',
  },
  *judge({ config }) {
    const agents = operatorObjects(config, 'PrometheusAgent')
    for (const { object, name } of agents)
      for (const [key, at] of object.pairs('spec'))
        if (OF_RULES.includes(key))
          yield remark(
            name,
            at.keyPlace(),
            'the kind Prometheus, which evaluates rules',
            `${key} of a PrometheusAgent, which does not have it`,
          )
    const [agent] = agents
    if (agent === undefined || operatorObjects(config, 'Prometheus', 'ThanosRuler').length > 0) return
    // What it writes to may evaluate them.
    for (const { object, name } of operatorObjects(config, 'PrometheusRule'))
      yield warning(
        name,
        object.near('spec'),
        'a Prometheus or ThanosRuler that evaluates them',
        `the PrometheusAgent ${agent.name} alone: no rule of these is evaluated here`,
      )
  },
}
