import type { Spec } from '../../verify/model/spec.ts'
import type { Equivalence, Mutant } from './mutant.ts'

/** Changes that cannot make a difference, each with the reason. A mutant is equivalent by rule, never because it survived. */
export const equivalences: Equivalence[] = [
  {
    id: 'resolve-timeout',
    because:
      'resolve_timeout is used for alerts without endsAt only, and Prometheus always sends endsAt (https://github.com/prometheus/alertmanager/blob/v0.27.0/api/v2/api.go)',
    holds: (mutant) => mutant.operator === 'resolve_timeout',
  },
  {
    id: 'quantile-of-increase',
    because: 'increase is rate times the window: all buckets of a histogram grow by the same factor, and a quantile does not change by it',
    holds: (mutant) =>
      /(^|panel )function$/.test(mutant.operator) &&
      mutant.what.endsWith('rate -> increase') &&
      mutant.before.includes('histogram_quantile('),
  },
  {
    id: 'quantile-of-average',
    because:
      'avg is sum divided by the number of rows, which is the same for every bucket of a histogram, and a quantile does not change by it',
    holds: (mutant) =>
      mutant.operator === 'panel aggregation' && mutant.what.endsWith('sum -> avg') && mutant.before.includes('histogram_quantile('),
  },
  {
    id: 'nothing-times',
    because: 'the part is multiplied by 0: only whether it has a row counts, and it still has',
    holds: (mutant) =>
      /^panel (aggregation|function|matcher)$/.test(mutant.operator) &&
      !/negated$|dropped$/.test(mutant.what) &&
      outside(mutant.before) === outside(mutant.after),
  },
  {
    id: 'alerts-have-two-states',
    because:
      'ALERTS has series of what is pending and of what is firing alone: a matcher for both takes all there are (https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/)',
    holds: (mutant) => mutant.operator === 'panel matcher' && /: alertstate=~"pending\|firing" removed$/.test(mutant.what),
  },
  {
    id: 'further-lines',
    because:
      'a panel by service that has lines of other jobs as well still shows each service its own number; how many lines there are is not promised',
    holds: (mutant) => mutant.operator === 'panel matcher' && /^Availability by service: job=~"[^"]*" removed$/.test(mutant.what),
  },
  {
    id: 'receiver-off',
    because:
      'no route leads to the receiver: it is a chat receiver that is delivered switched off. Switching it on adds the route, which routing-is-read then checks',
    holds: (mutant, spec) =>
      /^receiver (renamed|removed)$/.test(mutant.operator) &&
      spec.routing.receivers.some(
        (receiver) =>
          receiver.optional &&
          mutant.what.includes(receiver.name) &&
          !new RegExp(`^[^#\\n]*receiver: ${receiver.name}\\b`, 'm').test(mutant.text),
      ),
  },
  {
    id: 'series-unused',
    because:
      'the target is no service, and no experiment is about more than its `up`, which no relabelling of series touches. No rule asks for what else it exposes',
    holds: (mutant, spec) =>
      mutant.operator === 'relabelling' &&
      mutant.what.includes('.metric_relabel_configs:') &&
      mutant.touches.every(
        (job) =>
          spec.platform.services.every((service) => service.job !== job) &&
          spec.rules.every((rule) => rule.condition.kind === 'up' || rule.experiments.every(({ subject }) => subject['job'] !== job)),
      ),
  },
  {
    id: 'field-unused',
    because:
      'the pipeline drops extracted fields at its end. This one becomes no label, timestamp or line, and the specification does not promise it for logs of this format',
    holds: (mutant, spec) =>
      /^(json|regex) stage$/.test(mutant.operator) &&
      fieldsOf(mutant).length > 0 &&
      fieldsOf(mutant).every(
        (field) => !usedLater(field, mutant.text) && !promised(field, mutant.operator.startsWith('json') ? 'json' : 'regex', spec),
      ),
  },
]

/** Fields whose extraction the mutant touches. */
function fieldsOf(mutant: Mutant): string[] {
  const json = /\.json\.expressions\.(\w+)(?:: | removed$)/.exec(mutant.what)?.[1]
  if (json !== undefined) return [json]
  return mutant.operator === 'regex stage' ? [...mutant.before.matchAll(/\(\?P<(\w+)>/g)].map((match) => match[1] ?? '') : []
}

/** A label, a source of a later stage. */
function usedLater(field: string, text: string): boolean {
  return (
    new RegExp(`source: "?${field}"?\\s*$`, 'm').test(text) ||
    new RegExp(`labels:\\s*\\n(?:\\s+\\w+:.*\\n)*?\\s+(?:${field}:|\\w+: ${field}\\s*$)`, 'm').test(text)
  )
}

function promised(field: string, format: 'json' | 'regex', spec: Spec): boolean {
  return spec.logs.some((log) => log.format === format && log.fields[field] !== undefined)
}

/** The expression without what is multiplied by 0. */
function outside(line: string): string {
  return line
    .replaceAll('$window', '24h')
    .replaceAll('$__rate_interval', '5m')
    .replace(/0 \* \w+(?: by \(\w+\) )?\((?:[^()]|\([^()]*\))*\)/g, '0')
}
