/** What can be chosen for a new service, the default first. */
export const CHOICES = {
  database: ['none', 'pglite', 'postgres'],
  cache: ['none', 'memory', 'redis'],
  auth: ['none', 'jwt', 'api-keys'],
  observability: ['logs', 'full'],
} as const

/** What can be chosen about: `database`. */
export type Axis = keyof typeof CHOICES

/** What was chosen. */
export type Choices = { readonly [A in Axis]: (typeof CHOICES)[A][number] }

export const AXES = Object.keys(CHOICES) as readonly Axis[]

/** What a service has of which nothing was said. */
export const DEFAULTS: Choices = {
  database: CHOICES.database[0],
  cache: CHOICES.cache[0],
  auth: CHOICES.auth[0],
  observability: CHOICES.observability[0],
}
