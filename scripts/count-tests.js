// Prints `tests: N passed, M failed` from the summary at the end of a TAP file that tap wrote: assertions, not files.
// Without a summary (tap never ran, or was stopped) nothing has passed, and the exit status says so.
import { readFile } from 'node:fs/promises'

const report = await readFile(process.argv[2], 'utf8').catch(() => '')
const summary = report.match(/^# \{ total: .*\}$/gm)?.at(-1)
const count = name => Number(summary?.match(`\\b${name}: (\\d+)`)?.[1] ?? 0)

console.log(`tests: ${count('pass')} passed, ${count('fail')} failed`)
if (count('pass') === 0) process.exitCode = 1
