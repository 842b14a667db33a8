import { oncePerPlace, remark, type Check, type Remark } from '../../lint-check.ts'
import { didYouMean, slipOf } from '../../../text/did-you-mean.ts'
import type { Cursor, Place } from '../../../config/yaml/cursor.ts'

const INSTRUCTIONS =
  'FROM RUN CMD LABEL MAINTAINER EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG ONBUILD STOPSIGNAL HEALTHCHECK SHELL'.split(' ')

export const check: Check = {
  meta: {
    id: 'dockerfiles-are-whole',
    area: 'platform',
    severity: 'error',
    needs: ['compose'],
    title: 'A Dockerfile in the compose file has known instructions, and its stages and arguments are defined',
    failureTitle: 'A Dockerfile in the compose file cannot be built',
    why: 'Docker refuses an unknown instruction and a stage that is not there before it builds anything. An argument that is not declared is empty, and the command that uses it fails or builds something else. https://docs.docker.com/reference/dockerfile/',
    mend: 'Correct the instruction, stage or argument in build.dockerfile_inline or build.args.',
    example: 'dockerfile_inline: |\n  FROM rust:1 AS build\n  FROM debian:bookworm-slim\n  COPY --from=biuld /app /app',
  },
  *judge({ config }) {
    yield* oncePerPlace(
      config.workloads.flatMap(({ name, at }) => {
        const inline = at.get('build', 'dockerfile_inline')
        return inline?.string() === undefined ? [] : [...judgeText(name, inline, at.get('build', 'args'))]
      }),
    )
  },
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
      (slipOf(from, new Set(stages)) !== undefined || !/[/:.]/.test(from))
    )
      yield remark(subject, place(line.trim()), `a stage of this Dockerfile: ${stages.join(', ')}`, `${from}${didYouMean(from, stages)}`)
    for (const [, variable = ''] of rest.matchAll(/(?<!\\)\$\{?([A-Z][A-Z0-9_]*)/g)) used.add(variable)
  }
  yield* entryPoint(subject, at, lines)
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
  const bare = [...declared].filter((name) => !new RegExp(`^\\s*ARG\\s+${name}=`, 'm').test(text) && used.has(name) && !named.has(name))
  for (const name of bare) yield remark(subject, args ?? at, `the argument ${name} in build.args`, 'not given, and without a default')
}

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
  let [stage, copied]: [string, string[]] = ['', []]
  for (const line of lines) {
    const from = /^\s*FROM\s+(\S+)(?:\s+AS\s+(\S+))?/i.exec(line)
    if (from !== null) {
      if (from[2] !== undefined) images.set(from[2].toLowerCase(), from[1] ?? '')
      ;[stage, copied] = [from[1] ?? '', []]
    }
    const [, origin = '', source = '', target = ''] = /^\s*COPY\s+--from=(\S+)\s+(\S+)\s+(\S+)\s*$/i.exec(line) ?? []
    const known = PROGRAMS.find(([image]) => image.test(images.get(origin.toLowerCase()) ?? origin))?.[1]
    if (known !== undefined && source !== known && didYouMean(source, [known]) !== '')
      yield remark(subject, placeIn(at, line.trim()), `${known}, which the image holds`, source)
    if (/^\s*(?:COPY|ADD)\s/i.test(line)) copied.push(target.endsWith('/') ? `${target}${source.split('/').at(-1) ?? ''}` : target || '?')
    const program = /^\s*ENTRYPOINT\s+\[\s*"(\/[^"]+)"/i.exec(line)?.[1]
    const isKnown = copied.some((each) => each === '?' || each === program || program?.startsWith(`${each}/`) === true)
    if (program === undefined || !BARE.test(stage) || isKnown || copied.length === 0 || lines.some((each) => /^\s*RUN\s/i.test(each)))
      continue
    if (/^\/(?:bin|usr|sbin)\//.test(program)) continue
    yield remark(subject, placeIn(at, line.trim()), `a program that is copied: ${copied.join(', ')}`, program)
  }
}
