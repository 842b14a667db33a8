import { remark, type Check } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'images-get-their-variables',
    area: 'platform',
    severity: 'error',
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
    }
  },
}
