import { InvalidOptionError } from '../errors/invalid-option-error.js'
import type { Component } from './component.js'

/**
 * The order of starting: what a component depends on before it, otherwise as added. Depth first, so that a cycle is
 * found with its path.
 *
 * @throws InvalidOptionError naming an unknown dependency or a cycle.
 */
export function startOrder(components: ReadonlyMap<string, Component>): readonly Component[] {
  const order: Component[] = []
  const done = new Set<string>()
  const path: string[] = []

  const visit = (component: Component): void => {
    const { name, dependsOn = [] } = component
    if (done.has(name)) return
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].join(' → ')
      throw invalid('dependsOn', 'free of cycles', cycle)
    }
    path.push(name)
    for (const needed of dependsOn) {
      const dependency = components.get(needed)
      if (dependency === undefined)
        throw invalid(`dependsOn of '${name}'`, 'names of added components', needed)
      visit(dependency)
    }
    path.pop()
    done.add(name)
    order.push(component)
  }
  for (const component of components.values()) visit(component)
  return order
}

/** The error of a wrong option of the lifecycle. */
export function invalid(option: string, allowed: string, received: unknown): InvalidOptionError {
  return new InvalidOptionError({ package: '@base/core', pattern: 'Lifecycle', option, allowed, received })
}
