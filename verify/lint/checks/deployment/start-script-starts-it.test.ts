import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const [D, S] = ['docker-compose.yaml', 'switch-on.sh']

finds(
  'start-script-starts-it',
  'another file than the script writes',
  {
    file: S,
    from: '--config.file="$running"',
    to: '--config.file="$delivered"',
    line: '--config.file="$delivered"',
    observed: '/etc/alertmanager/alertmanager.yml',
  },
  { file: S, from: '--config.file="$running"', to: '--config.file=/etc/alertmanager/alertmanager.yml', line: '--config.file=/etc' },
  {
    file: S,
    from: '"$delivered" > "$running"',
    to: '"$delivered" > /run/alertmanager/am.yml',
    line: '--config.file="$running"',
    expected: 'am.yml',
  },
)
finds(
  'start-script-starts-it',
  'a script, or what it reads, at another path',
  { file: D, from: ':/etc/alertmanager/switch-on.sh:ro', to: ':/switch-on.sh:ro', line: ':/switch-on.sh:ro', observed: '/switch-on.sh' },
  { file: D, from: '[/bin/sh, /etc/alertmanager/switch-on.sh]', to: '[/bin/sh, /etc/alertmanager/start.sh]', line: 'start.sh' },
  {
    file: D,
    from: ':/etc/alertmanager/alertmanager.yml:ro',
    to: ':/etc/alertmanager/config.yml:ro',
    line: ':/etc/alertmanager/config.yml',
    expected: 'alertmanager.yml mounted',
  },
  {
    file: S,
    from: 'delivered=/etc/alertmanager/alertmanager.yml',
    to: 'delivered=/etc/alertmanager/config.yml',
    line: 'delivered=/etc',
    observed: 'not mounted',
  },
)
passes('start-script-starts-it', 'other names of variables', S, /running/g, 'file')

passes(
  'start-script-starts-it',
  "the image's own script",
  'docker-compose.yaml',
  '    image: grafana/grafana:10.2.0\n',
  '    image: grafana/grafana:10.2.0\n    entrypoint: [/run.sh]\n',
)

finds(
  'start-script-starts-it',
  'a variable that the script never sets',
  {
    file: S,
    from: 'delivered=/etc/alertmanager',
    to: 'dleivered=/etc/alertmanager',
    subject: 'alertmanager',
    expected: 'delivered=',
    line: '$delivered',
  },
  { file: S, from: /running=.*\n/, to: '', expected: 'running=' },
  { file: S, from: 'for channel in', to: 'for chanel in', expected: 'channel=' },
)

finds(
  'start-script-starts-it',
  'a path or a flag of the program',
  { file: S, from: '/bin/alertmanager', to: '/bin/aelrtmanager', subject: 'alertmanager', expected: 'alertmanager' },
  { file: S, from: '/bin/alertmanager', to: '/bni/alertmanager', expected: 'bin' },
  { file: S, from: '--storage.path', to: '--sotrage.path', expected: '--storage.path' },
)

finds(
  'start-script-starts-it',
  'words of the shell, and what stands behind exec',
  { file: S, from: '|| continue', to: '|| cnotinue', subject: 'alertmanager', expected: 'continue' },
  { file: S, from: 'exec /bin', to: 'eexc /bin', expected: 'exec' },
  { file: S, from: /(sed .*)\n(exec .*)\n/, to: '$2\n$1\n', expected: 'exec as the last line' },
)

finds('start-script-starts-it', 'a flag that lacks its last letter', {
  file: 'switch-on.sh',
  from: '--cluster.listen-address=',
  to: '--cluster.listen-addres=',
  expected: '--cluster.listen-address',
})
