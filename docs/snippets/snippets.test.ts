import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { compileExamples } from './examples.ts'
import { packagesOf, toModule } from './module.ts'
import { programsOf } from './program.ts'
import { createProject, type Project, ROOT } from './project.ts'
import { run, writeModule } from './run.ts'

const DOCS = join(ROOT, 'docs')
const FIXTURES = join(DOCS, 'snippets', 'fixtures')

let project: Project
beforeAll(() => {
  project = createProject(DOCS)
})
afterAll(() => project.remove())

/** A document whose snippet begins in line 4. */
function documentOf(code: string, info = 'ts'): string {
  return `# Title\n\n\`\`\`${info}\n${code}\n\`\`\`\n`
}

/** Runs the one program of a document. */
async function runOf(code: string): Promise<void> {
  const [program] = programsOf(documentOf(code), 'guide.md')
  if (program === undefined) throw new Error('The document has no program.')
  await run(program, { folder: project.folder })
}

describe('programsOf', () => {
  test('keeps each snippet in its lines', () => {
    const [program] = programsOf(documentOf('const a = 1'), 'guide.md')

    expect(program).toEqual({
      file: 'guide.md',
      line: 4,
      source: '\n\n\nconst a = 1',
      run: true,
      installs: [],
    })
  })

  test('joins a snippet that continues the one before it, and keeps it in its lines', () => {
    const markdown = `${documentOf('const a = 1')}\ntext\n\n\`\`\`ts continue\na\n\`\`\`\n\n\`\`\`ts\nlet b\n\`\`\`\n`

    const programs = programsOf(markdown, 'guide.md')

    expect(programs.map(({ line, source }) => [line, source])).toEqual([
      [4, `\n\n\nconst a = 1${'\n'.repeat(6)}a`],
      [14, `${'\n'.repeat(13)}let b`],
    ])
  })

  test('refuses to continue nothing', () => {
    expect(() => programsOf(documentOf('a', 'ts continue'), 'guide.md')).toThrow(
      'guide.md:4: there is no snippet',
    )
  })

  test('does not run what cannot run', () => {
    expect(programsOf(documentOf('a', 'ts no-run'), 'guide.md')[0]?.run).toBe(false)
  })

  test.each(['typescript', 'js', 'javascript', 'tsx', 'mts', 'cjs'])(
    'refuses a block of %s, which would escape the check',
    (name) => {
      expect(() => programsOf(documentOf('a', name), 'guide.md')).toThrow(`guide.md:4: mark the block as ts`)
    },
  )

  test('notes what the document says to install before it', () => {
    const install = documentOf('cd app\nnpm install @base/auth argon2 # or another', 'sh')
    const markdown = documentOf('a') + install + documentOf('b') + documentOf('npm install late', 'sh')
    expect(programsOf(markdown, 'guide.md').map(({ installs }) => installs)).toEqual([
      [],
      ['@base/auth', 'argon2'],
    ])
  })

  test('refuses a word that it does not know', () => {
    expect(() => programsOf(documentOf('a', 'ts norun'), 'guide.md')).toThrow(
      `guide.md:4: 'norun' is none of`,
    )
  })

  test('leaves other languages alone', () => {
    expect(programsOf(documentOf('npm install', 'sh'), 'guide.md')).toEqual([])
  })
})

describe('compile', () => {
  test('names document and line of what does not compile', { timeout: 30_000 }, async () => {
    const programs = programsOf(
      documentOf(`import { ok } from '@base/core/result'\n\nconst n: number = ok('a').value`),
      'guide.md',
    )

    const diagnostics = await compile(programs, project)

    expect(diagnostics).toHaveLength(1)
    expect(diagnostics[0]).toMatchObject({
      program: { file: 'guide.md' },
      line: 6,
      message: "error TS2322: Type 'string' is not assignable to type 'number'.",
    })
  })

  test('does not know a package that is not there', { timeout: 30_000 }, async () => {
    const programs = programsOf(documentOf(`import { x } from '@base/nothing'`), 'guide.md')

    expect((await compile(programs, project))[0]?.message).toContain("Cannot find module '@base/nothing'")
  })
})

describe('run', () => {
  test.each([
    ['what console.log prints', 'console.log(1 + 1, "a") // → 2 a'],
    ['the value of an expression', `'a' + 'b' // → 'ab'`],
    ['the value of a constant', 'const n = await Promise.resolve(42) // → 42'],
    ['what is said on the next lines', 'console.log({ a: 1,\n  b: 2 })\n// → { a: 1,\n// →   b: 2 }'],
    ['each turn of a loop', 'for (const n of [1, 2]) console.log(n) // → 1 2'],
    ['… as anything', 'console.log("order_" + Math.random()) // → order_…'],
    ['a statement within a function', 'const f = () => {\n  console.log(1) // → 1\n}\nf()'],
  ])('accepts %s', async (_, code) => {
    await runOf(code)
  })

  test.each([
    ['another output', 'console.log(41) // → 42', 'guide.md:4: expected 42, got 41'],
    ['another value', `const a = 'x'\na // → 'y'`, "guide.md:5: expected 'y', got 'x'"],
    ['another constant', 'const a = [1] // → [2]', 'guide.md:4: expected [2], got [ 1 ]'],
    ['a longer output', 'console.log("42 and more") // → 42', 'guide.md:4: expected 42, got 42 and more'],
    [
      'a line that is not reached',
      'if (Date.now() < 0) console.log(1) // → 1',
      'guide.md:4: expected 1, but it was not reached',
    ],
    ['a throw', '\nthrow new Error("no")', 'guide.md:5'],
    [
      'a rejection that nobody handles',
      'void Promise.reject(new Error("lost"))\nawait new Promise((resolve) => setTimeout(resolve, 50))',
      'lost',
    ],
    [
      'a wait that never ends',
      'await new Promise(() => {})',
      'guide.md:4: the snippet did not run to its end',
    ],
    ['an end before the end', 'process.exit()', 'guide.md:4: the snippet did not run to its end'],
    ['a declaration of two', 'const a = 1, b = 2 // → 1', "guide.md:4: '1' belongs to a declaration"],
    ['a comment without a statement', '// → 42', 'guide.md:4: no statement ends before this // → comment'],
  ])('rejects %s, naming document and line', async (_, code, message) => {
    await expect(runOf(code)).rejects.toThrow(message)
  })
})

describe('toModule', () => {
  const source = `import { ok, type Result } from '@base/core/result'
import { inspect } from 'node:util'

export interface Closable { [Symbol.asyncDispose](): Promise<void> }
const closable: Closable = { async [Symbol.asyncDispose]() { console.log('closed') } }
{
  await using _ = closable
  const result: Result<number, never> = ok(7) // → { ok: true, value: 7 }
  console.log(inspect(result)) // → { ok: true, value: 7 }
}
console.log('end') // → end`
  const [program] = programsOf(documentOf(source), 'guide.md')
  if (program === undefined) throw new Error('The document has no program.')

  test.each(['esm', 'cjs'] as const)('gives %s that proves itself', (format) => {
    const path = writeModule(program, project.folder, format)

    expect(execFileSync(process.execPath, [path], { encoding: 'utf8' })).toBe(
      '{ ok: true, value: 7 }\nclosed\nend\n',
    )
  })

  test('gives CommonJS that requires', () => {
    expect(toModule(program, 'cjs')).toContain('require("@base/core/result")')
  })

  test('gives what Node 20 can parse', () => {
    expect(toModule(program, 'esm')).not.toContain('await using')
  })

  test('keeps the lines of CommonJS in messages', async () => {
    const [broken] = programsOf(
      documentOf(`import { ok } from '@base/core/result'\nok(1)\nconsole.log(1) // → 2`),
      'guide.md',
    )
    if (broken === undefined) throw new Error('The document has no program.')

    await expect(run(broken, { folder: project.folder, format: 'cjs' })).rejects.toThrow(
      'guide.md:6: expected 2, got 1',
    )
  })

  test('names the packages that a program needs', () => {
    expect(packagesOf(program)).toEqual(['@base/core'])
  })
})

describe('compileExamples', () => {
  test('knows the names of the package, lets the others be anything, and finds the mistakes', {
    timeout: 30_000,
  }, async () => {
    const diagnostics = await compileExamples('@base/core', join(FIXTURES, 'examples'), project)

    expect(diagnostics.map(({ program, line, message }) => `${program.file}:${line}: ${message}`)).toEqual([
      expect.stringMatching(
        /^docs\/snippets\/fixtures\/examples\/src\/result\/wrong\.ts:5: .*'string'.*'number'/,
      ),
      expect.stringMatching(/wrong\.ts:14: .*Cannot find name 'isOkk'\. Did you mean 'isOk'\?/),
    ])
  })
})
