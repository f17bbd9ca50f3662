import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './program.ts'
import { type Project, ROOT } from './project.ts'

/** What the compiler says about a line of a document. */
export interface Diagnostic {
  readonly program: Program
  readonly line: number
  readonly message: string
}

const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')

const OPTIONS = {
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  types: ['node'],
  module: 'nodenext',
  moduleDetection: 'force',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  // The workspace's own tools are used as TypeScript, for their README.
  allowImportingTsExtensions: true,
  // Nest's decorators, which are older than those of the language.
  experimentalDecorators: true,
  noEmit: true,
}

/** Compiles programs, each a module of its own, with the compiler that builds the packages. */
export async function compile(
  programs: readonly Program[],
  project: Project,
  options: object = {},
): Promise<readonly Diagnostic[]> {
  // The compiler takes no empty list.
  if (programs.length === 0) return []
  const folder = join(project.folder, 'src')
  mkdirSync(folder, { recursive: true })
  programs.forEach(({ source }, index) => {
    writeFileSync(join(folder, `${index}.ts`), source)
  })
  const config = {
    compilerOptions: { ...OPTIONS, ...options },
    files: programs.map((_, index) => `src/${index}.ts`),
  }
  const path = join(project.folder, 'tsconfig.json')
  writeFileSync(path, JSON.stringify(config))
  return diagnosticsOf(await run(path), programs)
}

/** `src/0.ts(12,5): error TS2322: …`, and lines that go on below it. */
function diagnosticsOf(output: string, programs: readonly Program[]): readonly Diagnostic[] {
  const diagnostics: { program: Program; line: number; message: string }[] = []
  for (const text of output.split('\n').filter((line) => line !== '')) {
    const [, index, line, message] = /^(?:.*\/)?(\d+)\.ts\((\d+),\d+\): (.*)$/.exec(text) ?? []
    const program = programs[Number(index)]
    const last = diagnostics.at(-1)
    if (program !== undefined && message !== undefined)
      diagnostics.push({ program, line: Number(line), message })
    else if (text.startsWith(' ') && last !== undefined) last.message += `\n${text}`
    else throw new Error(`The compiler says: ${text}`)
  }
  return diagnostics
}

function run(project: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [TSC, '-p', project, '--pretty', 'false'],
      { maxBuffer: 2 ** 26 },
      (_, stdout, stderr) => resolve(stdout + stderr),
    )
  })
}
