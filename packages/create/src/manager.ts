/** A package manager, and a command of npm as it is typed there. */
export interface Manager {
  readonly name: string
  readonly command: (ofNpm: string) => string
}

const NAMES: readonly string[] = ['npm', 'pnpm', 'yarn', 'bun']

/** Who has called us, by what package managers say of themselves: `pnpm/10.2.0 npm/? node/v24.1.0 linux x64`; npm where nobody says so. */
export function managerOf(env: Readonly<Record<string, string | undefined>>): Manager {
  const [said = ''] = (env['npm_config_user_agent'] ?? '').split('/')
  const name = NAMES.includes(said) ? said : 'npm'
  // Bun has a test runner of its own under this name, which is not that of the service.
  const run = (ofNpm: string) => (name === 'bun' ? ofNpm.replace(/^npm (?=test|start)/, 'npm run ') : ofNpm)
  return { name, command: (ofNpm) => run(ofNpm).replace(/^npm /, `${name} `) }
}
