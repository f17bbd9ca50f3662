import type { Feature, Setting } from '../features/feature.js'
import { importsOf } from './imports.js'

/** `src/config.ts`. */
export function configFile(features: readonly Feature[]): string {
  const settings = settingsOf(features)
  const imports = {
    zod: ['z'],
    ...(settings.some(({ isSecret }) => isSecret) && { '@base/core/secret': ['secret'] }),
  }
  return `${importsOf([imports])}

/** The settings of the service, each from the variable of its name: \`logLevel\` from \`LOG_LEVEL\`. */
export const Config = z.object({
${settings.map(fieldOf).join('\n')}
})

export type Config = z.infer<typeof Config>
`
}

/** `.env.example`: what must be set, with an example, and what may be. */
export function envExample(features: readonly Feature[]): string {
  return settingsOf(features)
    .map((setting) => `# ${setting.says.replaceAll('`', '')}\n${variableOf(setting)}\n`)
    .join('\n')
}

function settingsOf(features: readonly Feature[]): readonly Setting[] {
  return features.flatMap(({ settings = [] }) => settings)
}

function fieldOf({ key, says, schema, isSecret, byDefault }: Setting): string {
  const hidden = isSecret ? '.transform(secret)' : ''
  const otherwise = byDefault === undefined ? '' : `.default(${byDefault})`
  return `  /** ${says} */\n  ${key}: ${schema}${hidden}${otherwise},`
}

function variableOf({ key, example, byDefault = '' }: Setting): string {
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
  return example === undefined ? `# ${name}=${byDefault.replaceAll("'", '')}` : `${name}=${example}`
}
