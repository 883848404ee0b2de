// What grows with the configuration, and what with the request: nothing should. Run it on the build: npm run build, then
// node --expose-gc bench/growth.js
//
// Each figure is a median of interleaved rounds, so that what else the machine does falls on all of them alike.
import { performance } from 'node:perf_hooks'
import Fastify from 'fastify'
import cors from '../dist/cjs/index.js'
import policies from '../dist/cjs/policy/policy.js'
import preflights from '../dist/cjs/protocol/preflight.js'

const { corsPlugin } = cors
const { compilePolicy } = policies
const { requestedHeaders } = preflights

const SIZES = [1, 1_000, 100_000]
const ROUNDS = 31

function median (numbers) {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)]
}

/** What the loops compute is used, so that the compiler cannot leave them out. */
let sink = 0

/**
 * The nanoseconds that one call of each takes: a median of rounds, one of each in turn. What is called gets texts as
 * they come from a socket: new each time, and not hashed yet.
 */
function measure (calls, repetitions) {
  const rounds = calls.map(() => [])
  for (let round = 0; round < ROUNDS + 3; round++) {
    for (const [index, { bytes, call }] of calls.entries()) {
      const texts = Array.from({ length: repetitions }, (_, repetition) => bytes[repetition % bytes.length].latin1Slice())
      const start = performance.now()
      for (let repetition = 0; repetition < repetitions; repetition++) sink += call(texts[repetition]) === true ? 1 : 2
      const nanoseconds = (performance.now() - start) * 1e6 / repetitions
      // The first rounds are the compiler's.
      if (round >= 3) rounds[index].push(nanoseconds)
    }
  }
  return rounds.map(median)
}

function print (title, rows) {
  console.log(`\n${title}`)
  const first = rows[0][1]
  for (const [name, nanoseconds] of rows) {
    console.log(`  ${name.padEnd(44)} ${nanoseconds.toFixed(0).padStart(8)} ns  ${(nanoseconds / first).toFixed(2).padStart(6)} ×`)
  }
}

function originsOf (options) {
  return compilePolicy(options).origins.origins
}

const kinds = {
  'exact origins': index => `https://app${index}.example.com`,
  'subdomain patterns': index => `https://*.app${index}.example.com`,
  'any-port patterns': index => `https://app${index}.example.com:*`
}
const textOf = {
  'exact origins': name => `https://app${name}.example.com`,
  'subdomain patterns': name => `https://a.b.app${name}.example.com`,
  'any-port patterns': name => `https://app${name}.example.com:8443`
}

for (const [kind, item] of Object.entries(kinds)) {
  const sets = SIZES.map(size => originsOf({ origin: Array.from({ length: size }, (_, index) => item(index)) }))
  for (const [answer, name] of [['allowed', 0], ['refused', 'x']]) {
    const text = textOf[kind](name)
    for (const set of sets) if (set.has(text) !== (answer === 'allowed')) throw new Error(`${text} is not ${answer}`)
    const nanoseconds = measure(sets.map(set => ({ bytes: [Buffer.from(text)], call: text => set.has(text) })), 5_000)
    print(`${kind}: one lookup, ${answer}`, SIZES.map((size, index) => [`among ${size.toLocaleString('en')}`, nanoseconds[index]]))
  }
}

console.log('\nvalidating and compiling 100,000, with credentials')

/** The policy, with the time and the memory that it took: a function, so that no former policy is still held. */
function compileOnce (origin) {
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const cpu = process.cpuUsage()
  const start = performance.now()
  const policy = compilePolicy({ origin, credentials: true })
  const time = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  globalThis.gc?.()
  const memory = process.memoryUsage().heapUsed - before
  sink += policy.origins.kind.length
  return { time, cpu: (user + system) / 1e3, memory }
}

for (const [kind, item] of Object.entries({ ...kinds, 'exact origins in a comma-separated string': kinds['exact origins'] })) {
  const list = Array.from({ length: 100_000 }, (_, index) => item(index))
  const origin = kind.endsWith('string') ? list.join(',') : list
  const rounds = Array.from({ length: 5 }, () => compileOnce(origin))
  const size = globalThis.gc === undefined ? 'memory: run with --expose-gc' : `${(median(rounds.map(({ memory }) => memory)) / 2 ** 20).toFixed(1)} MiB`
  const [time, cpu] = ['time', 'cpu'].map(name => median(rounds.map(round => round[name])).toFixed(0).padStart(6))
  console.log(`  ${kind.padEnd(44)} ${time} ms, ${cpu} ms of CPU  ${size}`)
}

// Just under what Node reads: its limit is 16 KiB for all header fields together.
const LONG = 16_000
{
  const set = originsOf({ origin: ['https://app.example.com', 'https://*.example.com', /https:\/\/[a-z]+\.example\.org/] })
  const texts = { ordinary: 'https://evil.example.net', '16 KB of labels': 'https://' + 'a.'.repeat(LONG / 2) + 'example.net', '16 KB of letters': 'a'.repeat(LONG), '16 KB of commas': ','.repeat(LONG) }
  const nanoseconds = measure(Object.values(texts).map(text => ({ bytes: [Buffer.from(text)], call: text => set.has(text) })), 1_000)
  print('a refused Origin', Object.keys(texts).map((name, index) => [name, nanoseconds[index]]))
}
{
  const fields = { 'ordinary, three names': 'authorization,content-type,x-request-id', 'one name of 16 KB': 'a'.repeat(LONG), 'names of one letter, 16 KB': 'x,'.repeat(LONG / 2), 'commas, 16 KB': ','.repeat(LONG), 'spaces, 16 KB': ' '.repeat(LONG) }
  const nanoseconds = measure(Object.values(fields).map(field => ({
    bytes: [Buffer.from(field)],
    call: text => requestedHeaders({ 'access-control-request-headers': text }) === undefined
  })), 1_000)
  print('reading Access-Control-Request-Headers', Object.keys(fields).map((name, index) => [name, nanoseconds[index]]))
}
{
  const app = Fastify()
  await app.register(corsPlugin, { origin: ['https://app.example.com', 'https://*.example.com'], credentials: true, allowedHeaders: '*' })
  app.put('/', async () => 'a')
  await app.ready()
  const evil = 'https://evil.example.net'
  const preflight = { 'access-control-request-method': 'PUT' }
  const requests = {
    'refused, ordinary': { ...preflight, origin: evil },
    'refused, 16 KB Origin': { ...preflight, origin: `https://${'a.'.repeat(LONG / 2)}example.net` },
    'refused, 16 KB Access-Control-Request-Headers': { ...preflight, origin: evil, 'access-control-request-headers': 'x-a,'.repeat(LONG / 4) },
    'allowed, ordinary': { ...preflight, origin: 'https://app.example.com', 'access-control-request-headers': 'authorization' },
    'allowed, 16 KB Access-Control-Request-Headers': { ...preflight, origin: 'https://app.example.com', 'access-control-request-headers': 'x-a,'.repeat(LONG / 4) }
  }
  const rounds = Object.values(requests).map(() => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, headers] of Object.values(requests).entries()) {
      const start = performance.now()
      for (let repetition = 0; repetition < 200; repetition++) sink += (await app.inject({ method: 'OPTIONS', url: '/', headers })).statusCode
      rounds[index].push((performance.now() - start) * 1e6 / 200)
    }
  }
  print('a whole preflight, injected', Object.keys(requests).map((name, index) => [name, median(rounds[index])]))
  await app.close()
}

if (sink === 0) throw new Error('nothing was computed')
