import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const O = 'otel-collector/otel-collector.yml'

finds(
  'collector-accepts-values',
  'limits of memory_limiter',
  { file: O, from: 'limit_mib: 256', to: 'limit_mib: 48', line: 'spike_limit_mib: 64', expected: 'below limit_mib: 48' },
  { file: O, from: 'spike_limit_mib: 64', to: 'spike_limit_mib: 256', line: 'spike_limit_mib: 256' },
  { file: O, from: '    check_interval: 1s\n', to: '', line: 'memory_limiter:', expected: 'check_interval' },
  { file: O, from: 'check_interval: 1s', to: 'check_interval: 0s', line: 'check_interval: 0s' },
  { file: O, from: '    limit_mib: 256\n    spike_limit_mib: 64\n', to: '', line: 'memory_limiter:', observed: 'no limit' },
  { file: O, from: 'limit_mib: 256\n    spike_limit_mib: 64', to: 'limit_percentage: 120', line: 'limit_percentage: 120' },
  {
    file: O,
    from: 'limit_mib: 256\n    spike_limit_mib: 64',
    to: 'limit_percentage: 20\n    spike_limit_percentage: 25',
    line: 'spike_limit_percentage',
  },
)
finds(
  'collector-accepts-values',
  'sizes and times of batch, queues and levels',
  { file: O, from: 'send_batch_size: 512', to: 'send_batch_size: 512\n    send_batch_max_size: 100', line: 'send_batch_max_size: 100' },
  { file: O, from: 'send_batch_size: 512', to: 'send_batch_max_size: 512', line: 'send_batch_max_size: 512', expected: '8192' },
  { file: O, from: 'initial_interval: 1s', to: 'initial_interval: 1d', line: 'initial_interval: 1d' },
  { file: O, from: 'retry_on_failure:\n', to: 'sending_queue: { queue_size: 0 }\n    retry_on_failure:\n', line: 'queue_size: 0' },
  { file: O, from: 'initial_interval: 1s', to: 'initial_interval: -1s', line: '-1s' },
  { file: O, from: 'level: detailed', to: 'level: verbose', line: 'level: verbose' },
)
passes(
  'collector-accepts-values',
  'no largest batch, percentages',
  O,
  'send_batch_size: 512',
  'send_batch_size: 512\n    send_batch_max_size: 0',
)
passes(
  'collector-accepts-values',
  'a limit by percentage',
  O,
  'limit_mib: 256\n    spike_limit_mib: 64',
  'limit_percentage: 80\n    spike_limit_percentage: 25',
)

finds(
  'collector-accepts-values',
  'room for a spike that is none, a variable as compose writes it',
  {
    file: 'otel-collector.yml',
    from: 'spike_limit_mib: 64',
    to: 'spike_limit_mib: 2',
    severity: 'warning',
    line: 'spike_limit_mib',
    expected: 'a fifth',
  },
  {
    file: 'otel-collector.yml',
    from: 'initial_interval: 1s',
    to: 'initial_interval: ${RETRY:?set it}',
    line: 'initial_interval',
    expected: '${env:NAME}',
  },
)
