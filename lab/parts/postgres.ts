import { askPostgres } from './ask.ts'
import type { Part } from './part.ts'

/**
 * A killed postmaster leaves its lock file, and a new one refuses to start while kill(pid, 0) finds that process: a zombie that nobody has
 * waited for yet (or ever, in a container without an init) is found too. Process records start nothing twice, so the file is stale.
 * The script is fixed; paths and options are its arguments and are never read by the shell.
 */
const WITHOUT_FORMER_LOCK = ['/bin/sh', '-c', 'rm -f -- "$1" && shift && exec "$@"', 'postgres']

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
    await context.run(
      [
        context.tool('initdb'),
        '-D',
        data,
        '--username=postgres',
        '--encoding=UTF8',
        '--locale=C',
        '--auth=scram-sha-256',
        '--no-sync',
        '--no-instructions',
        `--pwfile=${context.dir}/password`,
      ],
      as,
    )
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
      ...WITHOUT_FORMER_LOCK,
      `${context.dir}/data/postmaster.pid`,
      context.tool('postgres'),
      '-D',
      `${context.dir}/data`,
      '-h',
      context.at('postgres').host,
      '-p',
      String(context.at('postgres').port),
      // No socket file, and no fsync: the data may go with the machine, it survives the end of the process.
      '-k',
      '',
      '-F',
      '-c',
      'shared_buffers=16MB',
      '-c',
      'max_connections=60',
      '-c',
      'dynamic_shared_memory_type=mmap',
      '-c',
      'jit=off',
    ],
    env: context.toolEnv('postgres'),
    health: { kind: 'tcp', ...context.at('postgres') },
    asUnprivileged: true,
  }),
  answers: (context) => askPostgres(context.at('postgres'), 'fluxpay', 'fluxpay'),
}
