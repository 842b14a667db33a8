import { remark, warning, type Check } from '../../lint-check.ts'
import { bestStream, processed, streamsOf } from '../../container-logs.ts'

export const check: Check = {
  meta: {
    id: 'log-labels-are-given',
    area: 'logs',
    severity: 'error',
    needs: ['promtail'],
    title: "Every service's log stream has the specified labels",
    failureTitle: 'A log stream lacks a specified label, or is not collected',
    why: 'A log stream without its labels is not found by a search for them. The relabelling is applied to the labels that discovery finds for each container.',
    mend: 'In the Promtail configuration, set the label in relabel_configs of the job that reads the service, and read each service in one job only.',
    example:
      'relabel_configs:\n  - source_labels: [__meta_docker_container_name]\n    regex: /(.*)\n    target_label: name # specified label: container',
  },
  *judge(input) {
    for (const { promtail, log, streams } of streamsOf(input)) {
      const best = bestStream(streams, log)
      const at = best?.job.get('relabel_configs') ?? best?.job ?? promtail.near('scrape_configs')
      if (best?.labels === undefined) {
        yield remark(
          log.service,
          at,
          `the log of ${log.service} is collected`,
          streams.length === 0 ? 'no job discovers containers' : 'every job drops its container',
        )
        continue
      }
      const line = input.logLines[log.service]?.[0]
      const labels = line === undefined ? best.labels : processed(best, line).labels
      for (const [label, value] of Object.entries(log.labels)) {
        if (labels[label] !== value)
          yield remark(
            log.service,
            at,
            `${label}="${value}"`,
            labels[label] === undefined || labels[label] === '' ? `no label ${label}` : `${label}="${labels[label]}"`,
          )
      }
      const [first, ...others] = streams.flatMap((stream) =>
        Object.entries(log.labels).every(([label, value]) => stream.labels?.[label] === value)
          ? [JSON.stringify(Object.entries(stream.labels ?? {}).sort())]
          : [],
      )
      // What has the same labels, time and text is one line in Loki.
      if (others.some((other) => other !== first))
        yield remark(log.service, at, 'one job that collects the log', 'two jobs with different labels: every line is stored twice')
      else if (others.length > 0) yield warning(log.service, at, 'one job that collects the log', 'two jobs: every line is pushed twice')
    }
  },
}
