import { oncePerPlace, remark, type Check, type Remark } from '../../lint-check.ts'
import { slipOf } from '../../../text/did-you-mean.ts'
import { interpolate } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

/** https://docs.docker.com/reference/cli/docker/container/run/#sysctl */
const OF_A_CONTAINER =
  /^(?:net\.|fs\.mqueue\.|kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced|domainname|hostname)$)/

const FAMILIES = new Set('ipv4 ipv6 core netfilter unix mptcp sctp nf_conntrack_max'.split(' '))

/** The usual ones of https://docs.kernel.org/networking/ip-sysctl.html; of another name nothing is said. */
const NAMES = new Set(
  'tcp_syn_retries tcp_synack_retries tcp_keepalive_time tcp_keepalive_intvl tcp_keepalive_probes tcp_fin_timeout tcp_tw_reuse tcp_max_syn_backlog tcp_retries1 tcp_retries2 tcp_rmem tcp_wmem tcp_syncookies tcp_timestamps tcp_sack tcp_window_scaling tcp_mtu_probing tcp_slow_start_after_idle tcp_max_tw_buckets tcp_fastopen tcp_congestion_control tcp_ecn ip_local_port_range ip_local_reserved_ports ip_forward ip_unprivileged_port_start ip_nonlocal_bind ping_group_range icmp_echo_ignore_all somaxconn rmem_max wmem_max disable_ipv6 forwarding rp_filter accept_ra'.split(
    ' ',
  ),
)

/** The kernel refuses the write with "invalid argument". */
const LEAST: Readonly<Record<string, readonly [number, number]>> = { tcp_syn_retries: [1, 127], tcp_synack_retries: [0, 255] }

export const check: Check = {
  meta: {
    id: 'sysctls-are-allowed',
    needs: ['compose'],
    isRefusal: true,
    title: 'Every sysctl of a service is one of its own namespaces, with a value that the kernel takes',
    failureTitle: 'A sysctl keeps the container from starting',
    why: 'Docker sets a sysctl before the program starts. One that belongs to no namespace of the container is refused. One that the kernel does not have ends with "open /proc/sys/net/ipv4/...: no such file or directory". https://docs.docker.com/reference/compose-file/services/#sysctls',
    mend: 'Correct the name or the value under sysctls in the compose file.',
    example: 'sysctls: { net.ipv4.tcp_syn_retires: 2 }',
  },
  *judge({ config }) {
    for (const root of config.compose)
      for (const [service, at] of root.pairs('services'))
        yield* oncePerPlace(entriesOf(at, config.variables).flatMap((each) => [...judge(service, each)]))
  },
}

interface Entry {
  name: string
  value: string
  at: Cursor
  isKey: boolean
}

/** A mapping, or a list of NAME=VALUE. */
function entriesOf(service: Cursor, variables: Record<string, string>): Entry[] {
  const listed = service.items('sysctls').map((at): Entry => {
    const [name = '', ...value] = interpolate(at.string() ?? '', variables).split('=')
    return { name, value: value.join('='), at, isKey: false }
  })
  const mapped = service
    .pairs('sysctls')
    .map(([name, at]): Entry => ({ name, value: interpolate(at.string() ?? '', variables), at, isKey: true }))
  return [...mapped, ...listed]
}

function* judge(service: string, { name, value, at, isKey }: Entry): Generator<Remark> {
  if (name.includes('$') || name === '') return
  const where = isKey ? at.keyPlace() : at
  const parts = name.split('.')
  const [family = '', last = ''] = [parts[1] ?? '', parts.at(-1) ?? '']
  const right = [parts[0], slipOf(family, FAMILIES) ?? family, ...parts.slice(2, -1), slipOf(last, NAMES) ?? last].join('.')
  const [least, most] = LEAST[last] ?? [-Infinity, Infinity]
  const number = Number(value)
  if (!OF_A_CONTAINER.test(name)) yield remark(service, where, 'a sysctl of the container: net.*, fs.mqueue.*', name)
  else if (parts.length > 2 && right !== name) yield remark(service, where, right, name)
  else if (value !== '' && (number < least || number > most)) yield remark(service, at, `${least} to ${most}`, value)
}
