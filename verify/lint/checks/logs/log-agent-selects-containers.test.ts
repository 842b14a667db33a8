import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const [M, D] = ['promtail/promtail.yml', 'docker-compose.yaml']
const FILTER = '"com.docker.compose.project=moalog"'
const values = (more: string): string => `values: [${FILTER}, ${more}]`

finds(
  'log-agent-selects-containers',
  'a project that is called otherwise',
  { file: M, from: FILTER, to: '"com.docker.compose.project=moa-log"', line: 'project=moa-log', observed: 'moa-log' },
  { file: D, from: 'name: moalog\n', to: 'name: shop\n', line: 'name: shop', expected: 'project=shop' },
  { file: M, from: FILTER, to: '"com.docker.compose.project=Moalog"', line: 'project=Moalog' },
)
finds(
  'log-agent-selects-containers',
  'labels and paths that no container has',
  { file: M, from: `values: [${FILTER}]`, to: values('"logging=promtail"'), line: 'logging=promtail', observed: 'no container has it' },
  { file: M, from: `values: [${FILTER}]`, to: values('"com.docker.compose.service=moalog_server"'), line: 'moalog_server' },
  { file: M, from: FILTER, to: '"com.docker.compose.projekt"', line: 'projekt' },
  {
    file: M,
    from: 'scrape_configs:\n',
    to: 'scrape_configs:\n  - job_name: files\n    static_configs:\n      - labels: { job: files, __path__: /var/log/app/*.log }\n',
    subject: 'static_configs',
    expected: '/var/log/app/',
  },
)
passes('log-agent-selects-containers', 'a label that all have', M, FILTER, `${FILTER}, "com.docker.compose.project"`)

finds('log-agent-selects-containers', 'a project without a name, by which Promtail selects', {
  file: 'docker-compose.yaml',
  from: /^name: .*\n/m,
  to: '',
  severity: 'warning',
  observed: 'no name',
})
