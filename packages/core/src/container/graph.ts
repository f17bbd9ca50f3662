import { ContainerError } from './errors.js'
import type { Registration, Registrations } from './registration.js'

/**
 * Refuses a graph that cannot work, with every problem at once: a dependency that nobody registered, a cycle with its
 * full path, a service of a scope held by one that outlives the scope (directly or through transients).
 *
 * TypeScript sees all three along the chain; this is for JavaScript, and for casts.
 */
export function checkGraph(registrations: Registrations): void {
  const problems = [...missing(registrations), ...cycles(registrations), ...captives(registrations)]
  if (problems.length === 0) return
  throw new ContainerError({
    code: 'CONTAINER_GRAPH',
    message: `The container cannot be built: ${problems.join('; ')}.`,
    details: { problems },
  })
}

function* missing(registrations: Registrations): Generator<string> {
  for (const { name, dependencies } of registrations.values()) {
    for (const dependency of dependencies) {
      if (!registrations.has(dependency)) yield `'${name}' needs '${dependency}', which is not registered`
    }
  }
}

function cycles(registrations: Registrations): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (name: string): void => {
    const start = path.indexOf(name)
    if (start !== -1) {
      found.push(`a cycle: ${[...path.slice(start), name].join(' → ')}`)
      return
    }
    if (done.has(name)) return
    done.add(name)
    path.push(name)
    for (const dependency of registrations.get(name)?.dependencies ?? []) visit(dependency)
    path.pop()
  }
  for (const name of registrations.keys()) visit(name)
  return found
}

function* captives(registrations: Registrations): Generator<string> {
  for (const { name, lifetime } of registrations.values()) {
    if (lifetime !== 'singleton') continue
    const path = pathToScoped(name, registrations, new Set())
    if (path !== undefined) {
      yield `the singleton '${name}' would hold '${path.at(-1)}' beyond its scope: ${path.join(' → ')}`
    }
  }
}

/** The way from a service to one of a scope; singletons on it answer for themselves. */
function pathToScoped(name: string, registrations: Registrations, seen: Set<string>): string[] | undefined {
  seen.add(name)
  for (const dependency of registrations.get(name)?.dependencies ?? []) {
    const lifetime = registrations.get(dependency)?.lifetime
    if (lifetime === 'scoped') return [name, dependency]
    if (lifetime !== 'transient' || seen.has(dependency)) continue
    const rest = pathToScoped(dependency, registrations, seen)
    if (rest !== undefined) return [name, ...rest]
  }
  return undefined
}

/** Whether a service cannot be had outside a scope: it, or a transient that it needs, belongs to one. */
export function needsScope({ name, lifetime }: Registration, registrations: Registrations): boolean {
  if (lifetime === 'scoped') return true
  return lifetime === 'transient' && pathToScoped(name, registrations, new Set()) !== undefined
}
