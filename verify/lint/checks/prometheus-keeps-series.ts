import { remark } from '../check.ts'
import { scrapeJobs } from '../config/configuration.ts'
import type { Check } from '../check.ts'

export const check: Check = {
  meta: {
    id: 'prometheus-keeps-series', area: 'prometheus', severity: 'error', needs: ['prometheus'],
    title: 'No relabelling takes away what the rules need', failureTitle: 'A relabelling drops or rewrites what the rules need',
    why: 'A dropped series, a renamed job or a lost instance label leaves a healthy-looking target and a silent rule. sample_limit and label limits fail the whole scrape.',
  },
  *judge({ spec, config }) {
    for (const prometheus of config.prometheus) {
      for (const job of scrapeJobs(config, prometheus)) {
        const name = job.string('job_name') ?? ''
        if (!spec.platform.targets.some((target) => target.job === name)) continue
        for (const key of ['relabel_configs', 'metric_relabel_configs']) {
          for (const rule of job.get(key)?.items() ?? []) {
            const action = rule.string('action') ?? 'replace'
            const target = rule.string('target_label') ?? ''
            if (/^(drop|keep|labeldrop|labelkeep|dropequal|keepequal)$/.test(action) || /^(job|instance|__name__|__address__|__metrics_path__|status|le|endpoint|uri|area)$/.test(target)) {
              yield remark(name, rule, 'series and labels as the target exposes them', `${action}${target === '' ? '' : ` ${target}`} in ${key}`, undefined, key === 'relabel_configs' && action === 'replace' && target !== 'job' ? 'warning' : undefined)
            }
          }
        }
        for (const key of ['sample_limit', 'label_limit', 'target_limit', 'body_size_limit', 'honor_labels', 'follow_redirects', 'params']) {
          const value = job.get(key)
          if (value === undefined || value.string() === '0' || (key === 'follow_redirects' && value.bool() === true) || (key === 'honor_labels' && value.bool() === false)) continue
          yield remark(name, value, `no ${key}`, `${key}: ${value.string() ?? 'set'}`, undefined, 'warning')
        }
        const extra = (job.get('static_configs')?.items() ?? []).flatMap((entry) => entry.get('labels')?.pairs() ?? []).find(([label]) => label === 'job' || label === 'instance')
        if (extra !== undefined) yield remark(name, extra[1], `the label ${extra[0]} as Prometheus sets it`, `${extra[0]}: ${extra[1].string() ?? ''}`)
      }
    }
  },
}
