/** The k6 scripts that a load may name: those of the platform's own folder, and those that every platform has. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generic } from '../../scenarios/generic/generic-scenarios.ts'
import type { FiredrillError } from '../model/error.ts'
import type { Scenario } from '../model/platform-folder.ts'
import { child, openSource, problem } from '../spec/reader.ts'
import { SCENARIOS } from './platform-keys.ts'
import { toolFile } from '../tool/tool-files.ts'

/** In the folder of scenarios: what may be said to each. */
const FILE = 'scenarios.yaml'

export function scriptsOf(folder: string, shown: (path: string) => string, problems: FiredrillError[]): Record<string, Scenario> {
  const own = ownScripts(folder, shown, problems)
  const tool = Object.entries(generic).map(([name, meta]) => [name, { ...meta, script: toolFile(`scenarios/generic/${name}.ts`) }])
  return Object.fromEntries([...own, ...tool].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))) as Record<string, Scenario>
}

function ownScripts(folder: string, shown: (path: string) => string, problems: FiredrillError[]): [string, Scenario][] {
  const file = join(folder, FILE)
  if (!existsSync(file)) return []
  const root = openSource({ file: shown(file), text: readFileSync(file, 'utf8') }, problems)
  if (root === undefined) return []
  return Object.entries(SCENARIOS(root) ?? {}).flatMap(([name, meta]): [string, Scenario][] => {
    const script = ['ts', 'js'].map((ending) => join(folder, `${name}.${ending}`)).find((path) => existsSync(path))
    if (Object.hasOwn(generic, name)) {
      problem(child(root, name), 'PLATFORM_SCENARIO', 'firedrill itself has a scenario of this name', 'Give it another name.')
      return []
    }
    if (script !== undefined) return [[name, { ...meta, script }]]
    problem(child(root, name), 'PLATFORM_SCENARIO', `there is no ${name}.ts and no ${name}.js in ${shown(folder)}`)
    return []
  })
}
