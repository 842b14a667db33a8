import { portOf, takeFlag } from '../compose/localize.ts'
import { askPostgres } from './ask.ts'
import type { Part, PartContext } from './part.ts'

/**
 * A killed postmaster leaves its lock file, and a new one refuses to start while kill(pid, 0) finds that process: a zombie that is not
 * waited for yet (or ever, in a container without an init) is found too. Process records start nothing twice, so the file is stale.
 * The script is fixed; paths and options are its arguments and are never read by the shell.
 */
const WITHOUT_FORMER_LOCK = ['/bin/sh', '-c', 'rm -f -- "$1" && shift && exec "$@"', 'postgres']

export const postgres: Part = {
  id: 'postgres',
  title: 'PostgreSQL',
  ports: ['postgres'],
  listens: ({ command }) => ({ postgres: portOf(takeFlag(command, '-p').value, 5432) }),
  tools: ['postgres', 'initdb'],
  readyTimeoutMs: 30_000,
  // SIGTERM waits for clients to leave; SIGINT is the fast shutdown (https://www.postgresql.org/docs/current/server-shutdown.html).
  stopSignal: 'SIGINT',
  // As the image's entrypoint does it: https://hub.docker.com/_/postgres
  files: ({ container }) => ({ password: `${container.environment['POSTGRES_PASSWORD'] ?? ''}\n` }),
  async prepare(context) {
    const as = { env: context.toolEnv('postgres'), asUnprivileged: true }
    const data = `${context.dir}/data`
    const { user, database } = account(context)
    await context.run(
      [
        context.tool('initdb'),
        '-D',
        data,
        `--username=${user}`,
        '--encoding=UTF8',
        '--locale=C',
        '--auth=scram-sha-256',
        '--no-sync',
        '--no-instructions',
        `--pwfile=${context.dir}/password`,
      ],
      as,
    )
    if (database === 'postgres') return
    // With -j a statement ends with a semicolon and an empty line.
    const input = `CREATE DATABASE "${database.replaceAll('"', '""')}";\n\n`
    await context.run([context.tool('postgres'), '--single', '-F', '-j', '-D', data, 'postgres'], { ...as, input })
  },
  launch: (context) => ({
    argv: [
      ...WITHOUT_FORMER_LOCK,
      `${context.dir}/data/postmaster.pid`,
      context.tool('postgres'),
      ...takeFlag(takeFlag(context.command.slice(1), '-p').rest, '-h').rest,
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
      // Shared memory of a killed server stays in its own folder and not in /dev/shm.
      '-c',
      'dynamic_shared_memory_type=mmap',
    ],
    env: context.toolEnv('postgres'),
    health: { kind: 'tcp', ...context.at('postgres') },
    asUnprivileged: true,
  }),
  answers: (context) => {
    const { user, database } = account(context)
    return askPostgres(context.at('postgres'), user, database)
  },
}

function account({ container: { environment } }: PartContext): { user: string; database: string } {
  const user = environment['POSTGRES_USER'] ?? 'postgres'
  return { user, database: environment['POSTGRES_DB'] ?? user }
}
