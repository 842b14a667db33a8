import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'
const id = 'dockerfiles-are-whole'
finds(
  id,
  'instructions, stages, arguments',
  { file: D, from: 'WORKDIR /src\n        COPY . .', to: 'WROKDIR /src\n        COPY . .', subject: 'moalog-server', observed: 'WORKDIR' },
  { file: D, from: 'COPY --from=collector', to: 'COPY --from=colelctor', subject: 'otel-collector', observed: 'did you mean collector' },
  { file: D, from: 'contrib:0.93.0 AS collector', to: 'contrib:0.93.0 SA collector', subject: 'otel-collector', expected: 'AS stage' },
  { file: D, from: 'args: { SERVICE: rate-limiter }', to: 'args: { SERVCIE: rate-limiter }', subject: 'rate-limiter', observed: 'SERVICE' },
  { file: D, from: ', args: { SERVICE: rate-limiter }', to: '', subject: 'rate-limiter', expected: 'SERVICE' },
  { file: D, from: '    ARG SERVICE\n', to: '', observed: 'SERVICE' },
)
passes(
  id,
  'an argument with a default, an image as a stage',
  D,
  '    ARG SERVICE\n',
  '    ARG SERVICE=x\n    COPY --from=busybox:1.36 /bin/sh /bin/sh\n',
)
passes(
  id,
  'lines that go on, and comments',
  D,
  'WORKDIR /src\n        COPY . .',
  '# build\n        WORKDIR /src\n        COPY . \\\n          .',
)

finds(
  id,
  'a context that is not there, or has not what is built',
  { file: D, from: 'context: lab/services/jvm', to: 'context: lab/jvm', subject: 'rate-limiter', observed: 'no such folder' },
  {
    file: D,
    from: 'context: lab/services/moalog-server',
    to: 'context: lab/services',
    subject: 'moalog-server',
    observed: 'lab/services has none',
  },
  {
    file: D,
    from: 'build: lab/services/payment-provider',
    to: 'build: { context: ., dockerfile: lab/Dockerfile }',
    expected: 'lab/Dockerfile on the disk',
  },
  {
    file: D,
    from: 'context: lab/services/moalog-server',
    to: 'context: lab/services/jvm',
    subject: 'moalog-server',
    expected: 'a folder with Cargo.toml',
  },
  {
    file: D,
    from: 'CMD ["moalog-server"]',
    to: 'CMD ["maolog-server"]',
    subject: 'moalog-server',
    expected: 'a program that is copied: moalog-server',
  },
  { file: D, from: 'cargo build --release', to: 'cargo build --relaese', subject: 'moalog-server', expected: 'release' },
)
passes(id, 'a repository is built from', D, 'build: lab/services/payment-provider', 'build: https://github.com/example/provider.git')
passes(id, 'an argument whose name is no pattern', D, '    ARG SERVICE\n', '    ARG SERVICE\n        ARG x[=1\n')

finds(
  id,
  'a folder, a user, a variable and words that are misspelt',
  { file: D, from: '--from=build /out /app', to: '--from=build /otu /app', subject: 'rate-limiter', expected: '/out' },
  {
    file: D,
    from: 'WORKDIR /src\n        COPY . .\n        RUN cargo',
    to: 'WORKDIR /scr\n        COPY . .\n        RUN cargo',
    subject: 'moalog-server',
  },
  { file: D, from: 'USER nobody', to: 'USER nboody', expected: 'nobody' },
  { file: D, from: '-pl $$SERVICE', to: '-pl $$SREVICE', expected: 'the argument SERVICE' },
  { file: D, from: 'RUN mvn', to: 'RUN mnv', expected: 'mvn' },
  { file: D, from: 'io.prometheus.jmx', to: 'io.prometheus.jxm', expected: 'jmx' },
)
