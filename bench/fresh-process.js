import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Runs a file of this folder in a process of its own, and resolves to the JSON that it prints. */
export async function runFresh (file, parameters, execArgv = []) {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...execArgv, path, JSON.stringify(parameters)])
  return JSON.parse(stdout)
}

/** Runs variants in fresh processes, in turn; by variant, what each run printed. */
export async function runInterleaved (file, variants, rounds) {
  const results = Object.fromEntries(variants.map(variant => [variant, []]))
  for (let round = 0; round < rounds; round++) {
    for (const variant of variants) results[variant].push(await runFresh(file, { variant }))
  }
  return results
}
