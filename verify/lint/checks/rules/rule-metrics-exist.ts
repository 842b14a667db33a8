import { selectors, type Selector } from '../../../promql/ast.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'
import { queriesIn } from '../../../config/templates/template-queries.ts'
import { remark, type Check } from '../../lint-check.ts'
import { didYouMean, slipOf } from '../../../text/did-you-mean.ts'
import { remembered } from '../../../text/remembered.ts'
import { isMisspelt, severityFor, soughtAbsent } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-metrics-exist',
    needs: ['rules'],
    title: 'Every metric of a rule is exposed by a target',
    failureTitle: 'No target exposes a metric of the rule: it can never fire',
    why: 'Prometheus accepts a metric that does not exist: the rule is healthy and its result is empty for ever. The catalogue holds expositions recorded from real targets.',
    mend: "In the rule file, correct the metric's name; the finding says which is near. If a target exposes it now, record it again (npm run catalogue).",
    example: 'expr: redis_upp == 0',
  },
  *judge(input) {
    const { config, facts } = input
    const recorded = new Set(config.recordings.map((recording) => recording.record))
    // Many rules ask for one metric, and to look for what is near it takes longer than all else.
    const isReported = remembered((metric: string) => isMisspelt(metric, input))
    const near = remembered((metric: string) => didYouMean(metric, facts.metricNames()))
    // Of a name with colons that is a slip of one that is recorded here, what was meant is known without a recording of targets.
    const recordingMeant = remembered((metric: string) => (metric.includes(':') ? slipOf(metric, recorded) : undefined))
    for (const rule of config.rules) {
      const slip = rule.selectors.find(({ metric }) => metric !== null && recordingMeant(metric) !== undefined)
      if (slip?.metric !== undefined && slip.metric !== null) {
        const at = rule.at.near('expr').place(slip.span.from, slip.metric.length)
        const meant = `${slip.metric}; did you mean ${recordingMeant(slip.metric) ?? ''}?`
        yield remark(rule.alert, at, 'a recording rule of this name', meant, 'No recording rule has the name that the rule reads')
        continue
      }
      const absent = soughtAbsent(rule)
      const reported = new Set<string>()
      for (const selector of rule.selectors) {
        if (selector.metric === null || recorded.has(selector.metric) || /^ALERTS(_FOR_STATE)?$/.test(selector.metric)) continue
        if (facts.jobsExposing(selector.metric)?.length !== 0) continue
        if (reported.has(selector.metric) || !isReported(selector.metric)) continue
        reported.add(selector.metric)
        const at = rule.at.near('expr').place(selector.span.from, selector.metric.length)
        yield remark(
          rule.alert,
          at,
          'a metric that a recorded target exposes',
          `${selector.metric}${near(selector.metric)}`,
          absent.has(selector) ? `No target exposes ${selector.metric}: what looks for its absence always fires` : undefined,
          severityFor(input, rule),
        )
      }
      for (const at of rule.at.pairs('annotations').map(([, text]) => text))
        for (const metric of metricsAskedBy(at.string() ?? ''))
          if (!recorded.has(metric) && facts.jobsExposing(metric)?.length === 0 && isReported(metric))
            yield remark(
              rule.alert,
              at,
              'a metric that a recorded target exposes',
              `${metric}${near(metric)}`,
              'A query in a template asks for a metric that no target exposes: first finds nothing, and the text is an error',
              severityFor(input, rule),
            )
    }
  },
}

function metricsAskedBy(text: string): string[] {
  return [...new Set(queriesIn(text).flatMap((query) => selectorsIn(query).flatMap(({ metric }) => metric ?? [])))]
}

function selectorsIn(query: string): readonly Selector[] {
  const parsed = parsePromql(query)
  return parsed.ok ? selectors(parsed.expr) : []
}
