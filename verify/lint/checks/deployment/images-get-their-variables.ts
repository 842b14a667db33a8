import { remark, type Check } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'images-get-their-variables',
    needs: ['workloads'],
    isRefusal: true,
    title: 'Images that need a variable to start get it',
    failureTitle: 'An image does not start without a variable that it is not given',
    why: 'The entry points of MySQL, PostgreSQL and Kafka end with a message when what they need is not in the environment. https://hub.docker.com/_/mysql, https://hub.docker.com/_/postgres, https://docs.confluent.io/platform/current/installation/docker/config-reference.html',
    mend: 'Set the variable in the environment of the service.',
    example: 'postgres:\n  image: postgres:16-alpine\n  environment:\n    POSTGRES_USER: payments # POSTGRES_PASSWORD is missing',
  },
  *judge({ config }) {
    for (const { name, image, env, unknownEnv, at } of config.workloads) {
      const { known } = imageNameOf(image)
      if (unknownEnv || at.has('entrypoint')) continue
      for (const group of known?.needs ?? [])
        if (!group.some((each) => env.has(each)))
          yield remark(
            name,
            at.get('environment') ?? at.near('image'),
            group.join(' or '),
            `not set${didYouMean(group[0] ?? '', env.keys())}`,
          )
      for (const { images, name: variable, taken, expected } of VALUES) {
        const given = env.get(variable)
        if (given !== undefined && images.test(image) && !given.value.includes('$') && !taken.test(given.value))
          yield remark(name, given.at, expected, `${variable}=${given.value}`)
      }
    }
  },
}

/** Values that an image refuses. https://hub.docker.com/_/mysql, https://www.jaegertracing.io/docs/1.54/deployment/#storage-backends */
const VALUES: readonly { images: RegExp; name: string; taken: RegExp; expected: string }[] = [
  {
    images: /(?:^|\/)(?:mysql|mariadb)(?::|@|$)/,
    name: 'MYSQL_USER',
    taken: /^(?!root$)/,
    expected: 'a user besides root, which is there already: the image ends with an error',
  },
  {
    images: /jaegertracing\/(?:all-in-one|jaeger-(?:collector|query|ingester)):1?\.?/,
    name: 'SPAN_STORAGE_TYPE',
    taken: /^(?:(?:memory|badger|cassandra|elasticsearch|opensearch|kafka|grpc|grpc-plugin|blackhole)(?:,|$))+$/,
    expected: 'memory, badger, cassandra, elasticsearch, opensearch, kafka or grpc',
  },
  {
    images: /(?:^|\/)postgres(?::|@|$)/,
    name: 'POSTGRES_HOST_AUTH_METHOD',
    taken: /^(?:trust|md5|scram-sha-256|password|peer|ident|cert|ldap|pam|radius|gss|sspi|bsd)$/,
    expected: 'scram-sha-256, md5, password or trust: with another one every client is refused',
  },
  {
    images: /(?:^|\/)grafana(?:-oss|-enterprise)?(?::|@|$)/,
    name: 'GF_SERVER_PROTOCOL',
    taken: /^(?:http|https|h2|socket|socket_h2)$/,
    expected: 'http, https, h2 or socket',
  },
]
