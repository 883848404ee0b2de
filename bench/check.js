// npm run bench:check: a quick comparison with the floor and with @fastify/cors. It fails outside generous limits only; how
// near the goals are is for npm run bench to say.
import { checkedGroups } from './cases.js'
import { environment } from './environment.js'
import { check } from './goals.js'
import { measureInProcess, WARM } from './in-process.js'
import { environmentTable, goalsTable } from './report.js'

console.log(`${environmentTable(environment())}\n`)
const results = {}
for (const [name, lanes] of Object.entries(checkedGroups)) {
  results[name] = await measureInProcess(lanes, { launches: 3, rounds: 8, slice: 10, warm: WARM })
}
const checked = check(results)
console.log(goalsTable(checked))
process.exitCode = checked.some(({ verdict }) => verdict === 'OUTSIDE') ? 1 : 0
