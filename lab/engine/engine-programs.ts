import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError } from '../../verify/model/error.ts'
import type { Surroundings } from '../tools/cache.ts'
import type { Command } from '../tools/child.ts'
import { aptOptions, packageListStep } from '../tools/recipes/debian.ts'
import type { EngineFolder } from './engine-folder.ts'

/** Unpacked and not installed: an installation would start a system service. debootstrap and busybox make the base images. */
const PACKAGES = ['docker.io', 'containerd', 'runc', 'tini', 'iptables', 'busybox-static', 'debootstrap'] as const
const LIBRARIES = ['libip4tc2', 'libip6tc2', 'libxtables12', 'libnfnetlink0', 'libnetfilter-conntrack3', 'libnftnl11', 'libmnl0'] as const
/** Compose 2 is in the release after Debian 12; its plugin and that of buildx run here too. */
const PLUGINS = { suite: 'trixie', packages: ['docker-compose', 'docker-buildx'] } as const
const PROGRAMS = {
  'dockerd': 'usr/sbin/dockerd',
  'docker-proxy': 'usr/sbin/docker-proxy',
  'docker': 'usr/bin/docker',
  'docker-init': 'usr/bin/docker-init',
  'containerd': 'usr/bin/containerd',
  'containerd-shim-runc-v2': 'usr/bin/containerd-shim-runc-v2',
  'runc': 'usr/sbin/runc',
  ...Object.fromEntries(['iptables', 'iptables-save', 'iptables-restore', 'ip6tables'].map((name) => [name, 'usr/sbin/xtables-nft-multi'])),
} as const

export type Run = (command: Command) => Promise<string>

/** The release of this machine: Debian's, whose mirror has what is needed. Throws ENGINE_PLATFORM elsewhere. */
export function debianRelease(text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''): string {
  const field = (name: string): string => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? ''
  if (field('ID') !== 'debian')
    throw new FiredrillError(
      'ENGINE_PLATFORM',
      `an engine of its own is made on Debian alone, and this is ${field('PRETTY_NAME') || 'another system'}`,
      {
        exitCode: 3,
        next: 'Install Docker (https://docs.docker.com/engine/install/), then: make up',
      },
    )
  return field('VERSION_CODENAME')
}

/** Downloads and unpacks the engine and the docker command with its plugins. What is there stays. */
export async function unpackPrograms(
  folder: EngineFolder,
  around: Surroundings,
  run: Run,
  line: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const done = path.join(folder.prefix, 'complete')
  if (existsSync(done)) return
  line('unpacking the engine')
  const partial = `${folder.prefix}.partial`
  const debs = path.join(folder.work, 'debs')
  for (const each of [partial, debs]) {
    rmSync(each, { recursive: true, force: true })
    mkdirSync(each, { recursive: true })
  }
  await packageListStep.run({ around, work: folder.work, out: debs, run, signal })
  await run({ program: 'apt-get', args: [...aptOptions(around), '-q', 'download', ...PACKAGES, ...LIBRARIES], cwd: debs })
  await downloadPlugins(folder, around, debs, run)
  for (const archive of readdirSync(debs)
    .filter((name) => name.endsWith('.deb'))
    .sort())
    await run({ program: 'dpkg-deb', args: ['-x', path.join(debs, archive), partial] })
  writeFileSync(path.join(partial, 'complete'), '')
  rmSync(folder.prefix, { recursive: true, force: true })
  renameSync(partial, folder.prefix)
  rmSync(debs, { recursive: true })
  link(folder)
}

/** From the mirror that this machine uses, with lists of their own. */
async function downloadPlugins({ work }: EngineFolder, around: Surroundings, debs: string, run: Run): Promise<void> {
  const site = (await run({ program: 'apt-get', args: [...aptOptions(around), 'indextargets', '--format', '$(SITE)'] }))
    .split('\n')
    .find((line) => /\/debian\/?$/.test(line))
  if (site === undefined) throw new Error('the package sources of this machine name no Debian mirror')
  const own = path.join(work, 'plugins')
  for (const needed of ['lists/partial', 'cache/archives/partial']) mkdirSync(path.join(own, needed), { recursive: true })
  const list = path.join(own, 'sources.list')
  writeFileSync(list, `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${site} ${PLUGINS.suite} main\n`)
  const options = {
    'Dir::Etc::SourceList': list,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': path.join(own, 'lists'),
    'Dir::Cache': path.join(own, 'cache'),
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
  }
  const args = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  await run({ program: 'apt-get', args: [...args, '-q', 'update'] })
  await run({ program: 'apt-get', args: [...args, '-q', 'download', ...PLUGINS.packages], cwd: debs })
  rmSync(own, { recursive: true })
}

function link({ prefix, bin, config }: EngineFolder): void {
  const plugins = path.join(config, 'cli-plugins')
  for (const each of [bin, plugins]) {
    rmSync(each, { recursive: true, force: true })
    mkdirSync(each, { recursive: true })
  }
  for (const [name, file] of Object.entries(PROGRAMS)) symlinkSync(path.join(prefix, file), path.join(bin, name))
  for (const name of PLUGINS.packages) symlinkSync(path.join(prefix, 'usr/libexec/docker/cli-plugins', name), path.join(plugins, name))
}

/** For the engine itself and for iptables: what the packages would have installed. */
export function programEnvironment({ prefix, bin }: EngineFolder, env: NodeJS.ProcessEnv): Record<string, string> {
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((name) => path.join(prefix, name))
  return {
    ...(env as Record<string, string>),
    PATH: `${bin}${path.delimiter}${env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin'}`,
    LD_LIBRARY_PATH: libraries.join(':'),
    XTABLES_LIBDIR: path.join(prefix, 'usr/lib/x86_64-linux-gnu/xtables'),
  }
}
