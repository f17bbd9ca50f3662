#!/usr/bin/env node
import { create } from './create.js'

process.exitCode = await create(process.argv.slice(2), {
  cwd: process.cwd(),
  isInteractive: process.stdin.isTTY && process.stdout.isTTY,
  print: (text) => process.stdout.write(text),
  printError: (text) => process.stderr.write(text),
})
