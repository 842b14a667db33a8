import { remark, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { filesIn, folderOf, type ContainerFile } from '../../../config/deployment/container-files.ts'
import { filesOfGenerator } from '../../../config/deployment/kubernetes-objects.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import type { Cursor, Place } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'provisioned-files-are-read',
    needs: ['workloads'],
    title: 'Grafana finds each provisioning file in the folder of its kind, with an ending that it reads',
    failureTitle: 'A provisioning file is mounted where Grafana does not read it',
    why: 'Grafana reads *.yaml and *.yml in the folders datasources, dashboards, plugins and alerting of its provisioning. Each is read for what its folder is called. Another file is passed over, and what it provides is missing. https://grafana.com/docs/grafana/latest/administration/provisioning/',
    mend: 'Give the file an ending that Grafana reads, in the mount or in the key of the ConfigMap, and mount it into the folder of its kind.',
    example: 'configMapGenerator:\n  - name: grafana-datasources\n    files: [datasources=grafana/datasources.yml] # the key has no ending',
  },
  *judge({ config }) {
    for (const workload of config.workloads)
      if (/^grafana\/grafana(?:-oss|-enterprise)?$/.test(imageNameOf(workload.image).repository)) yield* judgeFiles(workload, config)
  },
}

function* judgeFiles(workload: Workload, config: Configuration): Generator<Remark> {
  const home = (workload.env.get('GF_PATHS_PROVISIONING')?.value ?? '/etc/grafana/provisioning').replace(/\/$/, '')
  for (const file of filesIn(workload, config)) {
    const kind = kindOf(file, config)
    if (!file.path.startsWith(`${home}/`) || kind === undefined) continue
    const at = placeOf(file, config)
    const [folder = '', ...rest] = file.path.slice(home.length + 1).split('/')
    const ending = kind.folder === 'alerting' ? /\.(?:ya?ml|json)$/ : /\.ya?ml$/
    if (rest.length === 0) yield remark(workload.name, at, `${home}/${kind.folder}/`, `${file.path}, below no folder that is read`)
    else if (!ending.test(file.path)) yield remark(workload.name, at, 'an ending that Grafana reads: .yaml or .yml', file.path)
    else if (FOLDERS.includes(folder) && folder !== kind.folder)
      yield remark(workload.name, at, `${kind.what} below ${home}/${kind.folder}`, `${file.path}, where Grafana looks for ${folder}`)
  }
}

const FOLDERS = ['datasources', 'dashboards', 'alerting', 'plugins', 'notifiers', 'access-control']

function kindOf({ text }: ContainerFile, config: Configuration): { folder: string; what: string } | undefined {
  const has = (roots: readonly Cursor[]): boolean => roots.some((root) => root.text === text)
  if (has(config.datasources)) return { folder: 'datasources', what: 'data sources' }
  if (has(config.contactPoints)) return { folder: 'alerting', what: 'contact points' }
  const root = config.provisioning.find((each) => each.text === text)
  if (root?.has('providers') === true) return { folder: 'dashboards', what: 'providers of dashboards' }
  return root === undefined ? undefined : { folder: 'alerting', what: 'alerting' }
}

/** The entry of a generator, else the mount. */
function placeOf({ text, at }: ContainerFile, config: Configuration): Cursor | Place {
  const entries = config.kustomizations.flatMap((root) => root.items('configMapGenerator').flatMap(filesOfGenerator))
  const own = entries.find(({ file }) => file === text.file)?.at
  // A folder that is mounted has the file as it stands.
  const isFolder = own === undefined && !(at.string() ?? at.string('source') ?? '').includes(text.file.slice(folderOf(text.file).length))
  return own ?? (isFolder ? { file: text.file, line: 1, column: 1, length: 1 } : at)
}
