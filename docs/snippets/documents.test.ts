import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile, type Diagnostic } from './compile.ts'
import { documents, ownerOf, programsOfDocument } from './documents.ts'
import { compileExamples } from './examples.ts'
import type { Program } from './program.ts'
import { createProject, type Project, publicPackages } from './project.ts'
import { run } from './run.ts'

const owners = Map.groupBy(documents(), ownerOf)

for (const [owner, files] of owners) {
  const programs = files.flatMap(programsOfDocument)
  if (programs.length > 0) proveDocuments(owner, programs)
}

describe('the examples of docstrings', () => {
  for (const [name, folder] of publicPackages()) {
    test(`compile in ${name}`, { timeout: 60_000 }, async () => {
      const project = createProject(folder)
      try {
        expect((await compileExamples(name, folder, project)).map(shown)).toEqual([])
      } finally {
        project.remove()
      }
    })
  }
})

function proveDocuments(owner: string, programs: readonly Program[]): void {
  describe.each([...Map.groupBy(programs, ({ file }) => file)])('the snippets of %s', (_, ofFile) => {
    let project: Project
    let diagnostics: readonly Diagnostic[]
    beforeAll(async () => {
      project = createProject(owner)
      diagnostics = await compile(ofFile, project)
    }, 60_000)
    afterAll(() => project.remove())

    test.for(ofFile)('from line $line', { timeout: 90_000 }, async (program) => {
      expect(diagnostics.filter((diagnostic) => diagnostic.program === program).map(shown)).toEqual([])
      if (program.run) await run(program, { folder: project.folder })
    })
  })
}

function shown({ program, line, message }: Diagnostic): string {
  return `${program.file}:${line}: ${message}`
}
