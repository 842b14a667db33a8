import { sourceOf } from '../../../config/deployment/container-files.ts'
import { remark, type Check } from '../../lint-check.ts'
import { missingFile } from '../../missing-file.ts'
import { filesOfGenerator, resourcesOf } from '../../../config/deployment/kubernetes-objects.ts'

/** What Grafana lacks follows from the file that is gone. */
const READ_BY_GRAFANA = ['dashboards-are-provided', 'datasources-are-provisioned', 'contact-points-exist']

export const check: Check = {
  meta: {
    id: 'kustomization-files-exist',
    needs: ['kustomization'],
    isRefusal: true,
    title: 'Every file that a kustomization names exists below its folder',
    failureTitle: 'A file that a kustomization names does not exist, or lies outside of its folder',
    why: 'kustomize builds nothing when a resource or a file of a generator is missing. It reads files below the kustomization only (load restrictor); another folder is named as a resource and has a kustomization of its own. https://kubectl.docs.kubernetes.io/faq/kustomize/',
    mend: 'Correct the path; it starts from the folder of the kustomization. Let a kustomization beside the files generate their ConfigMap, and name its folder under resources.',
    example: 'configMapGenerator:\n  - name: prometheus\n    files: [../../monitoring/prometheus.yml] # outside: not read',
  },
  *judge(input) {
    const { config, exists } = input
    // Of what is mounted as well mounted-files-exist says it.
    const mounted = new Set(config.workloads.flatMap(({ at, mounts }) => mounts.flatMap(({ source }) => sourceOf(at, source) ?? [])))
    for (const root of config.kustomizations) {
      for (const { file, at } of resourcesOf(root))
        if (!exists(file)) yield missingFile(root.text.file, at, file, 'no such file or folder', input)
      for (const generator of ['configMapGenerator', 'secretGenerator'].flatMap((key) => root.items(key)))
        for (const { file, outside, at } of filesOfGenerator(generator)) {
          const name = generator.string('name') ?? root.text.file
          if (outside)
            yield remark(
              name,
              at,
              `a file below the folder of ${root.text.file}, or a kustomization beside it`,
              `${file}: kustomize does not read it`,
            )
          else if (!exists(file) && !mounted.has(file))
            yield {
              ...missingFile(name, at, file, 'no such file', input),
              causes: { lines: at.lines(), elsewhere: { of: READ_BY_GRAFANA } },
            }
        }
    }
  },
}
