import { imageNameOf } from '../../known-images.ts'
import { causing, oncePerPlace, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { missingFile } from '../../missing-file.ts'
import { sourceOf } from '../../../config/deployment/container-files.ts'
import { didYouMean, slipOf } from '../../../text/did-you-mean.ts'
import type { Cursor, Place } from '../../../config/yaml/cursor.ts'

const INSTRUCTIONS =
  'FROM RUN CMD LABEL MAINTAINER EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG ONBUILD STOPSIGNAL HEALTHCHECK SHELL'.split(' ')

export const check: Check = {
  meta: {
    id: 'dockerfiles-are-whole',
    needs: ['compose'],
    title: 'An image is built from a context that has what its Dockerfile copies; instructions, stages and arguments are known',
    failureTitle: 'An image of the compose file cannot be built, or does not hold what it starts',
    why: 'Docker refuses an unknown instruction and a stage that is not there before it builds anything. An argument that is not declared is empty, and the command that uses it fails or builds something else. https://docs.docker.com/reference/dockerfile/',
    mend: 'Correct build.context, or the instruction, stage or argument in build.dockerfile_inline or build.args.',
    example: 'dockerfile_inline: |\n  FROM rust:1 AS build\n  FROM debian:bookworm-slim\n  COPY --from=biuld /app /app',
  },
  *judge(input) {
    yield* oncePerPlace(
      input.config.workloads.flatMap(({ name, at }) => {
        const inline = at.get('build', 'dockerfile_inline')
        // What is read of another folder's sources follows from it.
        const context = [...judgeContext(name, at, inline?.string(), input)].map((each) =>
          causing(each, at.lines(), 'local-defaults-are-set'),
        )
        return inline?.string() === undefined ? context : [...context, ...judgeText(name, inline, at.get('build', 'args'))]
      }),
    )
  },
}

/** What a program looks for in the folder that it is started in. */
const BUILT_FROM: readonly (readonly [command: RegExp, file: string])[] = [
  [/^\s*(?:RUN|&&)?\s*(?:\.\/)?mvnw?\s(?!.*(?:-f|--file)\s)/m, 'pom.xml'],
  [/\bcargo\s+(?:build|install\s+--path\s+\.)(?!.*--manifest-path)/, 'Cargo.toml'],
  [/\bnpm\s+(?:ci|install|run)\b(?!.*--prefix)/, 'package.json'],
  [/\bgo\s+(?:build|mod\s+download|install\s+\.)/, 'go.mod'],
]

/** The folder that is built from: it is there, and so is what the Dockerfile takes from it. */
function* judgeContext(subject: string, at: Cursor, inline: string | undefined, input: LintInput): Generator<Remark> {
  const { exists } = input
  const build = at.get('build')
  const context = build?.isMap() === true ? build.get('context') : build
  const written = context?.string() ?? ''
  // A repository or an archive is built from where it is; a variable is not known.
  if (context === undefined || written === '' || /:\/\/|^git@|\$|^\//.test(written) || !exists(at.text.file)) return
  const folder = sourceOf(at, written.startsWith('.') ? written : `./${written}`) ?? written
  const inFolder = (file: string): string => (folder === '.' || folder === '' ? file : `${folder}/${file}`)
  if (folder !== '.' && folder !== '' && !exists(folder)) {
    yield missingFile(subject, context, folder, 'no such folder', input, `a folder ${folder}, the build context`)
    return
  }
  if (inline === undefined) {
    const named = at.string('build', 'dockerfile') ?? 'Dockerfile'
    if (!/\$|^\/|:\/\//.test(named) && !exists(inFolder(named)))
      yield missingFile(
        subject,
        at.near('build', 'dockerfile') === at ? context : at.near('build', 'dockerfile'),
        inFolder(named),
        'no such file',
        input,
      )
    return
  }
  const [first = ''] = inline.split(/^(?=\s*FROM\s)/im).filter((stage) => /^\s*COPY\s+\.\s/im.test(stage))
  for (const [command, file] of BUILT_FROM)
    if (command.test(first) && !exists(inFolder(file)))
      yield remark(subject, context, `a folder with ${file}, which the Dockerfile builds`, `${folder} has none`)
  for (const [, source = ''] of inline.matchAll(/^\s*(?:COPY|ADD)\s+(?!--from)(?:--\S+\s+)*([\w./-]+)\s+\S+\s*$/gim))
    if (!/^\.?\/?$|^\.\.|:\/\//.test(source) && !exists(inFolder(source.replace(/^\.\//, '').replace(/\/$/, ''))))
      yield missingFile(
        subject,
        context,
        inFolder(source),
        'no such file or folder',
        input,
        `${inFolder(source)} on the disk, which the Dockerfile copies`,
      )
}

function* judgeText(subject: string, at: Cursor, args: Cursor | undefined): Generator<Remark> {
  // $$ is a $ behind compose; a line ends with \ where it goes on.
  const text = (at.string() ?? '').replaceAll('$$', '$')
  const lines = text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*#/.test(line))
  const stages: string[] = []
  const declared = new Set<string>()
  const used = new Set<string>()
  const place = (part: string): Place => placeIn(at, part)
  for (const [index, line] of lines.entries()) {
    const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*)$/.exec(line) ?? []
    const name = word.toUpperCase()
    if (!INSTRUCTIONS.includes(name)) {
      yield remark(subject, place(word), 'an instruction of a Dockerfile', `${word}${didYouMean(name, INSTRUCTIONS)}`)
      continue
    }
    if (index === 0 && !['FROM', 'ARG'].includes(name)) yield remark(subject, place(word), 'FROM first', word)
    if (rest.trim() === '') yield remark(subject, place(line.trim()), `what ${name} takes`, line.trim())
    const parts = rest.split(/\s+/).filter((each) => !each.startsWith('--'))
    if (name === 'FROM') {
      if (parts.length > 1 && parts[1]?.toUpperCase() !== 'AS')
        yield remark(subject, place(line.trim()), 'FROM image AS stage', line.trim())
      if (parts[2] !== undefined) stages.push(parts[2].toLowerCase())
    }
    if (name === 'ARG') declared.add(rest.split('=')[0]?.trim() ?? '')
    if (['COPY', 'ADD'].includes(name) && parts.length < 2 && !rest.includes('<<'))
      yield remark(subject, place(line.trim()), `${name} source target`, line.trim())
    const from = /--from=(\S+)/.exec(rest)?.[1]?.toLowerCase()
    if (
      from !== undefined &&
      !stages.includes(from) &&
      !/^\d+$/.test(from) &&
      imageNameOf(from).known === undefined &&
      (slipOf(from, new Set(stages)) !== undefined || !/[/:.]/.test(from))
    )
      yield remark(subject, place(line.trim()), `a stage of this Dockerfile: ${stages.join(', ')}`, `${from}${didYouMean(from, stages)}`)
    const slip =
      name === 'RUN' ? [...rest.matchAll(/(?<![$\w{])[A-Za-z]{3,}/g)].find(([each]) => slipOf(each, BUILD_WORDS) !== undefined) : undefined
    if (slip !== undefined) yield remark(subject, place(slip[0]), slipOf(slip[0], BUILD_WORDS) ?? '', slip[0])
    for (const [, variable = ''] of rest.matchAll(/(?<!\\)\$\{?([A-Z][A-Z0-9_]*)/g)) used.add(variable)
  }
  yield* entryPoint(subject, at, lines)
  yield* paths(subject, at, text)
  const user = /^\s*USER\s+([a-z][\w-]*)/im.exec(text)?.[1] ?? ''
  // One that the Dockerfile creates is named there as well.
  const isCreated = text.split(new RegExp(`(?<![\\w-])${user}(?![\\w-])`)).length > 2
  const meantUser = isCreated ? undefined : slipOf(user, USERS)
  if (meantUser !== undefined) yield remark(subject, place(`USER ${user}`), meantUser, user)
  for (const variable of used) {
    // Set by ENV or in the shell.
    const isSet = OF_BUILDER.test(variable) || new RegExp(`(?<![\\w$])${variable}=`).test(text)
    const meant = isSet ? undefined : slipOf(variable, declared)
    if (meant !== undefined) yield remark(subject, place(variable), `the argument ${meant}`, variable)
  }
  const named = new Set([
    ...(args?.pairs().map(([key]) => key) ?? []),
    ...(args?.items().map((each) => (each.string() ?? '').split('=')[0] ?? '') ?? []),
  ])
  for (const name of named)
    if (!declared.has(name))
      yield remark(
        subject,
        args ?? at,
        `an argument of the Dockerfile: ${[...declared].join(', ') || 'it has none'}`,
        `${name}${didYouMean(name, declared)}`,
      )
  const hasDefault = (name: string): boolean => OF_BUILDER.test(name) || new RegExp(`^\\s*ARG\\s+${name}=`, 'm').test(text)
  const bare = [...declared].filter((name) => used.has(name) && !hasDefault(name) && !named.has(name))
  for (const name of bare) yield remark(subject, args ?? at, `the argument ${name} in build.args`, 'not given, and without a default')
}

/** https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
const OF_BUILDER = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)$/

/** Those of usual images: "unable to find user nboody". */
const USERS = new Set('nobody root node nginx app appuser nonroot daemon www-data postgres redis mysql grafana'.split(' '))

/** A folder at the root that is named once, a slip away from one that is named elsewhere in the same file. */
function* paths(subject: string, at: Cursor, text: string): Generator<Remark> {
  const found = [...text.matchAll(/(?<![\w.:/$}-])\/([a-z][\w-]+)(?=[/\s"',\]]|$)/g)].map((match) => match[1] ?? '')
  const counts = Map.groupBy(found, (each) => each)
  for (const [folder, uses] of counts) {
    const meant = uses.length === 1 ? slipOf(folder, new Set([...counts.keys()].filter((each) => each !== folder))) : undefined
    if (meant === undefined) continue
    yield remark(subject, placeIn(at, `/${folder}`), `/${meant}, as elsewhere in it`, `/${folder}`)
    return
  }
}

/** Words of the commands that build: a misspelt one ends the build. */
const BUILD_WORDS = new Set(
  'mvn org jar true jmx apache maven plugins plugin dependency package install clean verify copy artifact Dartifact DskipTests Dmaven stripVersion outputDirectory DoutputDirectory Dmdep prometheus javaagent cargo build release locked target workspace npm yarn pnpm update upgrade recommends apt-get mkdir chmod chown curl wget'.split(
    ' ',
  ),
)
/** Folders of PATH. */
const PATHS = /^\/(?:usr\/local\/|usr\/)?s?bin\//
const EVERYWHERE = /^(?:sh|ash|bash|env|sleep|tail|cat|true|echo|test)$/

/** A part of the Dockerfile's text; where its lines are joined, the whole. */
function placeIn(at: Cursor, part: string): Place {
  const from = (at.string() ?? '').indexOf(part)
  return from < 0 || part === '' ? at.place() : at.place(from, part.length)
}

/** Images that hold no program of another name than these. */
const BARE = /^(?:scratch|busybox|alpine|debian|ubuntu|gcr\.io\/distroless\/\S+)(?::|$)/
/** Where a published image has its program. */
const PROGRAMS: readonly (readonly [image: RegExp, program: string])[] = [
  [/opentelemetry-collector-contrib(?::|@|$)/, '/otelcol-contrib'],
  [/opentelemetry-collector(?::|@|$)/, '/otelcol'],
]

/** The program of ENTRYPOINT is one that the last stage copies, and what it copies from a published image is there. */
function* entryPoint(subject: string, at: Cursor, lines: readonly string[]): Generator<Remark> {
  const images = new Map<string, string>()
  let [stage, copied, ran]: [string, string[], boolean] = ['', [], false]
  for (const line of lines) {
    const from = /^\s*FROM\s+(\S+)(?:\s+AS\s+(\S+))?/i.exec(line)
    if (from !== null) {
      if (from[2] !== undefined) images.set(from[2].toLowerCase(), from[1] ?? '')
      ;[stage, copied, ran] = [from[1] ?? '', [], false]
    }
    const [, origin = '', source = '', target = ''] = /^\s*COPY\s+--from=(\S+)\s+(\S+)\s+(\S+)\s*$/i.exec(line) ?? []
    const known = PROGRAMS.find(([image]) => image.test(images.get(origin.toLowerCase()) ?? origin))?.[1]
    if (known !== undefined && source !== known && didYouMean(source, [known]) !== '')
      yield remark(subject, placeIn(at, line.trim()), `${known}, which the image holds`, source)
    if (/^\s*RUN\s/i.test(line)) ran = true
    const bare = /^\s*(?:CMD|ENTRYPOINT)\s+\[\s*"([\w.-]+)"/i.exec(line)?.[1]
    const inPath = copied.filter((each) => PATHS.test(each)).map((each) => each.split('/').at(-1) ?? '')
    if (bare !== undefined && !ran && BARE.test(stage) && inPath.length > 0 && !inPath.includes(bare) && !EVERYWHERE.test(bare))
      yield remark(subject, placeIn(at, line.trim()), `a program that is copied: ${inPath.join(', ')}`, bare)
    if (/^\s*(?:COPY|ADD)\s/i.test(line)) copied.push(target.endsWith('/') ? `${target}${source.split('/').at(-1) ?? ''}` : target || '?')
    const program = /^\s*ENTRYPOINT\s+\[\s*"(\/[^"]+)"/i.exec(line)?.[1]
    const isKnown = copied.some((each) => each === '?' || each === program || program?.startsWith(`${each}/`) === true)
    if (program === undefined || !BARE.test(stage) || isKnown || copied.length === 0 || lines.some((each) => /^\s*RUN\s/i.test(each)))
      continue
    if (/^\/(?:bin|usr|sbin)\//.test(program)) continue
    yield remark(subject, placeIn(at, line.trim()), `a program that is copied: ${copied.join(', ')}`, program)
  }
}
