import { cpSync, mkdirSync, copyFileSync } from 'node:fs'
import path from 'node:path'
import { filesUnder } from '../cache.ts'
import { MAVEN_FLAGS } from '../recipe-inputs.ts'
import type { Part, Recipe } from '../parts.ts'
import type { Step } from './recipe.ts'

/** Two Mavens at once may spoil the local repository they share. https://issues.apache.org/jira/browse/MNG-2802 */
const exclusive = 'maven'

export function mavenJarsSteps(part: Part, recipe: Extract<Recipe, { kind: 'maven-jars' }>): Step[] {
  return [
    {
      lane: 'network',
      doing: 'downloading jars',
      seconds: part.seconds.network,
      exclusive,
      run: async ({ run, around, out }) => {
        await run({
          program: 'mvn',
          args: [...MAVEN_FLAGS, '-q', '-f', path.join(around.checkout, recipe.folder, 'pom.xml'), 'prepare-package', `-Dout=${out}`],
        })
      },
    },
  ]
}

/** Downloads are most of it the first time, so it takes a place in the network lane. Built from a copy: the checkout stays as it is. */
export function mavenBuildSteps(part: Part, recipe: Extract<Recipe, { kind: 'maven-build' }>): Step[] {
  return [
    {
      lane: 'network',
      doing: 'building with Maven',
      seconds: part.seconds.network + part.seconds.cpu,
      exclusive,
      run: async ({ run, around, work, out }) => {
        const source = path.join(around.checkout, recipe.folder)
        const copy = path.join(work, 'source')
        for (const file of filesUnder(source)) {
          mkdirSync(path.dirname(path.join(copy, file)), { recursive: true })
          cpSync(path.join(source, file), path.join(copy, file))
        }
        await run({ program: 'mvn', args: [...MAVEN_FLAGS, '-q', '-f', path.join(copy, 'pom.xml'), 'package'], cwd: copy })
        for (const [name, made] of Object.entries(recipe.outputs)) copyFileSync(path.join(copy, made), path.join(out, name))
      },
    },
  ]
}
