import type { Imports } from '../features/feature.js'

/** Import statements of several parts, each module once, in the order that formatters agree on. */
export function importsOf(parts: readonly Imports[]): string {
  const names = new Map<string, Set<string>>()
  for (const part of parts) {
    for (const [module, own] of Object.entries(part)) {
      const known = names.get(module) ?? new Set()
      for (const name of own) known.add(name)
      names.set(module, known)
    }
  }
  return [...names]
    .sort(([a], [b]) => rank(a) - rank(b) || compare(a, b))
    .map(([module, own]) => importOf(module, [...own]))
    .join('\n')
}

function importOf(module: string, names: readonly string[]): string {
  const sorted = names.toSorted((a, b) => compare(bare(a), bare(b)))
  return sorted.every((name) => name !== bare(name))
    ? `import type { ${sorted.map(bare).join(', ')} } from '${module}'`
    : `import { ${sorted.join(', ')} } from '${module}'`
}

function bare(name: string): string {
  return name.replace(/^type /, '')
}

/** Node's own, packages, what is above, what is beside. */
function rank(module: string): number {
  return [/^node:/, /^[^.]/, /^\.\.\//, /^\.\//].findIndex((pattern) => pattern.test(module))
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { caseFirst: 'upper' })
}
