import { remark, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** Arguments with which a program checks, prints or stops, or leaves out what it is there for. */
const ENDS: Readonly<Record<string, readonly (readonly [flag: RegExp, what: string])[]>> = {
  'prometheus': [
    [/^--enable-feature=(?:.*,)?agent(?:,|$)|^--agent$/, 'in agent mode it evaluates no rules and sends no alerts'],
    [/^--web\.listen-address=$/, 'it listens on no address'],
  ],
  'alertmanager': [],
  'loki': [
    [/^-{1,2}verify-config(?:=true)?$/, 'it checks its configuration and ends'],
    [/^-{1,2}list-targets(?:=true)?$/, 'it lists its targets and ends'],
    [/^-{1,2}target=(?!(?:.*,)?all(?:,|$))(?!.*[$,])/, 'one container alone is not the whole of Loki'],
  ],
  'promtail': [
    [/^-{1,2}dry-run(?:=true)?$/, 'it prints the lines and sends none'],
    [/^-{1,2}check-syntax(?:=true)?$/, 'it checks its configuration and ends'],
    [/^-{1,2}stdin(?:=true)?$/, 'it reads standard input, which is empty, and ends'],
    [/^-{1,2}inspect(?:=true)?$/, 'it prints what its stages do to each line'],
  ],
  'otelcol': [[/^(?:validate|components)$/, 'it checks or lists, and ends']],
  'mysqld_exporter': [],
  'redis_exporter': [],
}
/** Of all of them. */
const ALWAYS: readonly (readonly [RegExp, string])[] = [[/^(?:--?version|--?help|-h|--help-long|--help-man)$/, 'it prints that and ends']]

export const check: Check = {
  meta: {
    id: 'programs-keep-running',
    needs: ['workloads'],
    title: 'No flag or command makes a program end or leave out its work',
    failureTitle: 'A flag or command makes a program end, or leave out its work',
    why: 'A flag for a check by hand, or a command that only waits, stays in the file. The container ends with exit code 0 and is started again, or it runs and sends no line. https://prometheus.io/docs/prometheus/latest/prometheus_agent/, https://grafana.com/docs/loki/latest/send-data/promtail/troubleshooting/',
    mend: 'Remove the flag or command from the compose file or manifest.',
    example: 'promtail:\n  command: [-config.file=/etc/promtail/promtail.yml, -dry-run]',
  },
  *judge({ config }) {
    for (const workload of config.workloads) {
      yield* idle(workload)
      const flags = imageNameOf(workload.image).known?.flags
      // An entry point of one's own, or a run that is meant to end.
      if (flags === undefined || workload.at.has('entrypoint') || workload.at.string('restart') === 'no') continue
      const list = ENDS[flags]
      if (list === undefined) continue
      const others = config.workloads.filter((other) => other !== workload && imageNameOf(other.image).known?.flags === flags)
      yield* judgeArguments(workload, others, [...list, ...ALWAYS])
    }
  },
}

/** Programs that wait or end: what holds a container for a look into it. */
const IDLE = /^(?:\/(?:usr\/)?bin\/)?(?:sleep|tail|true|false|cat|yes)$/
const SHELL = /^(?:\/(?:usr\/)?bin\/)?(?:ba|da|a)?sh$/

/** In the place of the program that its image is there for; others, alpine and busybox among them, may be there to wait. */
function* idle({ name, image, args, at }: Workload): Generator<Remark> {
  const { known, repository } = imageNameOf(image)
  // These hand their command on: https://github.com/docker-library/redis/blob/master/docker-entrypoint.sh
  const handsOn = /^(?:redis|valkey\/valkey|mysql|mariadb|postgres|confluentinc\/cp-kafka)$/.test(repository)
  const isPod = at.text.text.includes('kind: ')
  const key = at.has('entrypoint') ? 'entrypoint' : handsOn || isPod ? 'command' : undefined
  const where = key === undefined ? undefined : at.get(key)
  const isOfServer = handsOn || known?.flags !== undefined || known?.health !== undefined
  if (!isOfServer || key === undefined || where === undefined || at.string('restart') === 'no') return
  const words = where.isList() ? at.strings(key) : (where.string() ?? '').split(/\s+/)
  const [program = '', flag] = words
  const further = key === 'entrypoint' || isPod ? args.length : 0
  const code = SHELL.test(program) && /^-\w*c$/.test(flag ?? '') ? words.slice(2).join(' ') || (args[0]?.value ?? '') : undefined
  const isIdle =
    code === undefined
      ? IDLE.test(program) || (SHELL.test(program) && words.length === 1 && further === 0)
      : code.split(/&&|;|\n/).every((each) => IDLE.test(each.trim().replace(/^["']/, '').split(/\s+/)[0] ?? ''))
  if (isIdle) yield remark(name, where, `the program of ${image}`, words.join(' '))
}

function* judgeArguments(
  { name, args, at: where }: Workload,
  others: readonly Workload[],
  list: readonly (readonly [RegExp, string])[],
): Generator<Remark> {
  // Several Loki with a target each are one. https://grafana.com/docs/loki/latest/get-started/deployment-modes/
  const isDistributed = others.some((other) => other.args.some(({ value }) => /^-{1,2}target=/.test(value)))
  for (const { value, at } of args) {
    const [, what] = list.find(([flag]) => flag.test(value)) ?? []
    if (what === undefined || (isDistributed && /^-{1,2}target=/.test(value)) || where.has('profiles')) continue
    yield remark(name, at, `no ${value.split('=')[0] ?? value}`, `${value}: ${what}`)
  }
}
