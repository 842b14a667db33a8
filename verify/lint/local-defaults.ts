import { sourceOf } from '../config/deployment/container-files.ts'
import { askedPorts } from '../config/deployment/links.ts'
import { isListening, listenersOf } from '../config/deployment/listeners.ts'
import { variablesRead, type VariableRead } from '../config/deployment/service-variables.ts'
import type { Workload } from '../config/deployment/workloads.ts'
import type { ConfigText } from '../config/yaml/cursor.ts'
import type { LintInput } from './lint-check.ts'

/** A variable that a container lacks, and what it does without it. */
export interface LocalDefault {
  read: VariableRead
  why: string
}

const LOCAL = /(?:^|\/\/|@)(?:127\.0\.0\.1|localhost)(?=:|\/|$)/

/** What a service that is built here takes on localhost, or a password's default, because its environment does not set it. */
export function* localDefaults(workload: Workload, input: LintInput): Generator<LocalDefault> {
  const sources = sourcesOf(workload, input)
  if (sources.length === 0 || workload.unknownEnv) return
  // Another folder than its own: dockerfiles-are-whole.
  if (!workload.at.get('build')?.has('dockerfile_inline') && !sources.some(({ file }) => file.endsWith(dockerfileOf(workload)))) return
  const reads = variablesRead(sources)
  const set = new Set([...workload.env.keys(), ...imageVariables(workload, sources)])
  const args = workload.args.map(({ value }) => value).join(' ')
  const isSet = ({ name }: VariableRead): boolean => set.has(name) || args.toUpperCase().replaceAll('.', '_').includes(name)
  for (const read of reads) {
    const { name, fallback } = read
    // Of two that read it one may be enough: process.env.HOST ?? process.env.ADDRESS.
    if (isSet(read) || reads.some((other) => other.file === read.file && other.line === read.line && isSet(other))) continue
    const stem = name.replace(/_(?:HOST|PORT)$/, '')
    const beside = (end: 'HOST' | 'PORT'): string | undefined =>
      reads.find((other) => other.file === read.file && other.name === `${stem}_${end}`)?.fallback
    if (/_(?:PASSWORD|SECRET|TOKEN)$/.test(name) && (input.examples[name] ?? '') !== '') {
      yield { read, why: 'its default stands, and others are given that of .env.example' }
      continue
    }
    if (/_PORT$/.test(name)) {
      const target = workload.env.get(`${stem}_HOST`)?.value
      const other = input.config.workloads.find((each) => each !== workload && [each.name, each.container].includes(target ?? ''))
      if (other !== undefined && /^\d+$/.test(fallback) && !names(other, Number(fallback), input))
        yield { read, why: `port ${fallback} of ${target ?? ''} by default, where nothing listens` }
      continue
    }
    if (!LOCAL.test(fallback)) continue
    const port = Number(/:(\d{2,5})(?!\d)/.exec(fallback.replace(/^\w+:\/\//, ''))?.[1] ?? beside('PORT') ?? Number.NaN)
    const where = Number.isNaN(port) ? '127.0.0.1' : `127.0.0.1:${port}`
    if (isListening(name) || (name === 'SERVER_ADDRESS' && Number.isNaN(port))) {
      if (askedPorts(workload, input.config).size > 0)
        yield { read, why: `it listens on ${where} by default, which no other container reaches` }
      continue
    }
    // That it needs the address shows by what listens there on a developer's machine.
    const meant = input.config.workloads.find((other) => other !== workload && names(other, port, input))
    if (meant !== undefined) yield { read, why: `it asks ${where} by default, which is its own container and not ${meant.name}` }
  }
}

/** Whether a container listens on the port, or publishes it. */
function names(workload: Workload, port: number, { config }: LintInput): boolean {
  return (
    workload.ports.some((each) => each.host === port || each.container === port) ||
    listenersOf(workload, config)?.some((each) => each.port === port) === true ||
    workload.at.items('configs').some((each) => {
      const root = config.compose.find(({ text }) => text === workload.at.text)
      return root?.string('configs', each.string() ?? each.string('source') ?? '', 'content')?.includes(`:${port}"`) === true
    })
  )
}

/** The sources of its build context, without the folders of other services. */
function sourcesOf({ name, at }: Workload, { config, sources }: LintInput): ConfigText[] {
  const context = at.string('build') ?? at.string('build', 'context')
  const folder = context === undefined ? undefined : sourceOf(at, context.startsWith('.') ? context : `./${context}`)
  if (folder === undefined || sources === undefined) return []
  const others = config.workloads.map((each) => each.name).filter((each) => each !== name)
  return sources(folder).filter(({ file }) => !others.some((other) => file.slice(folder.length).includes(`/${other}/`)))
}

function dockerfileOf({ at }: Pick<Workload, 'at'>): string {
  return `/${at.string('build', 'dockerfile') ?? 'Dockerfile'}`
}

/** ENV of the Dockerfile that it is built by. */
function imageVariables({ at }: Workload, sources: readonly ConfigText[]): string[] {
  const inline = at.string('build', 'dockerfile_inline')
  const named = dockerfileOf({ at })
  const files = inline === undefined ? sources.filter(({ file }) => file.endsWith(named)).map(({ text }) => text) : [inline]
  return files.flatMap((text) =>
    [...text.replace(/\\\n/g, ' ').matchAll(/^\s*ENV\s+(.*)$/gim)].flatMap(([, rest = '']) =>
      [...rest.matchAll(/(?:^|\s)([A-Z_][A-Z0-9_]*)(?==|\s)/g)].map((match) => match[1] ?? ''),
    ),
  )
}
