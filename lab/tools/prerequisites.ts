import { spawnSync } from 'node:child_process'
import type { Part, ToolId } from './parts.ts'
import { compareVersions, formatVersion, parseVersion, version } from './versions.ts'
import type { Version } from './versions.ts'

/** A program of this machine that a recipe calls. */
interface Prerequisite {
  /** As a person knows it. */
  title: string
  argv: readonly [string, ...string[]]
  minimum?: Version
  /** What to type when it is missing or too old. */
  remedy: string
}

const GO: Prerequisite = {
  title: 'Go',
  argv: ['go', 'version'],
  minimum: version('1.26'),
  remedy: 'curl -fsSL https://go.dev/dl/go1.26.8.linux-amd64.tar.gz | sudo tar -C /usr/local -xz && export PATH=/usr/local/go/bin:$PATH',
}
const JDK: Prerequisite = {
  title: 'a Java development kit',
  argv: ['javac', '-version'],
  minimum: version('17'),
  remedy: 'sudo apt-get install openjdk-17-jdk-headless',
}
const MAVEN: Prerequisite = { title: 'Maven', argv: ['mvn', '--version'], minimum: version('3.6'), remedy: 'sudo apt-get install maven' }
const CARGO: Prerequisite = {
  title: 'Rust',
  argv: ['cargo', '--version'],
  minimum: version('1.85'),
  remedy: "curl --proto '=https' -fsSL https://sh.rustup.rs | sh -s -- -y && . ~/.cargo/env",
}
// Nothing is written in C, yet Rust links with the C compiler.
const LINKER: Prerequisite = { title: 'a C compiler', argv: ['cc', '--version'], remedy: 'sudo apt-get install gcc libc6-dev' }
const APT: Prerequisite = { title: 'apt-get', argv: ['apt-get', '--version'], remedy: '' }
const DPKG: Prerequisite = { title: 'dpkg-deb', argv: ['dpkg-deb', '--version'], remedy: '' }

const NEEDS: Record<Part['recipe']['kind'], readonly Prerequisite[]> = {
  debian: [APT, DPKG],
  go: [GO],
  xk6: [GO],
  'maven-jars': [JDK, MAVEN],
  'maven-build': [JDK, MAVEN],
  cargo: [CARGO, LINKER],
  script: [],
}

/** What a program answers to a question for its version; undefined when it is not there. */
export type Ask = (argv: readonly [string, ...string[]]) => string | undefined

const askProgram: Ask = ([program, ...args]) => {
  const answer = spawnSync(program, args, { encoding: 'utf8', timeout: 30_000, stdio: ['ignore', 'pipe', 'pipe'] })
  return answer.error === undefined && answer.status === 0 ? `${answer.stdout}\n${answer.stderr}` : undefined
}

/** One line for each program that is missing or too old, with what to type; empty when all is well. */
export function missingPrerequisites(parts: readonly Part[], options: { ask?: Ask; node?: string; isRoot?: boolean } = {}): string[] {
  const { ask = askProgram, node = process.version, isRoot = process.getuid?.() === 0 } = options
  const lines: string[] = []
  const running = parseVersion(node)
  if (running !== undefined && compareVersions(running, version('20')) < 0)
    lines.push(`Node 20 or newer is needed, this is ${formatVersion(running)}; type: npm ci && npm run setup`)
  const without: Part[] = []
  for (const needed of new Set(parts.flatMap((part) => NEEDS[part.recipe.kind]))) {
    const answer = ask(needed.argv)
    const found = answer === undefined ? undefined : parseVersion(answer)
    if (needed.minimum === undefined ? answer !== undefined : found !== undefined && compareVersions(found, needed.minimum) >= 0) continue
    const users = parts.filter((part) => NEEDS[part.recipe.kind].includes(needed))
    if (needed === APT || needed === DPKG) {
      if (without.length > 0) continue
      without.push(...users)
      lines.push(
        `${needed.title} is missing (this is no Debian or Ubuntu), so install by other means: ${users.map(byOtherMeans).join(', ')}; then type: npm run setup`,
      )
      continue
    }
    const what = needed.minimum === undefined ? needed.title : `${needed.title} ${formatVersion(needed.minimum)} or newer`
    const state = found === undefined ? 'is missing' : `is too old (${formatVersion(found)})`
    lines.push(
      `${what} ${state}, needed for ${users.map((part) => part.title).join(', ')}; type: ${isRoot ? needed.remedy.replaceAll('sudo ', '') : needed.remedy}`,
    )
  }
  return lines
}

function byOtherMeans(part: Part): string {
  const [tool] = Object.keys(part.tools) as ToolId[]
  const minimum = tool === undefined ? undefined : part.tools[tool]?.installed?.minimum
  return `${part.title}${minimum === undefined ? '' : ` ${formatVersion(minimum)} or newer`}`
}
