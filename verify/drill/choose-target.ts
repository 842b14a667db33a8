/** What --target names. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { FiredrillError } from '../model/error.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import type { Target } from '../model/target.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { LAB_COMPOSE, targetNames } from '../platform/read-platform.ts'

/** Brought up or asked for as it is needed, or read from its file already. */
export type Chosen = 'lab' | 'compose' | { target: Target; speed: number }

/** Rejects with TARGET_WHERE, TARGET_NONE, or what is wrong with the file; nothing is asked and nothing is touched. */
export async function chosenTarget(asked: string | undefined, platform: PlatformFolder, cwd: string): Promise<Chosen> {
  const name = asked ?? platform.target
  if (name === undefined) {
    const names = targetNames(platform.targets)
    throw new FiredrillError('TARGET_WHERE', 'which target?', {
      next:
        names.length === 0
          ? `Put a target file into ${platform.targets}, or name one by --target FILE.`
          : `Give one by --target, or \`target\` in firedrill.yaml: ${names.join(', ')}.`,
    })
  }
  // Loaded for a file alone: a plan for the lab must answer at once.
  if (name !== 'lab' && name !== 'compose') {
    const file = targetFile(name, platform, cwd)
    if (!existsSync(file))
      throw new FiredrillError('TARGET_UNREADABLE', `there is no target ${JSON.stringify(name)}, and no file ${file}`, {
        next: `${suggestion(name, targetNames(platform.targets))} A target is a file of ${platform.targets}, the path of another one, lab or compose.`,
      })
    return (await import('../targets/target-file.ts')).readTargetFile(file)
  }
  // Both know the parts of one compose file. Of another one `compose` would harm containers that are not meant.
  if (platform.compose === LAB_COMPOSE || (name === 'lab' && isForLab(platform.compose))) return name
  throw new FiredrillError('TARGET_NONE', `${platform.name} has no ${name}: it drills the compose file of the firedrill checkout alone`, {
    place: { file: platform.file },
    next: 'Give a target file by --target, whose parts have docker: { container: NAME }.',
  })
}

/** A compose file says by `x-firedrill-lab` that the lab may start what it has a part for (docs/lab.md). */
function isForLab(compose: string | undefined): boolean {
  return compose !== undefined && existsSync(compose) && /^x-firedrill-lab:/m.test(readFileSync(compose, 'utf8'))
}

/** A file from the working folder, or one of the platform's targets by its name; what is neither is taken for a file. */
export function targetFile(name: string, { targets }: Pick<PlatformFolder, 'targets'>, cwd: string): string {
  const file = resolve(cwd, name)
  if (existsSync(file)) return file
  return ['yaml', 'yml'].map((ending) => join(targets, `${name}.${ending}`)).find((path) => existsSync(path)) ?? file
}

/** The name under which runs on the target that is meant by default are remembered, and its speed where it has one of its own. */
export async function usualTarget(platform: PlatformFolder, cwd: string): Promise<{ name: string; speed?: number }> {
  if (platform.target === undefined) return { name: '' }
  const chosen = await chosenTarget(undefined, platform, cwd)
  return typeof chosen === 'string' ? { name: chosen } : { name: chosen.target.name, speed: chosen.speed }
}
