/** The faults and scenarios that a specification of tests may name, with their parameters. */
export const known = {
  faults: [
    { id: 'kill-process', params: { how: { kind: 'choice', choices: ['kill', 'stop'], default: 'kill', title: 'how' } } },
    { id: 'pause-process', params: {} },
  ],
  scenarios: [
    { id: 'orders', params: { perMinute: { kind: 'number', min: 0, max: 100, default: 6, title: 'orders a minute' } } },
    { id: 'steady', params: {} },
  ],
} as const
