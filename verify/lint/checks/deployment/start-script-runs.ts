import { causing, remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import { remembered } from '../../../text/remembered.ts'
import { filesIn, type ContainerFile } from '../../../config/deployment/container-files.ts'
import { allRoutes, routeTree } from '../../../config/alerting/route-tree.ts'
import { extraHostsOf } from '../../../config/deployment/links.ts'
import { runScript, type ScriptRun } from '../../../config/deployment/shell-run.ts'
import { YamlText } from '../../../config/yaml/yaml-text.ts'
import { readableDocuments, type ConfigText, type Place } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** `#slack# - receiver: slack`: a line that a script switches on. */
const MARKER = /^\s*#([a-z]+)# /
const FOLDERS = ['/tmp', '/run', '/var/run', '/var/tmp', '/dev/shm', '/etc', '/']

export const check: Check = {
  meta: {
    id: 'start-script-runs',
    needs: ['compose'],
    isRefusal: true,
    title: "A container's start script ends in its program, with a configuration that has what its secrets and variables switch on",
    failureTitle: 'A start script fails, or starts its program with another configuration than was meant',
    why: 'The container restarts for ever when its script ends with an error, and a channel whose lines stay off is never missed until it is needed. The script is run in memory here: with every secret empty, with each of them alone, with all of them.',
    mend: 'In the script, correct the line that the finding names; in the configuration, the mark of the line that is never switched on.',
    example: 'running=/run/alertmgr/alertmanager.yml # and tmpfs: [/run/alertmanager]',
  },
  *judge(input) {
    const { config } = input
    for (const workload of config.workloads) {
      const files = filesIn(workload, config)
      const words = [...workload.at.strings('entrypoint'), ...workload.args.map(({ value }) => value)]
      const script = files.find(({ path }) => path.endsWith('.sh') && words.some((word) => word.split(/\s+/).includes(path)))
      const list = workload.at.items('entrypoint')
      const shell = list[0]?.string() ?? ''
      // A script is what something runs: a shell, or an init that passes it on.
      if (script !== undefined && list.length > 1 && !/(?:sh|tini|dumb-init|catatonit|env|sudo|gosu|su-exec|\.\w+)$/.test(shell))
        yield remark(workload.name, list[0] ?? workload.at, '/bin/sh before the script', shell)
      else if (script !== undefined && /^\/.*\/?(?:ba|da|a)?sh$/.test(shell) && !/^\/(?:usr\/(?:local\/)?)?bin\//.test(shell))
        yield remark(workload.name, list[0] ?? workload.at, '/bin/sh before the script', shell)
      else if (script !== undefined) yield* new Trial(workload, files, script.text, input).judge()
    }
  },
}

/** Runs by everything that decides them: a change of another file leaves them as they are (`mutate`). Bounded, as a run holds its files. */
const runs = new Map<string, ScriptRun>()
const MOST_RUNS = 100

/** What is not YAML in a file that a run leaves. */
const problemOf = remembered((run: ScriptRun) => remembered((file: string) => new YamlText(run.files.get(file) ?? '', file).problem))

class Trial {
  private readonly workload: Workload
  private readonly files: readonly ContainerFile[]
  private readonly script: ConfigText
  private readonly secrets: string[]
  private readonly input: LintInput

  constructor(workload: Workload, files: readonly ContainerFile[], script: ConfigText, input: LintInput) {
    this.input = input
    this.workload = workload
    this.files = files
    this.script = script
    this.secrets = workload.at.items('secrets').map((each) => each.string() ?? each.string('target') ?? each.string('source') ?? '')
  }

  *judge(): Generator<Remark> {
    const [none, all] = [this.run([]), this.run(this.secrets)]
    const alone = this.secrets.map((secret) => ({ secret, run: this.run([secret]) }))
    const runs = [none, all, ...alone.map(({ run }) => run)]
    if (runs.some(({ outcome }) => outcome === 'unknown')) return
    const failed = runs.find(({ outcome }) => outcome === 'failed')
    const gone = /^(\S+) is not there$/.exec(failed?.reason ?? '')?.[1]
    // A mounted file that is missing: mounted-files-exist. One that is mounted elsewhere, a name that is never set: start-script-starts-it.
    if (this.workload.mounts.some(({ target }) => target === gone) || /\.(?:ya?ml|json)$/.test(gone ?? '')) return
    const name = /^([a-z_]\w*) is not set$/.exec(failed?.reason ?? '')?.[1]
    if (name !== undefined && !new RegExp(`(?:^|[\\s;])(?:for\\s+${name}\\s|${name}=)`, 'm').test(this.script.text)) return
    const secret = /^\/run\/secrets\/([\w.-]+) is not there$/.exec(failed?.reason ?? '')?.[1]
    // One that it is not given: secrets-are-given.
    if (secret !== undefined && !this.secrets.includes(secret)) return
    if (failed !== undefined) yield this.said(failed.line, 'a script that comes to its end', failed.reason)
    else yield* this.judgeStart(none)
    const file = configurationOf(all)
    const isWritten = (path: string): boolean => !this.files.some((each) => each.path === path)
    if (failed === undefined && file !== undefined && !all.files.has(file) && !this.isMounted(file)) {
      // One that is written elsewhere: start-script-starts-it.
      if (![...all.files.keys()].some((path) => isWritten(path) && /\.(?:ya?ml|json)$/.test(path)))
        yield this.said(all.line, `${file}, written before it is started`, 'the script never writes it')
      return
    }
    // One that is delivered and started as it is: start-script-starts-it.
    if (failed !== undefined || file === undefined || !all.files.has(file) || this.files.some(({ path }) => path === file)) return
    const found = [...this.judgeMarks(file, none, all, alone), ...this.judgeUrls(file, all), ...this.judgeResult(file, all)]
    yield* found
    if (found.length > 0) return
    for (const run of runs) {
      const problem = problemOf(run)(file)
      if (problem === undefined) continue
      yield this.said(run.line, `${file} that is YAML`, problem.message)
      return
    }
    yield* this.judgeVariables(file, all)
    yield* this.judgeDefaults()
    yield* this.judgeErrors()
  }

  private isMounted(file: string): boolean {
    return this.workload.mounts.some(({ target }) => file === target || file.startsWith(`${target.replace(/\/+$/, '')}/`))
  }

  /** What Alertmanager is started with: its routes lead to receivers that are there, and its addresses to names that are known. */
  private *judgeResult(file: string, all: ScriptRun): Generator<Remark> {
    const text = all.files.get(file) ?? ''
    const [root] = readableDocuments({ file, path: file, text, lineOffset: 0, columnOffset: 0 })
    const tree = root === undefined ? undefined : routeTree(root)
    if (root === undefined || tree === undefined) return
    const names = root.items('receivers').map((each) => each.string('name') ?? '')
    const missing = [...allRoutes(tree)].find(({ receiver }) => receiver !== '' && !names.includes(receiver))
    if (missing !== undefined) {
      const delivered = this.files.find(({ text: each }) =>
        new RegExp(`^\\s*#\\w+# .*receiver:\\s*${missing.receiver}\\b`, 'm').test(each.text),
      )
      const index =
        delivered?.text.text.split('\n').findIndex((line) => MARKER.test(line) && line.includes(`receiver: ${missing.receiver}`)) ?? -1
      if (delivered !== undefined && index >= 0)
        yield remark(
          this.workload.name,
          placeOf(delivered.text, index),
          `a receiver ${missing.receiver}`,
          `none${didYouMean(missing.receiver, names)}: Alertmanager does not start once the line is switched on`,
        )
      return
    }
    const known = [
      ...this.input.config.workloads.flatMap((each) => [each.name, each.container]),
      ...extraHostsOf(this.workload).map((each) => each.name),
    ]
    for (const [, host = ''] of text.matchAll(/https?:\/\/([\w-]+)(?=[:/])/g)) {
      if (
        known.includes(host) ||
        host === 'localhost' ||
        this.files.some(({ text: each }) => each !== this.script && each.text.includes(host))
      )
        continue
      const line = this.script.text.split('\n').findIndex((each) => each.includes(host) && !/^\s*#/.test(each))
      if (line < 0) continue
      yield this.said(line + 1, 'an address with a name that is known', `${host}${didYouMean(host, known)}`)
      return
    }
  }

  /** ${NAME:-default} of a name that .env.example sets, and that the container is not given. */
  private *judgeDefaults(): Generator<Remark> {
    const { examples } = this.input
    for (const [index, line] of this.script.text.split('\n').entries())
      for (const [, name = '', fallback = ''] of /^\s*#/.test(line) ? [] : line.matchAll(/\$\{([A-Z]\w*):?-([^}]*)\}/g))
        if (!this.workload.env.has(name) && !this.workload.unknownEnv && (examples[name] ?? '') !== '')
          yield warning(
            this.workload.name,
            this.workload.at.near('environment').keyPlace(),
            `${name} in the environment: .env.example sets it`,
            `not set: ${this.script.file}:${index + 1} takes ${fallback || 'nothing'}`,
          )
  }

  /** A configuration that is half written starts as well as a whole one. */
  private *judgeErrors(): Generator<Remark> {
    const lines = this.script.text.split('\n')
    if (lines.some((line) => /^\s*set\s+(?:-\w*e|-o\s+errexit)|^#!.*\s-\w*e/.test(line))) return
    const index = lines.findIndex(
      (line) => /^\s*(?:sed|envsubst|cat|cp|tr|printf)\b.*>|^\s*cp\s/.test(line) && !/\|\||&&\s*exec/.test(line),
    )
    if (index >= 0) yield { ...this.said(index + 1, 'set -e before it', 'the program starts although this fails'), severity: 'warning' }
  }

  private run(given: readonly string[], env: Readonly<Record<string, string>> = {}): ScriptRun {
    const secrets = this.secrets.map((name): [string, string] => [`/run/secrets/${name}`, given.includes(name) ? urlOf(name) : ''])
    const mounted = this.files.map(({ path, text }): [string, string] => [path, text.text])
    const tmpfs = this.workload.at.strings('tmpfs').map((each) => each.split(':')[0] ?? '')
    const volumes = this.workload.mounts
      .map(({ target }) => target.replace(/\/+$/, ''))
      .filter((target) => !mounted.some(([path]) => path === target))
    const known = [...FOLDERS, ...tmpfs, ...mounted.map(([path]) => path.slice(0, path.lastIndexOf('/')))]
    const variables = { ...Object.fromEntries([...this.workload.env].map(([name, { value }]) => [name, value])), ...env }
    const key = JSON.stringify([this.script.text, variables, mounted, secrets, known, volumes])
    const before = runs.get(key)
    if (before !== undefined) return before
    const run = runScript(this.script.text, {
      env: variables,
      files: new Map([...mounted, ...secrets]),
      isFolder: (folder) => known.includes(folder) || volumes.some((target) => folder === target || folder.startsWith(`${target}/`)),
    })
    if (runs.size >= MOST_RUNS) runs.clear()
    runs.set(key, run)
    return run
  }

  private said(line: number, expected: string, observed: string): Remark {
    const length = this.script.text.split('\n')[line - 1]?.length ?? 1
    return remark(this.workload.name, { file: this.script.file, line, column: 1, length: Math.max(1, length) }, expected, observed)
  }

  private *judgeStart(none: ScriptRun): Generator<Remark> {
    const [program] = none.program
    const known = imageNameOf(this.workload.image).known?.program
    if (program === undefined) yield this.said(none.line, 'exec PROGRAM as its last line', 'no program is started')
    else if (known !== undefined && program !== known && !program.includes('sh')) {
      const found = this.said(none.line, known, program)
      yield causing(found, [found.at.line, found.at.line], 'start-script-starts-it')
    } else if (!none.isExec)
      yield {
        ...this.said(none.line, `exec ${program}`, `${program} as a child of the shell, which gets the signal to stop in its place`),
        severity: 'warning',
      }
  }

  private *judgeMarks(
    file: string,
    none: ScriptRun,
    all: ScriptRun,
    alone: readonly { secret: string; run: ScriptRun }[],
  ): Generator<Remark> {
    const delivered = this.files.filter(({ text }) => text.text.split('\n').some((line) => MARKER.test(line)))
    const own = new Set(delivered.flatMap(({ text }) => text.text.split('\n').flatMap((line) => MARKER.exec(line)?.[1] ?? [])))
    const early = none.files.has(file) ? [...own].find((mark) => !marksIn(none, file).has(mark)) : undefined
    if (early !== undefined && [...own].every((mark) => !marksIn(all, file).has(mark))) {
      const line = this.script.text.split('\n').findIndex((each) => /#\$?\{?\w+\}?# /.test(each) && !/^\s*#/.test(each))
      yield this.said(Math.max(1, line + 1), `lines marked #${early}# off while its secret is empty`, 'they are switched on')
      return
    }
    for (const { text } of delivered) {
      const lines = text.text.split('\n')
      const marks = new Set(lines.flatMap((line) => MARKER.exec(line)?.[1] ?? []))
      const ofSecret = (secret: string): string | undefined =>
        [...marks].find((mark) => secret === mark || secret.split(/[_-]/)[0] === mark)
      const general = [...marks].filter((mark) => !this.secrets.some((secret) => ofSecret(secret) === mark))
      for (const [what, run, on] of [
        ['every secret', all, [...marks]] as const,
        ...alone.map(
          ({ secret, run }) => [secret, run, [...(ofSecret(secret) === undefined ? [] : [ofSecret(secret) ?? '']), ...general]] as const,
        ),
      ]) {
        const left = marksIn(run, file)
        const stays = on.find((mark) => left.has(mark))
        const others = [...marks].filter((mark) => !on.includes(mark) && marksIn(none, file).has(mark))
        const tooMany = others.find((mark) => !left.has(mark))
        if (stays !== undefined) {
          const index = lines.findIndex((line) => MARKER.exec(line)?.[1] === stays)
          const own = this.script.text.split('\n')
          const isNamed = new RegExp(`\\b${stays}\\b`).test(own.filter((line) => !/^\s*#/.test(line)).join('\n'))
          const loop = own.findIndex((line) => /^\s*for\s/.test(line))
          const isLooped = loop < 0 || general.includes(stays) || (own[loop] ?? '').split(/[\s;]+/).includes(stays)
          const mine = isLooped ? own.findIndex((line) => /#\$?\{?\w+\}?# /.test(line) && !/^\s*#/.test(line)) : loop
          const isOdd = general.includes(stays) && !isNamed
          yield isOdd || mine < 0
            ? remark(
                this.workload.name,
                placeOf(text, index),
                'a mark that the script switches on',
                `#${stays}#${didYouMean(
                  stays,
                  [...marks].filter((each) => each !== stays),
                )}`,
              )
            : this.said(mine + 1, `lines marked #${stays}# switched on with ${what}`, 'they stay off')
          return
        }
        if (tooMany !== undefined) {
          yield this.said(run.line, `lines marked #${tooMany}# off with ${what} alone`, 'they are switched on')
          return
        }
      }
    }
  }

  /** What the configuration reads its addresses from holds them; Discord takes Slack's messages at another path. */
  private *judgeUrls(file: string, all: ScriptRun): Generator<Remark> {
    for (const [, path = ''] of (all.files.get(file) ?? '').matchAll(/^\s*-?\s*api_url_file:\s*(\S+)/gm)) {
      const text = all.files.get(path)
      const secret = this.secrets.find((name) => path.endsWith(`/${name}`))
      if (text === undefined || secret === undefined) continue
      const line = this.script.text.split('\n').findIndex((each) => /\bprintf\b|\becho\b|\bcp\b/.test(each) && each.includes('_url')) + 1
      if (!text.startsWith(urlOf(secret)))
        yield this.said(Math.max(1, line), `${path} with the address of ${secret}`, text === '' ? 'nothing' : text.slice(0, 60))
      else if (/discord/.test(secret) && !/\/slack\/?$/.test(text))
        yield this.said(Math.max(1, line), "Discord's address with /slack at its end, where it takes Slack's messages", text)
    }
  }

  /** A variable that changes nothing, of an image that reads none. */
  private *judgeVariables(file: string, all: ScriptRun): Generator<Remark> {
    if (imageNameOf(this.workload.image).known?.readsNoEnvironment !== true) return
    const before = `${all.files.get(file) ?? ''} ${all.program.join(' ')}`
    for (const [name, { value, at }] of this.workload.env) {
      if (/^(?:GO[A-Z]+|TZ|HTTPS?_PROXY|NO_PROXY)$/i.test(name)) continue
      const changed = this.run(this.secrets, { [name]: `${value}1` })
      if (`${changed.files.get(file) ?? ''} ${changed.program.join(' ')}` !== before) continue
      const read = [...this.script.text.matchAll(/\$\{?([A-Z]\w*)/g)].map((match) => match[1] ?? '')
      const near = read.includes(name) ? name : nearest(name, read)
      const line = this.script.text.split('\n').findIndex((each) => near !== undefined && each.includes(near) && !/^\s*#/.test(each))
      yield read.includes(name)
        ? this.said(line + 1, `${file} with the value of ${name}`, 'the variable changes nothing')
        : remark(this.workload.name, at.keyPlace(), near ?? 'a variable that the script reads', `${name}, which nothing reads`)
    }
  }
}

const urlOf = (secret: string): string => `https://${/discord/.test(secret) ? 'discord.com/api/webhooks' : 'chat.example/hooks'}/${secret}`

function configurationOf({ program }: ScriptRun): string | undefined {
  const words = program.join(' ')
  return /--?config(?:[.-]file)?[= ](\S+)/.exec(words)?.[1]
}

function marksIn({ files }: ScriptRun, file: string): Set<string> {
  return new Set((files.get(file) ?? '').split('\n').flatMap((line) => MARKER.exec(line)?.[1] ?? []))
}

function placeOf({ file, text, lineOffset }: ConfigText, index: number): Place {
  return { file, line: index + 1 + lineOffset, column: 1, length: Math.max(1, text.split('\n')[index]?.length ?? 1) }
}
