import { remark, type Check } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { filesIn } from '../../../config/deployment/container-files.ts'

const PROVISIONING = '/etc/grafana/provisioning'
/** What Grafana looks for in it. https://grafana.com/docs/grafana/latest/administration/provisioning/ */
const FOLDERS = ['datasources', 'dashboards', 'alerting', 'plugins', 'notifiers', 'access-control']

export const check: Check = {
  meta: {
    id: 'dashboards-are-provided',
    needs: ['workloads', 'dashboard'],
    title: 'Grafana provisions the mounted dashboards and data sources',
    failureTitle: 'Grafana does not read a mounted dashboard or provisioning file',
    why: 'Grafana reads provisioning files below /etc/grafana/provisioning alone, and dashboards from the paths that a provider there names. It starts without the others. https://grafana.com/docs/grafana/latest/administration/provisioning/',
    mend: "In the compose file, mount the provisioning folder at /etc/grafana/provisioning. In provisioning/dashboards, set a provider's options.path to where the dashboards are mounted.",
    example: 'providers:\n  - options: { path: /etc/grafana/dashboards } # mounted at /var/lib/grafana/dashboards',
  },
  *judge({ config }) {
    for (const workload of config.workloads.filter(({ image }) => /(^|\/)grafana(-oss|-enterprise)?(:|@|$)/.test(image))) {
      const files = filesIn(workload, config)
      const root = workload.env.get('GF_PATHS_PROVISIONING')?.value.replace(/\/$/, '') ?? PROVISIONING
      for (const { target, at } of workload.mounts) {
        const folder = target.startsWith(`${root}/`) ? (target.slice(root.length + 1).split('/')[0] ?? '') : ''
        if (folder !== '' && !/\.\w+$/.test(folder) && !FOLDERS.includes(folder))
          yield remark(workload.name, at, `${root}/ and one of ${FOLDERS.join(', ')}`, `${target}${didYouMean(folder, FOLDERS)}`)
      }
      const provisioning = [...config.datasources, ...config.provisioning, ...config.contactPoints]
      const given = files.filter(({ text }) => provisioning.some((each) => each.text.file === text.file))
      // Folders of provisioning are read by what is in them: datasources/, dashboards/, alerting/.
      const lost = given.find(({ path }) => !path.startsWith(`${root}/`))
      if (lost !== undefined) {
        const moved = workload.env.get('GF_PATHS_PROVISIONING')
        if (moved !== undefined && given.every(({ path }) => !path.startsWith(`${root}/`)))
          yield remark(workload.name, moved.at, `${PROVISIONING}, where the provisioning is mounted`, moved.value)
        else yield remark(workload.name, lost.at, `${lost.text.file} below ${root}`, lost.path)
        continue
      }
      const providers = config.provisioning
        .filter((each) => given.some(({ text }) => text.file === each.text.file))
        .flatMap((each) => each.items('providers'))
      const paths = providers.map((provider) => provider.string('options', 'path')?.replace(/\/$/, '') ?? '')
      const dashboards = files.filter(({ text }) => config.dashboards.some((each) => each.text.file === text.file))
      const unread = dashboards.find(({ path }) => !paths.some((folder) => path === folder || path.startsWith(`${folder}/`)))
      if (unread === undefined || paths.some((path) => path.includes('$'))) continue
      const [first] = providers
      const folder = unread.path.slice(0, unread.path.lastIndexOf('/'))
      const observed = first === undefined ? 'no provider' : `path: ${paths.join(', ')}`
      yield remark(
        workload.name,
        first === undefined ? unread.at : first.near('options', 'path'),
        `a provider of dashboards with the path ${folder}`,
        observed,
      )
    }
  },
}
