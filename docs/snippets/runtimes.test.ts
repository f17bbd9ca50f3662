import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { conformanceOf, writeRunner } from './conformance.ts'
import { toModule } from './module.ts'
import { type Program, programsOf } from './program.ts'
import { createProject, publicPackages, ROOT } from './project.ts'
import { run } from './run.ts'

const project = createProject(join(ROOT, 'docs'))
afterAll(project.remove)

describe('a snippet as a worker', () => {
  const worker = async (code: string) => {
    const [program] = programsOf(`\`\`\`ts\n${code}\n\`\`\``, 'README.md') as [Program]
    const source = `data:text/javascript,${encodeURIComponent(toModule(program, 'worker'))}`
    const { default: handler } = (await import(/* @vite-ignore */ source)) as {
      default: { test(): Promise<void> }
    }
    return handler
  }

  test('does nothing when it is loaded, and waits in its handler', async () => {
    const handler = await worker('await Promise.resolve()\nconst two = 1 + 1 // → 2')
    await expect(handler.test()).resolves.toBeUndefined()
  })

  test('fails where it shows something else, or does not get there', async () => {
    await expect((await worker('const two = 1 + 1 // → 3')).test()).rejects.toThrow(
      /README\.md:2: expected 3, got 2/,
    )
    await expect((await worker('if (Date.now() < 0) {\n  1 // → 1\n}')).test()).rejects.toThrow(/not reached/)
    await expect((await worker('throw new Error("no")')).test()).rejects.toThrow(/no/)
  })
})

describe('conformance suites as programs', () => {
  const core = publicPackages().get('@base/core') ?? ''
  const [lock] = conformanceOf('@base/core', core)

  test('there is one for every suite of a package', () => {
    const suites = (name: string) => conformanceOf(name, publicPackages().get(name) ?? '').length
    for (const [name, folder] of publicPackages()) {
      const files = execFileSync('git', ['ls-files', 'src/testing/*-conformance.ts'], { cwd: folder })
      expect(suites(name), name).toBe(files.toString().split('\n').filter(Boolean).length)
    }
  })

  test('prove the laws, and fail with the name of one that is broken', async () => {
    writeRunner(project.folder)
    await expect(run(lock as Program, project)).resolves.toBeUndefined()
    const { prove, test: law } = await import(
      /* @vite-ignore */ pathToFileURL(join(project.folder, 'laws.mjs')).href
    )
    law('holds', async () => {})
    law('is broken', () => Promise.reject(new Error('1 is not 2')))
    await expect(prove()).rejects.toThrow(/^is broken: 1 is not 2$/)
  })
})
