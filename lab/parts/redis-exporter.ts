import { exporter } from './exporter.ts'

export const redisExporter = exporter('redis-exporter', {
  title: 'redis_exporter',
  port: 9121,
  flags: ['-web.listen-address', '--web.listen-address'],
  variable: 'REDIS_EXPORTER_WEB_LISTEN_ADDRESS',
  needs: ['redis'],
  health: ({ at }) => ({ kind: 'tcp', ...at('redis-exporter') }),
})
