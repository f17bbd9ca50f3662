/** The files of a new package beside its patterns, by their path in its folder. */
export function packageFiles(name: string, toRoot: string): Record<string, string> {
  return {
    'package.json': `${JSON.stringify(manifest(name), null, 2)}\n`,
    'tsconfig.json': `${JSON.stringify({ extends: `${toRoot}/tsconfig.base.json`, include: ['src'] }, null, 2)}\n`,
    'tsup.config.ts': `export { default } from '${toRoot}/tools/build/tsup.ts'\n`,
    'README.md': readme(name),
    'src/index.ts': '',
  }
}

function manifest(name: string): object {
  return {
    name,
    version: '0.0.0',
    description: 'One sentence: what it is, and when to reach for it.',
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    types: './dist/index.d.ts',
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    typesVersions: { '*': {} },
    files: ['dist'],
    publishConfig: { access: 'public', provenance: true },
    scripts: { build: 'tsup', check: 'tsc' },
    dependencies: { '@base/core': 'workspace:^' },
    devDependencies: { '@base-internal/tools': 'workspace:*' },
    base: { size: { '.': false } },
  }
}

function readme(name: string): string {
  return `# ${name}

One sentence: what it is, and when to reach for it.

\`\`\`sh
npm install ${name}
\`\`\`
`
}
