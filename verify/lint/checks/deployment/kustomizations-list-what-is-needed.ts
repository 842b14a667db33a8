import { remark, type Check, type LintInput } from '../../lint-check.ts'
import { askersOf } from '../../service-askers.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { folderOf, plainPath } from '../../../config/deployment/container-files.ts'
import { deployedObjects, type Deployed } from '../../../config/deployment/deployed-objects.ts'
import { filesOfGenerator, namedData, nameOfObject, resourcesOf } from '../../../config/deployment/kubernetes-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'kustomizations-list-what-is-needed',
    needs: ['kustomization', 'manifest'],
    title: 'A kustomization lists every file beside it whose objects it needs',
    failureTitle: 'A file beside a kustomization is not among its resources, and what it lists needs the file',
    why: 'kustomize deploys what `resources` names and nothing else of the folder. What asks the missing Service finds no address. A pod without its ServiceAccount or ConfigMap is not made, and a generated ConfigMap that no pod mounts does nothing. https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/',
    mend: 'In the kustomization, add the file to `resources`, or take out what needs it.',
    example: 'resources: [services.yaml] # redis.yaml lies beside it, and services.yaml asks redis:6379',
  },
  *judge(input) {
    const all = deployedObjects(input.config)
    for (const root of input.config.kustomizations) {
      const folder = folderOf(plainPath(root.text.file))
      const listed = new Set(resourcesOf(root).map(({ file }) => folderOf(file)))
      // One that takes no file of its own folder is made of other folders.
      if (!listed.has(folder) || root.string('kind') === 'Component') continue
      const tops = [...new Set(all.filter(({ base, by }) => by !== undefined && isIn(base, folder)).map(({ by }) => by))]
      const beside = all.filter(({ base, by }) => by === undefined && isIn(base, folder))
      const deployed = all.filter(({ by }) => by !== undefined && tops.includes(by))
      const narrow = { ...input, config: whatIsDeployed(input.config, deployed) }
      for (const [file, objects] of Map.groupBy(beside, ({ base }) => fileOf(base))) {
        const need = firstNeed(objects, deployed, input.config, narrow)
        if (need !== undefined) yield remark(file, root.near('resources').keyPlace(), `${file} among the resources: ${need}`, 'not listed')
      }
    }
  },
}

function fileOf({ text }: Cursor): string {
  return plainPath(text.file)
}

function isIn(object: Cursor, folder: string): boolean {
  return folderOf(fileOf(object)) === folder
}

/** Containers and files of these objects, and what ConfigMaps are generated of; other deployments may stand in the same repository. */
function whatIsDeployed(config: Configuration, deployed: readonly Deployed[]): Configuration {
  const nodes = new Set(deployed.map(({ base }) => base.node))
  const pods = podTemplates(config).filter(({ object }) => nodes.has(object.node))
  const containers = new Set(pods.flatMap((pod) => pod.containers.map(({ node }) => node)))
  const generated = config.kustomizations.flatMap((root) => root.items('configMapGenerator').flatMap(filesOfGenerator))
  const files = new Set([...deployed.map(({ base }) => fileOf(base)), ...generated.map(({ file }) => file)])
  const isOwn = ({ text }: Cursor): boolean => files.has(plainPath(text.file))
  return {
    ...config,
    workloads: config.workloads.filter(({ at }) => containers.has(at.node)),
    prometheus: config.prometheus.filter(isOwn),
    alertmanager: config.alertmanager.filter(isOwn),
    promtail: config.promtail.filter(isOwn),
    collectors: config.collectors.filter(isOwn),
    datasources: config.datasources.filter(isOwn),
  }
}

/** What of the deployed objects needs one of these, or makes something for them alone. */
function firstNeed(
  objects: readonly Deployed[],
  deployed: readonly Deployed[],
  config: Configuration,
  input: LintInput,
): string | undefined {
  const pods = podTemplates(config)
  const isOf = (among: readonly Deployed[]) => (pod: PodTemplate) => among.some(({ base }) => base.node === pod.object.node)
  const [running, missing] = [pods.filter(isOf(deployed)), pods.filter(isOf(objects))]
  const has = (kind: string, name: string): boolean =>
    deployed.some((each) => each.base.string('kind') === kind && nameOfObject(each.base) === name)
  for (const { base } of objects) {
    const [kind = '', name] = [base.string('kind'), nameOfObject(base)]
    // Secrets are often applied by hand, from a file that is no part of the whole.
    if (kind === 'Secret' || has(kind, name)) continue
    const [asking] = kind === 'Service' ? askersOf(base, input) : []
    if (asking !== undefined) return `${asking} asks its Service ${name}`
    const user = running.find((pod) => namesIn(pod).has(`${kind} ${name}`))
    if (user !== undefined) return `${user.kind} ${user.name} uses its ${kind} ${name}`
  }
  const made = namedData({ ...config, manifests: [] }, 'ConfigMap').map((each) => `ConfigMap ${each.name}`)
  for (const pod of missing)
    for (const each of namesIn(pod))
      if (made.includes(each) && !running.some((other) => namesIn(other).has(each)))
        return `its ${pod.kind} ${pod.name} alone uses the ${each}`
  return undefined
}

/** `KIND NAME` of what a pod cannot start without. */
function namesIn({ spec, containers }: PodTemplate): Set<string> {
  const volumes = spec.items('volumes')
  const sources = [...volumes, ...volumes.flatMap((volume) => volume.items('projected', 'sources'))]
  const entries = containers.flatMap((each) => [
    ...each.items('env').flatMap((one) => one.get('valueFrom') ?? []),
    ...each.items('envFrom'),
  ])
  const of = (kind: string, at: Cursor | undefined, key = 'name'): string[] =>
    at === undefined || at.bool('optional') === true || at.string(key) === undefined ? [] : [`${kind} ${at.string(key) ?? ''}`]
  return new Set([
    ...of('ServiceAccount', spec, 'serviceAccountName'),
    ...sources.flatMap((each) => [
      ...of('ConfigMap', each.get('configMap')),
      ...of('PersistentVolumeClaim', each.get('persistentVolumeClaim'), 'claimName'),
    ]),
    ...entries.flatMap((each) => ['configMapKeyRef', 'configMapRef'].flatMap((key) => of('ConfigMap', each.get(key)))),
  ])
}
