import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'entrypoints-are-in-their-image'
const D = 'docker-compose.yaml'
const loki = '    image: grafana/loki:2.9.0\n'

finds(
  ID,
  'a shell that the image lacks, and its program misspelt or in another folder',
  {
    file: D,
    from: 'entrypoint: [/bin/sh, /etc',
    to: 'entrypoint: [/bin/bash, /etc',
    line: 'entrypoint: [/bin/bash',
    subject: 'alertmanager',
  },
  { file: D, from: loki, to: `${loki}    entrypoint: [/usr/bin/lokki]\n`, line: '/usr/bin/lokki', expected: '/usr/bin/loki' },
  { file: D, from: loki, to: `${loki}    entrypoint: /bin/loki\n`, line: 'entrypoint: /bin/loki', expected: '/usr/bin/loki' },
  {
    file: D,
    from: '    image: prom/prometheus:v2.48.0\n',
    to: '    image: prom/prometheus:v2.48.0\n    entrypoint: [/usr/bin/prometheus]\n',
    line: '/usr/bin/prometheus',
    expected: '/bin/prometheus',
  },
)
passes(ID, 'the program of the image', D, loki, `${loki}    entrypoint: [/usr/bin/loki]\n`)
passes(ID, 'a name that is looked for on the path', D, loki, `${loki}    entrypoint: [loki]\n`)
