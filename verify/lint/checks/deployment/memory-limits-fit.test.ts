import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'
const named = (name: string, more: string): { file: string; from: string; to: string } => ({
  file: D,
  from: `    container_name: ${name}\n`,
  to: `    container_name: ${name}\n    ${more}\n`,
})

finds(
  'memory-limits-fit',
  'a container that is killed before its program is full',
  { ...named('moalog-rate-limiter', 'mem_limit: 128m'), subject: 'rate-limiter', expected: '-Xmx256m (256 MiB)', line: 'mem_limit' },
  {
    ...named('moalog-rate-limiter', 'deploy: { resources: { limits: { memory: 256M } } }'),
    observed: '256M (256 MiB)',
    line: 'memory: 256M',
  },
  { ...named('moalog-redis', 'mem_limit: 32mb'), subject: 'redis', expected: '--maxmemory 64mb', line: 'mem_limit' },
  { ...named('moalog-redis', 'mem_limit: 33554432'), observed: '32 MiB', line: 'mem_limit' },
  {
    file: D,
    from: '  otel-collector:\n',
    to: '  otel-collector:\n    mem_limit: 0.125g\n',
    expected: 'limit_mib: 256 of memory_limiter',
    line: 'mem_limit',
  },
  {
    file: D,
    from: 'java, -Xmx256m, -XX:+UseSerialGC, "-javaagent:/app/jmx_prometheus_javaagent.jar=9404',
    to: 'java, -Xmx256, -XX:+UseSerialGC, "-javaagent:/app/jmx_prometheus_javaagent.jar=9404',
    observed: '-Xmx256',
    line: '-Xmx256,',
  },
)
for (const limit of ['512m', '0.5g', '1Gi', '${LIMIT:-512m}', '${LIMIT}'])
  passes(
    'memory-limits-fit',
    `a limit of ${limit}`,
    D,
    ...(['    container_name: moalog-rate-limiter\n', `    container_name: moalog-rate-limiter\n    mem_limit: ${limit}\n`] as const),
    {
      ...named('moalog-redis', 'mem_limit: 32mb'),
    },
  )
