import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contextOf, examplesOf } from './examples.ts'
import type { Program } from './program.ts'

/** Where the programs find the runner that their documentation takes from vitest. */
const RUNNER = './laws.mjs'

/**
 * The conformance suites of a package as programs: each suite's documentation shows it over the store in memory, and that
 * is run, law by law, on a runtime that vitest may not know.
 */
export function conformanceOf(name: string, folder: string): readonly Program[] {
  return examplesOf(folder)
    .filter(({ file }) => /\/src\/testing\/[\w-]+-conformance\.ts$/.test(file))
    .map((example) => {
      const { imports, body } = contextOf(example, name, folder)
      const ours = imports.map((text) => text.replace(/'vitest'/, `'${RUNNER}'`))
      const end = `\nconsole.log(await prove() > 0) // → true\n`
      const source = `import { prove } from '${RUNNER}'; ${ours.join(' ')} ${body}${end}`
      return { ...example, source, run: true }
    })
}

/** Writes the runner beside the programs. */
export function writeRunner(folder: string): void {
  writeFileSync(join(folder, RUNNER), SOURCE)
}

const SOURCE = `const laws = []
export const test = (name, law) => laws.push([name, law])
/** Proves one law after the other; says which is broken. */
export async function prove() {
  for (const [name, law] of laws) {
    try {
      await law()
    } catch (error) {
      throw new Error(name + ': ' + (error?.message ?? error), { cause: error })
    }
  }
  return laws.length
}
`
