import { stringify } from 'yaml'
import type { Manifest } from './chaos-workflow.ts'

/** As `kubectl apply -f -` reads them. */
export function manifestsText(objects: readonly Manifest[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')
}
