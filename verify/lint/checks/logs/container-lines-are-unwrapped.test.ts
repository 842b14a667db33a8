import { finds, passes, type Fault } from '../../../../testing/lint/lint-files.ts'

const ID = 'container-lines-are-unwrapped'
const file = 'promtail/promtail.yml'
const from = 'scrape_configs:\n'
const job = (source: string, stage: string): string => `${from}  - job_name: pods\n    ${source}\n    pipeline_stages:\n      - ${stage}\n`
const files = (path: string): string => `static_configs: [{ targets: [localhost], labels: { job: pods, __path__: ${path} } }]`
const pods = 'kubernetes_sd_configs: [{ role: pod }]'
const fault = (source: string, stage: string, more: Partial<Fault> = {}): Fault => ({
  file,
  from,
  to: job(source, stage),
  subject: 'pods',
  ...more,
})

finds(
  ID,
  'the stage of another runtime',
  fault(pods, 'docker: {}', { expected: 'cri', observed: 'docker', line: '- docker: {}' }),
  fault(files('/var/log/pods/*/*/*.log'), 'docker: {}', { expected: 'cri' }),
  fault(files('/var/log/containers/*.log'), 'docker:', { expected: 'cri' }),
  fault(files('/var/lib/docker/containers/*/*-json.log'), 'cri: {}', { expected: 'docker' }),
)
finds(ID, 'a stage for lines that are not wrapped', {
  file,
  from: '    pipeline_stages:\n',
  to: '    pipeline_stages:\n      - cri: {}\n',
  line: '- cri',
  severity: 'warning',
})
passes(ID, 'cri for pods', file, from, job(pods, 'cri: {}'))
passes(ID, 'docker for its files', file, from, job(files('/var/lib/docker/containers/*/*-json.log'), 'docker: {}'))
passes(ID, 'either for a path that says nothing', file, from, job(files('/logs/*.log'), 'docker: {}'))
