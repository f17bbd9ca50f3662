import type { Names } from './names.ts'

/** Where a pattern's files import the errors of core from: by name, or, inside core, from the file. */
export interface ErrorsImport {
  readonly from: string
}

/**
 * The files of a new pattern, by their path in its folder: a class with one checked option, its examples, laws,
 * types and bench. A start that compiles and passes, to be replaced line by line.
 */
export function patternFiles(
  packageName: string,
  names: Names,
  errors: ErrorsImport,
): Record<string, string> {
  const { kebab, pascal } = names
  return {
    'index.ts': `export { ${pascal}, type ${pascal}Options } from './${kebab}.js'\n`,
    [`${kebab}.ts`]: source(packageName, names, errors),
    [`${kebab}.test.ts`]: examples(packageName, names),
    [`${kebab}.prop.test.ts`]: laws(names),
    [`${kebab}.test-d.ts`]: types(names),
    [`${kebab}.bench.ts`]: bench(packageName, names),
  }
}

/** The line that a package's root face needs. */
export function rootExport({ kebab, pascal }: Names): string {
  return `export { ${pascal}, type ${pascal}Options } from './${kebab}/index.js'`
}

function source(packageName: string, { kebab, pascal, camel }: Names, errors: ErrorsImport): string {
  return `import { InvalidOptionError } from '${errors.from}'

const DEFAULT_NAME = '${kebab}'

/** Options of {@link ${pascal}}; checked and read once, at construction. */
export interface ${pascal}Options {
  /** Names it in errors, events and telemetry; not empty. @defaultValue '${kebab}' */
  readonly name?: string
}

/**
 * Says in one sentence what it does and when to reach for it.
 *
 * Then what it promises (order, boundaries), and what it does not.
 *
 * @example
 * const ${camel} = new ${pascal}({ name: 'payments' })
 * ${camel}.name // 'payments'
 *
 * @throws {@link InvalidOptionError} from the constructor, naming the option.
 */
export class ${pascal} {
  /** Names it in errors, events and telemetry. */
  readonly name: string

  constructor(options: ${pascal}Options = {}) {
    this.name = checkName(options.name ?? DEFAULT_NAME)
  }
}

function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw new InvalidOptionError({
    package: '${packageName}',
    pattern: '${pascal}',
    option: 'name',
    allowed: 'a text that is not empty',
    received: name,
  })
}
`
}

function examples(packageName: string, { kebab, pascal }: Names): string {
  return `import { describe, expect, test } from 'vitest'
import { ${pascal} } from './index.js'

describe('${pascal}', () => {
  test('takes its name from the options', () => {
    expect(new ${pascal}({ name: 'payments' }).name).toBe('payments')
  })

  test('is named after its pattern by default', () => {
    expect(new ${pascal}().name).toBe('${kebab}')
  })

  test('refuses an empty name, and says so', () => {
    expect(() => new ${pascal}({ name: '' })).toThrow(
      '${packageName} ${pascal}: name must be a text that is not empty, received "".',
    )
  })
})
`
}

function laws({ pascal }: Names): string {
  return `import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ${pascal} } from './index.js'

describe('${pascal}', () => {
  test('keeps any name that is not empty', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        expect(new ${pascal}({ name }).name).toBe(name)
      }),
    )
  })
})
`
}

function types({ pascal }: Names): string {
  return `import { describe, expectTypeOf, test } from 'vitest'
import { ${pascal} } from './index.js'

describe('${pascal}', () => {
  test('has a name', () => {
    expectTypeOf(new ${pascal}().name).toEqualTypeOf<string>()
  })
})
`
}

function bench(packageName: string, { kebab, pascal }: Names): string {
  return `import { ${pascal} } from '${packageName}/${kebab}'
import { bench } from '@base-internal/tools/bench'

await bench({
  name: '${packageName}/${kebab}',
  ours: '${packageName}',
  workloads: {
    construct: {
      floor: (index) => \`name-\${index}\`,
      contestants: {
        '${packageName}': (index) => new ${pascal}({ name: \`name-\${index}\` }).name,
      },
    },
  },
})
`
}
