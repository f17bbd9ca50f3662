import { AXES, CHOICES, DEFAULTS } from './choices.js'

/** What `--help` prints. */
export const HELP: string = `Makes a new service out of the blocks of @base: Hono on Node, in TypeScript.

  npm create @base <folder> -- [options]

${AXES.map((axis) => `  ${`--${axis}`.padEnd(17)}${CHOICES[axis].join(', ')}; without it ${DEFAULTS[axis]}`).join('\n')}
  ${'-y, --yes'.padEnd(17)}asks nothing, and takes what was not said as it is without it
  ${'-v, --version'.padEnd(17)}prints the version
  ${'-h, --help'.padEnd(17)}prints this

At a terminal it asks for what was not said. The folder's name is that of the service; the folder
must not be there, or be empty but for a .git. Nothing is installed, and nothing is sent.
`
