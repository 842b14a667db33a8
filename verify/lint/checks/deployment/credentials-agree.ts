import { remark, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { allScrapeJobs, type Configuration } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { present } from '../../../text/present.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** What a database makes of its environment when its data folder is empty. */
const DATABASES = [
  {
    images: ['mysql', 'mariadb'],
    scheme: /^(?:jdbc:|r2dbc:)?(?:mysql|mariadb)\b/,
    prefix: ['MYSQL', 'MARIADB'],
    names: ['USER', 'PASSWORD', 'DATABASE'],
  },
  {
    images: ['postgres', 'postgis/postgis'],
    scheme: /^(?:jdbc:|r2dbc:)?postgres(?:ql)?\b/,
    prefix: ['POSTGRES'],
    names: ['USER', 'PASSWORD', 'DB'],
  },
] as const

interface Login {
  user?: Value
  password?: Value
  database?: Value
}
interface Value {
  value: string
  at: Cursor
}

export const check: Check = {
  meta: {
    id: 'credentials-agree',
    needs: ['compose'],
    title: 'Services log in to a database as it was created',
    failureTitle: 'A service logs in to a database with a user, password or database that it does not have',
    why: 'The image of the database creates one user and one database from its environment. A service with other names is refused at its first query: it answers errors, or does not start.',
    mend: "In the compose file, use the database's own values (MYSQL_USER, POSTGRES_DB ...) in the service's URL, user name and password.",
    example: 'postgres: { environment: { POSTGRES_USER: payments } }\npayments: { environment: { SPRING_R2DBC_USERNAME: payment } }',
  },
  *judge({ config }) {
    const { workloads } = config
    for (const database of DATABASES) {
      const [server, ...others] = workloads.filter(({ image }) =>
        (database.images as readonly string[]).includes(imageNameOf(image).repository),
      )
      // Of several the host would say which one is meant, unless a proxy stands before it.
      if (server === undefined || others.length > 0 || server.unknownEnv || hasScripts(server)) continue
      const created = createdBy(server, database)
      // No user is created then: images-get-their-variables.
      if (created === undefined || created.user?.value === 'root') continue
      const isOpen = createsUsers(server, workloads)
      for (const client of workloads.filter((each) => each !== server)) {
        const logins = loginOf(client, database.scheme).filter(({ url }) => !isOutside(url.value))
        yield* compare(client, server, logins, created, isOpen ? undefined : database.prefix[0])
      }
    }
    yield* exporters(workloads)
    yield* redis(workloads)
    yield* scrapes(config)
  },
}

/** Given in another form, or by a variable that is not set here (variables-are-set). */
function isElsewhere({ env }: Workload, kind: string): boolean {
  return [...env.keys()].some((name) => !name.includes('ROOT') && (name.endsWith(`_${kind}_FILE`) || name.endsWith(`_${kind}`)))
}

/** Another one than that of these files. */
function isOutside(url: string): boolean {
  return /^[a-z0-9:+]+:\/\/(?:[^/@]*@)?[\w-]+\.[\w.-]*[a-z]{2,}(?=[:/?]|$)/i.test(url)
}

/** A file that the server runs, or a container that logs in as the first user, may create others: migrations. */
function createsUsers(server: Workload, workloads: readonly Workload[]): boolean {
  const isRoot = ({ env, args }: Workload): boolean =>
    [...env].some(([name, { value }]) => /USER(?:NAME)?$/.test(name) && /^(?:root|postgres)$/.test(value)) ||
    [...env.values(), ...args].some(({ value }) => /\/\/(?:root|postgres):|\bCREATE\s+(?:USER|ROLE)\b|\bcreateuser\b/i.test(value))
  return server.args.some(({ value }) => /^--init[-_]file\b/.test(value)) || workloads.some((each) => each !== server && isRoot(each))
}

/** Scripts of its own create further users. https://hub.docker.com/_/postgres (Initialization scripts) */
function hasScripts({ mounts, at }: Workload): boolean {
  return mounts.some(({ target }) => target.startsWith('/docker-entrypoint-initdb.d')) || at.has('build')
}

function createdBy({ env }: Workload, { prefix, names }: (typeof DATABASES)[number]): (Login & { root?: Value }) | undefined {
  // An empty one comes from a variable that is not set: variables-are-set.
  const get = (name: string): Value | undefined =>
    prefix.map((each) => env.get(`${each}_${name}`)).find((each) => each !== undefined && each.value !== '')
  const [user, password, database] = names.map(get)
  const root = get('ROOT_PASSWORD')
  const isPostgres = (prefix as readonly string[]).includes('POSTGRES')
  const [name] = [user?.value ?? (isPostgres ? 'postgres' : undefined)]
  if (name === undefined && root === undefined) return undefined
  return present({ user, password, database, root })
}

/** Of a URL with its user and password, or of a URL with NAME_USERNAME and NAME_PASSWORD beside it. */
function loginOf({ env }: Workload, scheme: RegExp): (Login & { url: Value })[] {
  return [...env].flatMap(([name, { value, at }]) => {
    const parts = scheme.test(value) ? /^[a-z0-9:+]+:\/\/(?:([^:/@]+):([^@]*)@)?[^/]+(?:\/([\w-]+))?/i.exec(value) : null
    if (parts === null) return []
    const [, user, password, database] = parts
    const beside = (...names: string[]): Value | undefined =>
      names.map((each) => env.get(name.replace(/_URL$|_URI$/, `_${each}`))).find((each) => each !== undefined && each.at !== at)
    const [itsUser, itsPassword] = [
      user === undefined ? beside('USERNAME', 'USER') : { value: user, at },
      password === undefined ? beside('PASSWORD') : { value: password, at },
    ]
    const itsDatabase = database === undefined ? undefined : { value: database, at }
    return [{ url: { value, at }, ...present({ user: itsUser, password: itsPassword, database: itsDatabase }) }]
  })
}

function* compare(
  client: Workload,
  server: Workload,
  logins: (Login & { url: Value })[],
  created: Login & { root?: Value },
  /** Of its variables; undefined where something else may create users as well. */
  prefix: string | undefined,
): Generator<Remark> {
  const where = server.at.near('environment')
  for (const { user, password, database, url } of logins) {
    const isRoot = user?.value === 'root' || user?.value === 'postgres'
    const wanted = isRoot
      ? (created.root ?? created.password)
      : user === undefined || created.user !== undefined
        ? created.password
        : undefined
    if (user !== undefined && user.value !== '' && !isRoot && created.user !== undefined && user.value !== created.user.value)
      yield remark(client.name, user.at, `the user ${created.user.value}, whom ${server.name} creates`, user.value)
    else if (user === undefined && created.user !== undefined && !client.unknownEnv)
      yield remark(client.name, url.at, `a user name beside the URL, or in it: ${created.user.value}`, 'none')
    else if (prefix === undefined) {
      // What is not in its environment may be created all the same.
    } else if (user !== undefined && user.value !== '' && !isRoot && created.user === undefined && !isElsewhere(server, 'USER'))
      yield remark(server.name, where, `${prefix}_USER: ${user.value}, as whom ${client.name} logs in`, 'not set: there is no such user')
    else if (
      user !== undefined &&
      !isRoot &&
      created.user !== undefined &&
      created.password === undefined &&
      !isElsewhere(server, 'PASSWORD')
    )
      yield remark(server.name, where, `${prefix}_PASSWORD beside ${prefix}_USER`, 'not set: the user is not created')
    // Passwords are compared and never printed.
    if (password !== undefined && password.value !== '' && wanted !== undefined && password.value !== wanted.value)
      yield remark(client.name, password.at, `the password that ${server.name} creates its user with`, 'another one')
    else if (password === undefined && user !== undefined && wanted !== undefined && !client.unknownEnv)
      yield remark(client.name, url.at, 'a password beside the URL, or in it', 'none')
    if (database !== undefined && created.database !== undefined && !isRoot && database.value !== created.database.value)
      yield remark(client.name, database.at, `the database ${created.database.value}, which ${server.name} creates`, database.value)
    else if (database !== undefined && created.database === undefined && !server.unknownEnv && server.env.has('MYSQL_USER'))
      yield remark(server.name, server.at.near('environment'), `MYSQL_DATABASE: ${database.value}, which ${client.name} opens`, 'not set')
  }
}

/** A secret that is made of a variable, by which Prometheus asks a service that gets the same variable for something else. */
function* scrapes(config: Configuration): Generator<Remark> {
  for (const job of allScrapeJobs(config)) {
    const secret = /^\/run\/secrets\/([\w.-]+)$/.exec(job.string('basic_auth', 'password_file') ?? '')?.[1]
    const hosts = job.items('static_configs').flatMap((each) => each.strings('targets').map((target) => target.split(':')[0]))
    for (const root of secret === undefined ? [] : config.compose) {
      const variable = root.string('secrets', secret ?? '', 'environment')
      for (const { name, container, env } of config.workloads.filter(
        (each) => hosts.includes(each.name) || hosts.includes(each.container),
      )) {
        const own = env.get(variable ?? '')
        // Another variable is what variables-are-set looks at.
        if (own !== undefined && variable !== undefined && !(own.at.string() ?? '').includes('$') && own.at.key === variable)
          yield remark(
            name || container,
            own.at,
            `\${${variable}}, of which the secret ${secret} is made`,
            'another value: its scrapes are refused',
          )
      }
    }
  }
}

/** mysqld_exporter: --mysqld.username and MYSQLD_EXPORTER_PASSWORD. https://github.com/prometheus/mysqld_exporter#readme */
function* exporters(workloads: readonly Workload[]): Generator<Remark> {
  const server = workloads.find(({ image }) => ['mysql', 'mariadb'].includes(imageNameOf(image).repository))
  for (const exporter of workloads.filter(({ image }) => imageNameOf(image).known?.flags === 'mysqld_exporter')) {
    const user = exporter.args.flatMap(({ value, at }) => {
      const name = /^--mysqld\.username=(.+)$/.exec(value)?.[1]
      return name === undefined ? [] : [{ value: name, at }]
    })[0]
    const known = [server?.env.get('MYSQL_USER')?.value, 'root']
    if (server === undefined || hasScripts(server) || exporter.unknownEnv || user === undefined) continue
    if (!known.includes(user.value))
      yield remark(exporter.name, user.at, known.filter((each) => each !== undefined).join(' or '), user.value)
    const password = exporter.env.get('MYSQLD_EXPORTER_PASSWORD')
    const wanted = server.env.get(user.value === 'root' ? 'MYSQL_ROOT_PASSWORD' : 'MYSQL_PASSWORD')
    if (password === undefined) yield remark(exporter.name, exporter.at.near('environment'), 'MYSQLD_EXPORTER_PASSWORD', 'not set')
    else if (wanted !== undefined && wanted.value !== '' && password.value !== '' && wanted.value !== password.value)
      yield remark(exporter.name, password.at, `the password of ${user.value} in ${server.name}`, 'another one')
  }
}

/** redis_exporter: REDIS_PASSWORD, --redis.password or a password in REDIS_ADDR, where the server asks for one. */
function* redis(workloads: readonly Workload[]): Generator<Remark> {
  const servers = workloads.filter(({ image }) => /^(?:redis|valkey\/valkey)$/.test(imageNameOf(image).repository))
  const [server] = servers
  if (server === undefined || servers.length > 1 || server.at.has('entrypoint') || server.args.some(({ value }) => /\.conf$/.test(value)))
    return
  const words = server.args.flatMap(({ value, at }) => value.split(/\s+/).map((word) => ({ word, at })))
  const asked = words.find(({ word }) => /^--requirepass(?:=|$)/.test(word))
  for (const exporter of workloads.filter(({ image }) => imageNameOf(image).known?.flags === 'redis_exporter')) {
    const address = exporter.env.get('REDIS_ADDR')
    const names = [server.name, server.container]
    if (exporter.unknownEnv || address === undefined || !names.some((name) => address.value.includes(name))) continue
    const given =
      exporter.env.get('REDIS_PASSWORD') ??
      exporter.env.get('REDIS_PASSWORD_FILE') ??
      exporter.args.find(({ value }) => /^-{1,2}redis\.password/.test(value)) ??
      (/:\/\/[^/@]*:[^/@]+@/.test(address.value) ? address : undefined)
    if (asked !== undefined && given === undefined)
      yield remark(exporter.name, address.at, `REDIS_PASSWORD: ${server.name} is started with --requirepass`, 'no password: redis_up is 0')
    else if (asked === undefined && given !== undefined && given.value !== '')
      yield remark(exporter.name, given.at, `no password: ${server.name} has none, and refuses AUTH`, 'a password: redis_up is 0')
  }
}
