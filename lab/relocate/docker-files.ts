import { isMap, isScalar, isSeq } from 'yaml'
import type { Document, YAMLMap } from 'yaml'
import { globOf } from '../../verify/config/deployment/loaded-rules.ts'

/** A log file that stands for one stream of one container. */
export interface LogFile {
  container: string
  /** The compose service. */
  service: string
  logstream: 'stdout' | 'stderr'
  /** Absolute. */
  path: string
}

/** `filelog` is its name before 0.149. */
export function isFileLog(receiver: string): boolean {
  return /^file_?log(?:\/|$)/.test(receiver)
}

/** No folder, so nothing is below it. */
const NOWHERE = '/dev/null'

/**
 * The lab's logs in place of the files that Docker's json-file driver writes: a collector's configuration gets one receiver for each log
 * that a pattern of `file_log` finds, and what the operator `container` takes out of Docker's file is written down in its place. The
 * patterns themselves lead nowhere, so one that finds no container's file finds nothing, as in the container.
 */
export function readLogFiles(document: Document, logs: readonly LogFile[]): void {
  const copies = new Map<string, string[]>()
  for (const { key, value } of itemsOf(document.getIn(['receivers'], true))) {
    const name = isScalar(key) ? String(key.value) : ''
    if (!isMap(value) || !isFileLog(name)) continue
    const [patterns, without] = ['include', 'exclude'].map((which) => textsOf(value.get(which, true)))
    const finds = (list: readonly string[] | undefined, log: LogFile): boolean =>
      list?.some((each) => globOf(each).test(inDocker(log))) === true
    value.set('include', document.createNode(patterns?.map((pattern) => `${NOWHERE}${pattern}`)))
    value.delete('exclude')
    copies.set(name, [name])
    for (const log of logs.filter((each) => finds(patterns, each) && !finds(without, each))) {
      const copy = value.clone() as YAMLMap
      copy.set('include', document.createNode([log.path]))
      copy.set('operators', document.createNode(operatorsOf(copy).flatMap((operator) => takenOut(document, log, operator))))
      const own = `${name}${name.includes('/') ? '-' : '/'}${log.service}-${log.logstream}`
      document.setIn(['receivers', own], copy)
      copies.get(name)?.push(own)
    }
  }
  for (const { value } of itemsOf(document.getIn(['service', 'pipelines'], true)))
    if (isMap(value))
      value.set('receivers', document.createNode(textsOf(value.get('receivers', true)).flatMap((name) => copies.get(name) ?? [name])))
}

/** https://docs.docker.com/engine/logging/drivers/json-file/; the name of the container for its id. */
function inDocker({ container }: LogFile): string {
  return `/var/lib/docker/containers/${container}/${container}-json.log`
}

/** The operator itself; in place of `container` what Docker's file says besides the line, with the driver's options `tag` and `labels`. */
function takenOut(document: Document, { container, service, logstream }: LogFile, operator: YAMLMap): unknown[] {
  if (operator.get('type') !== 'container') return [operator]
  const [id, output] = ['id', 'output'].map((key) => operator.get(key))
  const attrs = { 'tag': container, 'com.docker.compose.service': service }
  return [
    { type: 'add', field: 'attributes["log.iostream"]', value: logstream, ...(id === undefined ? {} : { id }) },
    { type: 'add', field: 'attributes.attrs', value: attrs, ...(output === undefined ? {} : { output }) },
  ].map((each) => document.createNode(each))
}

function operatorsOf(receiver: YAMLMap): YAMLMap[] {
  const operators = receiver.get('operators', true)
  return isSeq(operators) ? operators.items.filter((item) => isMap(item)) : []
}

function itemsOf(node: unknown): YAMLMap['items'] {
  return isMap(node) ? [...node.items] : []
}

function textsOf(node: unknown): string[] {
  return isSeq(node) ? node.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : [])) : []
}
