import { remark, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** https://opentelemetry.io/docs/zero-code/java/agent/getting-started/, and the same jar in Maven Central. */
const PUBLISHED = [
  /^https?:\/\/github\.com\/open-telemetry\/opentelemetry-java-instrumentation\/releases\/(?:download\/v\d+\.\d+\.\d+[\w.-]*|latest\/download)\/opentelemetry-javaagent(?:-all|-slim)?\.jar$/,
  /^https?:\/\/(?:repo1\.maven\.org|repo\.maven\.apache\.org)\/maven2\/io\/opentelemetry\/javaagent\/opentelemetry-javaagent\/([\w.-]+)\/opentelemetry-javaagent-\1\.jar$/,
]
const HOSTS = ['github.com', 'repo1.maven.org', 'repo.maven.apache.org']
const [OWNER, REPOSITORY] = ['open-telemetry', 'opentelemetry-java-instrumentation']
const AGENT = /opentelemetry-javaagent[\w.-]*\.jar$/
const EXAMPLE = `https://github.com/${OWNER}/${REPOSITORY}/releases/download/v2.11.0/opentelemetry-javaagent.jar`

export const check: Check = {
  meta: {
    id: 'agent-is-downloaded',
    needs: ['workloads'],
    title: 'The Java agent is downloaded from where it is published',
    failureTitle: 'The Java agent is downloaded from where it is not',
    why: 'What is not there is not saved, or a page that says so is saved as the jar: every JVM that loads it ends at once. GitHub redirects each download: curl without --location saves nothing.',
    mend: `In the command that downloads the agent, use ${EXAMPLE} (or that of Maven Central), and let curl follow redirects.`,
    example:
      'command: [--fail, --location, --output, /otel/agent.jar, https://github.com/open-telemetry/opentelemetry-java-instrumentation/v2.11.0/opentelemetry-javaagent.jar]',
  },
  *judge({ config }) {
    for (const workload of config.workloads) yield* judgeDownload(workload)
  },
}

function* judgeDownload({ name, image, args }: Workload): Generator<Remark> {
  const words = args.flatMap(({ value, at }) => value.split(/[\s;&|'"]+/).map((word) => ({ word, at })))
  const isCurl = imageNameOf(image).known?.flags === 'curl' || words.some(({ word }) => word === 'curl')
  if (!isCurl && !words.some(({ word }) => word === 'wget')) return
  if (!words.some(({ word }) => word.startsWith('/') && AGENT.test(word))) return
  const urls = words.filter(({ word }) => /^[a-z]+:\/\//i.test(word))
  for (const { word, at } of words) {
    // Extensions and settings beside the agent are published elsewhere.
    if (urls.length > 1 && nearest(word.split('/').at(-1) ?? '', ['opentelemetry-javaagent.jar'], 3) === undefined && !AGENT.test(word))
      continue
    const url = /^[a-z]+:\/\/[^$]+$/i.test(word) ? word : undefined
    if (url === undefined || PUBLISHED.some((each) => each.test(url))) continue
    const [, host = '', path = ''] = /^[a-z]+:\/\/([^/]+)\/?(.*)$/i.exec(url) ?? []
    if (isMistaken(host, path.split('/'))) yield remark(name, at, EXAMPLE, url)
  }
  const github = words.find(({ word }) => /^https?:\/\/github\.com\//.test(word))
  const follows = words.some(({ word }) => /^(?:--location(?:-trusted)?|-[a-zA-Z]*L[a-zA-Z]*)$/.test(word))
  if (isCurl && github !== undefined && !follows && !words.some(({ word }) => word === 'wget'))
    yield remark(name, github.at, '--location (-L): GitHub redirects to where the file is', 'none: nothing is saved')
}

/** A mirror of one's own is not known; what is a few letters beside the published address is meant to be that. */
function isMistaken(host: string, [owner = '', repository = '', ...rest]: readonly string[]): boolean {
  if (!HOSTS.includes(host)) return [OWNER, REPOSITORY].includes(host) || nearest(host, HOSTS, 4) !== undefined
  if (host !== 'github.com') return true
  // The release of a fork has the same form under another owner or name.
  const isRelease = rest[0] === 'releases' && rest.length === 4 && (rest[1] === 'download' || rest[2] === 'download')
  const isFork = (part: string, published: string): boolean => part !== published && nearest(part, [published], 2) === undefined
  return !isRelease || !(isFork(owner, OWNER) || isFork(repository, REPOSITORY))
}
