import type { Cursor } from '../yaml/cursor.ts'
import type { Configuration } from '../configuration.ts'
import { filesIn } from './container-files.ts'
import type { Workload } from './workloads.ts'

/** Which of the names a container asks for: in its environment, its command, and the configuration that is mounted into it. */
export function hostsAskedBy(workload: Workload, config: Configuration, names: Iterable<string>): Set<string> {
  const texts = [
    ...[...workload.env.values()].map(({ value }) => value),
    ...workload.args.map(({ value }) => value),
    ...filesIn(workload, config)
      .filter(({ path }) => !/\/dashboards?\//.test(path))
      .map(({ text }) => text.text.replace(/^\s*#.*$|\s#\s.*$/gm, '')),
    ...inlineConfigs(workload, config),
  ]
  const all = texts.join('\n')
  return new Set([...names].filter((name) => name !== '' && asks(all, name)))
}

/** NAME:PORT, or the host of a URL. */
function asks(text: string, name: string): boolean {
  if (!text.includes(name)) return false
  const literal = name.replace(/[^\w-]/g, '\\$&')
  const asked =
    askedFor.get(name) ?? new RegExp(`(?:^|[\\s"'=@,/[(])${literal}:\\d{2,5}(?!\\d)|://(?:[^\\s/@]*@)?${literal}(?=[:/"'\\s]|$)`, 'm')
  if (askedFor.size < MOST_NAMES) askedFor.set(name, asked)
  return asked.test(text)
}

/** By the name of a container, which every other container is asked about. */
const askedFor = new Map<string, RegExp>()
const MOST_NAMES = 1_000

/** Texts under `configs` of the compose file that this container gets. */
function inlineConfigs({ at }: Workload, config: Configuration): string[] {
  const root = config.compose.find((each) => each.text === at.text)
  return at.items('configs').flatMap((each) => root?.string('configs', each.string() ?? each.string('source') ?? '', 'content') ?? [])
}

/** A name that a container is given for what runs outside of the platform. */
export interface ExtraHost {
  name: string
  address: string
  at: Cursor
}

export function extraHostsOf({ at }: Pick<Workload, 'at'>): ExtraHost[] {
  const split = (text: string, where: Cursor): ExtraHost => {
    const [, name = text, address = ''] = /^([^:=]+)[:=](.*)$/.exec(text) ?? []
    return { name, address, at: where }
  }
  return [
    ...at.items('extra_hosts').map((each) => split(each.string() ?? '', each)),
    ...at.pairs('extra_hosts').map(([name, each]) => ({ name, address: each.string() ?? '', at: each })),
  ]
}
