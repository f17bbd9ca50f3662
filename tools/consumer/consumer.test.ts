import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readManifest } from '../workspace/manifest.ts'
import type { WorkspacePackage } from '../workspace/packages.ts'
import { withConsumer } from './consumer.ts'
import { pack, withDependencies } from './pack.ts'

const LONG = 60_000

/** A package called `@base/<name>` that exports its name, in a folder of its own. */
function writePackage(name: string, fields: object = {}, code = ''): WorkspacePackage {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'base-pack-')))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const manifest = {
    name: `@base/${name}`,
    version: '1.0.0',
    type: 'module',
    exports: './index.js',
    ...fields,
  }
  const files = {
    'package.json': JSON.stringify(manifest),
    'index.js': `${code}\nexport const name = '${name}'\n`,
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return { path: `packages/${name}`, folder, manifest: readManifest(folder) }
}

describe('withConsumer', () => {
  test(
    'runs programs of both kinds on the Node that is asked for, against the packed package',
    async () => {
      const pkg = writePackage('parcels')
      const tarball = await pack(pkg, pkg.folder)

      await withConsumer({ tarballs: [tarball], node: '20' }, async (consumer) => {
        const esm = await consumer.run(
          "import { name } from '@base/parcels'\nconsole.log(name, process.version)",
        )
        const cjs = await consumer.run("console.log(require('@base/parcels').name, process.version)", {
          node: '26',
          module: 'cjs',
        })

        expect(esm.stdout).toMatch(/^parcels v20\./)
        expect(cjs.stdout).toMatch(/^parcels v26\./)
      })
    },
    LONG,
  )

  test(
    'gives a package of ours the packed one that it depends on',
    async () => {
      const core = writePackage('core')
      const cache = writePackage(
        'cache',
        { dependencies: { '@base/core': '^1.0.0' } },
        "export { name as below } from '@base/core'",
      )
      const tarballs = [await pack(cache, cache.folder), await pack(core, core.folder)]

      await withConsumer({ tarballs }, async (consumer) => {
        const { stdout } = await consumer.run("import { below } from '@base/cache'\nconsole.log(below)")
        expect(stdout).toBe('core\n')
      })
    },
    LONG,
  )

  test(
    'tells how a program failed, and removes the project, which is outside the repository',
    async () => {
      const pkg = writePackage('parcels')
      const tarball = await pack(pkg, pkg.folder)

      const folder = await withConsumer({ tarballs: [tarball] }, async (consumer) => {
        const { code, stderr } = await consumer.run("throw new Error('broken')")
        expect(code).toBe(1)
        expect(stderr).toContain('Error: broken')
        expect(existsSync(consumer.folder)).toBe(true)
        return consumer.folder
      })

      expect(existsSync(folder)).toBe(false)
      expect(relative(join(import.meta.dirname, '..', '..'), folder)).toMatch(/^\.\./)
    },
    LONG,
  )
})

describe('withDependencies', () => {
  test('adds what packages of ours depend on or take as a peer, once, however deep', () => {
    const core = writePackage('core')
    const domain = writePackage('domain', { dependencies: { '@base/core': '1' } })
    const cache = writePackage('cache', { dependencies: { '@base/core': '1' } })
    const redis = writePackage('redis', {
      dependencies: { '@base/domain': '1' },
      peerDependencies: { '@base/cache': '1' },
    })

    expect(withDependencies([redis], [core, cache, domain, redis])).toEqual([redis, cache, domain, core])
    expect(withDependencies([core], [core, cache, domain, redis])).toEqual([core])
  })
})
