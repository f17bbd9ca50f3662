/** What both services do: only this is compared. */
export const SHARED = [
  'items',
  'customers',
  'orders and pricing',
  'payments',
  'night job',
  'signing in',
  'permissions',
  'limits, lock and cache of several instances',
  'database',
  'HTTP: bodies, queries, pages, problems, health, server',
  'log, metrics, traces',
  'settings, assembly, start and stop',
] as const

/** What both do, what one does and the other does not, and what is no part of the service. */
type Part =
  | (typeof SHARED)[number]
  | 'accounts, letters, cookies of browsers'
  | 'second factor, API keys, a provider'
  | 'field encryption'
  | 'filters as JSON'
  | 'payment gateway (the outside world)'

/**
 * Which file is for what, by its path under `src`; the first pattern decides. A file that is for several things counts as a
 * whole: `config.ts` of orders-api with its settings for encryption and a provider.
 */
export const SCOPE: Readonly<Record<string, readonly (readonly [pattern: RegExp, part: Part])[]>> = {
  'orders-api': [
    [/^accounts\/(account|account-table|demo-accounts)\.ts/, 'signing in'],
    [/^(accounts|mail)\//, 'accounts, letters, cookies of browsers'],
    [/^auth\/(same-origin|end-sign-ins)\.ts/, 'accounts, letters, cookies of browsers'],
    [/^(second-factor|api-keys|provider)\//, 'second factor, API keys, a provider'],
    [/^encryption\/|^customers\/encrypt-emails/, 'field encryption'],
    [/^http\/read-filter/, 'filters as JSON'],
    [/^gateway\/|^payments\/own-gateway/, 'payment gateway (the outside world)'],
    [/^items\//, 'items'],
    [/^customers\//, 'customers'],
    [/^coordination\//, 'limits, lock and cache of several instances'],
    [/^orders\//, 'orders and pricing'],
    [/^payments\//, 'payments'],
    [/^jobs\//, 'night job'],
    [/^auth\//, 'signing in'],
    [/^access\//, 'permissions'],
    [/^database\/|^stores\.ts/, 'database'],
    [/^http\/observe|^telemetry\//, 'log, metrics, traces'],
    [/^http\//, 'HTTP: bodies, queries, pages, problems, health, server'],
    [/^assembly\/|^(config|service|main|welcome)\.ts/, 'settings, assembly, start and stop'],
  ],
  'peer-orders': [
    [/^items\//, 'items'],
    [/^customers\//, 'customers'],
    [/^(limits|redis)\.ts/, 'limits, lock and cache of several instances'],
    [/^orders\//, 'orders and pricing'],
    [/^payments\//, 'payments'],
    [/^jobs\//, 'night job'],
    [/^auth\//, 'signing in'],
    [/^access\//, 'permissions'],
    [/^database\//, 'database'],
    [/^http\/observe|^telemetry/, 'log, metrics, traces'],
    [/^http\/|^problem\.ts/, 'HTTP: bodies, queries, pages, problems, health, server'],
    [/^[\w-]+\.ts/, 'settings, assembly, start and stop'],
  ],
}
