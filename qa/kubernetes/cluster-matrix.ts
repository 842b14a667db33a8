/** One thing of the deployed half that is broken, and how a drill must name it. */
export interface ClusterBreak {
  name: string
  /** As kubectl names it. */
  object: string
  /** https://www.rfc-editor.org/rfc/rfc6902 */
  patch: readonly object[]
  /** Whose open connections would outlive the change. */
  restarts?: readonly string[]
  only: readonly string[]
  exitCode: 1 | 3
  named: RegExp
}

export const CLUSTER_BREAKS: readonly ClusterBreak[] = [
  {
    name: 'exporter-service-port',
    object: 'service/redis-exporter',
    patch: [{ op: 'replace', path: '/spec/ports/0/targetPort', value: 9999 }],
    restarts: ['statefulset/prometheus'],
    only: ['redis-killed'],
    // The drill does not begin.
    exitCode: 3,
    named: /redis-exporter \(redis-exporter:9121\) is down: .*connection refused/,
  },
  {
    name: 'alertmanager-address',
    object: 'statefulset/prometheus',
    patch: [{ op: 'replace', path: '/spec/template/spec/hostAliases/4/ip', value: '127.0.0.1' }],
    only: ['redis-killed'],
    exitCode: 1,
    named: /Prometheus could not send to Alertmanager/,
  },
  {
    name: 'receiver-address',
    object: 'statefulset/alertmanager',
    patch: [{ op: 'replace', path: '/spec/template/spec/hostAliases/5/ip', value: '127.0.0.1' }],
    only: ['redis-killed'],
    exitCode: 1,
    named: /webhook URL|could not deliver/,
  },
]
