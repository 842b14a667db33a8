import type { Part } from './part.ts'

export const mysqldExporter: Part = {
  id: 'mysqld-exporter',
  title: 'mysqld_exporter',
  ports: ['mysqld-exporter'],
  tools: ['mysqld-exporter'],
  needs: ['mysql'],
  after: [],
  readyTimeoutMs: 15_000,
  files: (context) => ({
    'my.cnf': [
      '[client]',
      'user=root',
      // Double quotes, because # begins a comment elsewhere.
      `password="${context.secrets.MYSQL_ROOT_PASSWORD}"`,
      `host=${context.at('mysql').host}`,
      `port=${context.at('mysql').port}`,
      '',
    ].join('\n'),
  }),
  launch: (context) => ({
    argv: [
      context.tool('mysqld-exporter'),
      `--config.my-cnf=${context.dir}/my.cnf`,
      `--web.listen-address=${context.hostPort('mysqld-exporter')}`,
    ],
    env: {},
    health: { kind: 'tcp', ...context.at('mysqld-exporter') },
  }),
}
