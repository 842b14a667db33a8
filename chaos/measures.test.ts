import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heapMax, heapUsed, measurePart } from './measures.ts'
import { dockerEngine, execReplies } from '../testing/chaos/fake-docker.ts'
import { freePort } from '../testing/chaos/processes.ts'
import { redis } from '../testing/chaos/fake-redis.ts'

// As a JDK 17 prints them (jcmd PID GC.heap_info), with -XX:+UseSerialGC, -XX:+UseParallelGC and -XX:+UseG1GC.
const SERIAL = `1234:
 def new generation   total 78656K, used 12345K [0x00000000f0000000, 0x00000000f5550000, 0x00000000f5550000)
  eden space 69952K,  17% used [0x00000000f0000000, 0x00000000f0c0e5f8, 0x00000000f4450000)
  from space 8704K,   0% used [0x00000000f4cd0000, 0x00000000f4cd0000, 0x00000000f5550000)
 tenured generation   total 174784K, used 20000K [0x00000000f5550000, 0x0000000100000000, 0x0000000100000000)
   the space 174784K,  11% used [0x00000000f5550000, 0x00000000f68d8000, 0x00000000f68d8000, 0x0000000100000000)
 Metaspace       used 60000K, committed 60500K, reserved 1114112K
  class space    used 8000K, committed 8300K, reserved 1048576K
`
const PARALLEL = `1234:
 PSYoungGen      total 76288K, used 10000K [0x00000000eab00000, 0x00000000f0000000, 0x0000000100000000)
  eden space 65536K, 4% used [0x00000000eab00000,0x00000000eadc0000,0x00000000eeb00000)
 ParOldGen       total 175104K, used 5000K [0x00000000c0000000, 0x00000000cab00000, 0x00000000eab00000)
  object space 175104K, 2% used [0x00000000c0000000,0x00000000c04e2000,0x00000000cab00000)
 Metaspace       used 60000K, committed 60500K, reserved 1114112K
`
const G1 = `1234:
 garbage-first heap   total 262144K, used 30000K [0x00000000f0000000, 0x0000000100000000)
  region size 1024K, 20 young (20480K), 3 survivors (3072K)
 Metaspace       used 60000K, committed 60500K, reserved 1114112K
`

test('the heap in use is that of the generations, without metaspace', () => {
  assert.equal(heapUsed(SERIAL), 32_345 * 1024)
  assert.equal(heapUsed(PARALLEL), 15_000 * 1024)
  assert.equal(heapUsed(G1), 30_000 * 1024)
  assert.throws(() => heapUsed('1234:\nCommand not found'), /names no heap in use/)
})

test("the heap's limit is one of the flags, given or chosen by the JVM", () => {
  assert.equal(heapMax('1234:\n-XX:InitialHeapSize=8388608 -XX:MaxHeapSize=268435456 -XX:+UseSerialGC'), 268_435_456)
  assert.throws(() => heapMax('1234:\n-XX:+UseSerialGC'), /names no MaxHeapSize/)
})

test('a Redis that refuses does not answer; a part that the target does not list, or offers no way to ask, is said', async () => {
  const port = await freePort()
  const parts = { redis: { name: 'redis', redis: { host: '127.0.0.1', port } }, kafka: { name: 'kafka' } }
  const target = { name: 'lab', parts }
  assert.deepEqual(await measurePart(target, 'redis-answers', 'redis'), { answers: 0 })
  await assert.rejects(measurePart(target, 'redis-memory-share', 'redis'), /ECONNREFUSED/)
  await assert.rejects(measurePart(target, 'redis-answers', 'valkey'), /the target lab has no part valkey/)
  await assert.rejects(measurePart(target, 'slow-queries', 'kafka'), /kafka offers no "mysql"/)
})

test('what is asked of a Redis changes nothing', async (t) => {
  const { state, part } = await redis(t, { maxmemory: 0 })
  const before = structuredClone(state)
  assert.deepEqual(await measurePart({ name: 'lab', parts: { redis: part } }, 'redis-memory-share', 'redis'), { used: 1_000_000, max: 0 })
  assert.deepEqual(state, before)
})

test("the heap of a container's JVM is asked by the container's own jcmd", async (t) => {
  const flags = '1:\n-XX:MaxHeapSize=268435456 -XX:+UseSerialGC\n'
  const { name, docker } = await dockerEngine(t, [
    ...execReplies('a', 0, SERIAL, '', 'moalog-redis'),
    ...execReplies('b', 0, flags, '', 'moalog-redis'),
    ...execReplies('c', 1, '', 'java.io.IOException: No such process\n', 'moalog-redis'),
  ])
  const target = { name: 'compose', parts: { [name]: { name, docker, containerJvm: { heapAgentJar: '/heap-agent.jar', pid: 1 } } } }
  assert.deepEqual(await measurePart(target, 'jvm-heap-share', name), { used: 32_345 * 1024, max: 268_435_456 })
  await assert.rejects(measurePart(target, 'jvm-heap-share', name), /No such process/)
})
