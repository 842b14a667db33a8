import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leftBridges, undoRules } from './network.ts'

const BEFORE = {
  filter: ['-P INPUT ACCEPT', '-P FORWARD ACCEPT', '-P OUTPUT ACCEPT', '-N OURS', '-A INPUT -j OURS'],
  nat: ['-P PREROUTING ACCEPT', '-P INPUT ACCEPT', '-P OUTPUT ACCEPT', '-P POSTROUTING ACCEPT'],
}
/** As dockerd 20.10 left them, one network of a compose project still there. */
const AFTER = {
  filter: [
    '-P INPUT ACCEPT',
    '-P FORWARD DROP',
    '-P OUTPUT ACCEPT',
    '-N DOCKER',
    '-N DOCKER-ISOLATION-STAGE-1',
    '-N DOCKER-USER',
    '-N OURS',
    '-A INPUT -j OURS',
    '-A INPUT -p tcp --dport 22 -j ACCEPT',
    '-A FORWARD -j DOCKER-USER',
    '-A FORWARD -o br-0123456789ab -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A FORWARD -o docker0 -j DOCKER',
    '-A DOCKER -d 172.31.240.2/32 ! -i br-0123456789ab -o br-0123456789ab -p tcp -m tcp --dport 6379 -j ACCEPT',
    '-A DOCKER-USER -j RETURN',
  ],
  nat: [...BEFORE.nat, '-N DOCKER', '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER', '-A DOCKER -i docker0 -j RETURN'],
}

test("the engine's rules and chains go, FORWARD has its policy again, and what others added stays", () => {
  assert.deepEqual(
    undoRules(BEFORE, AFTER).map((args) => args.join(' ')),
    [
      '-t filter -D FORWARD -j DOCKER-USER',
      '-t filter -D FORWARD -o br-0123456789ab -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-t filter -D FORWARD -o docker0 -j DOCKER',
      '-t filter -F DOCKER',
      '-t filter -F DOCKER-ISOLATION-STAGE-1',
      '-t filter -F DOCKER-USER',
      '-t filter -X DOCKER',
      '-t filter -X DOCKER-ISOLATION-STAGE-1',
      '-t filter -X DOCKER-USER',
      '-t filter -P FORWARD ACCEPT',
      '-t nat -D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
      '-t nat -F DOCKER',
      '-t nat -X DOCKER',
    ],
  )
})

test('nothing is undone where nothing was added, or where the rules were there before', () => {
  assert.deepEqual(undoRules(BEFORE, BEFORE), [])
  assert.deepEqual(undoRules(AFTER, AFTER), [])
})

test('bridges that an engine left are those of its names and its addresses', () => {
  const link = (ifname: string, ...local: string[]): object => ({ ifname, addr_info: local.map((each) => ({ local: each })) })
  const links = [
    link('lo', '127.0.0.1'),
    link('eth0', '172.31.240.9'),
    link('docker0', '172.17.0.1'),
    link('br-0123456789ab', '172.31.241.1', 'fe80::1'),
    link('br-ba9876543210', '172.18.0.1'),
    link('br-00000000000a'),
    link('br-lan', '172.31.240.1'),
  ]
  assert.deepEqual(leftBridges(JSON.stringify(links), ['172.31.240.', '172.31.241.']), ['br-0123456789ab'])
  assert.deepEqual(leftBridges(JSON.stringify([link('docker0', '172.31.250.1')]), ['172.31.250.']), ['docker0'])
})
