import type { Part } from '../parts.ts'
import { cargoSteps } from './cargo.ts'
import { debianSteps } from './debian.ts'
import { goSteps, xk6Steps } from './go.ts'
import { mavenBuildSteps, mavenJarsSteps } from './maven.ts'
import type { Step } from './recipe.ts'

/** The steps that make a part, in order. None for a script, which is there or is not. */
export function partSteps(part: Part): Step[] {
  const { recipe } = part
  switch (recipe.kind) {
    case 'go':
      return goSteps(part, recipe)
    case 'xk6':
      return xk6Steps(part, recipe)
    case 'debian':
      return debianSteps(part, recipe)
    case 'maven-jars':
      return mavenJarsSteps(part, recipe)
    case 'maven-build':
      return mavenBuildSteps(part, recipe)
    case 'cargo':
      return cargoSteps(part, recipe)
    case 'script':
      return []
  }
}
