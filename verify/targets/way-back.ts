import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { runInContainer, type ExecResult } from '../../chaos/drivers/docker-exec.ts'
import { engine } from '../../chaos/drivers/docker-driver.ts'
import { FiredrillError } from '../model/error.ts'
import type { Target } from '../model/target.ts'
import type { NotificationSource } from '../run/ports.ts'

/** Alertmanager asks no proxy of its environment unless its configuration says so. */
const NO_PROXY = ['http_proxy=', 'HTTP_PROXY=', 'https_proxy=', 'HTTPS_PROXY=', 'all_proxy=', 'ALL_PROXY=']
const CONNECT_LIMIT_S = 10
/** How timeout(1) ends when it had to stop the program: coreutils, busybox. */
const TIMED_OUT = [124, 143]

/** Whether a firewall of that name is at work on this machine. */
export interface Firewalls {
  ufw: boolean
  firewalld: boolean
}

/**
 * Where the drill has to listen: besides the target's own address that which the notifying container has for this machine (host-gateway is
 * the default bridge's, or what the engine was configured with). One that is not of this machine is left out: Docker Desktop forwards to
 * loopback.
 */
export async function receiverAddresses({ endpoints: { receiver } }: Target): Promise<Target['endpoints']['receiver']> {
  const { from } = receiver
  if (from === undefined) return receiver
  // A container that does not run: proveWayBack says so.
  const hosts = await runInContainer(from.socket, from.container, { argv: ['cat', '/etc/hosts'], limitMs: 10_000 }).catch(() => undefined)
  const known = addressOf(new URL(from.url).hostname, hosts?.stdout ?? '')
  if (known === undefined || known === receiver.host || !(await isOfThisMachine(known))) return receiver
  return { ...receiver, also: [...new Set([...(receiver.also ?? []), known])] }
}

/** https://man7.org/linux/man-pages/man5/hosts.5.html */
function addressOf(name: string, hosts: string): string | undefined {
  const line = hosts.split('\n').find((each) => each.replace(/#.*/, '').trim().split(/\s+/).slice(1).includes(name))
  return line?.trim().split(/\s+/)[0]
}

/** Not by os.networkInterfaces, which leaves out a bridge that no container is on at the moment. */
function isOfThisMachine(address: string): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false)
    })
    server.listen(0, address, () => {
      server.close(() => {
        resolve(true)
      })
    })
  })
}

/**
 * One request from where Alertmanager runs to the drill's receiver, before anything is harmed: what cannot arrive proves no rule wrong.
 * Throws RECEIVER_UNREACHABLE (exit code 3) with the likely cause. Resolves with a note where it could not be tried, else with undefined.
 */
export async function proveWayBack(
  receiver: Target['endpoints']['receiver'],
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
    // By timeout and not by wget -T, which ends Debian's static busybox with SIGSEGV.
    const argv = ['timeout', String(CONNECT_LIMIT_S), 'wget', '-q', '-O', '/dev/null', `${from.url}${path}`]
    const asked = await runInContainer(from.socket, from.container, { argv, env: NO_PROXY, limitMs: 2 * CONNECT_LIMIT_S * 1_000 })
    if (arrived) return undefined
    const silent = TIMED_OUT.includes(asked.code)
    const said = asked.stderr.trim() || asked.stdout.trim() || `wget ended with code ${asked.code}`
    // There is no such program, or it crashed.
    if (asked.code >= 126 && !silent) return notTried(from.container, said)
    const next = adviceFor(asked, from.url, [receiver.host, ...(receiver.also ?? [])], await networkOf(from), firewalls)
    const words = silent ? `no answer within ${CONNECT_LIMIT_S} s` : said
    throw new FiredrillError(
      'RECEIVER_UNREACHABLE',
      `container ${from.container} does not reach the drill's receiver at ${new URL(from.url).origin}: ${words}`,
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
  if (!TIMED_OUT.includes(code) && !/timed out|no route|unreachable|prohibited/i.test(stderr))
    return `Look at the way from there to ${listens.join(', ')} on this machine.`
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
