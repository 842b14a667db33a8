import type { Deployed } from './deployed.ts'
import type { InitFile } from './specify.ts'
import { comment, entry, flow } from './yaml-lines.ts'

/** firedrill.yaml; `monitoring`: what lint and simulate read, where it is not the folder of that name. */
export function platformFile(name: string, monitoring: readonly string[] | undefined): InitFile {
  const lines = [...entry('name', name), ...(monitoring === undefined ? [] : [`monitoring: ${flow(monitoring)}`])]
  return { path: 'firedrill.yaml', text: `${lines.join('\n')}\n` }
}

/** A target file for live drills, where both addresses are known. Its parts are comments: what it does not list, no fault touches. */
export function targetFile(
  { prometheus, alertmanager, loki, jaeger }: { prometheus?: string; alertmanager?: string; loki?: string; jaeger?: string },
  services: readonly { name: string; address: string }[],
  parts: readonly string[],
  runs: Deployed['runs'],
): InitFile[] {
  if (prometheus === undefined || alertmanager === undefined) return []
  const lines = [
    ...comment([
      'Where `firedrill run` drills (docs/target-file.md). Let the webhook receivers of Alertmanager post to http://THIS-MACHINE:9199/RECEIVER-NAME.',
      'Credentials are named by environment variables: prometheus: { url: ..., bearerTokenEnv: TOKEN }',
    ]),
    'name: deployed',
    'endpoints:',
    `  prometheus: ${flow(prometheus)}`,
    `  alertmanager: ${flow(alertmanager)}`,
    ...(loki === undefined ? [] : [`  loki: ${flow(loki)}`]),
    ...(jaeger === undefined ? [] : [`  jaeger: ${flow(jaeger)}`]),
    '  receiver: { port: 9199 }',
    services.length === 0 ? '  services: {}' : '  services:',
    ...services.map(({ name, address }) => `    ${flow(name)}: ${flow(`http://${address}`)}`),
    ...comment([
      'Parts that faults may touch, and how. Nothing else is ever touched:',
      'parts:',
      ...parts.map((part) => `  ${part}: ${WAYS[runs]}`),
    ]),
  ]
  return [{ path: 'targets/deployed.yaml', text: `${lines.join('\n')}\n` }]
}

const WAYS: Record<Deployed['runs'], string> = {
  process: '{ process: { recordFile: ../its-record.json } } # firedrill adopt PID its-record.json --health http://HOST:PORT/',
  container: '{ docker: { container: its-container } }',
  kubernetes: '(see kubernetes.parts in docs/kubernetes.md)',
}
