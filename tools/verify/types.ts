import type { Consumer } from '../consumer/consumer.ts'
import { run } from '../consumer/run.ts'
import { compiler, exactVersion, TYPESCRIPTS, type TypeScriptVersion } from '../matrix/matrix.ts'
import { inParallel } from '../workspace/in-parallel.ts'
import { type Manifest, specifier, subpaths } from '../workspace/manifest.ts'
import type { Outcome } from './check.ts'

/** A way in which a user compiles. */
export interface Setting {
  readonly title: string
  readonly version: TypeScriptVersion
  readonly files: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  /** The one error code that is known and documented. */
  readonly expected?: string
}

const NODE = { lib: ['es2023'], types: ['node'] }
/** What is not for Node alone must compile without Node's types. */
const BROWSER = { lib: ['es2023', 'dom', 'esnext.disposable'], types: [] }

/**
 * Compiles a file that imports every subpath, library files checked: under nodenext (ES modules and CommonJS) and bundler
 * with every TypeScript, and under the older resolutions, of which the notes say what users get.
 */
export async function checkTypes(
  consumer: Consumer,
  manifest: Manifest,
  settings: readonly Setting[] = everySetting(manifest),
): Promise<Outcome> {
  writeSources(consumer, manifest)
  const results = await inParallel(
    settings.map((setting, index) => () => compile(consumer, setting, index)),
    2,
  )
  const versions = TYPESCRIPTS.map((version) => exactVersion(`typescript-${version}`)).join(', ')
  return {
    title: `types under nodenext (ESM, CommonJS) and bundler with TypeScript ${versions}`,
    problems: results.flatMap(({ problems }) => problems),
    notes: results.flatMap(({ notes }) => notes),
  }
}

function everySetting(manifest: Manifest): Setting[] {
  return [...TYPESCRIPTS.flatMap((version) => currentSettings(version, manifest)), ...OLDER]
}

/** What is promised for every TypeScript. */
export function currentSettings(version: TypeScriptVersion, { base }: Manifest): Setting[] {
  const bundled = base?.node === undefined ? BROWSER : NODE
  return [
    {
      title: 'nodenext',
      version,
      files: ['esm.mts', 'commonjs.cts'],
      options: { ...NODE, module: 'nodenext', moduleResolution: 'nodenext' },
    },
    {
      title: 'bundler',
      version,
      files: ['bundled.ts'],
      options: { ...bundled, module: 'esnext', moduleResolution: 'bundler' },
    },
  ]
}

const OLDER: readonly Setting[] = [
  {
    title: 'node16, ES modules',
    version: '5.9',
    files: ['esm.mts'],
    options: { ...NODE, module: 'node16', moduleResolution: 'node16' },
  },
  {
    title: 'node10, by typesVersions',
    version: '5.9',
    files: ['bundled.ts'],
    options: { ...NODE, module: 'commonjs', moduleResolution: 'node10' },
  },
  {
    title: 'node16, CommonJS (the same as nodenext before TypeScript 5.8)',
    version: '5.9',
    files: ['commonjs.cts'],
    options: { ...NODE, module: 'node16', moduleResolution: 'node16' },
    expected: 'TS1479',
  },
]

/** CommonJS is what the extension says: in it the same imports are compiled to `require()`. */
function writeSources(consumer: Consumer, manifest: Manifest): void {
  const names = subpaths(manifest).map((subpath) => specifier(manifest, subpath))
  const imports = names.map((name, index) => `import * as s${index} from '${name}'\n`).join('')
  const program = `${imports}export const used: unknown[] = [${names.map((_, index) => `s${index}`).join(', ')}]\n`
  for (const file of ['esm.mts', 'bundled.ts', 'commonjs.cts']) consumer.write(file, program)
}

async function compile(
  consumer: Consumer,
  { title, version, files, options, expected }: Setting,
  index: number,
): Promise<{ problems: string[]; notes: string[] }> {
  const compilerOptions = { target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, ...options }
  const project = consumer.write(`tsconfig.${index}.json`, JSON.stringify({ compilerOptions, files }))
  const { code, stdout, stderr } = await run(
    process.execPath,
    [compiler(version), '-p', project],
    consumer.folder,
  )
  const output = ownErrors(`${stdout}${stderr}`.trim())
  const how = `TypeScript ${version}, ${title}`
  if (expected === undefined)
    return code === 0 || output === '' ? { problems: [], notes: noteOf(how, title) } : fail(how, output)
  const codes = new Set(output.match(/TS\d+/g))
  if (codes.size === 1 && codes.has(expected)) {
    return {
      problems: [],
      notes: [`${title}: ${expected}; such users need module nodenext and TypeScript 5.8.`],
    }
  }
  return fail(how, code === 0 ? `compiles, where ${expected} is documented` : output)
}

/** What the declarations of clients get wrong by themselves is none of ours; users skip it by `skipLibCheck`. */
function ownErrors(output: string): string {
  const errors = output.split(/\n(?=\S)/)
  return errors.filter((error) => !isForeign(error.split('(')[0] ?? '')).join('\n')
}

function isForeign(path: string): boolean {
  const [, inside] = /.*node_modules\/(.+)$/s.exec(path) ?? []
  return inside !== undefined && !inside.startsWith('@base/')
}

function noteOf(how: string, title: string): string[] {
  return OLDER.some((setting) => setting.title === title) ? [`${how}: compiles.`] : []
}

function fail(how: string, output: string): { problems: string[]; notes: string[] } {
  return { problems: [`${how}: ${output}`], notes: [] }
}
