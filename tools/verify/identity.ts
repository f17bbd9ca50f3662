import type { ModuleKind } from '../consumer/consumer.ts'
import { type Manifest, specifier, subpaths } from '../workspace/manifest.ts'

/**
 * A program that loads every subpath and compares the classes they export: one name is one class in the whole package,
 * the root face has every class of every pattern (not of `testing`, which nobody wants in production), and `require()`
 * gives what `import` gives. It writes how many classes there are, and to stderr what is wrong.
 */
export function identityProgram(manifest: Manifest, module: ModuleKind): string {
  const faces = subpaths(manifest)
  const loads = faces.map((subpath) => `['${subpath}', ${load(specifier(manifest, subpath), module)}]`)
  return `${module === 'esm' ? '' : '(async () => {'}
const faces = new Map([${loads.join(', ')}])
const imported = new Map([${faces.map((face) => `['${face}', await import('${specifier(manifest, face)}')]`).join(', ')}])
${COMPARE}
${module === 'esm' ? '' : '})()'}`
}

function load(name: string, module: ModuleKind): string {
  return module === 'esm' ? `await import('${name}')` : `require('${name}')`
}

const COMPARE = `
const isClass = (value) => typeof value === 'function' && /^class\\b/.test(Function.prototype.toString.call(value))
const root = faces.get('.')
const known = new Map()
for (const [face, exports] of faces) {
  for (const [name, value] of Object.entries(exports)) {
    if (!isClass(value)) continue
    const first = known.get(name)
    if (first === undefined) known.set(name, { face, value })
    else if (first.value !== value) console.error(name + ' is one class in ' + first.face + ' and another in ' + face + '.')
    if (imported.get(face)[name] !== value) console.error(name + ' of ' + face + ' is another class by import than by require().')
    if (root !== undefined && face !== './testing' && !Object.values(root).includes(value)) {
      console.error(name + ' of ' + face + ' is not in the root face.')
    }
  }
}
console.log(known.size)`
