import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { javaFrom } from '../context.ts'
import type { Run } from '../engine/engine-programs.ts'
import { toolEnv, toolPath, toolPrefix, type ToolId } from '../tools/tools.ts'
import type { ClusterFolder } from './cluster-folder.ts'
import { PAUSE_IMAGE } from './node-files.ts'

/** An image made of files of this machine and the shared libraries that they need; busybox is its shell. */
export interface ClusterImage {
  /** With the registry that containerd adds to a short name. */
  name: string
  /** Path in the image -> tool of the lab. */
  tools: Readonly<Record<string, ToolId>>
  /** Path in the image -> another program of the same package as a tool. */
  beside?: Readonly<Record<string, { tool: ToolId; name: string }>>
  /** This machine's JDK as /opt/java. */
  java?: true
  entrypoint: readonly string[]
  command?: readonly string[]
  user?: string
}

/** Debian's Redis keeps protected mode on, docker's own has it off. */
const REDIS = '[ "$1" = redis-server ] && shift && set -- redis-server --protected-mode no --bind "*" "$@"; exec "$@"'

/** Under the names that deploy/kubernetes has, of the services of examples/kubernetes. */
export const CLUSTER_IMAGES: readonly ClusterImage[] = [
  { name: PAUSE_IMAGE, tools: {}, entrypoint: ['/bin/sleep', '2147483647'] },
  { name: 'docker.io/library/busybox:1.36', tools: {}, entrypoint: [], command: ['sh'] },
  {
    name: 'docker.io/library/redis:7-alpine',
    tools: { '/bin/redis-server': 'redis-server' },
    beside: { '/bin/redis-cli': { tool: 'redis-server', name: 'redis-cli' } },
    entrypoint: ['/bin/sh', '-c', REDIS, 'sh'],
    command: ['redis-server'],
  },
  {
    name: 'docker.io/oliver006/redis_exporter:v1.66.0-alpine',
    tools: { '/redis_exporter': 'redis-exporter' },
    entrypoint: ['/redis_exporter'],
    user: '65534',
  },
  {
    name: 'docker.io/prom/prometheus:v2.48.0',
    // Debian's has no discovery by Kubernetes.
    tools: { '/bin/prometheus': 'prometheus-required' },
    entrypoint: ['/bin/prometheus'],
    user: '65534',
  },
  {
    name: 'docker.io/prom/alertmanager:v0.27.0',
    tools: { '/bin/alertmanager': 'alertmanager' },
    entrypoint: ['/bin/alertmanager'],
    user: '65534',
  },
  { name: 'docker.io/grafana/k6:1.8.1', tools: { '/bin/k6': 'k6' }, entrypoint: ['/bin/k6'], user: '12345' },
  {
    name: 'registry.example/moalog/rate-limiter:1',
    tools: { '/app/service.jar': 'rate-limiter', '/app/jmx_prometheus_javaagent.jar': 'jmx-exporter-agent' },
    java: true,
    entrypoint: [],
    command: ['java', '-jar', '/app/service.jar'],
    user: '65534',
  },
]

/** The tools of the lab that the images are made of. */
export function imageTools(images: readonly ClusterImage[] = CLUSTER_IMAGES): ToolId[] {
  return [...new Set(images.flatMap(({ tools }) => Object.values(tools)))]
}

/** Of a JDK what a running program does not need. */
const LEFT_OUT = /^(?:jmods|include|legal|man|docs|demo|lib\/src\.zip)$/
const ETC = {
  'passwd': 'root:x:0:0:root:/root:/bin/sh\nuser:x:65534:65534:user:/:/bin/sh\n',
  'group': 'root:x:0:\nuser:x:65534:\n',
  // Names come from /etc/hosts alone: there is no cluster DNS.
  'nsswitch.conf': 'hosts: files\n',
}

/** Makes the archives that are not there yet or were made of something else; resolves with how many. */
export async function makeImages(folder: ClusterFolder, run: Run, line: (text: string) => void): Promise<number> {
  mkdirSync(folder.images, { recursive: true })
  const wanted = CLUSTER_IMAGES.map((image) => ({ image, file: `${image.name.replaceAll(/[^a-z0-9.]+/g, '-')}-${keyOf(image)}.tar` }))
  for (const name of readdirSync(folder.images))
    if (!wanted.some(({ file }) => file === name)) rmSync(path.join(folder.images, name), { recursive: true })
  const missing = wanted.filter(({ file }) => !existsSync(path.join(folder.images, file)))
  for (const { image, file } of missing) {
    line(`image ${image.name}`)
    await makeImage(image, folder.images, file, run)
  }
  return missing.length
}

/** By where its files are and how large they are: a tool's folder in the cache has its key in its name. */
function keyOf(image: ClusterImage): string {
  const files = [...filesOf(image).values(), ...(image.java === true ? [javaFrom(process.env)] : [])]
  const made = readFileSync(import.meta.filename)
  return createHash('sha256')
    .update(made)
    .update(JSON.stringify([image, files.map((file) => [realpathSync(file), statSync(file).size])]))
    .digest('hex')
    .slice(0, 12)
}

function filesOf({ tools, beside = {} }: ClusterImage): Map<string, string> {
  return new Map([
    ['/bin/busybox', path.join(path.dirname(toolPrefix('containerd')), 'bin/busybox')],
    ...Object.entries(tools).map(([at, tool]) => [at, toolPath(tool)] as const),
    ...Object.entries(beside).map(([at, { tool, name }]) => [at, path.join(path.dirname(toolPath(tool)), name)] as const),
  ])
}

/** An archive as `docker save` writes it: https://github.com/moby/moby/blob/v24.0.9/image/spec/v1.2.md#combined-image-json--filesystem-changeset-format */
async function makeImage(image: ClusterImage, folder: string, file: string, run: Run): Promise<void> {
  const work = path.join(folder, 'work')
  const [root, archive] = [path.join(work, 'root'), path.join(work, 'archive')]
  rmSync(work, { recursive: true, force: true })
  for (const name of ['bin', 'etc', 'tmp', 'proc', 'sys', 'dev']) mkdirSync(path.join(root, name), { recursive: true })
  mkdirSync(archive)
  for (const [at, source] of filesOf(image)) copy(source, path.join(root, at))
  if (image.java === true) copyJava(path.join(root, 'opt/java'))
  for (const [name, text] of Object.entries(ETC)) writeFileSync(path.join(root, 'etc', name), text)
  for (const [at, source] of await librariesOf(image, root, run)) copy(source, path.join(root, at))
  for (const applet of execFileSync(path.join(root, 'bin/busybox'), ['--list'], { encoding: 'utf8' }).split('\n').filter(Boolean))
    if (!existsSync(path.join(root, 'bin', applet))) symlinkSync('busybox', path.join(root, 'bin', applet))
  const layer = path.join(archive, 'layer.tar')
  await run({
    program: 'tar',
    args: ['-C', root, '--sort=name', '--numeric-owner', '--owner=0', '--group=0', '--mtime=@0', '-cf', layer, '.'],
  })
  const config = JSON.stringify(configOf(image, createHash('sha256').update(readFileSync(layer)).digest('hex')))
  const name = `${createHash('sha256').update(config).digest('hex')}.json`
  writeFileSync(path.join(archive, name), config)
  writeFileSync(path.join(archive, 'manifest.json'), JSON.stringify([{ Config: name, RepoTags: [image.name], Layers: ['layer.tar'] }]))
  const whole = path.join(work, 'image.tar')
  await run({ program: 'tar', args: ['-C', archive, '-cf', whole, '.'] })
  await run({ program: 'mv', args: [whole, path.join(folder, file)] })
  rmSync(work, { recursive: true })
}

function configOf({ entrypoint, command, user }: ClusterImage, layer: string): object {
  return {
    architecture: 'amd64',
    os: 'linux',
    config: {
      Entrypoint: entrypoint.length === 0 ? null : entrypoint,
      Cmd: command ?? null,
      Env: ['PATH=/opt/java/bin:/bin'],
      WorkingDir: '/',
      User: user ?? '',
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
    history: [{ created_by: 'firedrill' }],
  }
}

function copy(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true })
  copyFileSync(realpathSync(from), to)
}

function copyJava(to: string): void {
  const home = path.resolve(realpathSync(javaFrom(process.env)), '../..')
  const filter = (from: string): boolean => existsSync(from) && !LEFT_OUT.test(path.relative(home, from))
  cpSync(home, to, { recursive: true, dereference: true, filter })
}

/** Path in the image -> file of this machine, of all shared libraries that what is in the image needs. */
async function librariesOf({ tools, beside = {}, java }: ClusterImage, root: string, run: Run): Promise<Map<string, string>> {
  const own = Object.entries(beside).map(([at, { tool }]) => [at, tool] as const)
  const programs = [...Object.entries(tools), ...own].filter(([at]) => !at.endsWith('.jar'))
  const jdk = path.join(root, 'opt/java')
  const loaded =
    java === true ? readdirSync(jdk, { recursive: true, encoding: 'utf8' }).filter((name) => /^bin\/java$|\.so$/.test(name)) : []
  const asked = [
    ...programs.map(([at, tool]) => ({ file: path.join(root, at), env: toolEnv(tool) })),
    ...loaded.map((name) => ({ file: path.join(jdk, name), env: {} })),
  ]
  const found = new Map<string, string>()
  for (const { file, env } of asked) {
    // A static program has none, and ldd fails on it.
    const text = await run({ program: 'ldd', args: [file], env }).catch(() => '')
    for (const [at, source] of needed(text)) if (!source.startsWith(root)) found.set(at, source)
  }
  return found
}

/** Where each library that `ldd` names belongs: beside the C library, where the loader looks; the loader itself where programs name it. */
export function needed(ldd: string): Map<string, string> {
  const found = [...ldd.matchAll(/^\s+(?:(\S+) => )?(\/\S+) \(0x/gm)].map(([, name, file]) => ({ name, file: file ?? '' }))
  const folder = path.dirname(found.find(({ name }) => name === 'libc.so.6')?.file ?? '/lib/libc.so.6')
  return new Map(found.map(({ name, file }) => [name === undefined ? file : path.join(folder, name), file]))
}
