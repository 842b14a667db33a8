# The platform in containers (docker-compose.yaml) and the drill against it: docs/docker.md. As processes: npm start.
.DEFAULT_GOAL := help
.PHONY: help up down health drill lint

# Ports: from the environment, else from .env, else from .env.example, as Docker Compose does it. Only ports are read here: make
# would change a password that has a $ in it.
$(foreach pair,$(shell cat .env .env.example 2>/dev/null | sed -n 's/^\([A-Z_]*PORT=[0-9][0-9]*\)$$/\1/p'),$(eval $(subst =,?=,$(pair))))

HOST := 127.0.0.1
HEALTH_URLS := \
  moalog-server=http://$(HOST):$(MOALOG_SERVER_PORT)/health \
  rate-limiter=http://$(HOST):$(RATE_LIMITER_PORT)/actuator/health \
  fluxpay-engine=http://$(HOST):$(FLUXPAY_PORT)/api/v1/health \
  prometheus=http://$(HOST):$(PROMETHEUS_PORT)/-/ready \
  alertmanager=http://$(HOST):$(ALERTMANAGER_PORT)/-/ready \
  grafana=http://$(HOST):$(GRAFANA_PORT)/api/health \
  loki=http://$(HOST):$(LOKI_PORT)/ready \
  jaeger=http://$(HOST):$(JAEGER_PORT)/ \
  otel-collector=http://$(HOST):$(OTEL_METRICS_PORT)/metrics \
  redis-exporter=http://$(HOST):$(REDIS_EXPORTER_PORT)/metrics \
  mysqld-exporter=http://$(HOST):$(MYSQLD_EXPORTER_PORT)/metrics \
  toxiproxy=http://$(HOST):$(TOXIPROXY_PORT)/version

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

up: ## start everything and wait until it is healthy (the first time builds the services; without Docker an engine is made: docs/docker.md)
	test -f .env || cp .env.example .env
	npm run --silent engine:docker -- up
	npm run --silent engine:docker -- compose up --detach --build --wait

down: .env ## stop everything; data stays in its volumes
	npm run --silent engine:docker -- compose down --remove-orphans

# On an engine made here there is no Grafana (docs/docker.md): then it has no container, not even a stopped one.
health: ## ask every part that has an HTTP port
	@there=$$(npm run --silent engine:docker -- compose ps --all --services 2>/dev/null) || there=grafana; failed=0; for entry in $(HEALTH_URLS); do \
	  name=$${entry%%=*}; url=$${entry#*=}; \
	  if [ "$$name" = grafana ] && ! echo "$$there" | grep -qx grafana; then echo "none  grafana  left out of this engine"; \
	  elif curl --silent --fail --output /dev/null --max-time 3 "$$url"; then echo "ok    $$name  $$url"; \
	  else echo "DOWN  $$name  $$url"; failed=1; fi; \
	done; [ $$failed = 0 ] || echo "make up starts what is DOWN; why one does not: npm run engine:docker -- compose logs NAME" >&2; exit $$failed

# GNU make itself ends with 2 for any failed recipe, so the code is printed; a CI job calls bin/firedrill itself.
drill: ## drill what `make up` started, in real time; SPEED=15 divides its durations by 15
	@bin/firedrill run --target compose $(addprefix --speed ,$(SPEED)) || { code=$$?; \
	  echo "bin/firedrill run --target compose: exit code $$code (1 failed, 2 bad specification or command line, 3 could not tell, 130 interrupted)" >&2; exit $$code; }

lint: ## compare monitoring/ with the specification
	bin/firedrill lint monitoring
