import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { dockerEngine, execReplies, ID, type Reply } from '../../testing/chaos/fake-docker.ts'
import type { Target } from '../model/target.ts'
import { proveWayBack, receiverAddresses } from './way-back.ts'

const CONTAINER = 'moalog-alertmanager-1'
const NETWORK: Reply = [
  `GET /containers/${CONTAINER}/json`,
  200,
  {
    NetworkSettings: {
      Networks: { none: { IPAddress: '', IPPrefixLen: 0 }, moalog_default: { IPAddress: '172.31.240.7', IPPrefixLen: 24 } },
    },
  },
]
const NONE = { ufw: false, firewalld: false }

const ASKED = /notification-sink:9199/

/** `hears`: the request of the container arrives at the drill's receiver. */
async function asked(t: TestContext, replies: Reply[], { hears = false, firewalls = NONE } = {}): Promise<string | undefined> {
  const listeners = new Set<(notification: never) => void>()
  const { docker } = await dockerEngine(t, replies, (body) => {
    if (!body.includes('wget')) return
    const { Cmd, Env } = JSON.parse(body) as { Cmd: string[]; Env: string[] }
    assert.ok(Env.includes('http_proxy=') && Env.includes('HTTP_PROXY='))
    const path = new URL(Cmd.at(-1) ?? '').pathname
    if (hears) for (const listener of listeners) listener({ path } as never)
  })
  const from = { socket: docker.socket, container: CONTAINER, url: 'http://notification-sink:9199' }
  const receiver = { host: '127.0.0.1', port: 9199, also: ['172.17.0.1'], from }
  const subscribe = (listener: (notification: never) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  try {
    return await proveWayBack(receiver, { subscribe } as never, firewalls)
  } finally {
    assert.equal(listeners.size, 0)
  }
}

const said = (code: number, stderr: string): Reply[] => execReplies('a', code, '', stderr, CONTAINER)

test('a request that arrives proves the way back, whatever answered it', async (t) => {
  assert.equal(await asked(t, said(0, ''), { hears: true }), undefined)
})

test('a target that names no such container is not asked', async () => {
  const receiver = { host: '127.0.0.1', port: 9199 }
  assert.deepEqual(await receiverAddresses({ endpoints: { receiver } } as Target), receiver)
  assert.equal(await proveWayBack(receiver, { subscribe: () => assert.fail() }), undefined)
})

for (const [what, code, stderr, firewalls, next] of [
  ['ufw', 143, '', { ufw: true, firewalld: false }, /sudo ufw allow proto tcp from 172\.31\.240\.7\/24 to any port 9199/],
  ['firewalld', 1, "wget: can't connect to remote host: No route to host\n", { ufw: false, firewalld: true }, /firewall-cmd .*9199\/tcp/],
  ['another firewall', 124, '', NONE, /iptables -I INPUT -s 172\.31\.240\.7\/24 -p tcp --dport 9199/],
  ['a wrong host-gateway', 1, "wget: can't connect: Connection refused\n", NONE, /listens on 127\.0\.0\.1, 172\.17\.0\.1\. Correct NOTIF/],
  ['no host-gateway', 1, "wget: bad address 'notification-sink:9199'\n", NONE, /restore extra_hosts/],
  ['what nothing here explains', 1, 'wget: server returned error: HTTP/1.1 502 Bad Gateway\n', NONE, /Look at the way from there to 127/],
  ['another program at the port', 0, '', NONE, /Another program answers there/],
] as const)
  test(`notifications that cannot arrive are could not tell, with the cause: ${what}`, async (t) => {
    await assert.rejects(asked(t, [...said(code, stderr), NETWORK], { firewalls }), {
      code: 'RECEIVER_UNREACHABLE',
      exitCode: 3,
      message: ASKED,
      next,
    })
  })

test('a container without wget, or that does not run, leaves the way back unproven, and the drill goes on', async (t) => {
  const words = 'OCI runtime exec failed: exec: "wget": executable file not found in $PATH: unknown'
  assert.match((await asked(t, execReplies('a', 126, words, '', CONTAINER))) ?? '', /was not tried from moalog-alertmanager-1: OCI runtime/)
  assert.match((await asked(t, execReplies('b', 139, '', '', CONTAINER))) ?? '', /was not tried .*: wget ended with code 139/)
  const refused: Reply = [`POST /containers/${CONTAINER}/exec`, 409, { message: `Container ${ID} is not running` }]
  assert.match((await asked(t, [refused])) ?? '', /was not tried .* is not running/)
})

test('the drill listens where the container reaches this machine, and only on addresses that this machine has', async (t) => {
  const hosts = (address: string): Reply[] =>
    execReplies('a', 0, `127.0.0.1\tlocalhost\n${address}\tnotification-sink\n172.31.240.9 x\n`, '', CONTAINER)
  const { docker } = await dockerEngine(t, [
    ...hosts('127.0.0.3'),
    // Of the documentation's network: no machine has it. https://www.rfc-editor.org/rfc/rfc5737
    ...hosts('203.0.113.7'),
    [`POST /containers/${CONTAINER}/exec`, 409, { message: `Container ${ID} is not running` }],
  ])
  const from = { socket: docker.socket, container: CONTAINER, url: 'http://notification-sink:9199' }
  const target = { endpoints: { receiver: { host: '127.0.0.1', port: 9199, from } } } as Target
  assert.deepEqual((await receiverAddresses(target)).also, ['127.0.0.3'])
  assert.equal((await receiverAddresses(target)).also, undefined)
  assert.equal((await receiverAddresses(target)).also, undefined)
})
