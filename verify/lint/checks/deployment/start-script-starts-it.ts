import flags from '../../known-keys/flags.json' with { type: 'json' }
import { remark, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { withoutEnd } from './flags-are-known.ts'
import { slipOf } from '../../../text/did-you-mean.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { fileAt, filesIn, nameOf, resolveIn, type ContainerFile } from '../../../config/deployment/container-files.ts'
import { startOf, type ScriptWord } from '../../../config/deployment/shell-script.ts'
import type { Cursor, Place } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

export const check: Check = {
  meta: {
    id: 'start-script-starts-it',
    needs: ['compose'],
    title: "A container's start script is mounted, reads mounted files and starts what it writes",
    failureTitle: 'A start script is not mounted, reads a file that is not, or starts another configuration than it writes',
    why: 'switch-on.sh writes the configuration with the chat channels switched on. A program that is started with the delivered file instead runs without them, and nothing says so.',
    mend: 'In the script, pass the file that it writes to --config.file; in the compose file, mount the script and what it reads at the paths that are used.',
    example: 'sed "$expressions" "$delivered" > "$running"\nexec /bin/alertmanager --config.file="$delivered"',
  },
  *judge({ config }) {
    for (const workload of config.workloads.filter(({ at }) => at.has('entrypoint') || at.has('command'))) {
      const words = ['entrypoint', 'command'].flatMap((key) => [
        ...workload.at.items(key),
        ...(workload.at.string(key) === undefined ? [] : [workload.at.near(key)]),
      ])
      const files = filesIn(workload, config)
      yield* relative(workload, words, files)
      for (const word of words) {
        const name = (word.string() ?? '').split(/\s+/).find((each) => /^\/\S+\.sh$/.test(each))
        if (name === undefined) continue
        const found = fileAt(workload, config, name)
        if (found === 'absent') {
          const moved = files.find(({ text, path }) => /\.sh$/.test(text.file) && path !== name)
          // One that is not delivered is the image's own: /run.sh, /docker-entrypoint.sh.
          if (moved === undefined && !config.scripts.some(({ file }) => name.endsWith(`/${file.split('/').at(-1) ?? ''}`))) continue
          const isMount = moved !== undefined && name.endsWith(`/${moved.text.file.split('/').at(-1) ?? ''}`)
          yield remark(
            workload.name,
            isMount ? moved.at : word,
            `${name} mounted`,
            moved === undefined ? 'not mounted' : `mounted at ${moved.path}`,
          )
        } else if (found !== 'unknown') yield* ofScript(workload, config, found, files)
        else yield* inVolume(workload, name, word, files)
      }
    }
  },
}

/** A volume of data, or a folder of memory, holds no script: one of this name is mounted elsewhere. */
function* inVolume(workload: Workload, name: string, word: Cursor, files: readonly ContainerFile[]): Generator<Remark> {
  const mounted = files.find(({ text, path }) => path !== name && /\.sh$/.test(text.file) && nameOf(path) === nameOf(name))
  const volume = workload.mounts.find(
    ({ source, target }) => name.startsWith(`${target.replace(/\/$/, '')}/`) && /^\w[\w.-]*$/.test(source),
  )
  if (mounted !== undefined && volume !== undefined && !workload.at.has('build'))
    yield remark(workload.name, word, `${mounted.path}, where it is mounted`, `${name}, in the volume ${volume.source}`)
}

/** Folders in which images start: a script without a path is looked for there. */
const STARTS_IN: Readonly<Record<string, string>> = {
  'prom/alertmanager': '/alertmanager',
  'prom/prometheus': '/prometheus',
  'grafana/grafana': '/usr/share/grafana',
  'grafana/loki': '/',
  'grafana/promtail': '/',
}

/** `sh switch-on.sh`: from the folder in which the image starts. */
function* relative(workload: Workload, words: readonly Cursor[], files: readonly ContainerFile[]): Generator<Remark> {
  const folder = workload.at.string('working_dir') ?? STARTS_IN[imageNameOf(workload.image).repository]
  if (folder === undefined || workload.at.has('build')) return
  for (const word of words) {
    const text = word.string() ?? ''
    const name = /^(?:\.\/)?([\w.-]+\.sh)$/.exec(text)?.[1]
    const mounted = files.find(({ path }) => nameOf(path) === name)
    if (name !== undefined && mounted !== undefined && mounted.path !== resolveIn(folder, name))
      yield remark(workload.name, word, mounted.path, `${text}: ${resolveIn(folder, name)}, as the image starts in ${folder}`)
  }
}

function* ofScript(workload: Workload, config: Configuration, { text }: ContainerFile, files: readonly ContainerFile[]): Generator<Remark> {
  const { written, started, read } = startOf(text.text)
  const unset = unsetIn(text.text, new Set(workload.env.keys()))
  if (unset !== undefined) {
    yield remark(
      workload.name,
      { file: text.file, ...unset.place, length: unset.name.length + 1 },
      `${unset.name}=..., before it is used`,
      'not set',
    )
    return
  }
  const at = ({ line, column, text: { length } }: ScriptWord): Place => ({ file: text.file, line, column, length })
  for (const word of read) {
    if (
      fileAt(workload, config, word.text) !== 'absent' ||
      workload.at.strings('tmpfs').some((folder) => word.text.startsWith(`${folder}/`))
    )
      continue
    const name = word.text.split('/').at(-1) ?? ''
    const moved = files.find((file) => file.text.file.endsWith(`/${name}`))
    yield remark(
      workload.name,
      moved?.at ?? at(word),
      `${word.text} mounted, which ${text.file} reads`,
      moved === undefined ? 'not mounted' : `${moved.text.file} mounted at ${moved.path}`,
    )
    return
  }
  yield* program(workload, text)
  const configurations = written.filter((file) => /\.(ya?ml|json)$/.test(file))
  if (started === undefined || started.text.includes('$') || configurations.length === 0 || configurations.includes(started.text)) return
  yield remark(workload.name, at(started), `${configurations.join(' or ')}, which the script writes`, started.text)
}

/** A name in lower case is the script's own: one that it never sets is empty, or ends it (set -u). */
function unsetIn(script: string, env: ReadonlySet<string>): { name: string; place: { line: number; column: number } } | undefined {
  const set = new Set([...script.matchAll(/(?:^|[\s;(])(?:export\s+|local\s+|readonly\s+)?([a-z_]\w*)=/gm)].map((match) => match[1] ?? ''))
  for (const [, name = ''] of script.matchAll(/\bfor\s+(\w+)\s+in\b/g)) set.add(name)
  for (const [, names = ''] of script.matchAll(/\b(?:read|getopts\s+\S+)\s+((?:-\w+\s+)*[\w ]+)/g))
    for (const name of names.split(/\s+/)) set.add(name)
  for (const [index, line] of script.split('\n').entries()) {
    if (/^\s*#/.test(line)) continue
    // In single quotes it is another program's.
    for (const { 0: whole, 1: braced, 2: bare, index: at } of line
      .replace(/'[^']*'/g, (text) => ' '.repeat(text.length))
      .matchAll(/(?<!\\)\$(?:\{([a-z_]\w*)(?![\w:+?=-]*[-:+?=])|([a-z_]\w*))/g)) {
      const name = braced ?? bare ?? ''
      if (whole !== '' && !set.has(name) && !env.has(name)) return { name, place: { line: index + 1, column: at + 1 } }
    }
  }
  return undefined
}

const SHELL = new Set(
  'exec echo printf sed cat export set umask continue break case esac done then else elif while until read shift trap test return unset mkdir chmod chown envsubst local sleep grep'.split(
    ' ',
  ),
)

/** `exec PROGRAM --flag=...`: both are the image's. */
function* program({ name: subject, image }: Workload, { file, text }: ContainerFile['text']): Generator<Remark> {
  const { known, repository } = imageNameOf(image)
  const list: Readonly<Record<string, string>> = flags
  const knownFlags = new Set((list[known?.flags ?? ''] ?? '').split(' '))
  const names = new Set([repository.split('/').at(-1) ?? '', 'bin', 'usr', 'sbin', 'local'])
  let ended = false
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || /^\s*#/.test(line)) continue
    if (ended) {
      yield remark(
        subject,
        { file, line: index + 1, column: 1, length: line.length },
        'exec as the last line',
        'a line behind exec, which never runs',
      )
      return
    }
    ended = /^exec\s+\/\S/.test(line) && !line.endsWith('\\')
    for (const { 1: word = '', index: from } of line
      .replace(/'[^']*'|"[^"]*"/g, (quoted) => ' '.repeat(quoted.length))
      .matchAll(/(?:^\s*|[;&|]\s*|\b(?:do|then|else)\s+)([a-z]{3,})(?![\w=])/g)) {
      const meant = slipOf(word, SHELL)
      if (meant !== undefined) yield remark(subject, { file, line: index + 1, column: from + 1, length: word.length }, meant, word)
    }
    const started = /^\s*(?:exec\s+)?(\/\S+)(\s.*)?$/.exec(line)
    if (started === null || known === undefined) continue
    const at = (part: string): Place => ({ file, line: index + 1, column: line.indexOf(part) + 1, length: part.length })
    const path = started[1] ?? ''
    const folder = path
      .split('/')
      .map((part) => slipOf(part, names))
      .find((each) => each !== undefined)
    if (folder !== undefined) yield remark(subject, at(path), `a path with ${folder}`, path)
    for (const [, flag = ''] of (started[2] ?? '').matchAll(/\s-{1,2}([\w.-]+)/g)) {
      const meant = slipOf(flag, knownFlags) ?? (known.flagsAlone === true ? withoutEnd(flag, knownFlags) : undefined)
      if (meant !== undefined) yield remark(subject, at(flag), `--${meant}`, `--${flag}`)
    }
  }
}
