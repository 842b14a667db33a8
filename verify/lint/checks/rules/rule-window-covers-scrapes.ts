import { formatDuration } from '../../../promql/duration.ts'
import { remark, type Check } from '../../lint-check.ts'
import { jobsSelected } from '../../../promql/compare-matchers.ts'
import { exprAt } from '../../rule-views.ts'

/** A rate needs two samples; four leave room for two lost scrapes. */
const SCRAPES = 4

export const check: Check = {
  meta: {
    id: 'rule-window-covers-scrapes',
    severity: 'warning',
    needs: ['rules'],
    title: 'Every window covers at least four scrapes',
    failureTitle: 'A window is too short for the scrape interval',
    why: 'rate() needs two samples: one or two failed scrapes empty a short window, the series disappears and `for` starts again.',
    mend: 'In the rule file, make the window at least four scrape intervals long, or scrape the target more often in prometheus.yml.',
    example: 'expr: rate(http_server_requests_seconds_count[15s]) > 1 # scraped every 15s',
  },
  *judge({ spec, config, facts }) {
    for (const rule of config.rules) {
      for (const node of rule.nodes) {
        if (node.kind !== 'subquery' || node.stepMs === null || node.stepMs <= node.rangeMs) continue
        yield remark(
          rule.alert,
          exprAt(rule, node.stepSpan ?? node.span),
          `a step below the window of ${formatDuration(node.rangeMs)}`,
          formatDuration(node.stepMs),
          'The step of a subquery is longer than its window: it is empty at most evaluations',
          'error',
        )
      }
      for (const selector of rule.selectors) {
        if (selector.rangeMs === undefined) continue
        const jobs = jobsSelected(selector.metric, selector.matchers, facts)
        const intervalMs =
          jobs === undefined || jobs.length === 0
            ? spec.platform.scrapeIntervalMs
            : Math.max(...jobs.map((job) => facts.scrapeIntervalMs(job)))
        if (selector.rangeMs >= SCRAPES * intervalMs) continue
        const at = exprAt(rule, selector.span)
        yield remark(
          rule.alert,
          at,
          `at least ${formatDuration(SCRAPES * intervalMs)} (${SCRAPES} scrapes)`,
          formatDuration(selector.rangeMs),
          undefined,
          selector.rangeMs < 2 * intervalMs ? 'error' : undefined,
        )
      }
    }
  },
}
