import { askMysql } from './ask.ts'
import type { Part } from './part.ts'

/** A string literal; NO_BACKSLASH_ESCAPES is off by default, so both characters count. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, (character) => `\\${character}`)}'`
}

export const mysqlServer: Part = {
  id: 'mysql',
  title: 'MariaDB',
  ports: ['mysql'],
  tools: ['mariadbd', 'mariadb-install-db'],
  needs: [],
  after: [],
  readyTimeoutMs: 30_000,
  files: ({ secrets }) => ({
    // Runs at every start, so every statement says how things are to be. Names are looked up by address, hence both hosts.
    'init.sql': [
      'CREATE DATABASE IF NOT EXISTS moalog CHARACTER SET utf8mb4;',
      ...['localhost', '127.0.0.1'].flatMap((host) => [
        `CREATE USER IF NOT EXISTS 'moalog'@'${host}';`,
        `ALTER USER 'moalog'@'${host}' IDENTIFIED BY ${quoted(secrets.MYSQL_PASSWORD)};`,
        `GRANT ALL PRIVILEGES ON moalog.* TO 'moalog'@'${host}';`,
        `CREATE USER IF NOT EXISTS 'root'@'${host}';`,
        `GRANT ALL PRIVILEGES ON *.* TO 'root'@'${host}' WITH GRANT OPTION;`,
        `ALTER USER 'root'@'${host}' IDENTIFIED BY ${quoted(secrets.MYSQL_ROOT_PASSWORD)};`,
      ]),
      '',
    ].join('\n'),
  }),
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
        '--innodb-log-file-size=8M',
        '--innodb-buffer-pool-size=16M',
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
      ...asRoot(),
      `--bind-address=${context.at('mysql').host}`,
      `--port=${context.at('mysql').port}`,
      // Relative to the data folder: the length of a socket's path is limited to 107 bytes.
      '--socket=mysqld.sock',
      '--pid-file=mysqld.pid',
      `--init-file=${context.dir}/init.sql`,
      '--skip-name-resolve',
      '--skip-log-bin',
      '--performance-schema=OFF',
      '--innodb-buffer-pool-size=16M',
      '--innodb-log-file-size=8M',
      '--innodb-flush-log-at-trx-commit=2',
      '--max-connections=200',
    ],
    env: context.toolEnv('mariadbd'),
    health: { kind: 'tcp', ...context.at('mysql') },
  }),
  answers: (context) => askMysql(context.at('mysql'), 'moalog', context.secrets.MYSQL_PASSWORD, 'moalog'),
}

/** MariaDB runs as root only when told so. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : []
}
