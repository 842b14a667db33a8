import { oncePerPlace, remark, type Check, type Remark } from '../../lint-check.ts'
import { allScrapeJobs } from '../../../config/configuration.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

const COMPOSE =
  'service project container_number config_hash oneoff image depends_on version project_config_files project_working_dir replace slug'.split(
    ' ',
  )
/** https://prometheus.io/docs/prometheus/latest/configuration/configuration/ and https://grafana.com/docs/loki/latest/send-data/promtail/scraping/ */
const LABELS: Readonly<Record<string, RegExp>> = {
  docker:
    /^container_(?:id|name|network_mode|log_stream|label_\w+)$|^network_(?:id|name|ingress|internal|label_\w+|scope|ip)$|^port_(?:private|public|public_ip)$/,
  kubernetes: /^(?:namespace|node|pod|service|endpoints|endpointslice|endpoint|ingress)(?:_\w+)?$/,
}
const DOCKER =
  'container_id container_name container_network_mode container_log_stream network_id network_name network_ingress network_internal network_scope network_ip port_private port_public port_public_ip'.split(
    ' ',
  )

export const check: Check = {
  meta: {
    id: 'discovered-labels-exist',
    isRefusal: true,
    title: 'Every __meta label that a relabelling reads is one that its discovery gives',
    failureTitle: 'A relabelling reads a label that its discovery does not give',
    why: 'A __meta label that does not exist is empty: the target label is not set, a keep drops every target, and nothing says so.',
    mend: 'Correct the name in source_labels; the finding names the label that is near.',
    example: 'source_labels: [__meta_docker_container_label_com_docker_compose_services]',
  },
  *judge({ config }) {
    const jobs = [...config.promtail.flatMap((root) => root.items('scrape_configs')), ...allScrapeJobs(config)]
    for (const job of config.promtail.flatMap((root) => root.items('scrape_configs')))
      for (const at of job.items('relabel_configs').flatMap((rule) => rule.items('source_labels')))
        // https://github.com/grafana/loki/issues/3806
        if (at.string() === 'filename')
          yield remark(
            job.string('job_name') ?? '',
            at,
            '__path__, or a stage that reads filename',
            'filename, which a line gets after the relabelling',
          )
    yield* oncePerPlace(
      jobs.flatMap((job) => job.items('relabel_configs').flatMap((rule) => rule.items('source_labels').flatMap((at) => judge(at, job)))),
    )
  },
}

function judge(at: Cursor, job: Cursor): Remark[] {
  const label = at.string() ?? ''
  const [, discovery = '', name = ''] = /^__meta_([a-z]+)_(\w+)$/.exec(label) ?? []
  const found = job.pairs().flatMap(([key]) => /^(\w+)_sd_configs$/.exec(key)?.[1] ?? [])
  if (discovery === '' || found.length === 0 || at.text.text.includes('http_sd')) return []
  const said = (expected: string, observed = label): Remark[] => [remark(job.string('job_name') ?? '', at, expected, observed)]
  if (!found.includes(discovery))
    return said(`a label of ${found.map((each) => `${each}_sd_configs`).join(', ')}`, `${label}${didYouMean(discovery, found)}`)
  const compose = /^container_label_com_docker_compose_(\w+)$/.exec(name)?.[1]
  if (discovery === 'docker' && compose !== undefined)
    return COMPOSE.includes(compose)
      ? []
      : said(
          'a label that compose gives: com.docker.compose.service, .project, .container-number',
          `${label}${didYouMean(compose, COMPOSE)}`,
        )
  const known = LABELS[discovery]
  return known === undefined || known.test(name)
    ? []
    : said(`a label of ${discovery}_sd_configs`, `${label}${discovery === 'docker' ? didYouMean(name, DOCKER) : ''}`)
}
