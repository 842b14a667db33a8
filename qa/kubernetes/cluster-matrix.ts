/** One thing of the deployed half that is broken, and how a drill must name it. */
export interface ClusterBreak {
  name: string
  /** As kubectl names it. */
  object: string
  /** https://www.rfc-editor.org/rfc/rfc6902 */
  patch: readonly object[]
  only: readonly string[]
  exitCode: 1 | 3
  named: RegExp
}

export const CLUSTER_BREAKS: readonly ClusterBreak[] = [
  {
    name: 'exporter-service-port',
    object: 'service/redis-exporter',
    patch: [{ op: 'replace', path: '/spec/ports/0/targetPort', value: 9999 }],
    only: ['redis-killed'],
    exitCode: 1,
    named: /redis-exporter/,
  },
  {
    name: 'alertmanager-address',
    object: 'statefulset/prometheus',
    patch: [{ op: 'replace', path: '/spec/template/spec/hostAliases/4/ip', value: '10.96.0.99' }],
    only: ['redis-killed'],
    exitCode: 1,
    named: /Alertmanager/,
  },
  {
    name: 'receiver-address',
    object: 'statefulset/alertmanager',
    patch: [{ op: 'replace', path: '/spec/template/spec/hostAliases/5/ip', value: '10.96.0.99' }],
    only: ['redis-killed'],
    exitCode: 1,
    named: /receiver|notification/,
  },
]
