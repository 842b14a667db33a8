import { remark, type Check, type Remark } from '../../lint-check.ts'
import { fileAt } from '../../../config/deployment/container-files.ts'
import { slipOf } from '../../../text/did-you-mean.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

export const check: Check = {
  meta: {
    id: 'java-command-is-whole',
    needs: ['workloads'],
    title: 'A java command has its options before -jar, a jar after it, and agents with their files',
    failureTitle: 'A java command does not start its program, or starts it without its agent',
    why: 'What stands behind the jar is an argument of the program and no option of the JVM. A JVM whose -javaagent cannot be opened ends at once, and the JMX exporter ends with it when its file is missing. https://github.com/prometheus/jmx_exporter',
    mend: 'In the command: java, options, -javaagent:JAR[=PORT:FILE], -jar, JAR; FILE at the target of the config that holds it.',
    example: 'command: [java, -jar, /app/service.jar, -Xmx256m] # -Xmx256m is an argument of the service',
  },
  *judge({ config }) {
    for (const workload of config.workloads) {
      const at = workload.args.findIndex(({ value }) => value === '-jar')
      const isJava =
        workload.args.some(({ value }) => /^(?:-javaagent:|-Xm[sx]|-XX:)|\.jar$/.test(value)) &&
        workload.at.get('command')?.isList() === true
      if (isJava && !workload.at.has('entrypoint')) yield* judgeCommand(workload, at)
      yield* heap(workload)
      yield* options(workload)
      yield* spelt(workload)
      yield* agents(workload, config)
      if (isJava) yield* made(workload)
    }
  },
}

/** Variables whose words are all options of the JVM; those of the program, or of a shell that expands them, may be others. */
const OF_JVM =
  /^(?:JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|KAFKA_(?:HEAP|JVM_PERFORMANCE|JMX)_OPTS|ES_JAVA_OPTS|CATALINA_OPTS|LS_JAVA_OPTS|ZK_SERVER_HEAP_OPTS)$/

/** "Could not find or load main class": the JVM takes a word without a dash for the name of a class. */
function* options({ name, env }: Workload): Generator<Remark> {
  for (const [variable, { value, at }] of env) {
    const [first = ''] = value.trim().split(/\s+/)
    if (OF_JVM.test(variable) && first !== '' && !/^[-@$"']/.test(first))
      yield remark(name, at, 'options of the JVM, which begin with a dash: -Xmx256m', `${variable}: ${first}`)
  }
}

/** Of HotSpot; of another name nothing is said. */
const JVM_OPTIONS = new Set(
  'Xmx Xms Xmn Xss Xlog Xint Xcomp Xmixed Xrs Xshare UseSerialGC UseG1GC UseParallelGC UseZGC UseShenandoahGC UseContainerSupport UseStringDeduplication UseCompressedOops AlwaysPreTouch ExitOnOutOfMemoryError CrashOnOutOfMemoryError HeapDumpOnOutOfMemoryError HeapDumpPath MaxRAMPercentage MinRAMPercentage InitialRAMPercentage MaxMetaspaceSize MetaspaceSize MaxGCPauseMillis MaxDirectMemorySize ActiveProcessorCount TieredStopAtLevel TieredCompilation UnlockExperimentalVMOptions UnlockDiagnosticVMOptions PrintFlagsFinal InitiatingHeapOccupancyPercent ReservedCodeCacheSize'.split(
    ' ',
  ),
)

/** "Unrecognized VM option", "Unrecognized option": the JVM ends. https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html */
function* spelt({ name, args, env }: Workload): Generator<Remark> {
  const isJava = args.some(({ value }) => /(?:^|\/)java$/.test(value))
  const ofEnv = [...env].flatMap(([variable, given]) => (OF_JVM.test(variable) ? [given] : []))
  for (const { value, at } of [...(isJava ? args : []), ...ofEnv])
    for (const [word, flag = ''] of value.matchAll(/(?<![^\s"'])-(?:XX:[+-]?)?([A-Z][A-Za-z]*)(?=[\d=:\s"']|$)\S*/g)) {
      const meant = slipOf(flag, JVM_OPTIONS)
      if (meant !== undefined) yield remark(name, at, word.replace(flag, meant), word)
    }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, 'k': 1024, 'm': 1024 ** 2, 'g': 1024 ** 3 }

/** "Initial heap size set to a larger value than the maximum heap size": the JVM ends. */
function* heap({ name, args, env }: Workload): Generator<Remark> {
  const words = [...args, ...['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS'].flatMap((key) => env.get(key) ?? [])].flatMap(({ value, at }) =>
    [...value.matchAll(/(?:^|\s)-X(mx|ms)(\d+)([kmg]?)(?=\s|$)/gi)].map(({ 1: kind = '', 2: number = '', 3: unit = '' }) => ({
      kind: kind.toLowerCase(),
      text: `${number}${unit}`,
      bytes: Number(number) * (UNITS[unit.toLowerCase()] ?? 1),
      at,
    })),
  )
  const [least, most] = ['ms', 'mx'].map((kind) => words.findLast((each) => each.kind === kind))
  if (least !== undefined && most !== undefined && least.bytes > most.bytes)
    yield remark(name, least.at, `-Xms of at most -Xmx${most.text}`, `-Xms${least.text}: the JVM does not start`)
}

/** Its Dockerfile in the compose file has no entry point, and neither has the Java image that it is made from. */
function startsNothing(at: Workload['at']): boolean {
  const last = (at.string('build', 'dockerfile_inline') ?? '').split(/^\s*FROM\s+/im).at(-1) ?? ''
  return (
    /^(?:\S+\/)?(?:eclipse-temurin|openjdk|amazoncorretto|bellsoft\/[\w-]+|azul\/[\w-]+)[:@\s]/.test(last) &&
    !/^\s*ENTRYPOINT\b/im.test(last)
  )
}

function* judgeCommand({ name, args, at }: Workload, jar: number): Generator<Remark> {
  const [program, ...rest] = args
  if (program === undefined) return
  // Behind `sh -c`, or an entry point of the image that starts java itself.
  if (program.value.startsWith('-') || /(?:^|\/)(?:ba|da|a)?sh$/.test(program.value)) {
    if (program.value.startsWith('-') && (args.some(({ value }) => value === 'java') || startsNothing(at)))
      yield remark(name, program.at, 'java first, then its options', program.value)
    return
  }
  if (!/(?:^|\/)java$/.test(program.value)) {
    if (!/\s/.test(program.value) && jar > 0) yield remark(name, program.at, 'java', program.value)
    return
  }
  const main = rest.find(
    ({ value }, index) => !value.startsWith('-') && !/^-(?:cp|classpath|p|-module-path|jar)$/.test(rest[index - 1]?.value ?? ''),
  )
  if (jar < 0) {
    // A main class before a jar would have the jar as its argument.
    if (main === undefined || main.value.endsWith('.jar') || args.at(-1)?.value.endsWith('.jar') === true)
      yield remark(name, main?.at ?? at.near('command'), '-jar before the jar, or a main class', main?.value ?? 'neither')
    return
  }
  const file = args[jar + 1]
  if (file === undefined || !/\.(?:jar|war)$/.test(file.value))
    yield remark(name, file?.at ?? at.near('command'), 'a .jar after -jar', file?.value ?? 'nothing')
  const late = args.slice(jar + 2).find(({ value }) => /^-(?:X|D|javaagent:|ea$)/.test(value))
  if (late !== undefined) yield remark(name, late.at, `${late.value} before -jar`, 'behind the jar: an argument of the program')
  const stray = args
    .slice(1, jar)
    .find(({ value }, index) => !value.startsWith('-') && !/^-(?:cp|classpath|p)$/.test(args[index]?.value ?? ''))
  if (stray !== undefined) yield remark(name, stray.at, 'options of the JVM before -jar', stray.value)
}

/** Jars of a folder that the image's own Dockerfile fills: it names each of them. */
function* made({ name, at, args, mounts }: Workload): Generator<Remark> {
  const inline = at.string('build', 'dockerfile_inline')
  if (inline === undefined) return
  const folders = [...inline.matchAll(/^\s*COPY\s+--from=\S+\s+(\S+)\s+(\S+)\s*$/gim)].map(([, , target = '']) => target.replace(/\/$/, ''))
  const jars = args.flatMap(({ value, at: where }, index) => {
    const file = /^-javaagent:([^=]+\.jar)/.exec(value)?.[1] ?? (args[index - 1]?.value === '-jar' ? value : undefined)
    return file === undefined ? [] : [{ file, where }]
  })
  for (const { file, where } of jars) {
    const base = file.split('/').at(-1) ?? ''
    const isMounted = mounts.some(({ target }) => file.startsWith(`${target.replace(/\/$/, '')}/`) || file === target)
    const isNamed = inline.includes(`/${base}`) || inline.includes(`:${base.replace(/\.jar$/, '')}:`) || /\*\.jar|\*-?\w*\.jar/.test(inline)
    // Copied, and to another folder: where the last stage copies and does nothing else.
    const last = inline.split(/^\s*FROM\s/im).at(-1) ?? ''
    const copiesAlone = last
      .split('\n')
      .slice(1)
      .every((line) => /^\s*(?:COPY|USER|CMD|ENTRYPOINT|ENV|EXPOSE|LABEL|#.*)?(?:\s|$)/i.test(line))
    if (
      !isMounted &&
      isNamed &&
      copiesAlone &&
      folders.length > 0 &&
      file.startsWith('/') &&
      !folders.some((folder) => file.startsWith(`${folder}/`))
    )
      yield remark(name, where, `${folders.map((folder) => `${folder}/${base}`).join(' or ')}, where the Dockerfile copies it`, file)
    if (!isMounted && !isNamed && folders.some((folder) => file.startsWith(`${folder}/`)))
      yield remark(name, where, `${file}, made by the Dockerfile`, `the Dockerfile names no ${base}`)
  }
}

function* agents(workload: Workload, config: Configuration): Generator<Remark> {
  for (const [variable, { value, at }] of workload.env) {
    const [, jar = ''] = OF_JVM.test(variable) ? (/(?:^|\s)-javaagent:([^=\s]+)/.exec(value) ?? []) : []
    // Any file that is a jar is taken; a folder, or a name that breaks off, is none.
    if (jar !== '' && !/\.jar["']?$|\$/.test(jar)) yield remark(workload.name, at, 'an agent that ends in .jar', jar)
  }
  for (const { value, at } of workload.args) {
    const [, jar = '', options = ''] = /^-javaagent:([^=]*)=?(.*)$/.exec(value) ?? []
    if (/^-?-?java-?agent/.test(value) && jar === '') yield remark(workload.name, at, '-javaagent:/path/agent.jar', value)
    if (jar === '') continue
    if (!/\.jar$/.test(jar)) yield remark(workload.name, at, 'an agent that ends in .jar', jar)
    const file = /^(?:[\w.]+:)?\d+:(\/.+)$/.exec(options)?.[1]
    if (!/jmx/i.test(jar)) continue
    if (file === undefined) yield remark(workload.name, at, '-javaagent:JAR=PORT:FILE', value)
    // What a Dockerfile puts there is not known; what compose gives it is.
    else if (!holds(workload, config, file))
      yield remark(workload.name, at, `${given(workload).join(' or ') || 'a mount or a config'}, which the container is given`, file)
  }
}

function given({ at, mounts }: Workload): string[] {
  const configs = at.items('configs').map((each) => each.string('target') ?? `/${each.string() ?? each.string('source') ?? ''}`)
  return [...configs, ...mounts.map(({ target }) => target)].filter((target) => /\.ya?ml$/.test(target))
}

function holds(workload: Workload, config: Configuration, file: string): boolean {
  const targets = given(workload)
  const found = fileAt(workload, config, file)
  return targets.length === 0 ? found !== 'absent' : targets.includes(file) || typeof found === 'object'
}
