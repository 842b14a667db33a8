import { posix } from 'node:path'
import { TEMPLATE_FILE, type Configuration } from '../configuration.ts'
import { filesIn, folderOf, nameOf, resolveIn, sourceOf } from './container-files.ts'
import { namedData } from './kubernetes-objects.ts'
import { globOf } from './loaded-rules.ts'
import type { Workload } from './workloads.ts'
import type { ConfigText, Cursor } from '../yaml/cursor.ts'

/** An entry of Alertmanager's `templates`. */
export interface TemplatePattern {
  at: Cursor
  /** What it finds, as far as it is known here. */
  files: readonly ConfigText[]
  /** Whether nothing else is where it looks: what it does not find is not there. */
  isWhole: boolean
  /** Whether something is mounted where it looks, or it looks beside the configuration. */
  isMounted: boolean
}

/** https://prometheus.io/docs/alerting/latest/configuration/: the last part of a path may have a pattern, and it may be relative. */
export function templatePatterns(alertmanager: Cursor, config: Configuration, exists: (file: string) => boolean): TemplatePattern[] {
  const readers = readersOf(alertmanager, config)
  return alertmanager.items('templates').flatMap((at) => {
    const pattern = at.string() ?? ''
    if (pattern === '' || pattern.includes('$')) return []
    const found = readers.map((reader) => inContainer(pattern, reader, config, exists))
    const [first] = found
    if (first !== undefined)
      return [
        {
          at,
          files: [...new Set(found.flatMap(({ files }) => files))],
          isWhole: found.every(({ isWhole }) => isWhole),
          isMounted: found.every(({ isMounted }) => isMounted),
        },
      ]
    return [{ at, files: beside(pattern, alertmanager, config), isWhole: false, isMounted: true }]
  })
}

/** Templates that lie with an alertmanager.yml, whether they are loaded or not. */
export function templatesBeside({ text }: Cursor, { texts }: Configuration): ConfigText[] {
  const home = folderOf(text.file.replaceAll('\\', '/'))
  return texts.filter(({ file }) => TEMPLATE_FILE.test(file) && (home === '.' || file.startsWith(`${home}/`)))
}

interface Reader {
  workload: Workload
  /** That of its configuration, where patterns start; undefined: a script starts it with another file. */
  folder: string | undefined
}

function readersOf(alertmanager: Cursor, config: Configuration): Reader[] {
  return config.workloads.flatMap((workload) => {
    if (!/alertmanager/.test(`${workload.image} ${workload.name}`)) return []
    const own = filesIn(workload, config).find(({ text }) => text.file === alertmanager.text.file && text.path === alertmanager.text.path)
    if (own === undefined) return []
    const flag = workload.args.map(({ value }) => /^--?config\.file[= ](.+)$/.exec(value)?.[1]).find((file) => file !== undefined)
    const isWritten = workload.args.some(({ value }) => /\.sh\b|^-c$/.test(value)) || workload.at.has('entrypoint')
    return [{ workload, folder: isWritten || (flag !== undefined && flag !== own.path) ? undefined : folderOf(own.path) }]
  })
}

function inContainer(
  pattern: string,
  { workload, folder }: Reader,
  config: Configuration,
  exists: (file: string) => boolean,
): Omit<TemplatePattern, 'at'> {
  if (folder === undefined && !pattern.startsWith('/')) return { files: [], isWhole: false, isMounted: true }
  const wanted = resolveIn(folder ?? '/', pattern)
  const glob = globOf(wanted)
  const at = folderOf(wanted)
  const over = workload.mounts.filter(({ target }) => {
    const mounted = target.replace(/\/$/, '')
    return glob.test(mounted) || at === mounted || at.startsWith(`${mounted}/`)
  })
  const shown = filesIn(workload, config)
  const files = shown.flatMap(({ path, text }) => (glob.test(path) ? [text] : []))
  // Files of another kind are not read: one that passes over the templates of its folder was meant for them.
  const isOfTemplates = TEMPLATE_FILE.test(wanted) || shown.some(({ path, text }) => folderOf(path) === at && TEMPLATE_FILE.test(text.path))
  const isWhole = !workload.at.has('build') && isOfTemplates && over.every((mount) => isRead(mount, workload, config, exists))
  return { files, isWhole, isMounted: over.length > 0 || at === folder }
}

/** Whether all that a mount shows is among the texts. */
function isRead(
  { source, at }: Workload['mounts'][number],
  workload: Workload,
  config: Configuration,
  exists: (file: string) => boolean,
): boolean {
  const host = sourceOf(workload.at, source)
  if (host !== undefined)
    return config.texts.some(({ file }) => host === '.' || file === host || file.startsWith(`${host}/`)) && exists(host)
  const [data, ...more] = namedData(config, 'ConfigMap').filter((each) => each.name === source)
  return data !== undefined && more.length === 0 && !data.open && data.keys.size > 0 && at.has('mountPath')
}

/** Without a container: what a relative pattern finds from its own folder, else what its name finds near it. */
function beside(pattern: string, alertmanager: Cursor, config: Configuration): ConfigText[] {
  const home = folderOf(alertmanager.text.file.replaceAll('\\', '/'))
  const inPlace = globOf(posix.join(home, pattern))
  const own = pattern.startsWith('/') ? [] : config.texts.filter(({ file }) => inPlace.test(posix.normalize(file)))
  if (own.length > 0) return own
  const name = globOf(nameOf(pattern))
  return templatesBeside(alertmanager, config).filter(({ file }) => name.test(nameOf(file)))
}
