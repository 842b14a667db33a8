import type { Configuration } from '../config/configuration.ts'
import { filesIn, folderOf } from '../config/deployment/container-files.ts'
import type { Workload } from '../config/deployment/workloads.ts'
import type { Cursor } from '../config/yaml/cursor.ts'

function grafanasOf({ workloads }: Configuration): Workload[] {
  return workloads.filter(({ image }) => /(?:^|\/)grafana(?:-oss|-enterprise)?(?::|@|$)/.test(image))
}

/** Whether a Grafana has a file; where none is here, any may. */
export function isGivenToGrafana(root: Cursor, config: Configuration): boolean {
  const grafanas = grafanasOf(config)
  return grafanas.length === 0 || grafanas.some((each) => filesIn(each, config).some(({ text }) => text.file === root.text.file))
}

/** Files of data sources by the Grafana that reads them: the same container, or where none is here the same folder. */
export function datasourceFiles(config: Configuration): Cursor[][] {
  const grafanas = grafanasOf(config)
  const owner = (root: Cursor): unknown =>
    grafanas.find((workload) => filesIn(workload, config).some(({ text }) => text.file === root.text.file)) ?? folderOf(root.text.file)
  return [...Map.groupBy(config.datasources, owner).values()]
}
