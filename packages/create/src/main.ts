#!/usr/bin/env node
import { create } from './create.js'

const { stdin: input, stdout: output, stderr } = process

// The service is there all the same where nobody reads to the end, as in a pipe to `head`.
for (const stream of [output, stderr]) stream.on('error', () => {})

process.exitCode = await create(process.argv.slice(2), {
  cwd: () => process.cwd(),
  env: process.env,
  node: process.versions.node,
  terminal: input.isTTY && output.isTTY ? { input, output } : undefined,
  print: (text) => output.write(text),
  printError: (text) => stderr.write(text),
})
