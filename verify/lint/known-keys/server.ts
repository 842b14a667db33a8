/**
 * Keys of the HTTP and gRPC server that Loki and Promtail are built with: docs/sources/shared/configuration.md of Loki 3.0.0, `server`. The
 * form: outline.ts.
 */
export const SERVER_KEYS = `
server
  http_listen_network
  http_listen_address
  http_listen_port
  http_listen_conn_limit
  grpc_listen_network
  grpc_listen_address
  grpc_listen_port
  grpc_listen_conn_limit
  tls_cipher_suites
  tls_min_version
  http_tls_config @server_tls
  grpc_tls_config @server_tls
  register_instrumentation
  report_grpc_codes_in_instrumentation_label_enabled
  graceful_shutdown_timeout
  http_server_read_timeout
  http_server_read_header_timeout
  http_server_write_timeout
  http_server_idle_timeout
  http_log_closed_connections_without_response_enabled
  grpc_server_max_recv_msg_size
  grpc_server_max_send_msg_size
  grpc_server_max_concurrent_streams
  grpc_server_max_connection_idle
  grpc_server_max_connection_age
  grpc_server_max_connection_age_grace
  grpc_server_keepalive_time
  grpc_server_keepalive_timeout
  grpc_server_min_time_between_pings
  grpc_server_ping_without_stream_allowed
  grpc_server_num_workers
  log_format
  log_level
  log_source_ips_enabled
  log_source_ips_header
  log_source_ips_regex
  log_request_headers
  log_request_at_info_level_enabled
  log_request_exclude_headers_list
  http_path_prefix
server_tls
  cert
  key
  client_ca
  cert_file
  key_file
  client_auth_type
  client_ca_file
`
