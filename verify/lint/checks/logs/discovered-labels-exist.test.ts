import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'discovered-labels-exist'
const T = 'promtail.yml'

finds(
  ID,
  'labels that Docker, compose or another discovery does not give',
  { file: T, from: '__meta_docker_container_name', to: '__meta_docker_container_names', observed: 'did you mean container_name' },
  { file: T, from: 'com_docker_compose_service', to: 'com_docker_compose_services', observed: 'did you mean service' },
  { file: T, from: '__meta_docker_container_log_stream', to: '__meta_docker_log_stream' },
  { file: T, from: '__meta_docker_container_name', to: '__meta_kubernetes_pod_name', expected: 'docker_sd_configs' },
)
passes(ID, 'a label of the container', T, '__meta_docker_container_name', '__meta_docker_container_label_team')
