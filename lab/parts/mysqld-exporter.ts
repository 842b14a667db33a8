import { exporter } from './exporter.ts'

export const mysqldExporter = exporter('mysqld-exporter', {
  title: 'mysqld_exporter',
  port: 9104,
  needs: ['mysql'],
  health: ({ at }) => ({ kind: 'tcp', ...at('mysqld-exporter') }),
})
