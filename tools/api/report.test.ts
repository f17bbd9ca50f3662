import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readManifest } from '../workspace/manifest.ts'
import { apiReport } from './report.ts'

const BUILT = {
  'dist/index.d.ts': "export { Parcel, type Weight as ParcelWeight, track } from './parcel/index.js';\n",
  'dist/parcel/index.d.ts': "export { Parcel, type Weight, track, LIMIT } from './parcel.js';\n",
  'dist/parcel/parcel.d.ts': `import type { Route } from './route.js';
/** A parcel. */
export declare class Parcel {
    #private;
    /** What it weighs. */
    readonly weight: Weight;
    constructor(weight: Weight);
}
export type Weight = number;
/** Where it is. */
export declare function track(parcel: Parcel): Route;
export declare function track(id: string): Route | undefined;
export declare const LIMIT: Weight;
export interface Unmentioned { a: string }
`,
  'dist/parcel/route.d.ts': 'export interface Route { stops: Stop[] }\ninterface Stop { town: string }\n',
}

function report(changes: Readonly<Record<string, string>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'base-report-')))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const face = (path: string) => ({ types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` })
  const exports = { '.': face('index'), './parcel': face('parcel/index'), './package.json': './package.json' }
  const manifest = JSON.stringify({ name: '@base/parcels', type: 'module', exports })
  for (const [path, text] of Object.entries({ ...BUILT, ...changes, 'package.json': manifest })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return apiReport({ folder, manifest: readManifest(folder) })
}

const parcel = BUILT['dist/parcel/parcel.d.ts']

describe('the report of public types', () => {
  test('holds every declaration once, where it lives, by name and without comments', () => {
    expect(report()).toBe(`# Public types of @base/parcels

Written by \`pnpm api:report\`; a change here is a change for users.

## @base/parcels/parcel

\`\`\`ts
export declare const LIMIT: Weight;
export declare class Parcel {
    #private;
    readonly weight: Weight;
    constructor(weight: Weight);
}
export type Weight = number;
export declare function track(parcel: Parcel): Route;
export declare function track(id: string): Route | undefined;
\`\`\`

## @base/parcels

\`\`\`ts
export { Parcel } // ./parcel
export { Weight as ParcelWeight } // ./parcel
export { track } // ./parcel
\`\`\`

## Not exported, but mentioned above

\`\`\`ts
export interface Route {
    stops: Stop[];
}
interface Stop {
    town: string;
}
\`\`\`
`)
  })

  test('is the same for another order of declarations and other comments', () => {
    const reordered = parcel
      .replace('export type Weight = number;\n', '')
      .replace('/** A parcel. */', 'export type Weight = number;\n/** A box. */')
    expect(report({ 'dist/parcel/parcel.d.ts': reordered })).toBe(report())
  })

  test.each([
    [
      'a new member',
      { 'dist/parcel/parcel.d.ts': parcel.replace('    readonly', '    open(): void;\n    readonly') },
    ],
    ['another type', { 'dist/parcel/parcel.d.ts': parcel.replace('= number', '= bigint') }],
    [
      'an export that is gone',
      { 'dist/parcel/index.d.ts': "export { Parcel, type Weight, track } from './parcel.js';\n" },
    ],
    [
      'an export that is gone from the root alone',
      { 'dist/index.d.ts': "export { Parcel } from './parcel/index.js';\n" },
    ],
    [
      'a change in a type that nobody can import',
      { 'dist/parcel/route.d.ts': 'export interface Route { stops: string[] }\n' },
    ],
  ])('differs by %s', (_, changes) => {
    expect(report(changes)).not.toBe(report())
  })
})
