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

const loki = '    image: grafana/loki:2.9.0\n'
finds(
  'programs-keep-running',
  'a command that only waits, in the place of the program',
  { file: D, from: loki, to: `${loki}    entrypoint: tail -f /dev/null\n`, line: 'tail -f', subject: 'loki', expected: 'grafana/loki' },
  { file: D, from: loki, to: `${loki}    entrypoint: [sh, -c, "sleep 3600"]\n`, line: 'sleep 3600', subject: 'loki' },
  {
    file: D,
    from: 'entrypoint: [/bin/sh, /etc/alertmanager/switch-on.sh]',
    to: 'entrypoint: [/bin/sh]',
    line: 'entrypoint:',
    subject: 'alertmanager',
  },
  { file: D, from: 'command: [redis-server, ', to: 'command: [sleep, infinity, ', line: 'sleep, infinity', subject: 'redis' },
)
passes(
  'programs-keep-running',
  'a shell that waits, then starts the program',
  D,
  loki,
  `${loki}    entrypoint: [sh, -c, "sleep 3; exec /usr/bin/loki"]\n`,
)
