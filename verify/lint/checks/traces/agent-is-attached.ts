import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import { causing, remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { agentJar, agentServices, agentSetting, withWorkload } from '../../agents.ts'

export const check: Check = {
  meta: {
    id: 'agent-is-attached',
    needs: ['workloads'],
    title: 'The Java agent is attached to every specified service, and its jar is mounted read-only',
    failureTitle: 'A service has no Java agent, or no jar to load it from',
    why: 'Without -javaagent the service runs and sends no spans; with a path that does not exist the JVM does not start. A writable mount lets one container change the code of all others.',
    mend: 'In the compose file, set JAVA_TOOL_OPTIONS to -javaagent:PATH for the service, and mount the volume that holds PATH read-only. Leave the agent enabled.',
    example: 'environment:\n  JAVA_TOOL_OPTIONS: -Xmx512m',
  },
  *judge(input) {
    const reported = new Set<number>()
    function* once(at: Cursor, found: () => Remark): Generator<Remark> {
      if (reported.has(at.start)) return
      reported.add(at.start)
      yield found()
    }
    const services = agentServices(input)
    const bare = services.filter(({ workload }) => agentJar(workload) === undefined && !workload.unknownEnv)
    // Of none that has one the cause is one: what they share, or that none was meant to have it.
    const together =
      bare.length === services.length && bare.every(({ workload }) => !workload.env.has('JAVA_TOOL_OPTIONS')) ? 1 : bare.length
    for (const [index, { service, workload }] of bare.slice(0, together).entries())
      yield* once(optionsAt(workload), () =>
        remark(
          together === 1 && index === 0 ? bare.map((each) => each.service.name).join(', ') : service.name,
          optionsAt(workload),
          'JAVA_TOOL_OPTIONS with -javaagent:/otel/opentelemetry-javaagent.jar',
          workload.env.get('JAVA_TOOL_OPTIONS')?.value ?? misnamed(workload)?.name ?? 'no agent',
        ),
      )
    for (const { service, workload } of services) {
      const agent = agentJar(workload)
      if (agent === undefined) continue
      const mount = workload.mounts.find(
        (candidate) => agent.jar.startsWith(`${candidate.target.replace(/\/$/, '')}/`) || agent.jar === candidate.target,
      )
      if (mount === undefined)
        yield remark(
          service.name,
          // The volume that another container writes the jar to stands elsewhere here.
          workload.mounts.find(({ source }) =>
            input.config.workloads.some(
              (other) =>
                other !== workload &&
                other.mounts.some((each) => each.source === source) &&
                writtenFiles(other).some(({ path }) => path === agent.jar),
            ),
          )?.at ?? agent.at,
          `a volume that holds ${agent.jar}`,
          workload.mounts.length === 0 ? 'no volume' : workload.mounts.map((candidate) => candidate.target).join(', '),
        )
      else {
        if (!mount.readOnly) yield remark(service.name, mount.at, `${mount.target} mounted read-only`, 'mounted writable')
        // The jar comes from a one-off service that writes to the same volume, or from a file of the host.
        const writers = input.config.workloads.filter(
          (other) => other !== workload && other.mounts.some((candidate) => candidate.source === mount.source && !candidate.readOnly),
        )
        // Who says that it writes there, and may not.
        const barred = input.config.workloads
          .filter((other) => other !== workload && writtenFiles(other).some((file) => file.path === agent.jar))
          .flatMap((other) =>
            other.mounts.filter((each) => each.source === mount.source && each.readOnly).map((each) => ({ other, at: each.at })),
          )
        for (const { other, at } of barred)
          yield* once(at, () =>
            remark(other.name, at, `${mount.source} mounted writable: ${other.name} writes ${agent.jar}`, 'mounted read-only'),
          )
        // What writes it there has the volume nowhere: the jar stays in its container.
        const [outside] =
          writers.length > 0
            ? []
            : input.config.workloads.filter(
                (other) =>
                  other !== workload &&
                  other.mounts.every(({ source }) => source !== mount.source) &&
                  other.args.some(({ value }) => value.split(/[\s=]+/).includes(agent.jar) && !value.startsWith('-javaagent')),
              )
        if (outside !== undefined)
          yield* once(outside.at, () =>
            remark(
              outside.name,
              outside.at,
              `the volume ${mount.source} at ${mount.target}`,
              `no volume: ${agent.jar} stays in ${outside.name}`,
            ),
          )
        for (const writer of writers) yield* tooEarly(service.name, workload, writer)
        const written = writers.flatMap((writer) => writtenFiles(writer).map((file) => ({ writer, ...file })))
        const wanted = agent.jar.slice(mount.target.replace(/\/$/, '').length)
        const inside = ({ writer, path }: (typeof written)[number]): string | undefined => {
          const volume = writer.mounts.find((candidate) => candidate.source === mount.source && path.startsWith(`${candidate.target}/`))
          return volume === undefined ? undefined : path.slice(volume.target.length)
        }
        // Named as the file of the agent, and outside of every volume of the container that writes it.
        const astray = writers
          .filter((writer) => writtenFiles(writer).length === 0)
          .find(({ args, mounts }) =>
            args.some(
              ({ value }) =>
                /^\/.*\.jar$/.test(value) && value.endsWith(wanted) && !mounts.some(({ target }) => value.startsWith(`${target}/`)),
            ),
          )
        const beside = astray?.mounts.find(({ source }) => source === mount.source)
        if (astray !== undefined && beside !== undefined && wanted.length > 1)
          yield* once(beside.at, () =>
            remark(astray.name, beside.at, `the volume ${mount.source} at the folder of ${wanted.slice(1)}`, beside.target),
          )
        const known = writers.flatMap((writer) => writer.args.map((arg) => arg.value)).join(' ')
        const [first] = written
        const isJudged = !/^[./]/.test(mount.source) && writers.length > 0 && agent.jar !== mount.target
        // Where the writer's health check asks for the file that it writes, the agent's path is the one that differs.
        const asked = writers.flatMap(({ at }) => at.get('healthcheck')?.strings('test') ?? []).join(' ')
        const at = first === undefined || asked.includes(first.path) ? agent.at : first.at
        // That its health check asks for another file follows from it.
        const health = first?.writer.at.get('healthcheck')
        if (isJudged && (first !== undefined ? !written.some((file) => inside(file) === wanted) : !known.includes(wanted.slice(1))))
          yield* once(at, () => {
            const found = remark(
              service.name,
              at,
              `${agent.jar} written to the volume ${mount.source}`,
              first === undefined
                ? `${writers.map((writer) => writer.name).join(', ')} writes another file`
                : `${first.writer.name} writes ${first.path}`,
            )
            return health === undefined ? found : causing(found, health.lines(), 'health-check-can-pass')
          })
      }
      const enabled = agentSetting(workload, 'OTEL_JAVAAGENT_ENABLED')
      const disabled = agentSetting(workload, 'OTEL_SDK_DISABLED')
      if (enabled?.value === 'false') yield remark(service.name, enabled.at, 'the agent enabled', 'OTEL_JAVAAGENT_ENABLED=false')
      if (disabled?.value === 'true') yield remark(service.name, disabled.at, 'the SDK enabled', 'OTEL_SDK_DISABLED=true')
      const instrumentation = agentSetting(workload, 'OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED')
      if (instrumentation?.value === 'false')
        yield remark(service.name, instrumentation.at, 'instrumentations enabled', 'OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED=false')
    }
    for (const { service, workload } of withWorkload(input, (candidate) => candidate.tracing === 'none')) {
      const agent = agentJar(workload)
      if (agent !== undefined)
        yield warning(service.name, agent.at, 'no agent: the specification has the service uninstrumented', agent.jar)
    }
  },
}

/** A JVM that starts before its agent is there ends at once. */
function* tooEarly(name: string, { at, mounts }: Workload, writer: Workload): Generator<Remark> {
  const waits = at.strings('depends_on').includes(writer.name) || at.get('depends_on', writer.name) !== undefined
  // What is started again comes up when the agent is there.
  const isRestarted = /^(?:always|unless-stopped|on-failure)/.test(at.string('restart') ?? '') || at.has('deploy')
  if (!waits && !isRestarted && writtenFiles(writer).length > 0 && writer.at.text === at.text && !at.has('extends'))
    yield remark(
      name,
      at.get('depends_on')?.keyPlace() ?? at,
      `depends_on: ${writer.name}, service_completed_successfully`,
      'it does not wait for its agent',
    )
  const condition = at.get('depends_on', writer.name, 'condition')
  if (condition?.string() === 'service_started' && writtenFiles(writer).length > 0 && mounts.length > 0)
    yield remark(name, condition, 'service_completed_successfully', `service_started: ${writer.name} is still writing the agent`)
}

/** Files that a one-off container says it writes: `curl --output FILE`, `wget -O FILE`, `cp FROM TO`, in its command or its shell's. */
function writtenFiles({ args, mounts }: Workload): { path: string; at: Cursor }[] {
  const words = args.flatMap(({ value, at }) => value.split(/[\s;&|]+/).map((word) => ({ word: word.replace(/^(['"])(.*)\1$/, '$2'), at })))
  const isInVolume = (path: string): boolean => mounts.some(({ target }) => path.startsWith(`${target}/`))
  return words.flatMap(({ word, at }, index) => {
    const before = words[index - 1]?.word ?? ''
    const copied = ['cp', 'mv', 'install'].includes(words[index - 2]?.word ?? '') || words[index - 3]?.word === 'cp'
    const path = /^(?:--output(?:-document)?=|-[oO])(\/.+)$/.exec(word)?.[1] ?? word
    const named = path !== word || /^(-o|-O|--output|--output-document|-\w+[oO])$/.test(before) || copied
    return named && isInVolume(path) ? [{ path, at }] : []
  })
}

/** The agent in a variable that no JVM reads. https://docs.oracle.com/en/java/javase/17/docs/specs/jvmti.html#tooloptions */
function misnamed({ env }: Workload): { name: string; at: Cursor } | undefined {
  const found = [...env].find(
    ([name, { value }]) => !/^(?:JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS)$/.test(name) && value.includes('-javaagent:'),
  )
  return found === undefined ? undefined : { name: `${found[0]}, which the JVM does not read`, at: found[1].at }
}

function optionsAt(workload: Workload): Cursor {
  return workload.env.get('JAVA_TOOL_OPTIONS')?.at ?? misnamed(workload)?.at ?? workload.at
}
