import { portOf, takeFlag } from '../compose/localize.ts'
import { askMysql } from './ask.ts'
import type { Part } from './part.ts'

/** A string literal; NO_BACKSLASH_ESCAPES is off by default, so both characters count. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, (character) => `\\${character}`)}'`
}

/** As the image's entrypoint makes them (https://hub.docker.com/_/mysql); names are looked up by address, hence both hosts. */
function accounts(environment: Record<string, string>): string {
  const { MYSQL_DATABASE: database, MYSQL_USER: user, MYSQL_PASSWORD: password = '', MYSQL_ROOT_PASSWORD: rootPassword = '' } = environment
  // Runs at every start, so every statement says how things are to be.
  return [
    ...(database === undefined ? [] : [`CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4;`]),
    ...['localhost', '127.0.0.1'].flatMap((host) => [
      ...(user === undefined
        ? []
        : [
            `CREATE USER IF NOT EXISTS ${quoted(user)}@'${host}';`,
            `ALTER USER ${quoted(user)}@'${host}' IDENTIFIED BY ${quoted(password)};`,
            `GRANT ALL PRIVILEGES ON \`${database ?? ''}\`.* TO ${quoted(user)}@'${host}';`,
          ]),
      `CREATE USER IF NOT EXISTS 'root'@'${host}';`,
      `GRANT ALL PRIVILEGES ON *.* TO 'root'@'${host}' WITH GRANT OPTION;`,
      `ALTER USER 'root'@'${host}' IDENTIFIED BY ${quoted(rootPassword)};`,
    ]),
    '',
  ].join('\n')
}

export const mysqlServer: Part = {
  id: 'mysql',
  title: 'MariaDB',
  ports: ['mysql'],
  listens: ({ command }) => ({ mysql: portOf(takeFlag(command, '--port').value, 3306) }),
  tools: ['mariadbd', 'mariadb-install-db'],
  readyTimeoutMs: 30_000,
  files: ({ container }) => ({ 'init.sql': accounts(container.environment) }),
  prepare: (context) =>
    context.run(
      [
        context.tool('mariadb-install-db'),
        '--no-defaults',
        `--basedir=${context.toolPrefix('mariadbd')}`,
        `--datadir=${context.dir}/data`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        '--skip-name-resolve',
        ...asRoot(),
        '--innodb-flush-log-at-trx-commit=0',
      ],
      { env: context.toolEnv('mariadbd') },
    ),
  launch: (context) => ({
    argv: [
      context.tool('mariadbd'),
      '--no-defaults',
      `--basedir=${context.toolPrefix('mariadbd')}`,
      `--datadir=${context.dir}/data`,
      ...takeFlag(
        takeFlag(
          context.command.filter((word) => word.startsWith('-')),
          '--port',
        ).rest,
        '--bind-address',
      ).rest,
      ...asRoot(),
      `--bind-address=${context.at('mysql').host}`,
      `--port=${context.at('mysql').port}`,
      // Relative to the data folder: the length of a socket's path is limited to 107 bytes.
      '--socket=mysqld.sock',
      '--pid-file=mysqld.pid',
      `--init-file=${context.dir}/init.sql`,
      '--skip-name-resolve',
    ],
    env: context.toolEnv('mariadbd'),
    health: { kind: 'tcp', ...context.at('mysql') },
  }),
  answers: (context) => {
    const {
      MYSQL_USER: user = 'root',
      MYSQL_PASSWORD,
      MYSQL_ROOT_PASSWORD,
      MYSQL_DATABASE: database = 'mysql',
    } = context.container.environment
    return askMysql(context.at('mysql'), user, (user === 'root' ? MYSQL_ROOT_PASSWORD : MYSQL_PASSWORD) ?? '', database)
  },
}

/** MariaDB runs as root only with this flag. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : []
}
