import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ts } from '../matrix/typescript.ts'
import { checkNames } from './names.ts'

type Files = Readonly<Record<string, string>>

const face = (name: string) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` })
const MANIFEST = {
  name: '@base/parcels',
  type: 'module',
  exports: { './parcel': face('parcel/index'), './route': face('route/index') },
}

const SOUND: Files = {
  'package.json': JSON.stringify(MANIFEST),
  'dist/route/index.d.ts': "export type { Route } from './route.js'\n",
  'dist/route/route.d.ts': 'export interface Route { stops: string[] }\n',
  'dist/parcel/index.d.ts': "export { track } from './parcel.js'\n",
  'dist/parcel/parcel.d.ts': `import type { Route } from '../route/route.js'
export declare function track(): Route
import type {} from '../route/index.js'
`,
}

/** The package, with changes, as somebody has it installed. */
function installed(changes: Files = {}): string {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'base-names-')))
  onTestFinished(() => rmSync(project, { recursive: true }))
  const folder = join(project, 'node_modules/@base/parcels')
  for (const [path, text] of Object.entries({ ...SOUND, ...changes })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** What the compiler says of a user who exports what the package gives, and writes no type. */
function compileUse(folder: string): string {
  const project = join(folder, '../../..')
  const file = join(project, 'use.mts')
  writeFileSync(file, "import { track } from '@base/parcels/parcel'\nexport const find = () => track()\n")
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    declaration: true,
    strict: true,
    skipLibCheck: true,
    lib: ['lib.es5.d.ts'],
    types: [],
    outDir: join(project, 'out'),
  })
  const found = ts.getPreEmitDiagnostics(program)
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')).join('\n')
}

describe('the names of types', () => {
  test('are public where the subpath that exports them comes along', () => {
    const folder = installed()

    expect(checkNames(folder).problems).toEqual([])
    expect(compileUse(folder)).toBe('')
  })

  test.each<[string, string, Files]>([
    [
      'a type of a subpath that stays away',
      'Route',
      {
        'dist/parcel/parcel.d.ts':
          "import type { Route } from '../route/route.js'\nexport declare function track(): Route\n",
      },
    ],
    [
      'a type that no subpath exports',
      'Label',
      {
        'dist/parcel/parcel.d.ts':
          "import type { Label } from './label.js'\nexport declare function track(): Label\n",
        'dist/parcel/label.d.ts': 'export interface Label { text: string }\n',
      },
    ],
    [
      'an alias that is exported by another alias alone',
      'Way',
      {
        'dist/route/index.d.ts': "export type { Way } from './public-way.js'\n",
        'dist/route/public-way.d.ts': "import type { Way as W } from './way.js'\nexport type Way = W\n",
        'dist/route/way.d.ts': 'export type Way = { to: string } | { from: string }\n',
        'dist/parcel/parcel.d.ts': `import type { Way } from '../route/way.js'
export declare function track(): Way
import type {} from '../route/index.js'
`,
      },
    ],
  ])('are refused for %s, as by the compiler', (_, name, changes) => {
    const folder = installed(changes)

    expect(checkNames(folder).problems).toContain(
      `@base/parcels/parcel shows ${name}, which no subpath that comes with it exports.`,
    )
    expect(compileUse(folder)).toContain("The inferred type of 'find' cannot be named without a reference to")
  })

  test('are not asked for where the compiler writes what an alias stands for', () => {
    const folder = installed({
      'dist/parcel/parcel.d.ts': `type Fresh<Name> = Name extends 'old' ? never : { name: Name }
export declare function track(): Fresh<'new'>
export {}
`,
    })

    expect(checkNames(folder).problems).toEqual([])
    expect(compileUse(folder)).toBe('')
  })
})
