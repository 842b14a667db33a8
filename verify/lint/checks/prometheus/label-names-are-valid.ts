import { remark, type Check, type Remark } from '../../lint-check.ts'
import { scrapeJobs } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'label-names-are-valid',
    isRefusal: true,
    title: 'Labels that are set have names that Prometheus and Loki accept',
    failureTitle: 'A label has a name that is refused',
    why: 'A label name is letters, digits and underscores and begins with no digit; Prometheus before 3.0, Promtail and Alertmanager refuse the file otherwise. https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels',
    mend: 'Write the name with underscores.',
    example: 'global:\n  external_labels: { data-center: a }',
  },
  *judge({ config }) {
    for (const root of config.prometheus) {
      // Prometheus 3 takes any name.
      if (config.workloads.some(({ image }) => NEW.test(image))) continue
      yield* names(root.get('global', 'external_labels'))
      for (const job of scrapeJobs(config, root)) yield* ofJob(job)
    }
    const isNew = config.workloads.some(({ image }) => NEW.test(image))
    for (const rule of [...config.rules, ...config.recordings]) {
      const labels = rule.at.get('labels')
      if (!isNew) yield* names(labels)
      // https://github.com/prometheus/prometheus/blob/v2.48.0/model/rulefmt/rulefmt.go
      const at = labels?.get('__name__')
      if (at !== undefined)
        yield remark('__name__', at.keyPlace(), 'no label __name__: a rule has its name in alert: or record:', '__name__')
    }
    for (const root of config.promtail) for (const job of root.items('scrape_configs')) yield* ofJob(job)
    for (const root of config.promtail) for (const client of root.items('clients')) yield* names(client.get('external_labels'))
  },
}

const NEW = /prom(?:etheus)?\/prometheus:(?:v3|latest)|prom(?:etheus)?\/prometheus$/

function* ofJob(job: Cursor): Generator<Remark> {
  for (const target of job.items('static_configs')) yield* names(target.get('labels'))
  for (const rule of [...job.items('relabel_configs'), ...job.items('metric_relabel_configs')]) {
    const at = rule.get('target_label')
    const name = at?.string()
    if (
      at !== undefined &&
      name !== undefined &&
      !/[$\\]/.test(name) &&
      !/^[a-zA-Z_]\w*$/.test(name) &&
      !/^(?:labelmap|labeldrop|labelkeep)$/.test(rule.string('action') ?? '')
    )
      yield remark(name, at, name.replace(/\W/g, '_'), name)
  }
}

function* names(labels: Cursor | undefined): Generator<Remark> {
  for (const [name, at] of labels?.pairs() ?? [])
    if (!/^[a-zA-Z_]\w*$/.test(name)) yield remark(name, at.keyPlace(), name.replace(/\W/g, '_').replace(/^\d/, '_$&'), name)
}
