import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'sysctls-are-allowed'
const file = 'docker-compose.yaml'
const from = 'image: redis:7-alpine'
const sysctls = (text: string): { file: string; from: string; to: string; subject: string } => ({
  file,
  from,
  to: `${from}\n    sysctls: ${text}`,
  subject: 'redis',
})

finds(
  id,
  'what Docker or the kernel refuses',
  { ...sysctls('{ nte.ipv4.tcp_syn_retries: 2 }'), expected: 'a sysctl of the container' },
  { ...sysctls('{ vm.overcommit_memory: 1 }'), observed: 'vm.overcommit_memory' },
  { ...sysctls('{ net.ivp4.tcp_syn_retries: 2 }'), expected: 'net.ipv4.tcp_syn_retries' },
  { ...sysctls('{ net.ipv4.tcp_syn_retires: 2 }'), expected: 'net.ipv4.tcp_syn_retries' },
  { ...sysctls('[net.core.somaxcon=1024]'), expected: 'net.core.somaxconn' },
  { ...sysctls('{ net.ipv4.tcp_syn_retries: 0 }'), expected: '1 to 127', observed: '0' },
)
const fault = sysctls('{ net.ipv4.tcp_syn_retires: 2 }')
for (const [story, text] of [
  ['a mapping and a list', '{ net.core.somaxconn: 1024, net.ipv6.conf.all.disable_ipv6: 1 }'],
  ['a list', '[net.ipv4.ip_unprivileged_port_start=0]'],
  ['one of another namespace of the container', '{ kernel.shmmax: 68719476736 }'],
  ['a variable', '["${SYSCTL:-net.core.somaxconn}=1024"]'],
] as const)
  passes(id, story, file, from, sysctls(text).to, fault)
