import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'
const LOKI = '[-config.file=/etc/loki/loki.yml'
const PROMTAIL = '[-config.file=/etc/promtail/promtail.yml'

finds(
  'programs-keep-running',
  'a flag with which a program ends or leaves out its work',
  ...[
    [LOKI, '-verify-config', 'ends'],
    [LOKI, '-list-targets', 'ends'],
    [LOKI, '-target=read', 'not the whole of Loki'],
    [LOKI, '--version', 'ends'],
    [PROMTAIL, '-dry-run', 'sends none'],
    [PROMTAIL, '--dry-run=true', 'sends none'],
    [PROMTAIL, '-stdin', 'standard input'],
    [PROMTAIL, '-check-syntax', 'ends'],
    ['[--config.file=/etc/prometheus/prometheus.yml', '--enable-feature=exemplar-storage,agent', 'no rules'],
    ['[--config.file=/etc/prometheus/prometheus.yml', '--help', 'ends'],
  ].map(([from = '', flag = '', observed = '']) => ({ file: D, from, to: `${from}, "${flag}"`, observed, line: flag })),
)
passes('programs-keep-running', 'the whole of Loki', D, LOKI, `${LOKI}, -target=all`)
passes('programs-keep-running', 'features that are no agent', D, LOKI, `${LOKI}, -log.level=info`)
