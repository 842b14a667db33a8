import { remark, type Check } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { filesIn } from '../../../config/deployment/container-files.ts'

/** What Grafana, its entry point and the Go runtime read themselves. https://grafana.com/docs/grafana/latest/setup-grafana/configure-docker/ */
const OWN = /^(?:GF_|GO(?:GC|MAXPROCS|MEMLIMIT|DEBUG)$|HTTPS?_PROXY$|NO_PROXY$|TZ$|LANG$|LC_|PATH$|HOME$|AWS_|OTEL_|JAEGER_|PUID$|PGID$)/i

export const check: Check = {
  meta: {
    id: 'grafana-variables-are-read',
    severity: 'warning',
    needs: ['compose', 'datasources'],
    title: 'Every variable that Grafana is given for its provisioning is read there',
    failureTitle: 'A variable of the Grafana container is read by no provisioning file',
    why: 'Such a variable was made for a provisioning file: a contact point with its URL, a data source with its password. When nothing reads it, that file is gone, or asks for another name, and Grafana starts without it.',
    mend: 'Provide the contact point or data source that uses the variable, correct its name there, or remove it from the compose file.',
    example: 'grafana:\n  environment: { GRAFANA_CRITICAL_WEBHOOK_URL: http://... } # and no provisioning/alerting/contact-points.yml',
  },
  *judge({ config, spec }) {
    for (const workload of config.workloads.filter(({ image }) => /(?:^|\/)grafana(?:-oss|-enterprise)?(?:[:@]|$)/.test(image))) {
      const alerting = workload.env.get('GF_UNIFIED_ALERTING_ENABLED')
      if (config.contactPoints.length > 0 && alerting !== undefined && /^(?:false|0)$/i.test(alerting.value))
        yield remark(
          workload.name,
          alerting.at,
          'true, for the contact points in provisioning/alerting',
          `GF_UNIFIED_ALERTING_ENABLED=${alerting.value}: Grafana reads none of them`,
          undefined,
          'error',
        )
      const texts = filesIn(workload, config).map(({ text }) => text.text)
      // Of a container whose files are not here nothing is known.
      if (texts.length === 0 || workload.at.has('entrypoint') || workload.at.has('build')) continue
      const read = new Set(texts.flatMap((text) => [...text.matchAll(/\$(?:\{(?:env:)?|__env\{)?(\w+)/g)].map((match) => match[1] ?? '')))
      const unread = [...workload.env].filter(
        ([name, { value }]) =>
          !OWN.test(name) &&
          !read.has(name) &&
          ![...workload.env.values()].some((each) => each.value !== value && each.value.includes(name)),
      )
      const [first] = unread
      if (first === undefined) continue
      const names = unread.map(([name]) => name)
      // Channels that are promised, and not one contact point for them.
      const isLost =
        config.contactPoints.length === 0 && spec.routing.receivers.length > 0 && names.some((name) => /WEBHOOK|CONTACT/.test(name))
      const expected = isLost ? 'contact points in provisioning/alerting that read' : 'a provisioning file that reads'
      yield remark(
        workload.name,
        first[1].at.keyPlace(),
        `${expected} ${names.map((name) => `$${name}`).join(', ')}`,
        `none${didYouMean(first[0], read)}`,
        undefined,
        isLost ? 'error' : 'warning',
      )
    }
  },
}
