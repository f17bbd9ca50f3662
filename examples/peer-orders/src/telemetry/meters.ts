import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What the parts of the service count. */
export type Meters = ReturnType<typeof createMeters>

/** The metrics of the process and of the service. */
export function createMeters() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const counter = <T extends string = never>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Counter({ name, help, labelNames, registers })
  return {
    /** Where metrics are asked for. */
    registry,
    requests: new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Duration of HTTP server requests.',
      labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      registers,
    }),
    statements: new Histogram({
      name: 'db_client_operation_duration_seconds',
      help: 'How long statements took.',
      labelNames: ['db_operation_name', 'db_collection_name', 'db_response_status_code'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
      registers,
    }),
    cacheRequests: counter('item_cache_requests_total', 'Reads of items, by hit and miss.', ['outcome']),
    limitRefusals: counter('rate_limit_refusals_total', 'Attempts that came too often, by limit.', ['limit']),
    idempotency: counter('idempotency_requests_total', 'Requests with a key, by what became of them.', [
      'outcome',
    ]),
    tokenRefusals: counter('access_token_refusals_total', 'Access tokens that were refused.'),
    refreshes: counter('token_refreshes_total', 'Renewals of sign-ins, by what became of them.', ['outcome']),
    newKeys: counter('signing_keys_total', 'New keys that sign access tokens.'),
    auditFailures: counter('audit_failures_total', 'Entries that could not be written to the audit trail.'),
    paymentCircuit: new Gauge({
      name: 'payment_circuit_state',
      help: 'The circuit of the payment gateway: 0 closed, 1 open, 2 half open.',
      registers,
    }),
    paymentCalls: counter('payment_calls_total', 'Calls of the payment gateway, by what became of them.', [
      'outcome',
    ]),
    paymentRetries: counter('payment_retries_total', 'Calls of the payment gateway that were made again.'),
  }
}
