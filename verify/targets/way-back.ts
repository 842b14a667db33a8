import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { runInContainer, type ExecResult } from '../../chaos/drivers/docker-exec.ts'
import { engine } from '../../chaos/drivers/docker.ts'
import { FiredrillError } from '../model/error.ts'
import type { Target } from '../model/target.ts'
import type { NotificationSource } from '../run/ports.ts'

/** Alertmanager asks no proxy of its environment unless its configuration says so. */
const NO_PROXY = ['http_proxy=', 'HTTP_PROXY=', 'https_proxy=', 'HTTPS_PROXY=', 'all_proxy=', 'ALL_PROXY=']
const CONNECT_LIMIT_S = 10

/** Whether a firewall of that name is at work on this machine. */
export interface Firewalls {
  ufw: boolean
  firewalld: boolean
}

/**
 * One request from where Alertmanager runs to the drill's receiver, before anything is harmed: what cannot arrive proves no rule wrong.
 * Throws RECEIVER_UNREACHABLE (exit code 3) with the likely cause. Resolves with a note where it could not be tried, else with undefined.
 */
export async function proveWayBack(
  { endpoints: { receiver } }: Target,
  received: Pick<NotificationSource, 'subscribe'>,
  firewalls: Firewalls = firewallsHere(),
): Promise<string | undefined> {
  const { from } = receiver
  if (from === undefined) return undefined
  const path = `/firedrill-way-back-${randomBytes(8).toString('hex')}`
  let arrived = false
  const stop = received.subscribe((notification) => {
    if (notification.path === path) arrived = true
  })
  try {
    const argv = ['wget', '-q', '-T', String(CONNECT_LIMIT_S), '-O', '/dev/null', `${from.url}${path}`]
    const asked = await runInContainer(from.socket, from.container, { argv, env: NO_PROXY, limitMs: 2 * CONNECT_LIMIT_S * 1_000 })
    if (arrived) return undefined
    if (asked.code === 126 || asked.code === 127) return notTried(from.container, asked.stderr.trim() || asked.stdout.trim())
    const next = adviceFor(asked, from.url, [receiver.host, ...(receiver.also ?? [])], await networkOf(from), firewalls)
    const words = asked.stderr.trim() || `wget ended with code ${asked.code}`
    throw new FiredrillError(
      'RECEIVER_UNREACHABLE',
      `container ${from.container} does not reach the drill's receiver at ${from.url}: ${words}`,
      { exitCode: 3, next: `${next} Nothing was harmed.` },
    )
  } catch (error) {
    if (error instanceof FiredrillError) throw error
    // Not there, not running: the wait for the steady state says so.
    return notTried(from.container, (error as Error).message)
  } finally {
    stop()
  }
}

function notTried(container: string, why: string): string {
  return `whether notifications reach the drill was not tried from ${container}: ${why}`
}

/** Of the container's first network: address/prefix, as firewalls take it. */
async function networkOf({ socket, container }: { socket: string; container: string }): Promise<string> {
  const { NetworkSettings } = await (await engine(socket)).getContainer(container).inspect()
  const network = Object.values(NetworkSettings.Networks).find(({ IPAddress }) => IPAddress !== '')
  return network === undefined ? '172.16.0.0/12' : `${network.IPAddress}/${network.IPPrefixLen}`
}

function adviceFor({ code, stderr }: ExecResult, url: string, listens: readonly string[], network: string, firewalls: Firewalls): string {
  const { hostname, port } = new URL(url)
  if (code === 0) return `Another program answers there. Set RECEIVER_PORT to a free port.`
  if (/bad address|resolve|name or service/i.test(stderr))
    return `The container does not know ${hostname}: restore extra_hosts in docker-compose.yaml.`
  if (/refused/i.test(stderr))
    return `${hostname} is not this machine as containers reach it; the drill listens on ${listens.join(', ')}. Correct NOTIFICATION_SINK_HOST, then docker compose up -d.`
  const open = firewalls.ufw
    ? `ufw: sudo ufw allow proto tcp from ${network} to any port ${port}`
    : firewalls.firewalld
      ? `firewalld: sudo firewall-cmd --zone=docker --add-port=${port}/tcp`
      : `iptables -S INPUT and nft list ruleset show it: sudo iptables -I INPUT -s ${network} -p tcp --dport ${port} -j ACCEPT`
  return `A firewall between the containers and this machine drops the way back (${open}).`
}

function firewallsHere(): Firewalls {
  const ufw = '/etc/ufw/ufw.conf'
  return {
    ufw: existsSync(ufw) && /^ENABLED=yes$/m.test(readFileSync(ufw, 'utf8')),
    firewalld: existsSync('/run/firewalld') || existsSync('/run/firewalld.pid'),
  }
}
