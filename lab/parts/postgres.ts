import { askPostgres } from './ask.ts'
import type { Part } from './part.ts'

export const postgres: Part = {
  id: 'postgres',
  title: 'PostgreSQL',
  ports: ['postgres'],
  tools: ['postgres', 'initdb'],
  needs: [],
  after: [],
  readyTimeoutMs: 30_000,
  // SIGTERM waits for clients to leave; SIGINT is the fast shutdown (https://www.postgresql.org/docs/current/server-shutdown.html).
  stopSignal: 'SIGINT',
  files: ({ secrets }) => ({ password: `${secrets.POSTGRES_PASSWORD}\n` }),
  async prepare(context) {
    const as = { env: context.toolEnv('postgres'), asUnprivileged: true }
    const data = `${context.dir}/data`
    await context.run([
      context.tool('initdb'), '-D', data, '--username=postgres', '--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--no-sync', '--no-instructions',
      `--pwfile=${context.dir}/password`,
    ], as)
    await context.run([context.tool('postgres'), '--single', '-F', '-j', '-D', data, 'postgres'], {
      ...as,
      // With -j a statement ends with a semicolon and an empty line.
      input: [
        `CREATE ROLE fluxpay LOGIN PASSWORD '${context.secrets.POSTGRES_PASSWORD.replaceAll("'", "''")}';`,
        'CREATE DATABASE fluxpay OWNER fluxpay;',
        '',
      ].join('\n\n'),
    })
  },
  launch: (context) => ({
    argv: [
      context.tool('postgres'), '-D', `${context.dir}/data`, '-h', context.at('postgres').host, '-p', String(context.at('postgres').port),
      // No socket file, and no fsync: the data may go with the machine, it survives the end of the process.
      '-k', '', '-F', '-c', 'shared_buffers=16MB', '-c', 'max_connections=60', '-c', 'dynamic_shared_memory_type=mmap', '-c', 'jit=off',
    ],
    env: context.toolEnv('postgres'),
    health: { kind: 'tcp', ...context.at('postgres') },
    asUnprivileged: true,
  }),
  answers: (context) => askPostgres(context.at('postgres'), 'fluxpay', 'fluxpay'),
}
