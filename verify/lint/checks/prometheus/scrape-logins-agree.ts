import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { scrapeJobs, type Configuration } from '../../../config/configuration.ts'
import { fileAt, reads } from '../../../config/deployment/container-files.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import { readableDocuments, type Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean, slipOf } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'scrape-logins-agree',
    needs: ['prometheus'],
    title: 'Every scrape job logs in with a user that its target knows',
    failureTitle: 'A scrape job logs in with a user that its target does not know, or does not log in',
    why: 'The target answers 401 to another user name as it does to another password: `up` is 0 for ever, while the target itself is well. https://prometheus.io/docs/prometheus/latest/configuration/https/',
    mend: 'In prometheus.yml, use the user name of the target: one of basic_auth_users in its web configuration, or the one that goes with the password.',
    example: 'basic_auth:\n  username: metric # web.yml of the exporter has basic_auth_users: { metrics: ... }',
  },
  *judge({ config }) {
    for (const root of config.prometheus) {
      const logins = scrapeJobs(config, root).map(loginOf)
      for (const login of logins) {
        const known = usersOf(login, config)
        if (known !== undefined) yield* ofTarget(login, known)
        else yield* beside(login, logins)
      }
    }
  },
}

const LOGINS = ['basic_auth', 'authorization', 'oauth2', 'bearer_token', 'bearer_token_file', 'http_headers']

interface Login {
  job: Cursor
  user: Cursor | undefined
  password: string | undefined
}

function loginOf(job: Cursor): Login {
  const password = job.string('basic_auth', 'password_file') ?? job.string('basic_auth', 'password')
  // Prometheus shows one that it keeps to itself so.
  return { job, user: job.get('basic_auth', 'username'), password: password === '<secret>' ? undefined : password }
}

/** Users of the web configuration, or of Spring Security, of the containers that a job scrapes; undefined: they are not known. */
function usersOf({ job }: Login, config: Configuration): { names: string[]; owner: Workload; isOfSpring?: true } | undefined {
  // It asks another one about its targets, as those of the blackbox exporter do.
  if (job.items('relabel_configs').some((step) => step.string('target_label') === '__address__')) return undefined
  const hosts = job.items('static_configs').flatMap((each) => each.strings('targets').map((target) => target.split(':')[0] ?? ''))
  const isSelf = (owner: Workload): boolean => hosts.some((host) => /^(?:localhost|127\.)/.test(host)) && reads(owner, job, config)
  for (const owner of config.workloads) {
    if (![owner.name, owner.container, ...(owner.aliases ?? [])].some((name) => hosts.includes(name)) && !isSelf(owner)) continue
    const spring = owner.env.get('SPRING_SECURITY_USER_NAME')?.value ?? ''
    if (spring !== '') return { names: [spring], owner, isOfSpring: true }
    const file = owner.args.flatMap(({ value }) => /^-{1,2}web\.config(?:\.file)?=(.+)$/.exec(value)?.[1] ?? [])[0]
    const found = file === undefined ? 'unknown' : fileAt(owner, config, file)
    const names = typeof found === 'string' ? [] : readableDocuments(found.text).flatMap((root) => root.pairs('basic_auth_users'))
    if (names.length > 0) return { names: names.map(([name]) => name), owner }
  }
  return undefined
}

function* ofTarget({ job, user }: Login, { names, owner, isOfSpring }: NonNullable<ReturnType<typeof usersOf>>): Generator<Remark> {
  const expected = `${names.join(' or ')}, whom ${owner.name} knows`
  const name = job.string('job_name') ?? ''
  if (user === undefined) {
    // A service of Spring may leave its metrics open.
    const say = isOfSpring === true ? warning : remark
    if (!LOGINS.some((key) => job.has(key)))
      yield say(name, job.near('static_configs'), `basic_auth with ${expected}`, 'no login: it answers 401')
  } else if (!names.includes(user.string() ?? ''))
    yield remark(name, user, expected, `${user.string() ?? ''}${didYouMean(user.string() ?? '', names)}`)
}

/** Of jobs with one password one user name is right; without that a slip of the fingers beside other jobs. */
function* beside({ job, user, password }: Login, all: readonly Login[]): Generator<Remark> {
  if (user === undefined) return
  const own = user.string() ?? ''
  const uses = (name: string): number => all.filter((each) => each.user?.string() === name).length
  const usual = new Set(all.flatMap((each) => each.user?.string() ?? []).filter((each) => uses(each) > uses(own)))
  const meant = slipOf(own, usual)
  if (meant !== undefined) {
    yield warning(job.string('job_name') ?? '', user, meant, `${own}, as no other job has it`)
    return
  }
  const sharing = password === undefined ? [] : all.filter((each) => each.user !== undefined && each.password === password)
  const other = sharing.map((each) => each.user?.string() ?? '').find((each) => each !== own)
  if (other === undefined || own.includes('$')) return
  // Passwords are named after their users; else the many are right, and of two the first.
  const named = (name: string): boolean => name.length > 2 && password?.includes(name) === true
  const isRight = named(own) !== named(other) ? named(own) : uses(own) !== uses(other) ? uses(own) > uses(other) : sharing[0]?.job === job
  if (!isRight) yield warning(job.string('job_name') ?? '', user, `${other}, which goes with this password in another job`, own)
}
