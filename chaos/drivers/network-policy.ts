import { setTimeout as delay } from 'node:timers/promises'
import type { V1LabelSelector, V1NetworkPolicy } from '@kubernetes/client-node'
import { notPossible, notSteady, type Permission } from '../fault.ts'
import type { Undo, UndoDriver } from '../undo-record.ts'
import { configOf, nameOf, type Workload } from './kubernetes-driver.ts'
import { selects } from './kubernetes-keepers.ts'
import { containersOf, placeOf, type PodContainer } from './pod-containers.ts'
import { execIn, type ContainerOfPod } from './pod-exec.ts'

export const POLICY_PERMISSIONS: readonly Permission[] = ['list', 'create', 'delete'].map((verb) => ({
  verb,
  group: 'networking.k8s.io',
  resource: 'networkpolicies',
}))

async function api({ context }: Workload) {
  const { NetworkingV1Api } = await import('@kubernetes/client-node')
  return (await configOf({ context })).makeApiClient(NetworkingV1Api)
}

/** NetworkPolicies that select pods with these labels. What one of them allows no other can take away. */
export async function policiesOn(workload: Workload, labels: Readonly<Record<string, string>>): Promise<string[]> {
  const { items } = await (await api(workload)).listNamespacedNetworkPolicy({ namespace: workload.namespace })
  return items.flatMap(({ metadata, spec }) => (selects(spec?.podSelector ?? {}, labels) ? [metadata?.name ?? ''] : []))
}

/** Without a rule nothing is allowed: https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies */
export async function denyAll(workload: Workload, name: string, podSelector: V1LabelSelector): Promise<void> {
  const body: V1NetworkPolicy = {
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'firedrill' } },
    spec: { podSelector, policyTypes: ['Ingress', 'Egress'] },
  }
  await (await api(workload)).createNamespacedNetworkPolicy({ namespace: workload.namespace, body, fieldValidation: 'Strict' })
}

const NO_PROBE = 'it has no curl, wget or nc'

/**
 * Asks the cluster's API server, whose address every container has in its environment, for anything by what the image has. Each answer has
 * "HTTP" in it, also that plain HTTP is not spoken there.
 * https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api
 */
const REACHES = `
w=\${1:-3}
h=$KUBERNETES_SERVICE_HOST p=$KUBERNETES_SERVICE_PORT
[ -n "$h" ] && [ -n "$p" ] || { echo 'no address of the API server'; exit 0; }
u=$h; case $h in *:*) u="[$h]";; esac
with() {
  case $1 in
    curl) curl -sS -m $w "http://$u:$p/";;
    wget) wget -T $w -O - "http://$u:$p/";;
    nc) printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w $w "$h" "$p";;
  esac
}
said=
for t in curl wget nc; do
  command -v $t >/dev/null || continue
  a=$(with $t 2>&1)
  case $a in *HTTP*) echo reached; exit 0;; esac
  said="$said$t: \${a:-no answer}; "
done
printf '%s\\n' "\${said:-${NO_PROBE}}"`

/** `reached`, or why not. */
export async function reaches(at: ContainerOfPod, signal: AbortSignal): Promise<string> {
  const { stdout, stderr } = await execIn(at, ['sh', '-c', REACHES], signal)
  return stdout.trim() || stderr.trim()
}

const POLLS_MS = 500
/** One look without an answer may be a busy machine's. */
const UNANSWERED = 2

/** The first of these pods that still reaches the API server when so many seconds have passed; undefined: none does. */
export async function reachingStill(
  workload: Workload,
  containers: readonly PodContainer[],
  seconds: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const each of containers) {
    let unanswered = 0
    for (let polls = Math.ceil((1_000 * seconds) / POLLS_MS); ; polls -= 1) {
      unanswered = (await reaches(placeOf(workload, each), signal)) === 'reached' ? 0 : unanswered + 1
      if (unanswered >= UNANSWERED) break
      if (polls <= 0) return each.pod
      await delay(POLLS_MS, undefined, { signal })
    }
  }
  return undefined
}

/** The same with how long it took, in ms, by the clock of the container's machine (10 ms apart). `seconds`: how long an answer may take. */
export async function reachedIn(at: ContainerOfPod, seconds: number, signal: AbortSignal): Promise<{ seen: string; ms: number }> {
  const timed = `read -r a b < /proc/uptime; (${REACHES}\n); read -r c b < /proc/uptime; printf '%s %s\\n' "$a" "$c"`
  const { stdout, stderr } = await execIn(at, ['sh', '-c', timed, 'sh', String(seconds)], signal)
  const [times = '', ...said] = stdout.trim().split('\n').reverse()
  const [from = NaN, to = NaN] = times.split(' ').map(Number)
  return { seen: said.reverse().join('\n') || stderr.trim(), ms: Math.round(1_000 * (to - from)) }
}

/** Refuses pods of which could not be proven that they are cut off. */
export async function reachable(workload: Workload, containers: readonly PodContainer[], signal: AbortSignal): Promise<void> {
  for (const each of containers) {
    const seen = await reaches(placeOf(workload, each), signal)
    if (seen !== 'reached')
      throw (seen === NO_PROBE ? notPossible : notSteady)(
        `that pod ${each.pod} of ${nameOf(workload)} is cut off could not be proven. Its container ${each.container} does not reach the API server now: ${seen}`,
      )
  }
}

type PolicyUndo = Extract<Undo, { driver: 'network-policy' }>

const POLL_MS = 250

export const networkPolicyUndo: UndoDriver<PolicyUndo> = {
  async restore({ workload, policy, containers }, signal) {
    await (
      await api(workload)
    )
      .deleteNamespacedNetworkPolicy({ name: policy, namespace: workload.namespace })
      .catch((error: { code?: number }) => {
        if (error.code !== 404) throw error
      })
    while ((await wrongWith({ workload, policy, containers }, signal)) !== null && !signal.aborted) await delay(POLL_MS)
  },
  readBack: (undo, signal) => wrongWith(undo, signal),
}

type Cut = Pick<PolicyUndo, 'workload' | 'policy' | 'containers'>

async function wrongWith({ workload, policy, containers }: Cut, signal: AbortSignal): Promise<string | null> {
  const { items } = await (await api(workload)).listNamespacedNetworkPolicy({ namespace: workload.namespace })
  if (items.some(({ metadata }) => metadata?.name === policy)) return `NetworkPolicy ${policy} is there`
  const running = new Set((await containersOf(workload)).map(({ id }) => id))
  for (const each of containers.filter(({ id }) => running.has(id))) {
    const seen = await reaches(placeOf(workload, each), signal)
    if (seen !== 'reached') return `pod ${each.pod} is still cut off: ${seen}`
  }
  return null
}
