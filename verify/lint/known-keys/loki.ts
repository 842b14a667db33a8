import { SERVER_KEYS } from './server.ts'

/**
 * Keys of Loki, extracted from docs/sources/shared/configuration.md of Loki 3.0.0 (go module v3.0.0-20240617182007), with those of 2.9 that
 * its upgrade notes (docs/sources/setup/upgrade/_index.md) name as removed in 3.0. The form: outline.ts.
 */
export const LOKI_KEYS = `${SERVER_KEYS}
loki
  target
  auth_enabled
  ballast_bytes
  server @server
  distributor @distributor
  querier @querier
  query_scheduler @query_scheduler
  frontend @frontend
  query_range @query_range
  ruler @ruler
  ingester_client @ingester_client
  ingester @ingester
  pattern_ingester
  index_gateway @index_gateway
  bloom_compactor
  bloom_build
  bloom_gateway
  storage_config @storage_config
  chunk_store_config @chunk_store_config
  schema_config @schema_config
  compactor @compactor
  compactor_grpc_client @grpc_client
  limits_config @limits_config
  frontend_worker @frontend_worker
  table_manager @table_manager
  memberlist @memberlist
  runtime_config @runtime_config
  operational_config
  tracing @tracing
  analytics @analytics
  common @common
  shutdown_delay
  metrics_namespace
analytics
  reporting_enabled
  usage_stats_url
aws_storage_config
  dynamodb
  @s3_storage_config
azure_storage_config
  environment
  account_name
  account_key
  connection_string
  container_name
  endpoint_suffix
  use_managed_identity
  use_federated_token
  user_assigned_id
  use_service_principal
  client_id
  client_secret
  tenant_id
  chunk_delimiter
  download_buffer_size
  upload_buffer_size
  upload_buffer_count
  request_timeout
  max_retries
  min_retry_delay
  max_retry_delay
backoff
  min_period
  max_period
  max_retries
cache_config
  default_validity
  background
    writeback_goroutines
    writeback_buffer
    writeback_size_limit
  memcached
    expiration
    batch_size
    parallelism
  memcached_client
    host
    service
    addresses
    timeout
    max_idle_conns
    max_item_size
    update_interval
    consistent_hash
    circuit_breaker_consecutive_failures
    circuit_breaker_timeout
    circuit_breaker_interval
    tls_enabled
    @tls_config
  redis
    endpoint
    master_name
    timeout
    expiration
    db
    pool_size
    username
    password
    tls_enabled
    tls_insecure_skip_verify
    idle_timeout
    max_connection_age
    route_randomly
  embedded_cache
    enabled
    max_size_mb
    max_size_items
    ttl
chunk_store_config
  max_look_back_period
  chunk_cache_config @cache_config
  chunk_cache_config_l2 @cache_config
  write_dedupe_cache_config @cache_config
  l2_chunk_cache_handoff
  cache_lookups_older_than
common
  path_prefix
  storage
    s3 @s3_storage_config
    gcs @gcs_storage_config
    azure @azure_storage_config
    alibabacloud
    bos
    swift
    filesystem
      chunks_directory
      rules_directory
    hedging @hedging
    cos
    congestion_control
  persist_tokens
  replication_factor
  ring
    @ring
    num_tokens
    replication_factor
  instance_interface_names
  instance_addr
  compactor_address
  compactor_grpc_address
compactor
  shared_store
  shared_store_key_prefix
  deletion_mode
  working_directory
  compaction_interval
  apply_retention_interval
  retention_enabled
  retention_delete_delay
  retention_delete_worker_count
  retention_table_timeout
  delete_request_store
  delete_request_store_key_prefix
  delete_batch_size
  delete_request_cancel_period
  delete_max_interval
  max_compaction_parallelism
  upload_parallelism
  compactor_ring
    @ring
  tables_to_compact
  skip_latest_n_tables
distributor
  ring
    kvstore @kvstore
    heartbeat_period
    heartbeat_timeout
    instance_interface_names
  rate_store
    max_request_parallelism
    stream_rate_update_interval
    ingester_request_timeout
    debug
  write_failures_logging
    rate
    add_insights_label
  otlp_config
    default_resource_attributes_as_index_labels
frontend
  log_queries_longer_than
  log_query_request_headers
  max_body_size
  query_stats_enabled
  max_outstanding_per_tenant
  querier_forget_delay
  scheduler_address
  scheduler_dns_lookup_period
  scheduler_worker_concurrency
  grpc_client_config @grpc_client
  graceful_shutdown_timeout
  instance_interface_names
  encoding
  compress_responses
  downstream_url
  tail_proxy_url
  tail_tls_config @tls_config
frontend_worker
  parallelism
  match_max_concurrent
  frontend_address
  scheduler_address
  dns_lookup_duration
  id
  query_frontend_grpc_client @grpc_client
  grpc_client_config @grpc_client
  query_scheduler_grpc_client @grpc_client
gcs_storage_config
  bucket_name
  service_account
  chunk_buffer_size
  request_timeout
  enable_opencensus
  enable_http2
  enable_retries
grpc_client
  max_recv_msg_size
  max_send_msg_size
  grpc_compression
  rate_limit
  rate_limit_burst
  backoff_on_ratelimits
  backoff_config @backoff
  initial_stream_window_size
  initial_connection_window_size
  tls_enabled
  @tls_config
  connect_timeout
  connect_backoff_base_delay
  connect_backoff_max_delay
hedging
  at
  up_to
  max_per_second
index_gateway
  mode
  ring
    @ring
    replication_factor
index_gateway_client
  grpc_client_config @grpc_client
  server_address
  log_gateway_requests
ingester
  max_transfer_retries
  lifecycler
    ring
      kvstore @kvstore
      heartbeat_timeout
      replication_factor
      zone_awareness_enabled
      excluded_zones
    num_tokens
    heartbeat_period
    heartbeat_timeout
    observe_period
    join_after
    min_ready_duration
    interface_names
    enable_inet6
    final_sleep
    tokens_file_path
    availability_zone
    unregister_on_shutdown
    readiness_check_ring_health
    address
    port
    id
  concurrent_flushes
  flush_check_period
  flush_op_backoff @backoff
  flush_op_timeout
  chunk_retain_period
  chunk_idle_period
  chunk_block_size
  chunk_target_size
  chunk_encoding
  max_chunk_age
  autoforget_unhealthy
  sync_period
  sync_min_utilization
  max_returned_stream_errors
  query_store_max_look_back_period
  wal
    enabled
    dir
    checkpoint_duration
    flush_on_shutdown
    replay_memory_ceiling
  index_shards
  max_dropped_streams
  shutdown_marker_path
ingester_client
  pool_config
    client_cleanup_period
    health_check_ingesters
    remote_timeout
  remote_timeout
  grpc_client_config @grpc_client
kvstore
  store
  prefix
  consul
  etcd
  multi
limits_config
  enforce_metric_name
  ruler_evaluation_delay_duration
  unordered_writes
  split_queries_by_interval
  ingestion_rate_strategy
  ingestion_rate_mb
  ingestion_burst_size_mb
  max_label_name_length
  max_label_value_length
  max_label_names_per_series
  reject_old_samples
  reject_old_samples_max_age
  creation_grace_period
  max_line_size
  max_line_size_truncate
  increment_duplicate_timestamp
  discover_service_name
  discover_log_levels
  use_owned_stream_count
  max_streams_per_user
  max_global_streams_per_user
  per_stream_rate_limit
  per_stream_rate_limit_burst
  max_chunks_per_query
  max_query_series
  max_query_lookback
  max_query_length
  max_query_range
  max_query_parallelism
  tsdb_max_query_parallelism
  tsdb_max_bytes_per_shard
  tsdb_sharding_strategy
  tsdb_precompute_chunks
  cardinality_limit
  max_streams_matchers_per_query
  max_concurrent_tail_requests
  max_entries_limit_per_query
  max_cache_freshness_per_query
  max_metadata_cache_freshness
  max_stats_cache_freshness
  max_queriers_per_tenant
  max_query_capacity
  query_ready_index_num_days
  query_timeout
  split_metadata_queries_by_interval
  split_recent_metadata_queries_by_interval
  recent_metadata_query_window
  split_instant_metric_queries_by_interval
  split_ingester_queries_by_interval
  min_sharding_lookback
  max_query_bytes_read
  max_querier_bytes_read
  volume_enabled
  volume_max_series
  ruler_max_rules_per_rule_group
  ruler_max_rule_groups_per_tenant
  ruler_tenant_shard_size
  ruler_remote_write_disabled
  ruler_remote_write_url
  ruler_remote_write_timeout
  ruler_remote_write_headers ...
  ruler_remote_write_relabel_configs
  ruler_remote_write_queue_capacity
  ruler_remote_write_queue_min_shards
  ruler_remote_write_queue_max_shards
  ruler_remote_write_queue_max_samples_per_send
  ruler_remote_write_queue_batch_send_deadline
  ruler_remote_write_queue_min_backoff
  ruler_remote_write_queue_max_backoff
  ruler_remote_write_queue_retry_on_ratelimit
  ruler_remote_write_sigv4_config
  ruler_remote_write_config ...
  ruler_remote_evaluation_timeout
  ruler_remote_evaluation_max_response_size
  deletion_mode
  retention_period
  retention_stream ...
  per_tenant_override_config
  per_tenant_override_period
  allow_deletes
  shard_streams
    enabled
    logging_enabled
    desired_rate
  blocked_queries
  required_labels
  minimum_labels_number
  index_gateway_shard_size
  bloom_gateway_shard_size
  bloom_gateway_enable_filtering
  bloom_gateway_cache_key_interval
  bloom_compactor_shard_size
  bloom_compactor_enable_compaction
  bloom_compactor_max_block_size
  bloom_compactor_max_bloom_size
  bloom_creation_enabled
  bloom_split_series_keyspace_by
  bloom_build_max_builders
  bloom_build_builder_response_timeout
  bloom_build_task_max_retries
  bloom_ngram_length
  bloom_ngram_skip
  bloom_false_positive_rate
  bloom_block_encoding
  allow_structured_metadata
  max_structured_metadata_size
  max_structured_metadata_entries_count
  otlp_config
    resource_attributes
      ignore_defaults
      attributes_config
    scope_attributes
    log_attributes
local_storage_config
  directory
memberlist
  node_name
  randomize_node_name
  stream_timeout
  retransmit_factor
  pull_push_interval
  gossip_interval
  gossip_nodes
  gossip_to_dead_nodes_time
  dead_node_reclaim_time
  compression_enabled
  advertise_addr
  advertise_port
  cluster_label
  cluster_label_verification_disabled
  join_members
  min_join_backoff
  max_join_backoff
  max_join_retries
  abort_if_cluster_join_fails
  rejoin_interval
  left_ingesters_timeout
  leave_timeout
  message_history_buffer_bytes
  bind_addr
  bind_port
  packet_dial_timeout
  packet_write_timeout
  tls_enabled
  @tls_config
named_stores_config
  aws @aws_storage_config
  azure @azure_storage_config
  bos
  filesystem @local_storage_config
  gcs @gcs_storage_config
  alibabacloud
  swift
  cos
period_config
  from ...
  store
  object_store
  schema
  index
    path_prefix
    prefix
    period
    tags ...
  chunks
    prefix
    period
    tags ...
  row_shards
querier
  tail_max_duration
  extra_query_delay
  query_ingesters_within
  engine
    max_look_back_period
  max_concurrent
  query_store_only
  query_ingester_only
  multi_tenant_queries_enabled
  per_request_limits_enabled
query_range
  split_queries_by_interval
  forward_headers_list
  align_queries_with_step
  results_cache @results_cache
  cache_results
  max_retries
  parallelise_shardable_queries
  shard_aggregations
  cache_index_stats_results
  index_stats_results_cache @results_cache
  cache_volume_results
  volume_results_cache @results_cache
  cache_instant_metric_results
  instant_metric_results_cache @results_cache
  instant_metric_query_split_align
  cache_series_results
  series_results_cache @results_cache
  cache_label_results
  label_results_cache @results_cache
query_scheduler
  max_outstanding_requests_per_tenant
  max_queue_hierarchy_levels
  querier_forget_delay
  grpc_client_config @grpc_client
  use_scheduler_ring
  scheduler_ring
    @ring
results_cache
  cache @cache_config
  compression
ring
  kvstore @kvstore
  heartbeat_period
  heartbeat_timeout
  tokens_file_path
  zone_awareness_enabled
  instance_id
  instance_interface_names
  instance_port
  instance_addr
  instance_availability_zone
  instance_enable_ipv6
ruler
  external_url
  datasource_uid
  external_labels ...
  ruler_client @grpc_client
  evaluation_interval
  poll_interval
  storage
    type
    azure @azure_storage_config
    alibabacloud
    gcs @gcs_storage_config
    s3 @s3_storage_config
    bos
    swift
    cos
    local @local_storage_config
  rule_path
  alertmanager_url
  enable_alertmanager_discovery
  alertmanager_refresh_interval
  enable_alertmanager_v2
  alert_relabel_configs
  notification_queue_capacity
  notification_timeout
  alertmanager_client
    @tls_config
    basic_auth_username
    basic_auth_password
    type
    credentials
    credentials_file
  for_outage_tolerance
  for_grace_period
  resend_delay
  enable_sharding
  sharding_strategy
  sharding_algo
  search_pending_for
  ring
    kvstore @kvstore
    heartbeat_period
    heartbeat_timeout
    instance_interface_names
    num_tokens
  flush_period
  enable_api
  enabled_tenants
  disabled_tenants
  query_stats_enabled
  disable_rule_group_label
  wal
    dir
    truncate_frequency
    min_age
    max_age
  wal_cleaner
    min_age
    period
  remote_write
    client ...
    clients ...
    enabled
    config_refresh_period
    add_org_id_header
  evaluation
    mode
    max_jitter
    query_frontend
      address
      tls_enabled
      @tls_config
runtime_config
  period
  file
s3_storage_config
  s3
  s3forcepathstyle
  bucketnames
  endpoint
  region
  access_key_id
  secret_access_key
  session_token
  insecure
  http_config
    timeout
    idle_conn_timeout
    response_header_timeout
    insecure_skip_verify
    ca_file
  signature_version
  storage_class
  sse
    type
    kms_key_id
    kms_encryption_context
  backoff_config @backoff
schema_config
  configs @period_config
storage_config
  boltdb_shipper
    shared_store
    shared_store_key_prefix
    use_boltdb_shipper_as_backup
    active_index_directory
    cache_location
    cache_ttl
    resync_interval
    query_ready_num_days
    index_gateway_client @index_gateway_client
    ingestername
    mode
    ingesterdbretainperiod
    build_per_tenant_index
  tsdb_shipper
    shared_store
    shared_store_key_prefix
    use_boltdb_shipper_as_backup
    active_index_directory
    cache_location
    cache_ttl
    resync_interval
    query_ready_num_days
    index_gateway_client @index_gateway_client
    ingestername
    mode
    ingesterdbretainperiod
  alibabacloud
  aws @aws_storage_config
  azure @azure_storage_config
  bos
  bigtable
  gcs @gcs_storage_config
  cassandra
  boltdb @local_storage_config
  filesystem @local_storage_config
  swift
  grpc_store
    server_address
  hedging @hedging
  named_stores @named_stores_config
  cos
  index_cache_validity
  congestion_control
  object_prefix
  index_queries_cache_config @cache_config
  disable_broad_index_queries
  max_parallel_get_chunk
  max_chunk_batch_size
  bloom_shipper
table_manager
  throughput_updates_disabled
  retention_deletes_enabled
  retention_period
  poll_interval
  creation_grace_period
  index_tables_provisioning
  chunk_tables_provisioning
tls_config
  tls_cert_path
  tls_key_path
  tls_ca_path
  tls_server_name
  tls_insecure_skip_verify
  tls_cipher_suites
  tls_min_version
tracing
  enabled
`
