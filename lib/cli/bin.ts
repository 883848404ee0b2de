#!/usr/bin/env node
// Runs only as compiled to dist/cjs/cli: __dirname is that of a CommonJS module.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './main.js'

const { version } = JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as { version: string }

// A reader that has seen enough (head, less) closes the pipe: that is no failure.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
})

run(process.argv.slice(2), {
  stdout: process.stdout, stderr: process.stderr, env: process.env, isTTY: process.stdout.isTTY, version
}).then(status => { process.exitCode = status })
