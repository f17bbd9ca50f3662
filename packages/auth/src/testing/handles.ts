/** 24 characters, as a service makes a handle. */
export function handleOf(name: string): string {
  return name.padEnd(24, '_')
}

/** 43 characters, as a service makes a hash. */
export function hashOf(name: string): string {
  return name.padEnd(43, '-')
}
