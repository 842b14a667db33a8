import { remark, type Check } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { variablesIn } from '../../../config/deployment/collectors.ts'
import { filesIn, folderOf } from '../../../config/deployment/container-files.ts'

export const check: Check = {
  meta: {
    id: 'collector-variables-are-set',
    needs: ['collector', 'workloads'],
    title: "Every variable of the collector's configuration is set in its container",
    failureTitle: "A variable of the collector's configuration is set nowhere",
    why: 'The collector replaces ${env:NAME} by an empty text when its container has no such variable: an endpoint without port or host. https://opentelemetry.io/docs/collector/configuration/#environment-variables',
    mend: 'In the compose file, set the variable under environment of the collector, or give it a default in the configuration: ${env:NAME:-value}.',
    example: 'endpoint: 0.0.0.0:${env:OTLP_PORT} # and no OTLP_PORT in the container',
  },
  *judge({ config }) {
    for (const workload of config.workloads) {
      // Files of one folder may be laid over one another, and a service then has what each of them says.
      const layers = config.workloads.filter(
        ({ name, at }) => name === workload.name && folderOf(at.text.file) === folderOf(workload.at.text.file),
      )
      if (layers.some(({ unknownEnv }) => unknownEnv)) continue
      const known = new Set(layers.flatMap(({ env }) => [...env.keys()]))
      const files = filesIn(workload, config).map(({ text }) => text.file)
      for (const collector of config.collectors)
        for (const { file, text } of collector.texts.filter((each) => files.includes(each.file)))
          for (const name of variablesIn(text).filter((each) => !known.has(each))) {
            const lines = text.slice(0, text.indexOf(name)).split('\n')
            const at = { file, line: lines.length, column: (lines.at(-1) ?? '').length + 1, length: name.length }
            yield remark(workload.name, at, `${name} in the environment of ${workload.name}`, `not set${didYouMean(name, known)}`)
          }
    }
  },
}
