import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { clusterFolder, clusterPid, otherKubeconfig } from './cluster-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-cluster-'))
after(() => {
  rmSync(folder, { recursive: true })
})

test('the cluster lies in the cache, or where FIREDRILL_CLUSTER_DIR says, and all its files with it', () => {
  assert.equal(clusterFolder({ HOME: '/home/me' }).root, '/home/me/.cache/firedrill/cluster')
  const { root, ...files } = clusterFolder({ FIREDRILL_CLUSTER_DIR: folder })
  assert.equal(root, folder)
  for (const file of Object.values(files)) assert.ok(file.startsWith(`${folder}/`), file)
})

test('what `down` deletes holds no image: the archives outlive the node', () => {
  const { node, images } = clusterFolder({ FIREDRILL_CLUSTER_DIR: folder })
  assert.ok(!images.startsWith(`${node}/`))
})

test('a KUBECONFIG of another cluster is found; its own, as `exec` sets it, is none', () => {
  const at = clusterFolder({ FIREDRILL_CLUSTER_DIR: folder })
  assert.equal(otherKubeconfig({}, at), undefined)
  assert.equal(otherKubeconfig({ KUBECONFIG: '' }, at), undefined)
  assert.equal(otherKubeconfig({ KUBECONFIG: at.kubeconfig }, at), undefined)
  assert.equal(otherKubeconfig({ KUBECONFIG: '/home/me/.kube/staging' }, at), '/home/me/.kube/staging')
})

test('a pid file of a cluster that is gone, or whose number another program has, names no cluster', () => {
  const at = clusterFolder({ FIREDRILL_CLUSTER_DIR: folder })
  assert.equal(clusterPid(at), undefined)
  for (const pid of [process.pid, 4_194_305]) {
    writeFileSync(at.pidFile, String(pid))
    assert.equal(clusterPid(at), undefined)
  }
})
