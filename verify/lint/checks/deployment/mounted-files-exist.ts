import { remark, type Check } from '../../lint-check.ts'
import { missingFile } from '../../missing-file.ts'
import { sourceOf } from '../../../config/deployment/container-files.ts'
import { interpolate } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'mounted-files-exist',
    needs: ['compose'],
    isRefusal: true,
    title: 'Every file that the compose file mounts or names exists',
    failureTitle: 'A file that the compose file names does not exist',
    why: 'Docker creates an empty folder where the source of a mount is missing: the component cannot read its configuration. A missing file of a secret, a config or env_file keeps compose from starting.',
    mend: 'Restore the file, or correct its path in the compose file; paths start from the folder of the compose file.',
    example: 'volumes: ["./monitoring/prometheus.yaml:/etc/prometheus/prometheus.yml:ro"] # the file is prometheus.yml',
  },
  *judge(input) {
    const { config, exists } = input
    const reported = new Set<string>()
    const missing = (at: Cursor, source: string): string | undefined => {
      const file = sourceOf(at, /^\.{0,2}\//.test(source) ? source : `./${source}`)
      if (file === undefined || reported.has(file) || exists(file)) return undefined
      reported.add(file)
      return file
    }
    for (const workload of config.workloads)
      for (const { source, target, readOnly, at } of workload.mounts) {
        // A folder that does not exist yet is one that the container writes to; of a volume only the name is known.
        if (!/^\.{1,2}\//.test(source) || (!readOnly && !isFile(source) && !isFile(target) && !PROVISIONED.test(target))) continue
        const file = missing(at, source)
        if (file !== undefined) yield missingFile(workload.name, at, file, 'no such file or folder', input)
      }
    for (const root of config.compose) {
      const named: [string, Cursor][] = [
        ...['secrets', 'configs'].flatMap((key) =>
          root.pairs(key).flatMap(([name, each]): [string, Cursor][] => (each.has('file') ? [[name, each.near('file')]] : [])),
        ),
        ...root
          .pairs('services')
          .flatMap(([name, service]) =>
            [...service.items('env_file'), ...(service.string('env_file') === undefined ? [] : [service.near('env_file')])].flatMap(
              (each): [string, Cursor][] => (each.bool('required') === false ? [] : [[name, each.near('path')]]),
            ),
          ),
      ]
      for (const [name, at] of named) {
        const source = interpolate(at.string() ?? '', config.variables)
        const file = source === '' ? undefined : missing(at, source)
        if (file !== undefined) yield missingFile(name, at, file, 'no such file', input)
        const folder = source === '' ? undefined : sourceOf(at, /^\.{0,2}\//.test(source) ? source : `./${source}`)
        if (folder !== undefined && file === undefined && config.texts.some((text) => text.file.startsWith(`${folder}/`)))
          yield remark(name, at, 'a file', `${folder}, a folder`)
      }
    }
  },
}

/** Folders of configuration, to which no program writes. */
const PROVISIONED =
  /^\/(?:etc\/(?:grafana\/provisioning|prometheus|alertmanager|loki|promtail|otel\w*|tempo|nginx\/conf\.d|mysql\/conf\.d)|usr\/share\/logstash\/(?:pipeline|config)|docker-entrypoint-initdb\.d)(?:\/|$)/

/** A name with an extension. */
function isFile(name: string): boolean {
  return /[^/.][^/]*\.\w+$/.test(name) && !/\.d$/.test(name)
}
