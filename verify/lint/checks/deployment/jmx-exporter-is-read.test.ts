import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'
finds(
  'jmx-exporter-is-read',
  'a value that it refuses, a key that it ignores, beans that there are not',
  ...[
    ['startDelaySeconds: 0', 'startDelaySeconds: 600', 'each scrape of it fails'],
    ['startDelaySeconds: 0', 'startDelaySeconds: soon', 'soon'],
    ['lowercaseOutputName: true', 'lowercaseOutputName: treu', 'treu'],
    ['lowercaseOutputName: true', 'lowercaseOutputNames: true', 'did you mean lowercaseOutputName'],
    ['includeObjectNames:', 'includeObjectName:', 'did you mean includeObjectNames'],
    ['type=Memory"', 'type=Memori"', 'type=Memori'],
    ['java.lang:type=Memory"', 'jvaa.lang:type=Memory"', 'jvaa.lang'],
    ['java.lang:type=Memory"', 'java.lang:tpye=Memory"', 'tpye'],
    ['type=Threading"', 'type=Treading"', 'type=Treading'],
    ['"java.lang:type=Memory"', '"java.lang.type=Memory"', 'java.lang.type'],
    ['- pattern: ".*"', '- pattern: "(.*"', '(.*'],
    ['- pattern: ".*"', '- patern: ".*"', 'did you mean pattern'],
    ['- pattern: ".*"', '- name: heap', 'none: it is refused'],
    ['- pattern: ".*"', '- pattern: ".*"\n          name: heap\n          type: GUAGE', 'GUAGE'],
    ['startDelaySeconds: 0', 'startDelaySeconds: 0\n      excludeObjectNames: ["*:*"]', 'no metric is left'],
  ].map(([from = '', to = '', observed = '']) => ({ file: D, from, to, observed })),
  {
    file: D,
    from: 'startDelaySeconds: 0',
    to: 'startDelaySeconds: 0\n      hostPort: 127.0.0.1:9999',
    observed: 'another JVM',
    severity: 'warning',
  },
)
for (const [from, to] of [
  ['startDelaySeconds: 0', 'startDelaySeconds: 30'],
  [
    '- pattern: ".*"',
    '- pattern: "java.lang<type=(\\\\w+)><(\\\\w+)>(.+): (.*)"\n          name: java_$1_$3\n          type: GAUGE\n          attrNameSnakeCase: true',
  ],
  ['"java.lang:type=Memory"', '"java.lang:type=MemoryPool,name=*", "java.lang:type=Memory", "kafka.*:*"'],
] as const)
  passes('jmx-exporter-is-read', to, D, from, to)
