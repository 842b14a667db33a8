import { refused, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { deployedObjects, type Deployed } from '../../../config/deployment/deployed-objects.ts'
import { nameOfObject, wholeObjects } from '../../../config/deployment/kubernetes-objects.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'
import { folderOf, reads } from '../../../config/deployment/container-files.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { rolesOf } from '../../kubernetes-discovery.ts'

/** What each role of a discovery lists and watches. https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config */
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  service: ['services'],
  pod: ['pods'],
  endpoints: ['endpoints', 'services', 'pods'],
  endpointslice: ['endpointslices', 'services', 'pods'],
  node: ['nodes'],
  ingress: ['ingresses'],
}
const VERBS = ['list', 'watch']

export const check: Check = {
  meta: {
    id: 'roles-allow-discovery',
    needs: ['manifest'],
    title: 'Prometheus and Promtail may list and watch what their discovery asks for',
    failureTitle: 'A ServiceAccount, a Role or its binding is missing, or does not allow what a discovery asks for',
    why: 'Without the ServiceAccount no pod is made. Without the verbs list and watch on its resource a discovery finds no target: the job is empty, and no `up` says so. https://kubernetes.io/docs/reference/access-authn-authz/rbac/',
    mend: 'Name an existing ServiceAccount, bind it to a Role, and give the Role the verbs get, list and watch on the resource that the finding names.',
    example: 'rules: [{ apiGroups: [""], resources: [services], verbs: [get] }] # and kubernetes_sd_configs with role: service',
  },
  *judge(input) {
    const objects = wholeObjects(input.config)
    const of = (...kinds: string[]): Cursor[] => objects.filter((each) => kinds.includes(each.string('kind') ?? ''))
    const [accounts, roles, bindings] = [of('ServiceAccount'), of('Role', 'ClusterRole'), of('RoleBinding', 'ClusterRoleBinding')] as const
    const pods = podTemplates(input.config)
    yield* accountsExist(pods, accounts)
    for (const binding of bindings) {
      const role = binding.get('roleRef', 'name')
      const kind = binding.string('roleRef', 'kind') ?? ''
      const ofKind = roles.filter((each) => each.string('kind') === kind)
      if (role !== undefined) yield* exists(binding, role, kind, ofKind)
      for (const subject of binding.items('subjects').filter((each) => each.string('kind') === 'ServiceAccount'))
        yield* exists(binding, subject.near('name'), 'ServiceAccount', accounts)
    }
    yield* subjectsAreThere(input)
    for (const pod of pods) yield* discoveries(pod, { pods, accounts, roles, bindings }, input)
  },
}

/** Others may be deployed elsewhere; what is nearly the same, or is used by no pod, was meant. */
function* accountsExist(pods: readonly PodTemplate[], accounts: readonly Cursor[]): Generator<Remark> {
  const names = accounts.map(nameOfObject)
  const asked = pods.flatMap(({ spec }) => spec.string('serviceAccountName') ?? [])
  for (const { name, spec } of pods) {
    const at = spec.get('serviceAccountName')
    const account = at?.string() ?? ''
    if (at === undefined || account === 'default' || names.includes(account)) continue
    const idle = names.filter((each) => !asked.includes(each))
    const meant = nearest(account, names) ?? (idle.length === 1 ? idle[0] : undefined)
    if (meant !== undefined)
      yield refused(remark(name, at, `the ServiceAccount ${meant}`, `${account}: there is no such ServiceAccount, so no pod is made`))
  }
}

function* exists(binding: Cursor, at: Cursor, kind: string, known: readonly Cursor[]): Generator<Remark> {
  const [text, names] = [at.string() ?? '', [...new Set(known.map(nameOfObject))]]
  const own = nameOfObject(binding)
  // What a cluster brings along (view, system:*) is not written here.
  if (names.includes(text) || names.length === 0) return
  // prometheus-k8s is no misspelt prometheus.
  const meant = nearest(text, names)
  if ((meant !== undefined && !text.startsWith(`${meant}-`)) || names.includes(own))
    yield remark(own, at, `a ${kind} of these files: ${names.join(', ')}`, `${text}${didYouMean(text, names)}`)
}

/**
 * The namespace of a subject is that of the account. kustomize changes one that names the account as it was written or as it is deployed,
 * and any of the account `default`: https://github.com/kubernetes-sigs/kustomize/blob/api/v0.20.1/api/filters/nameref/nameref.go
 */
function* subjectsAreThere({ config }: LintInput): Generator<Remark> {
  const deployed = deployedObjects(config)
  const accounts = deployed.filter(({ base }) => base.string('kind') === 'ServiceAccount')
  for (const { object, by } of deployed.filter(({ base }) => /^(?:Cluster)?RoleBinding$/.test(base.string('kind') ?? '')))
    for (const subject of object.items('subjects')) {
      const [name, written] = [subject.string('name') ?? '', subject.string('namespace')]
      // What is applied as it is may be one of several installations: those of one folder belong together.
      const isBeside = ({ base }: Deployed): boolean => by !== undefined || folderOf(base.text.file) === folderOf(object.text.file)
      const own = accounts.filter((each) => nameOfObject(each.base) === name && each.by === by && isBeside(each))
      const spaces = [...new Set(own.map((each) => each.namespace))]
      // For kustomize `default` is the namespace of what has none.
      const before = (each: Deployed): string => each.base.string('metadata', 'namespace') ?? 'default'
      const isSame = own.some((each) => each.namespace === written || (by !== undefined && before(each) === written))
      if (subject.string('kind') !== 'ServiceAccount' || written === undefined || name === 'default') continue
      if (own.length > 0 && !isSame && !spaces.includes(undefined))
        yield remark(
          nameOfObject(object),
          subject.near('namespace'),
          `${spaces.join(', ')}, where the ServiceAccount ${name} is deployed`,
          `${written}: the binding is of another account`,
        )
    }
}

interface Rights {
  pods: readonly PodTemplate[]
  accounts: readonly Cursor[]
  roles: readonly Cursor[]
  bindings: readonly Cursor[]
}

function accountOf({ spec }: PodTemplate): string {
  return spec.string('serviceAccountName') ?? spec.string('serviceAccount') ?? 'default'
}

function bindingsOf(account: string, bindings: readonly Cursor[]): Cursor[] {
  return bindings.filter((each) =>
    each.items('subjects').some((subject) => subject.string('kind') === 'ServiceAccount' && subject.string('name') === account),
  )
}

function verbsFor(resource: string, rules: readonly Cursor[]): Set<string> {
  const own = rules.filter((rule) => rule.strings('resources').some((each) => each === resource || each === '*'))
  return new Set(own.flatMap((rule) => rule.strings('verbs')))
}

function lacks(given: ReadonlySet<string>): boolean {
  return !given.has('*') && VERBS.some((verb) => !given.has(verb))
}

function* discoveries(pod: PodTemplate, rights: Rights, { config }: LintInput): Generator<Remark> {
  const { roles, bindings } = rights
  const own = bindingsOf(accountOf(pod), bindings)
  const bound = own.map((each) => roles.find((role) => nameOfObject(role) === each.string('roleRef', 'name')))
  const workloads = config.workloads.filter(({ at }) => pod.containers.some((container) => container.node === at.node))
  const roots = [...config.prometheus, ...config.promtail].filter((root) => workloads.some((each) => reads(each, root, config)))
  const asked = roots.flatMap((root) => root.items('scrape_configs').flatMap((job) => rolesOf(job)))
  const resources = [...new Set(asked.flatMap((role) => RESOURCES[role.toLowerCase()] ?? []))]
  if (own.length === 0 && resources.length > 0) yield* withoutRights(pod, resources, rights)
  // A role that is not here may allow everything.
  if (own.length === 0 || bound.includes(undefined)) return
  const rules = bound.flatMap((role) => role?.items('rules') ?? [])
  for (const resource of resources) {
    const given = verbsFor(resource, rules)
    const [role] = bound
    if (lacks(given) && role !== undefined)
      yield remark(
        pod.name,
        rules.find((rule) => rule.strings('resources').includes(resource))?.near('verbs') ?? rules[0]?.near('resources') ?? role,
        `${VERBS.join(' and ')} of ${resource}, which its kubernetes_sd_configs ask for`,
        given.size === 0 ? `no rule for ${resource}` : [...given].join(', '),
      )
  }
}

/** An account that is bound to what the discovery needs, or a role that allows it, and that nothing uses, was meant for this pod. */
function* withoutRights(pod: PodTemplate, resources: readonly string[], { pods, accounts, roles, bindings }: Rights): Generator<Remark> {
  const allows = (role: Cursor | undefined): boolean =>
    role !== undefined && !resources.some((resource) => lacks(verbsFor(resource, role.items('rules'))))
  const account = accountOf(pod)
  const used = new Set(pods.map(accountOf))
  const idle = accounts
    .map(nameOfObject)
    .find(
      (name) =>
        !used.has(name) &&
        bindingsOf(name, bindings).some((binding) =>
          allows(roles.find((role) => nameOfObject(role) === binding.string('roleRef', 'name'))),
        ),
    )
  const what = `${VERBS.join(' and ')} of ${resources.join(', ')}`
  if (idle !== undefined) {
    yield remark(
      pod.name,
      pod.spec.get('serviceAccountName') ?? pod.spec.get('serviceAccount') ?? pod.spec,
      `serviceAccountName: ${idle}, which has the rights to ${what}`,
      pod.spec.has('serviceAccountName') ? account : 'none: the account default, which has no such rights',
    )
    return
  }
  const unbound = roles.filter(
    (role) =>
      !bindings.some((each) => each.string('roleRef', 'name') === nameOfObject(role) && each.items('subjects').length > 0) && allows(role),
  )
  const [role] = unbound
  if (role !== undefined && unbound.length === 1 && accounts.some((each) => nameOfObject(each) === account))
    yield remark(pod.name, role.near('metadata', 'name'), `a binding to the ServiceAccount ${account}, which asks for ${what}`, 'none')
}
