import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** esbuild and webpack let an import pass that finds nothing only where a `catch` stands on it, or a `try` around it. */
test('every import of an optional peer has a catch of its own, so that bundlers do without the peer', () => {
  const sources = globSync('**/*.ts', { cwd: import.meta.dirname, exclude: (name) => name.includes('.test') })
  const imports = sources.flatMap((file) => {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8')
    return Array.from(text.matchAll(/(?<!typeof |\* .*)import\('(?!node:|\.)([^']+)'\)(\.catch\()?/g))
  })
  expect(imports.map(([, name]) => name).sort()).toEqual([
    ...['@node-rs/argon2', '@node-rs/bcrypt', 'argon2', 'bcrypt', 'bcryptjs', 'oauth4webapi'],
  ])
  expect(imports.filter(([, , caught]) => caught === undefined).map(([, name]) => name)).toEqual([])
})
