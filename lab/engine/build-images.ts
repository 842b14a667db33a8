import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { CHECKOUT, filesUnder } from '../tools/cache.ts'
import { GO_FAST_FLAGS } from '../tools/recipe-inputs.ts'
import { toolPath } from '../tools/tools.ts'
import { engineEnvironment, type EngineFolder } from './engine-folder.ts'
import { IMAGES, tagOf, type GoProgram, type Image, type Source } from './images.ts'
import type { Run } from './engine-programs.ts'

const BASE = 'debian:bookworm-slim'
/** Which inputs an image was made of. */
const LABEL = 'firedrill.key'

interface Build {
  folder: EngineFolder
  env: NodeJS.ProcessEnv
  run: Run
  line(text: string): void
  /** Debian's release and mirror for the base image. */
  release: string
}

/** Makes what is not there yet or was made of something else. An image under a tag of another origin is left alone. */
export async function buildImages(project: string, build: Build): Promise<void> {
  await baseImage(build)
  for (const image of IMAGES) await buildImage(image, tagOf(image, project), build)
}

function docker({ run, folder, env }: Build, ...args: string[]): Promise<string> {
  return run({ program: path.join(folder.bin, 'docker'), args, env: engineEnvironment(folder, env) as Record<string, string> })
}

/** The image's key, '' for one of another origin, undefined when it is not there. */
async function keyOf(tag: string, build: Build): Promise<string | undefined> {
  const text = await docker(build, 'image', 'inspect', '--format', `{{index .Config.Labels "${LABEL}"}}`, tag).catch(() => undefined)
  return text?.trim()
}

async function baseImage(build: Build): Promise<void> {
  if ((await keyOf(BASE, build)) !== undefined) return
  const { folder, env, run, line, release } = build
  line(`image ${BASE}: debootstrap ${release}`)
  const root = path.join(folder.work, 'rootfs')
  const archive = path.join(folder.work, 'rootfs.tar')
  // By process and not by rm -r: an interrupted debootstrap leaves /proc mounted in there.
  await run({ program: 'umount', args: ['--recursive', path.join(root, 'proc')] }).catch(() => undefined)
  rmSync(root, { recursive: true, force: true })
  const { prefix } = folder
  await run({
    program: path.join(prefix, 'usr/sbin/debootstrap'),
    args: ['--variant=minbase', release, root],
    env: { ...(env as Record<string, string>), DEBOOTSTRAP_DIR: path.join(prefix, 'usr/share/debootstrap') },
  })
  for (const name of ['var/cache/apt/archives', 'var/lib/apt/lists'])
    for (const each of readdirSync(path.join(root, name))) rmSync(path.join(root, name, each), { recursive: true })
  await run({ program: 'tar', args: ['-C', root, '-cf', archive, '.'] })
  await docker(build, 'import', '--change', `LABEL ${LABEL}=${release}`, archive, BASE)
  for (const each of [root, archive]) rmSync(each, { recursive: true })
}

async function buildImage(image: Image, tag: string, build: Build): Promise<void> {
  const there = await keyOf(tag, build)
  if (there === '') {
    build.line(`image ${tag}: one of another origin is there, and is used`)
    return
  }
  const own = path.join(import.meta.dirname, 'images', image.folder)
  const recipe = existsSync(own) ? own : path.join(CHECKOUT, image.folder)
  const files = Object.entries(image.files)
  const sources = new Map<string, string>()
  for (const [name, source] of files) sources.set(name, await fileOf(source, build))
  const key = keyFrom(recipe, sources)
  if (there === key) return
  build.line(`image ${tag}: ${image.is}`)
  const context = path.join(build.folder.work, 'context')
  rmSync(context, { recursive: true, force: true })
  mkdirSync(context, { recursive: true })
  cpSync(recipe, context, { recursive: true })
  for (const [name, source] of sources) cpSync(source, path.join(context, name), { recursive: true, dereference: true })
  // Of the host's network, because packages are fetched while it is built and containers have no way out.
  await docker(build, 'build', '--quiet', '--network=host', '--label', `${LABEL}=${key}`, '--tag', tag, context)
  rmSync(context, { recursive: true })
}

/** Absolute; a Go program is built when it is not there. */
async function fileOf(source: Source, build: Build): Promise<string> {
  if ('tool' in source) return toolPath(source.tool)
  if ('unpacked' in source) return path.join(build.folder.prefix, source.unpacked)
  if ('checkout' in source) return path.join(CHECKOUT, source.checkout)
  return goProgram(source.go, build)
}

async function goProgram({ module, package: main }: GoProgram, { folder, run, line }: Build): Promise<string> {
  const cwd = path.join(CHECKOUT, 'lab/tools/go', module)
  const hash = createHash('sha256').update(JSON.stringify([GO_FAST_FLAGS, main]))
  for (const name of filesUnder(cwd)) hash.update(name).update(readFileSync(path.join(cwd, name)))
  const out = path.join(folder.root, 'go', `${module}-${hash.digest('hex').slice(0, 12)}`)
  if (existsSync(out)) return out
  line(`compiling ${main === '.' ? module : main}`)
  await run({
    program: 'go',
    args: ['build', ...GO_FAST_FLAGS, '-ldflags=-s -w', '-o', out, main],
    cwd,
    env: { CGO_ENABLED: '0' },
  })
  return out
}

/** Of a recipe's own files by content, of what is copied into it by name and size: its folder in the cache has its key in its name. */
function keyFrom(recipe: string, sources: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256')
  for (const name of filesUnder(recipe)) hash.update(name).update(readFileSync(path.join(recipe, name)))
  for (const [name, source] of sources) hash.update(JSON.stringify([name, source, statSync(source).size]))
  return hash.digest('hex').slice(0, 12)
}
