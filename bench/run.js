// npm run bench -- [--quick] [--only=credentials,http,…] [--instructions]
import { mkdir, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { closeGroups, groups, httpGroups } from './cases.js'
import { environment } from './environment.js'
import { evaluateGoals } from './goals.js'
import { measureInProcess, WARM } from './in-process.js'
import { countInstructions } from './instructions.js'
import { measureMemory } from './memory.js'
import { measureOverHttp } from './over-http.js'
import * as report from './report.js'
import { measureImport, measureRoutes } from './startup.js'

const FULL = {
  inProcess: { launches: 3, rounds: 15, slice: 20, warm: WARM },
  /** Of the groups whose goals are a few hundredths wide. */
  closeLaunches: 7,
  http: { rounds: 3, seconds: 2, connections: 10 },
  startups: 9,
  requests: 1_000_000
}
const QUICK = {
  inProcess: { launches: 2, rounds: 5, slice: 10, warm: WARM },
  closeLaunches: 2,
  http: { rounds: 2, seconds: 1, connections: 10 },
  startups: 3,
  requests: 100_000
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, instructions: { type: 'boolean', default: false } }
})
const settings = values.quick ? QUICK : FULL
const only = values.only?.split(',')
const wanted = part => only === undefined || only.includes(part)
const started = performance.now()

function print (title, body) {
  console.log(`\n## ${title}\n\n${body}`)
}

const machine = environment()
print('Environment', report.environmentTable(machine))

const results = {}
for (const [name, lanes] of Object.entries(groups)) {
  if (!wanted(name)) continue
  const launches = closeGroups.has(name) ? settings.closeLaunches : settings.inProcess.launches
  results[name] = await measureInProcess(lanes, { ...settings.inProcess, launches })
  print(`In process: ${name}`, report.groupTable(results[name]))
}

if (wanted('http')) {
  results.http = {}
  for (const [name, lanes] of Object.entries(httpGroups)) {
    results.http[name] = await measureOverHttp(lanes, settings.http)
    print(`Over HTTP: ${name}`, report.httpTable(results.http[name]))
  }
}

if (wanted('startup')) {
  results.routes = await measureRoutes(settings.startups)
  print('1,000 routes: time to ready()', report.startupTable(results.routes))
  results.imports = await measureImport(settings.startups)
  print('Import and register in a cold process', report.startupTable(results.imports))
}

if (wanted('memory')) {
  results.memory = await measureMemory(settings.requests)
  print('Memory: the heap after requests of random origins', report.memoryTable(results.memory))
}

if (wanted('instructions')) {
  const { counted, reason } = await countInstructions({ valgrind: values.instructions })
  results.instructions = counted
  print('Instructions of a request', counted === undefined ? `Left out: ${reason}.` : report.instructionsTable(counted))
}

const goals = only === undefined ? evaluateGoals(results) : undefined
if (goals !== undefined) print('Goals', report.goalsTable(goals))

const folder = new URL('results/', import.meta.url)
await mkdir(folder, { recursive: true })
const file = fileURLToPath(new URL(`${machine.date.replaceAll(':', '-')}.json`, folder))
await writeFile(file, JSON.stringify({ environment: machine, settings, loadAfter: environment().load, goals, results }, null, 2))
console.log(`\nTook ${((performance.now() - started) / 1e3).toFixed(0)} s; load average now ${environment().load}.`)
console.log(`All of it as JSON: ${relative(process.cwd(), file)}`)
