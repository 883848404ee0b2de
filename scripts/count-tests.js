// Prints `tests: N passed, M failed` from the summaries at the end of TAP files that tap wrote: assertions, not files.
// Without a summary (tap never ran, or was stopped) nothing has passed there, and the exit status says so.
import { readFile } from 'node:fs/promises'

let passed = 0
let failed = 0
for (const file of process.argv.slice(2)) {
  const report = await readFile(file, 'utf8').catch(() => '')
  const summary = report.match(/^# \{ total: .*\}$/gm)?.at(-1)
  const count = name => Number(summary?.match(`\\b${name}: (\\d+)`)?.[1] ?? 0)
  if (count('pass') === 0) process.exitCode = 1
  passed += count('pass')
  failed += count('fail')
}
console.log(`tests: ${passed} passed, ${failed} failed`)
