// A fresh process with --expose-gc: random origins, actual requests and preflights by turns.
import { contenders } from './contenders.js'
import { requests } from './requests.js'
import { Client } from './socketless.js'

const { requests: total } = JSON.parse(process.argv[2])
const POINTS = 5
const BATCH = 1_000

const random = () => Math.random().toString(36).slice(2)
/** Every second is allowed. */
const randomOrigin = index => `https://${random()}.${index % 2 === 0 ? 't50.example.com' : 'example.net'}`

const kinds = ['100 patterns', 'RegExp', 'async function', 'any header', 'any origin']
const clients = []
for (const configuration of kinds) {
  clients.push(new Client(await contenders['this plugin']({ configuration }), requests.actual))
}

function another (index) {
  const { method, url, headers } = index % 4 === 0 ? requests.preflight : requests.actual
  const copy = [...headers]
  copy[copy.indexOf('Origin') + 1] = randomOrigin(index)
  if (index % 4 === 0) copy[copy.indexOf('Access-Control-Request-Headers') + 1] = `x-${random()}`
  return { method, url, headers: copy }
}

let sent = 0
async function send (count) {
  for (const end = sent + count; sent < end; sent++) {
    const client = clients[sent % clients.length]
    client.use(another(sent))
    await client.send(1)
    if (sent % BATCH === 0) await new Promise(resolve => setImmediate(resolve))
  }
}

function heap () {
  for (let pass = 0; pass < 4; pass++) globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

// What is compiled and cached once is no leak.
await send(Math.min(50_000, total / 2))
const points = [{ requests: 0, heap: heap() }]
for (let point = 1; point <= POINTS; point++) {
  await send(Math.round(total / POINTS))
  points.push({ requests: Math.round(total * point / POINTS), heap: heap() })
}
console.log(JSON.stringify(points))
