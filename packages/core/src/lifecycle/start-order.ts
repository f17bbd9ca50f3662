import { invalidOption, type OptionPlace } from '../options/options.js'
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
      throw invalidOption(cycle, place('dependsOn'), 'free of cycles')
    }
    path.push(name)
    for (const needed of dependsOn) {
      const dependency = components.get(needed)
      if (dependency === undefined)
        throw invalidOption(needed, place(`dependsOn of '${name}'`), 'names of added components')
      visit(dependency)
    }
    path.pop()
    done.add(name)
    order.push(component)
  }
  for (const component of components.values()) visit(component)
  return order
}

/** Whose option it is, for the message. */
export function place(option: string): OptionPlace {
  return { package: '@base/core', pattern: 'Lifecycle', option }
}
